// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
)

// traced is a build of one action, which looks for the file /etc/hostname.
const traced = `10 execve("/opt/bazel", ["bazel"], 0x1 /* 9 vars */) = 0
10 chdir("/out/sandbox/processwrapper-sandbox/1/execroot/_main") = 0
10 execve("/opt/process-wrapper", ["process-wrapper", "--timeout=0", "bin/cc"], 0x1 /* 3 vars */) = 0
10 fork() = 11
11 execve("bin/cc", ["bin/cc"], 0x1 /* 3 vars */) = 0
11 access("/etc/hostname", F_OK) = 0
11 +++ exited with 0 +++
`

func TestRun(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	log := file("log.zst", string(execlogtest.Log(execlogtest.Spawn{Mnemonic: "Compile", Label: "//:a", Args: []string{"bin/cc"}, Runner: "processwrapper-sandbox"})))
	empty := file("empty.json", `{"paths": []}`)
	listed := file("listed.json", `{"paths": [{"path": "/etc/hostname", "kinds": ["look"], "programs": ["cc"], "reason": "planted"}]}`)
	report, other, gone := filepath.Join(dir, "report.json"), filepath.Join(dir, "other.json"), filepath.Join(dir, "gone")
	unneeded := file("unneeded.json", `{"used": [{"path": "/etc/hostname", "count": 0}]}`)
	for _, test := range []struct {
		name           string
		args           []string
		stdin          string
		code           int
		stdout, stderr string
	}{
		{"calls", []string{"calls"}, "", 0, "%file,fchdir,", ""},
		{"found", []string{"trace", "--log", log, "--paths", empty, "--temp", "/tmp/t", "--json", other}, traced, 3,
			"path: Compile of //:a: cc: look /etc/hostname (1)\n1 actions, 2 accesses, 0 by programs that were refused, 0 calls not read; found: 1\n", ""},
		{"a link to a program of the machine", []string{"trace", "--log", log, "--paths", listed, "--temp", "/tmp/t"},
			strings.Replace(traced, "11 +++", "11 symlink(\"/bin/busybox\", \"x\") = 0\n11 execve(\"./x\", [\"x\"], 0x1 /* 3 vars */) = 0\n11 +++", 1), 3,
			"undeclared: Compile of //:a: cc: run /out/sandbox/processwrapper-sandbox/1/execroot/_main/x led to /bin/busybox (1)\n", ""},
		{"listed", []string{"trace", "--log", log, "--paths", listed, "--temp", "/tmp/t", "--json", report}, traced, 0, "       1 /etc/hostname\n", ""},
		{"needed", []string{"unused", "--paths", listed, report}, "", 0, "", ""},
		{"needed by one of two", []string{"unused", "--paths", listed, unneeded, report}, "", 0, "", ""},
		{"not needed", []string{"unused", "--paths", listed, unneeded}, "", 3, "/etc/hostname\n", ""},
		{"a report of another list", []string{"unused", "--paths", listed, other}, "", 1, "", "a report is of another list"},
		{"no such report", []string{"unused", "--paths", listed, gone}, "", 1, "", "hermeticity: " + gone},
		{"no trace", []string{"trace", "--log", log, "--paths", empty, "--temp", "/tmp/t"}, "", 1, "", "no process-wrapper started a command"},
		{"half a trace", []string{"trace", "--log", log, "--paths", empty, "--temp", "/tmp/t"}, traced[:len(traced)-40], 1, "", "hermeticity: read trace: line 6: "},
		{"no log", []string{"trace", "--log", gone, "--paths", empty, "--temp", "/tmp/t"}, traced, 1, "", "hermeticity: open "},
		{"no list", []string{"trace", "--log", log, "--paths", gone, "--temp", "/tmp/t"}, traced, 1, "", "hermeticity: open "},
		{"no folder for temporary files", []string{"trace", "--log", log, "--paths", empty}, traced, 2, "", "usage:"},
		{"an unknown flag", []string{"trace", "--all"}, "", 2, "", "usage:"},
		{"an argument", []string{"calls", "all"}, "", 2, "", "usage:"},
		{"no command", nil, "", 2, "", "usage:"},
		{"no reports", []string{"unused", "--paths", listed}, "", 2, "", "usage:"},
		{"help", []string{"trace", "-h"}, "", 0, "", "compact execution log"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(test.args, strings.NewReader(test.stdin), &stdout, &stderr); code != test.code {
				t.Errorf("code %d, want %d", code, test.code)
			}
			if !strings.Contains(stdout.String(), test.stdout) || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("stdout %q, stderr %q; want %q, %q", &stdout, &stderr, test.stdout, test.stderr)
			}
		})
	}
}
