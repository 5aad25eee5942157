// SPDX-License-Identifier: MIT

//go:build unix

package trial

import (
	"os/exec"
	"sync"
	"syscall"
)

// umaskLock guards the umask, which belongs to the whole process.
var umaskLock sync.Mutex

// startWithUmask starts a process that inherits a umask.
func startWithUmask(cmd *exec.Cmd, umask int) error {
	umaskLock.Lock()
	defer umaskLock.Unlock()
	old := syscall.Umask(umask)
	defer syscall.Umask(old)
	return cmd.Start()
}
