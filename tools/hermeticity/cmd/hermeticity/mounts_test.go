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

// planned is the graph of a runtime and of an action that strips.
const planned = `{
  "artifacts": [{"id": 1, "pathFragmentId": 1}, {"id": 2, "pathFragmentId": 2}],
  "actions": [{"targetId": 1, "mnemonic": "ZigRuntime", "arguments": ["runtime"], "primaryOutputId": 1},
    {"targetId": 1, "mnemonic": "Strip", "arguments": ["strip"], "primaryOutputId": 2}],
  "pathFragments": [{"id": 1, "label": "libc"}, {"id": 2, "label": "stripped"}],
  "targets": [{"id": 1, "label": "//:a"}]
}`

func TestTurns(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	graph := file("graph.json", []byte(planned))
	log := func(name, mnemonic, output, status string) string {
		s := execlogtest.Spawn{Mnemonic: mnemonic, Label: "//:a", Args: []string{"x"}, Runner: "linux-sandbox", Status: status}
		if status == "" {
			s.Outputs = map[string]string{output: "made"}
		}
		return file(name, execlogtest.Log(s))
	}
	runtime := log("runtime.zst", "ZigRuntime", "libc/libc.a", "")
	runtimeFailed := log("runtime-failed.zst", "ZigRuntime", "", "NON_ZERO_EXIT")
	strip := log("strip.zst", "Strip", "stripped", "")
	stripFailed := log("strip-failed.zst", "Strip", "", "NON_ZERO_EXIT")
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		stdout string // whole
		stderr string
	}{
		{"list", []string{"list", "--graph", graph}, 0, "ZigRuntime of //:a: libc\n1 of 2 actions can run zig cc\n", ""},
		{"nothing failed", []string{"flags", "--graph", graph, "--log", strip}, 0, "", ""},
		{"a runtime failed", []string{"flags", "--graph", graph, "--log", runtimeFailed}, 0, "--spawn_strategy=worker\n--strategy=ZigRuntime=linux-sandbox\n", ""},
		{"another failed", []string{"flags", "--graph", graph, "--log", stripFailed}, 3,
			"find out why the build failed: Strip of //:a failed, and cannot run zig cc: its sandbox has to show it something that is no input\n", ""},
		{"nothing mounted", []string{"mounted", "--graph", graph, "--log", strip}, 0, "     1 Strip\n", ""},
		{"nothing mounted, and a runtime failed", []string{"mounted", "--graph", graph, "--log", runtimeFailed}, 0, "", ""},
		{"nothing mounted, and a runtime was made", []string{"mounted", "--graph", graph, "--log", runtime}, 0, "     1 ZigRuntime\n", ""},
		{"/proc", []string{"mounted", "--proc", "--graph", graph, "--log", runtime}, 0, "     1 ZigRuntime of //:a\n", ""},
		{"/proc for another", []string{"mounted", "--proc", "--graph", graph, "--log", strip}, 3, "Strip of //:a ran with /proc, and cannot run zig cc\n", ""},
		{"no graph", []string{"list", "--graph", filepath.Join(dir, "gone")}, 1, "", "hermeticity: open "},
		{"no log", []string{"flags", "--graph", graph, "--log", filepath.Join(dir, "gone")}, 1, "", "hermeticity: open "},
		{"a log that is none", []string{"mounted", "--graph", graph, "--log", graph}, 1, "", "hermeticity: read execution log"},
		{"a graph not named", []string{"list"}, 2, "", "usage:"},
		{"a log not named", []string{"flags", "--graph", graph}, 2, "", "usage:"},
		{"an argument", []string{"list", "--graph", graph, "all"}, 2, "", "usage:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(test.args, strings.NewReader(""), &stdout, &stderr); code != test.code {
				t.Errorf("code %d, want %d", code, test.code)
			}
			if stdout.String() != test.stdout || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("stdout %q, stderr %q; want %q, %q", &stdout, &stderr, test.stdout, test.stderr)
			}
		})
	}
}
