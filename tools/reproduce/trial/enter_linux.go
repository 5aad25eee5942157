// SPDX-License-Identifier: MIT

package trial

import (
	"errors"
	"fmt"
	"math/bits"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// EnterArgument is the first argument of this program when it is to change what the kernel tells, and then to become
// another program; see Enter. Whatever uses Bazel hands such calls to Enter.
const EnterArgument = "enter-surroundings"

// enter lets the command run in surroundings that only the kernel can vary: ids, host name, cores. Ids and names are those of
// a user namespace, which needs no privilege where the system allows it; who is who outside does not change, so that
// files stay readable.
func enter(cmd *exec.Cmd, s variation.Setting) error {
	if s.UID == 0 && s.Host == "" && !s.OneCore {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd.Args = append([]string{self, EnterArgument, s.Host, s.Domain, strconv.FormatBool(s.OneCore), cmd.Path}, cmd.Args...)
	cmd.Path = self
	if s.UID == 0 && s.Host == "" {
		return nil
	}
	uid, gid := s.UID, s.UID
	if uid == 0 {
		uid, gid = os.Getuid(), os.Getgid()
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWUTS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: gid, HostID: os.Getgid(), Size: 1}},
		// Enter sets names by it, and lays it down.
		AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN},
	}
	return nil
}

// Enter changes the host name, domain name and cores, then becomes the program named after them. It returns only an error.
func Enter(args []string, environ []string) error {
	const wanted = 4 // host, domain, one core, path; then the program's arguments, its name first
	if len(args) <= wanted {
		return errors.New("enter surroundings: arguments are missing; this is no command for users")
	}
	if args[0] != "" {
		if err := syscall.Sethostname([]byte(args[0])); err != nil {
			return fmt.Errorf("set host name: %w; this system allows no namespaces", err)
		}
		if err := syscall.Setdomainname([]byte(args[1])); err != nil {
			return fmt.Errorf("set domain name: %w", err)
		}
	}
	// The program goes on in the thread that becomes it.
	runtime.LockOSThread()
	if args[2] == "true" {
		if err := oneCore(); err != nil {
			return fmt.Errorf("use one core: %w", err)
		}
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("lay capabilities down: %w", err)
	}
	return syscall.Exec(args[3], args[wanted:], environ)
}

// oneCore leaves this thread the first of its cores.
func oneCore() error {
	var cores unix.CPUSet
	if err := unix.SchedGetaffinity(0, &cores); err != nil {
		return err
	}
	for i := range len(cores) * bits.UintSize {
		if cores.IsSet(i) {
			cores.Zero()
			cores.Set(i)
			break
		}
	}
	return unix.SchedSetaffinity(0, &cores)
}
