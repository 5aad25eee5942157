// SPDX-License-Identifier: MIT

// Leak does one thing that no action of a build may do, and is planted to see that it is noticed:
//
//	leak clean|file|held|left|link|proc|program|socket OUTPUT
//
// Clean does nothing. OUTPUT gets the name of what was done. Exit status: 0 done, 1 it could not be done, 2 usage.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:], os.TempDir(), os.Stderr))
}

// leaks are what can be planted; each gets the folder for temporary files.
var leaks = map[string]func(temp string) error{
	"clean": func(string) error { return nil },
	"file":  func(string) error { return read("/etc/hostname") },
	// What another action, or somebody else, left behind.
	"left": func(temp string) error { return read(filepath.Join(temp, "left")) },
	// The same, which taking hold of its name does not make one's own.
	"held": func(temp string) error {
		f, err := os.OpenFile(filepath.Join(temp, "left"), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		return f.Close()
	},
	// A file of the machine, by a link of one's own.
	"link": func(temp string) error {
		name := filepath.Join(temp, fmt.Sprintf("link-%d", os.Getpid()))
		if err := os.Symlink("/etc/hostname", name); err != nil {
			return err
		}
		defer os.Remove(name)
		return read(name)
	},
	"proc":    func(string) error { return read("/proc/self/status") },
	"program": func(string) error { return exec.Command("/bin/sh", "-c", ":").Run() },
	"socket": func(string) error {
		s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		return syscall.Close(s)
	},
}

func read(name string) error {
	_, err := os.ReadFile(name)
	return err
}

func run(args []string, temp string, stderr io.Writer) int {
	if len(args) != 2 || leaks[args[0]] == nil {
		fmt.Fprintln(stderr, "leak: usage: leak clean|file|held|left|link|proc|program|socket OUTPUT")
		return 2
	}
	err := leaks[args[0]](temp)
	if err == nil {
		err = os.WriteFile(args[1], []byte(args[0]+"\n"), 0o644)
	}
	if err != nil {
		fmt.Fprintf(stderr, "leak %s: %v\n", args[0], err)
		return 1
	}
	return 0
}
