// SPDX-License-Identifier: MIT

//go:build !386

// There, one call stands for all that have to do with sockets.

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// Variables of a process that is the program itself: the kernel ends it at its first call that has to do with sockets; and
// the plant, which makes one.
const (
	withoutSockets = "GOSQLITE_VERIFY_WITHOUT_SOCKETS"
	withASocket    = "GOSQLITE_VERIFY_WITH_A_SOCKET"
)

func init() {
	if os.Getenv(withoutSockets) == "" {
		return
	}
	if err := forbidSockets(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if os.Getenv(withASocket) != "" {
		if c, err := net.Dial("tcp", "127.0.0.1:1"); err == nil {
			c.Close()
		}
	}
}

// seccompCall is the number of seccomp(2), which package syscall does not have.
var seccompCall = map[string]uintptr{"amd64": 317, "arm": 383, "arm64": 277, "loong64": 277, "ppc64le": 358, "riscv64": 277, "s390x": 348}

// forbidSockets installs a filter in all threads: man 2 seccomp.
func forbidSockets() error {
	const (
		noNewPrivileges = 38 // PR_SET_NO_NEW_PRIVS
		setFilter       = 1  // SECCOMP_SET_MODE_FILTER
		allThreads      = 1  // SECCOMP_FILTER_FLAG_TSYNC
		kill, allow     = 0x80000000, 0x7fff0000
		load, equal     = syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS, syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K
		give            = syscall.BPF_RET | syscall.BPF_K
	)
	forbidden := []uint32{syscall.SYS_SOCKET, syscall.SYS_SOCKETPAIR, syscall.SYS_CONNECT, syscall.SYS_BIND, syscall.SYS_SENDTO}
	filter := []syscall.SockFilter{{Code: load}} // the number of the call
	for i, call := range forbidden {
		filter = append(filter, syscall.SockFilter{Code: equal, Jt: uint8(len(forbidden) - i), K: call})
	}
	filter = append(filter, syscall.SockFilter{Code: give, K: allow}, syscall.SockFilter{Code: give, K: kill})
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, noNewPrivileges, 1, 0); errno != 0 {
		return fmt.Errorf("give up privileges: %w", errno)
	}
	if _, _, errno := syscall.RawSyscall(seccompCall[runtime.GOARCH], setFilter, allThreads, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return fmt.Errorf("install filter: %w", errno)
	}
	return nil
}

// TestNoSocket: a whole release is verified by a process that the kernel would end at the first socket. The plant opens one.
func TestNoSocket(t *testing.T) {
	dir, policyFile := written(t, releasetest.Hooks{})
	start := func(more ...string) error {
		c := exec.Command(self(t), "--policy", policyFile, dir)
		c.Env = append([]string{asProgram + "=1", withoutSockets + "=1"}, more...)
		out, err := c.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	if err := start(); err != nil {
		t.Errorf("the verifier: %v", err)
	}
	var exit *exec.ExitError
	if err := start(withASocket + "=1"); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGSYS {
		t.Errorf("a process that opens a socket: %v", err)
	}
}
