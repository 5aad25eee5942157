// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// One action of //:release that reads external/zlib~/x.go and runs a built program.
const clean = `{
  "artifacts": [{"id": 1, "pathFragmentId": 3}, {"id": 2, "pathFragmentId": 4}],
  "actions": [{"targetId": 1, "mnemonic": "Pack", "actionKey": "0a", "arguments": ["bin/pack"], "inputDepSetIds": [1], "primaryOutputId": 2}],
  "depSetOfFiles": [{"id": 1, "directArtifactIds": [1]}],
  "pathFragments": [{"id": 1, "label": "external"}, {"id": 2, "label": "zlib~", "parentId": 1}, {"id": 3, "label": "x.go", "parentId": 2}, {"id": 4, "label": "a.tar"}],
  "targets": [{"id": 1, "label": "//:release"}]
}`

func TestRun(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	same := write("same.json", clean)
	keyless := strings.Replace(clean, `"actionKey": "0a", `, "", 1)
	unkeyed := write("unkeyed.json", keyless)
	rows := write("rows.json", `[{"name": "linux_amd64", "header_folders": []}]`)
	noRows := write("no_rows.json", `[]`)
	other := write("other.json", strings.Replace(clean, `"0a"`, `"0b"`, 1))
	for _, test := range []struct {
		name           string
		args           []string
		stdin          string
		code           int
		stdout, stderr string
	}{
		{"nothing found", nil, clean, 0, "     1 Pack\nfound: 0\n", ""},
		{"another module", []string{"--forbid", "zip"}, clean, 0, "found: 0", ""},
		{"a forbidden module", []string{"--forbid", "zip", "--forbid", "zlib"}, clean, 3, "forbidden module: Pack of //:release: external/zlib~/x.go\nfound: 1\n", ""},
		{"a program of the host", nil, strings.Replace(clean, "bin/pack", "/usr/bin/tar", 1), 3, "host program: Pack of //:release: /usr/bin/tar", ""},
		{"the same actions", []string{"--within", same}, clean, 0, "found: 0", ""},
		{"another key", []string{"--within", other}, clean, 3, "other action key: Pack of //:release: a.tar\nfound: 1\n", ""},
		{"another key that may be", []string{"--within", other, "--but", "//:release"}, clean, 0, "found: 0", ""},
		{"no keys in both", []string{"--within", unkeyed}, keyless, 1, "", "graph: compare action graphs: Pack of //:release"},
		{"no such graph", []string{"--within", filepath.Join(dir, "gone")}, clean, 1, "", "graph: read action graph: open "},
		{"rows, and nothing compiled", []string{"--headers", rows}, clean, 1, "", "nothing is compiled"},
		{"no rows", []string{"--headers", noRows}, clean, 1, "", "there are none"},
		{"a file that is no rows", []string{"--headers", same}, clean, 1, "", "graph: read rows of "},
		{"no file of rows", []string{"--headers", filepath.Join(dir, "gone")}, clean, 1, "", "graph: read rows: open "},
		{"no such action", []string{"--unread", "Strip=x[.]go$"}, clean, 1, "", "no such action is in the graph: correct the rule"},
		{"no such file", []string{"--unread", "Pack=y[.]go$"}, clean, 1, "", "no file like y[.]go$ is in the graph: correct the rule"},
		{"a rule that fits nothing, and something found", []string{"--unread", "Strip=x[.]go$", "--forbid", "zlib"}, clean, 1, "forbidden module: Pack of //:release: external/zlib~/x.go\nfound: 1\n", "correct the rule"},
		{"no rows, and something found", []string{"--headers", noRows, "--unread", "Pack=x[.]go$"}, clean, 1, "unwanted input: Pack", "there are none"},
		{"an unwanted input", []string{"--unread", "Pack=x[.]go$"}, clean, 3, "unwanted input: Pack of //:release: external/zlib~/x.go\nfound: 1\n", ""},
		{"no pattern", []string{"--unread", "Pack"}, clean, 2, "", "want MNEMONIC=PATTERN"},
		{"a pattern that is none", []string{"--unread", "Pack=("}, clean, 2, "", "want MNEMONIC=PATTERN"},
		{"an empty graph", nil, "{}", 1, "", "was the query empty?"},
		{"an unknown flag", []string{"--shell"}, clean, 2, "", "usage: graph"},
		{"an argument", []string{"FILE"}, clean, 2, "", "usage: graph"},
		{"help", []string{"-h"}, clean, 0, "", "whose files no action may read"},
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

func TestJSON(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run([]string{"--json", "--forbid", "zlib"}, strings.NewReader(clean), &stdout, &stderr); code != 3 {
		t.Errorf("code %d, want 3: %s", code, &stderr)
	}
	var report struct {
		Actions map[string]int
		Found   []struct{ Rule string }
	}
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil || report.Actions["Pack"] != 1 || len(report.Found) != 1 || report.Found[0].Rule != "forbidden module" {
		t.Errorf("%s, %v", &stdout, err)
	}
}
