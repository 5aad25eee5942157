// SPDX-License-Identifier: MIT

package walk

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const healthy = "# Page\n\n<!-- first hour: folder -->\n```sh\nmkdir a && cd a\n```\n\n<!-- program: p -->\n```go\npackage main // $x `y`\n```\n\n" +
	"```sh\nfalse\n```\n\n<!-- first hour: show -->\n```sh\ncat main.go\n```\n\n<!-- output: p -->\n```text\npackage main // $x `y`\n```\n"

// TestScript runs a page, and pages in which a command fails or prints something else.
func TestScript(t *testing.T) {
	for _, test := range []struct {
		name, old, new string
		red            bool
	}{
		{"healthy", "", "", false},
		{"a command that fails", "mkdir a && cd a", "cd a", true},
		{"a command in the middle that fails", "mkdir a && cd a", "mkdir a && cd a\nfalse\ntrue", true},
		{"another output", "text\npackage main", "text\npackage other", true},
		{"another program", "go\npackage main", "go\npackage changed", true},
		{"a variable that is not set", "cat main.go", "cat \"$nosuchvariable\" main.go", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			script, err := Script(strings.Replace(healthy, test.old, test.new, 1))
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			cmd := exec.Command("/bin/sh", "-c", script)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if (err != nil) != test.red {
				t.Errorf("%v\n%s", err, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "a", "main.go")); test.name == "healthy" && err != nil {
				t.Error(err)
			}
		})
	}
}

func TestScriptRefuses(t *testing.T) {
	for name, page := range map[string]string{
		"no commands":                  "# Page\n\n```sh\nls\n```\n",
		"an output without commands":   "<!-- output: p -->\n```text\nx\n```\n" + healthy,
		"the end of the here-document": strings.Replace(healthy, "package main", end, 1),
	} {
		if _, err := Script(page); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
