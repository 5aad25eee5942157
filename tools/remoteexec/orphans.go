// SPDX-License-Identifier: MIT

package remoteexec

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A worker's runner has a process group of its own, and goes on for hours where the worker and the server are killed. So this
// process becomes the parent of what its children leave behind, and ends that by the folder it works in.

// adopt makes this process the parent of orphans; see PR_SET_CHILD_SUBREAPER in prctl(2).
func adopt() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("adopt what workers leave behind: %w", err)
	}
	return nil
}

// endOrphans kills the children of this process that work in a folder or below it. What they leave behind comes next.
func endOrphans(dir string) error {
	const patience = 5 * time.Second
	for begin := time.Now(); ; time.Sleep(pollEvery) {
		left, err := orphans(dir)
		if err != nil || len(left) == 0 {
			return err
		}
		if time.Since(begin) > patience {
			return fmt.Errorf("end what workers left behind: processes %v are still there", left)
		}
		for _, pid := range left {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("end what workers left behind: process %d: %w", pid, err)
			}
			reap(pid)
		}
	}
}

// reap takes note of the ends of adopted processes: of one, or, for the negative number of a group, of all in it. What does not
// end in time stays as it is until this process ends.
func reap(id int) {
	for end := time.Now().Add(pollEvery); ; {
		pid, err := syscall.Wait4(id, nil, syscall.WNOHANG, nil)
		switch {
		case errors.Is(err, syscall.EINTR), pid > 0:
		case err != nil: // ECHILD: none is left
			return
		case time.Now().After(end):
			return
		default:
			time.Sleep(time.Millisecond)
		}
	}
}

func orphans(dir string) ([]int, error) {
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var out []int
	for _, folder := range folders {
		// Each may be gone by now.
		stat, err := os.ReadFile(filepath.Join(folder, "stat"))
		if err != nil {
			continue
		}
		cwd, err := os.Readlink(filepath.Join(folder, "cwd"))
		if err != nil || !strings.HasPrefix(cwd+"/", dir+"/") {
			continue
		}
		// "PID (NAME) STATE PARENT ...", where the name may hold anything.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		pid, err := strconv.Atoi(filepath.Base(folder))
		if err == nil && len(fields) > 1 && fields[0] != "Z" && fields[1] == strconv.Itoa(os.Getpid()) {
			out = append(out, pid)
		}
	}
	return out, nil
}
