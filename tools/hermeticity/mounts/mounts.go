// SPDX-License-Identifier: MIT

// Package mounts keeps the sandbox that shows declared inputs only from showing anything else to an action that does not
// need it.
//
// `zig cc` asks /proc for its own name. The actions that can run it are told by the graph: those that build a runtime, and
// those that have the linker of a Mach-O target among their inputs. Bazel mounts for all actions of a build or for none, so a
// release is made by builds in turn, in one output base: one with nothing mounted, in which actions that need /proc fail;
// and one with /proc, which is told to run those that failed and nothing else. The turns end when nothing fails. An action
// that fails and is not in the list stops them. One that is in the list and succeeds with nothing mounted, as what links no
// program does, is told so by no input, and has seen no /proc.
package mounts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/graph"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
)

// Runner is the sandbox that can show declared inputs only.
const Runner = "linux-sandbox"

// machoLinker matches the settings of a linker that calls `zig cc`: toolchains/zig/link.
var machoLinker = regexp.MustCompile(`/toolchains/zig/tools_darwin_[a-z0-9_]+/link\.settings$`)

// List gives the actions of a graph that can run `zig cc`.
func List(g *graph.Graph) []graph.Action {
	var out []graph.Action
	for _, a := range g.Commands() {
		if a.Mnemonic == "ZigRuntime" {
			out = append(out, a)
		}
	}
	for _, a := range g.Readers(machoLinker.MatchString) {
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b graph.Action) int {
		return strings.Compare(a.Mnemonic+"\x00"+a.Target+"\x00"+a.Output, b.Mnemonic+"\x00"+b.Target+"\x00"+b.Output)
	})
	return out
}

// Failed gives the actions of the list that a build ran in vain. Another action that failed is an error: its trouble is not a
// missing mount, or the list lacks it.
func Failed(log *execlog.Log, list []graph.Action) ([]graph.Action, error) {
	var out []graph.Action
	for _, s := range log.Spawns {
		if !failed(s) {
			continue
		}
		found := of(s, list)
		if len(found) == 0 {
			return nil, fmt.Errorf("find out why the build failed: %s of %s failed, and cannot run zig cc: its sandbox has to show it something that is no input", s.Mnemonic, s.Label)
		}
		for _, a := range found {
			if !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out, nil
}

// of gives the actions of the list that a command can be of. Those of one target are told apart by what they made, of which
// one that failed has nothing, or some.
func of(s *execlog.Spawn, list []graph.Action) []graph.Action {
	var out []graph.Action
	for _, a := range list {
		if a.Mnemonic == s.Mnemonic && canonical(a.Target) == canonical(s.Label) && (failed(s) || makes(s, a.Output)) {
			out = append(out, a)
		}
	}
	return out
}

func failed(s *execlog.Spawn) bool {
	return s.ExitCode != 0 || s.Status != ""
}

func makes(s *execlog.Spawn, output string) bool {
	return slices.ContainsFunc(s.Outputs, func(f execlog.File) bool {
		return f.Path == output || strings.HasPrefix(f.Path, output+"/")
	})
}

// canonical is a label without the signs that say which repository it is seen from.
func canonical(label string) string {
	return strings.TrimLeft(label, "@")
}

// Flags let a build run the given actions, which failed, and no other: worker is a strategy that none of this project's
// actions can use. What has a mnemonic that only listed actions have is told by it; else by what Bazel calls the action
// when it has no text of its own.
func Flags(g *graph.Graph, list, failed []graph.Action) []string {
	flags := []string{"--spawn_strategy=worker"}
	for _, a := range failed {
		flag := "--strategy=" + a.Mnemonic + "=" + Runner
		mixed := slices.ContainsFunc(g.Commands(), func(b graph.Action) bool { return b.Mnemonic == a.Mnemonic && !slices.Contains(list, b) })
		if mixed {
			flag = "--strategy_regexp=^" + a.Mnemonic + " " + strings.ReplaceAll(regexp.QuoteMeta(short(a.Output)), ",", ".") + `( \[for tool\])?$=` + Runner
		}
		if !slices.Contains(flags, flag) {
			flags = append(flags, flag)
		}
	}
	return flags
}

// short is a path as messages have it: without the folder of a configuration.
func short(output string) string {
	parts := strings.SplitN(output, "/", 4)
	if len(parts) == 4 && parts[0] == "bazel-out" {
		return parts[3]
	}
	return output
}

// Check says what was wrong in a build of the turns: with /proc mounted, what ran and is not in the list. Everything has to
// have run in the sandbox.
func Check(log *execlog.Log, list []graph.Action, mounted bool) []string {
	var out []string
	for _, s := range log.Spawns {
		switch {
		case s.Runner != Runner:
			out = append(out, fmt.Sprintf("%s of %s ran by %s, not in the sandbox", s.Mnemonic, s.Label, s.Runner))
		case mounted && len(of(s, list)) == 0:
			out = append(out, fmt.Sprintf("%s of %s ran with /proc, and cannot run zig cc", s.Mnemonic, s.Label))
		}
	}
	return out
}
