// SPDX-License-Identifier: MIT

package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMakeSandbox(t *testing.T) {
	for _, c := range []struct{ name, unshare, want string }{
		{"allowed", `while [ "$1" != mount ]; do shift; done; [ "$*" = "mount -t proc proc /proc" ]`, ""},
		{"namespaces refused", "echo 'unshare: write failed /proc/self/uid_map: Operation not permitted' >&2; exit 1",
			"none can be made: exit status 1: unshare: write failed /proc/self/uid_map: Operation not permitted"},
		{"the mount refused", "echo 'mount: /proc: permission denied.' >&2; echo '  dmesg(1) may have more' >&2; exit 32",
			"none can be made: exit status 32: mount: /proc: permission denied."},
		{"nothing to try it with", "", "unshare is not installed, so that it was not tried: apt-get install util-linux"},
	} {
		dir := t.TempDir()
		t.Setenv("PATH", dir)
		if c.unshare != "" {
			if err := os.WriteFile(filepath.Join(dir, "unshare"), []byte("#!/bin/sh\n"+c.unshare+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		said := ""
		if err := makeSandbox(); err != nil {
			said = err.Error()
		}
		if said != c.want {
			t.Errorf("%s: %q, want %q", c.name, said, c.want)
		}
		if row := sandboxRow(Machine{Sandbox: makeSandbox}); (row.Status == OK) != (c.want == "") || row.Status == Missing && !strings.Contains(row.How, "sysctl") {
			t.Errorf("%s: row %v", c.name, row)
		}
	}
}
