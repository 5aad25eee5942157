// SPDX-License-Identifier: MIT

package scripts

import (
	"strings"
	"testing"
)

// tools/bootstrap/checks/check.sh needs no argument, as .ci/full calls it, and makes nothing before it knows its work.
func TestBootstrapCheckArguments(t *testing.T) {
	w := newWorld(t, "tools/bootstrap/checks/check.sh")
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"a flag", []string{"--help"}, 2, "usage: check.sh [--plants] [SCRATCH-FOLDER [CHECK ...]], with CHECK one of fresh "},
		{"an unknown check", []string{w.dir + "/scratch", "fresh", "nosuch"}, 2, "usage: check.sh"},
		{"no argument, and no place for the default folder", nil, 1, "cannot create directory"},
	} {
		w.env = append(w.env[:3:3], "XDG_CACHE_HOME=/dev/null")
		stdout, stderr, code := w.run("tools/bootstrap/checks/check.sh", c.args...)
		if code != c.code || stdout != "" || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
	}
	if exists(w.dir + "/scratch") {
		t.Error("a refused command line made its folder")
	}
}
