// SPDX-License-Identifier: MIT

package graph

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// compiles is one C compile for linux_arm64, with its compiler and two headers.
func compiles(t *testing.T, plant func(files []string) []string) *Graph {
	t.Helper()
	c := container{
		Actions: []action{
			{TargetID: 1, Mnemonic: "CppCompile", Arguments: []string{"x/cc"}, InputDepSetIDs: []int{1}},
			{TargetID: 1, Mnemonic: "ZigRuntime", Arguments: []string{"x/runtime"}, InputDepSetIDs: []int{3}},
			{TargetID: 1, Mnemonic: "GoLink", Arguments: []string{"x/go"}, InputDepSetIDs: []int{2}},
		},
		Targets: []target{{1, "//:c"}},
	}
	files := plant([]string{
		"bazel-out/exec/bin/toolchains/zig/tools_linux_arm64/cc",
		"external/zig_sdk/lib/libc/include/aarch64-linux-gnu/a.h",
		"external/zig_sdk/lib/libc/include/generic-glibc/stdio.h",
	})
	set := depSet{ID: 1}
	for i, file := range files {
		c.PathFragments = append(c.PathFragments, fragment{i + 1, file, 0})
		c.Artifacts = append(c.Artifacts, artifact{i + 1, i + 1})
		set.DirectArtifactIDs = append(set.DirectArtifactIDs, i+1)
	}
	// What links has the linker and is forbidden none of it.
	n := len(files) + 1
	c.PathFragments = append(c.PathFragments, fragment{n, "bazel-out/exec/bin/toolchains/zig/tools_linux_arm64/ld", 0})
	c.Artifacts = append(c.Artifacts, artifact{n, n})
	c.DepSetOfFiles = []depSet{set, {ID: 2, DirectArtifactIDs: []int{n}}, {ID: 3}}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	g, err := Read(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestInputs(t *testing.T) {
	rows := []Row{{"linux_amd64", []string{"x86_64-linux-gnu"}}, {"linux_arm64", []string{"aarch64-linux-gnu", "generic-glibc"}}}
	rules := []Rule{
		{"CppCompile", regexp.MustCompile(`/toolchains/(zig/tools_[^/]+/ld|programs/(link|runtime))$`)},
		{"ZigRuntime", regexp.MustCompile(`/toolchains/zig/tools_`)},
	}
	with := func(file string) func([]string) []string {
		return func(files []string) []string { return append(files, file) }
	}
	for _, test := range []struct {
		name  string
		plant func([]string) []string
		want  string // rule and what, or nothing
	}{
		{"its own", func(files []string) []string { return files }, ""},
		{"headers of another row", with("external/zig_sdk/lib/libc/include/x86_64-linux-gnu/a.h"), "foreign headers linux_arm64/x86_64-linux-gnu"},
		{"headers of no row", with("external/zig_sdk/lib/libc/include/wasm-wasi-musl/a.h"), "foreign headers linux_arm64/wasm-wasi-musl"},
		{"headers of the compiler", with("external/zig_sdk/lib/include/stddef.h"), ""},
		{"a row that is not there", func(files []string) []string {
			return append(files, "bazel-out/exec/bin/toolchains/zig/tools_plan9_amd64/cc")
		}, "compiler of no row plan9_amd64"},
		{"the linker", with("bazel-out/exec/bin/toolchains/zig/tools_linux_arm64/ld"), "unwanted input bazel-out/exec/bin/toolchains/zig/tools_linux_arm64/ld"},
		{"the maker of runtimes", with("bazel-out/exec/bin/toolchains/programs/runtime"), "unwanted input bazel-out/exec/bin/toolchains/programs/runtime"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := compiles(t, test.plant)
			got, err := g.Unread(rules)
			more, wrong := g.Headers(rows)
			if got = append(got, more...); err != nil || wrong != nil {
				t.Fatal(err, wrong)
			}
			if test.want == "" && len(got) != 0 || test.want != "" && (len(got) != 1 || got[0].Rule+" "+got[0].What != test.want) {
				t.Errorf("found %v, want %q", got, test.want)
			}
		})
	}
}

// Rules and names that fit nothing any more find nothing, which would look like all being well.
func TestInputsThatAreNotThere(t *testing.T) {
	g := compiles(t, func(files []string) []string { return files })
	good := Rule{"CppCompile", regexp.MustCompile(`/stdio[.]h$`)}
	for _, c := range []struct {
		rule Rule
		want string
	}{
		{Rule{"CcCompile", regexp.MustCompile(`/ld$`)}, "look for inputs of CcCompile: no such action is in the graph: correct the rule"},
		{Rule{"CppCompile", regexp.MustCompile(`/linker$`)}, "look for inputs of CppCompile: no file like /linker$ is in the graph: correct the rule"},
	} {
		if found, err := g.Unread([]Rule{c.rule, good}); err == nil || err.Error() != c.want || len(found) != 1 {
			t.Errorf("%v, %v, want %s beside what the other rule finds", found, err, c.want)
		}
	}
	for name, file := range map[string]string{
		"no compiler": "external/zig_sdk/lib/libc/include/generic-glibc/stdio.h",
		"no header":   "bazel-out/exec/bin/toolchains/zig/tools_linux_arm64/cc",
	} {
		g := compiles(t, func([]string) []string { return []string{file} })
		if found, err := g.Headers([]Row{{"linux_arm64", []string{"generic-glibc"}}}); err == nil {
			t.Errorf("%s: %v", name, found)
		}
	}
	// A graph whose only compiler is of no row has something to say.
	g = compiles(t, func([]string) []string { return []string{"bazel-out/exec/bin/toolchains/zig/tools_plan9_amd64/cc"} })
	if found, err := g.Headers([]Row{{"linux_arm64", []string{"generic-glibc"}}}); err != nil || len(found) != 1 || found[0].Rule != "compiler of no row" {
		t.Errorf("an unknown compiler alone: %v, %v", found, err)
	}
}
