// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"path/filepath"
	"syscall"
)

// fileSystems are the names of kinds by their numbers in the kernel's magic.h.
var fileSystems = map[uint32]string{
	0xef53: "ext4", 0x01021994: "tmpfs", 0x58465342: "xfs", 0x9123683e: "btrfs", 0x794c7630: "overlay", 0x2fc12fc1: "zfs", 0x6969: "nfs",
}

// fileSystem is the kind that a folder lies on, or will when it is made; see statfs(2).
func fileSystem(dir string) string {
	var s syscall.Statfs_t
	for syscall.Statfs(dir, &s) != nil {
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
	if name, ok := fileSystems[uint32(s.Type)]; ok {
		return name
	}
	return fmt.Sprintf("%#x", uint32(s.Type))
}
