// SPDX-License-Identifier: MIT

//go:build unix

package process

import (
	"syscall"
	"time"
)

// cpuTime is the processor time of the process so far, system calls included.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
