// SPDX-License-Identifier: MIT

package trial

import (
	"errors"
	"fmt"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
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
func enter(cmd *exec.Cmd, s variation.Setting, system *System) error {
	if s.UID == 0 && s.Host == "" && !s.OneCore && !s.System {
		return nil
	}
	var root, keeps string
	if s.System {
		if system == nil {
			return errors.New("no folder with another system was named")
		}
		root, keeps = system.Root, strings.Join(system.Keeps, string(os.PathListSeparator))
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd.Args = append([]string{self, EnterArgument, s.Host, s.Domain, strconv.FormatBool(s.OneCore), root, keeps, cmd.Path}, cmd.Args...)
	cmd.Path = self
	if s.UID == 0 && s.Host == "" && !s.System {
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
		// Enter sets names and mounts by it, and lays it down.
		AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN},
	}
	if s.System {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWNS
	}
	return nil
}

// Enter changes the host name, domain name and cores, then becomes the program named after them. It returns only an error.
func Enter(args []string, environ []string) error {
	const wanted = 6 // host, domain, one core, root, what it keeps, path; then the program's arguments, its name first
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
	if args[3] != "" {
		if err := enterRoot(args[3], strings.Split(args[4], string(os.PathListSeparator))); err != nil {
			return fmt.Errorf("enter the system in %s: %w", args[3], err)
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
	return syscall.Exec(args[5], args[wanted:], environ)
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

// enterRoot makes a folder the root of this process, with some paths of the old root at their places. pivot_root and not
// chroot: Bazel's sandbox makes a user namespace, which Linux refuses in a chroot.
func enterRoot(root string, keeps []string) error {
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("part mounts from those of the system: %w", err)
	}
	if err := unix.Mount(root, root, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	for _, path := range append([]string{"/dev", "/proc", "/sys"}, keeps...) {
		at := filepath.Join(root, path)
		if err := os.MkdirAll(at, 0o755); err != nil {
			return fmt.Errorf("keep %s: %w", path, err)
		}
		if err := unix.Mount(path, at, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("keep %s: %w", path, err)
		}
	}
	// The old root is mounted over the new, and taken away from there: no folder is needed for it.
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("change the root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the old root: %w", err)
	}
	return os.Chdir(here)
}
