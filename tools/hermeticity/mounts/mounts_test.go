// SPDX-License-Identifier: MIT

package mounts

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/graph"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
)

// printed is a graph of a runtime, of two links, one of which has the linker of a Mach-O target, and of a file.
const printed = `{
  "artifacts": [{"id": 1, "pathFragmentId": 11}, {"id": 2, "pathFragmentId": 14}, {"id": 3, "pathFragmentId": 16},
    {"id": 4, "pathFragmentId": 18}, {"id": 5, "pathFragmentId": 22}],
  "depSetOfFiles": [{"id": 1, "directArtifactIds": [1]}, {"id": 2, "directArtifactIds": [5]}],
  "actions": [
    {"targetId": 1, "mnemonic": "ZigRuntime", "arguments": ["runtime"], "primaryOutputId": 2},
    {"targetId": 2, "mnemonic": "GoLink", "arguments": ["builder"], "inputDepSetIds": [1], "primaryOutputId": 3},
    {"targetId": 2, "mnemonic": "GoLink", "arguments": ["builder"], "inputDepSetIds": [2], "primaryOutputId": 4},
    {"targetId": 2, "mnemonic": "FileWrite", "inputDepSetIds": [1], "primaryOutputId": 4}],
  "targets": [{"id": 1, "label": "//toolchains/zig:runtime_a"}, {"id": 2, "label": "@@rules_go~//:x"}],
  "pathFragments": [{"id": 1, "label": "bazel-out"}, {"id": 2, "label": "mac", "parentId": 1}, {"id": 3, "label": "bin", "parentId": 2},
    {"id": 4, "label": "linux", "parentId": 1}, {"id": 5, "label": "bin", "parentId": 4},
    {"id": 8, "label": "toolchains", "parentId": 3}, {"id": 9, "label": "zig", "parentId": 8}, {"id": 10, "label": "tools_darwin_arm64", "parentId": 9},
    {"id": 11, "label": "link.settings", "parentId": 10}, {"id": 14, "label": "runtime_a", "parentId": 9},
    {"id": 16, "label": "x+", "parentId": 3}, {"id": 18, "label": "x+", "parentId": 5},
    {"id": 21, "label": "tools_linux_amd64", "parentId": 9}, {"id": 22, "label": "link.settings", "parentId": 21}]
}`

var (
	runtime = graph.Action{Mnemonic: "ZigRuntime", Target: "//toolchains/zig:runtime_a", Output: "bazel-out/mac/bin/toolchains/zig/runtime_a"}
	link    = graph.Action{Mnemonic: "GoLink", Target: "@@rules_go~//:x", Output: "bazel-out/mac/bin/x+"}
)

func read(t *testing.T) *graph.Graph {
	t.Helper()
	g, err := graph.Read(strings.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestList(t *testing.T) {
	if got, want := List(read(t)), []graph.Action{link, runtime}; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// logged is a log of one command; status is empty if it succeeded, output if it made nothing.
func logged(t *testing.T, mnemonic, label, output, status, runner string) *execlog.Log {
	t.Helper()
	s := execlogtest.Spawn{Mnemonic: mnemonic, Label: label, Args: []string{"x"}, Runner: runner, Status: status}
	if output != "" {
		s.Outputs = map[string]string{output: "made"}
	}
	log, err := execlog.Read(bytes.NewReader(execlogtest.Log(s)))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// TestTurns has what builds with nothing mounted, and with /proc, may run.
func TestTurns(t *testing.T) {
	const in, failed = "linux-sandbox", "NON_ZERO_EXIT"
	list := List(read(t))
	for _, test := range []struct {
		name                            string
		mnemonic, label, output, status string
		runner                          string
		failures                        string // of Failed: actions, or an error
		nothing, proc                   string // of Check
	}{
		{"a runtime with nothing mounted", "ZigRuntime", "//toolchains/zig:runtime_a", "", failed, in, "[ZigRuntime]", "", ""},
		{"a runtime with /proc", "ZigRuntime", "//toolchains/zig:runtime_a", runtime.Output + "/libc.a", "", in, "[]", "", ""},
		{"a link for macOS", "GoLink", "@@rules_go~//:x", link.Output, "", in, "[]", "", ""},
		{"a link for Linux of the same target", "GoLink", "@@rules_go~//:x", "bazel-out/linux/bin/x+", "", in, "[]", "", "ran with /proc, and cannot run zig cc"},
		{"a link for macOS that failed", "GoLink", "@rules_go~//:x", "", failed, in, "[GoLink]", "", ""},
		{"a link for macOS that failed behind an output", "GoLink", "@rules_go~//:x", "bazel-out/mac/bin/x.map", failed, in, "[GoLink]", "", ""},
		{"another action that failed", "Strip", "//:x", "", failed, in, "find out why", "", "ran with /proc, and cannot run zig cc"},
		{"another action", "Strip", "//:x", "x", "", in, "[]", "", "ran with /proc, and cannot run zig cc"},
		{"without the sandbox", "Strip", "//:x", "x", "", "local", "[]", "ran by local, not in the sandbox", "ran by local, not in the sandbox"},
		{"from a cache", "Strip", "//:x", "x", "", "disk cache hit", "[]", "not in the sandbox", "not in the sandbox"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := logged(t, test.mnemonic, test.label, test.output, test.status, test.runner)
			actions, err := Failed(log, list)
			names := []string{}
			for _, a := range actions {
				names = append(names, a.Mnemonic)
			}
			if got := fmt.Sprint(names, " ", err); !strings.Contains(got, test.failures) {
				t.Errorf("failed: %s, want %s", got, test.failures)
			}
			if got := Check(log, list, false); (test.nothing == "") != (len(got) == 0) || !strings.Contains(fmt.Sprint(got), test.nothing) {
				t.Errorf("nothing mounted: %q", got)
			}
			if got := Check(log, list, true); (test.proc == "") != (len(got) == 0) || !strings.Contains(fmt.Sprint(got), test.proc) {
				t.Errorf("/proc mounted: %q", got)
			}
		})
	}
}

// TestFlags tells an action by its mnemonic where that says enough, else by its output.
func TestFlags(t *testing.T) {
	g := read(t)
	want := []string{"--spawn_strategy=worker", "--strategy_regexp=^GoLink x\\+( \\[for tool\\])?$=linux-sandbox", "--strategy=ZigRuntime=linux-sandbox"}
	if got := Flags(g, List(g), []graph.Action{link, runtime, runtime}); !reflect.DeepEqual(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}
