// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "profile")
	if err := os.WriteFile(profile, []byte(`{"traceEvents":[{"cat":"action processing","dur":100000000,"args":{"mnemonic":"GoLink"}},{"cat":"critical path component","dur":20000000}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := run([]string{"-profile", profile, "-one", "115s", "-two", "70s", "-workers", "1,2,10"}, &stdout, &stderr)
	want := "1 actions, 100.0 s of work, critical path 20.0 s; start 5.0 s, each action 10.00 s more\nworkers  time   \n1        115 s  measured\n2        70 s   measured\n10       34 s   extrapolation\n"
	if code != 0 || stdout.String() != want {
		t.Errorf("code %d, %q, %s", code, &stdout, &stderr)
	}
	for _, c := range []struct {
		name, args string
		code       int
		stderr     string
	}{
		{"nothing", "", 2, "usage: size"},
		{"no number", "-profile p -one 2s -two 1s -workers 0", 2, "usage: size"},
		{"no time", "-profile p -one 2 -two 1s", 2, "invalid value"},
		{"no file", "-profile /nonexistent -one 2s -two 1s", 1, "size: open profile"},
		{"nothing gained", "-profile " + profile + " -one 1s -two 2s", 1, "nothing was gained"},
	} {
		stdout.Reset()
		stderr.Reset()
		if code := run(strings.Fields(c.args), &stdout, &stderr); code != c.code || !strings.Contains(stderr.String(), c.stderr) || stdout.Len() > 0 {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, &stdout, &stderr)
		}
	}
}
