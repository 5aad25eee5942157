// SPDX-License-Identifier: MIT

package graph

import (
	"encoding/json"
	"strings"
	"testing"
)

// clean is a graph of one action that reads a generated file and runs a built program.
func clean() container {
	return container{
		Artifacts:     []artifact{{1, 3}, {2, 6}},
		Actions:       []action{{TargetID: 1, Mnemonic: "Pack", Arguments: []string{"bazel-out/exec/bin/pack", "--out", "x"}, InputDepSetIDs: []int{1}}},
		DepSetOfFiles: []depSet{{ID: 1, TransitiveDepSetIDs: []int{2}}, {ID: 2, DirectArtifactIDs: []int{1, 2}}},
		PathFragments: []fragment{{1, "bazel-out", 0}, {2, "bin", 1}, {3, "a.tar", 2}, {4, "external", 0}, {5, "rules_go~", 4}, {6, "x.go", 5}},
		Targets:       []target{{1, "//:release"}},
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(*container)
		want  string // rule, or nothing
	}{
		{"clean", func(*container) {}, ""},
		{"host program", func(c *container) { c.Actions[0].Arguments[0] = "/usr/bin/gcc" }, "host program"},
		{"program without a folder", func(c *container) { c.Actions[0].Arguments[0] = "tar" }, "host program"},
		{"host file in a file of arguments", func(c *container) {
			c.Actions[0].ParamFiles = []paramFile{{[]string{"-o", "x", "/usr/lib/x.o"}}}
		}, "host path"},
		{"host folder in a variable", func(c *container) { c.Actions[0].Environment = []pair{{"CC", "/usr/bin/cc"}} }, "host path"},
		{"PATH", func(c *container) { c.Actions[0].Environment = []pair{{"PATH", "external/go/bin:/bin:/usr/bin"}} }, ""},
		{"host file", func(c *container) { c.Actions[0].Arguments[2] = "/usr/lib/x.o" }, "host path"},
		{"host folder behind a flag's letter", func(c *container) { c.Actions[0].Arguments[2] = "-I/opt/include" }, "host path"},
		{"host program behind an equals sign", func(c *container) { c.Actions[0].Arguments[2] = "--cc=/bin/cc" }, "host path"},
		{"host folder in a list", func(c *container) { c.Actions[0].Arguments[2] = "bin:/usr/bin" }, "host path"},
		{"host file of another folder", func(c *container) { c.Actions[0].Arguments[2] = "--config=/etc/ssl/openssl.cnf" }, "host path"},
		{"host library", func(c *container) { c.Actions[0].Arguments[2] = "-L/lib64/x86_64-linux-gnu" }, "host path"},
		{"a user's folder in a variable", func(c *container) { c.Actions[0].Environment = []pair{{"GOCACHE", "/home/user/.cache"}} }, "host path"},
		{"folder for temporary files in a variable", func(c *container) { c.Actions[0].Environment = []pair{{"TMPDIR", "/tmp"}} }, "host path"},
		{"host file behind a loader", func(c *container) {
			c.Actions[0].Arguments[2] = "-Wl,--dynamic-linker,/lib64/ld-linux-x86-64.so.2,/lib/crt1.o"
		}, "host path"},
		{"host folder behind a loader, in a variable", func(c *container) {
			c.Actions[0].Environment = []pair{{"X", "/lib64/ld-linux-x86-64.so.2:/usr/bin"}}
		}, "host path"},
		{"loaders", func(c *container) {
			c.Actions[0].Arguments = append(c.Actions[0].Arguments, "--dynamic-linker=/lib64/ld64.so.2", "/lib/ld-linux-riscv64-lp64d.so.1",
				"-Wl,-dynamic-linker,/lib/ld-musl-x86_64.so.1", "/lib64/ld-linux-loongarch-lp64d.so.1", "/lib/ld.so.1")
			c.Actions[0].Environment = []pair{{"GO_LDSO", "/lib64/ld-linux-x86-64.so.2"}}
		}, ""},
		{"what is no folder of the host", func(c *container) {
			c.Actions[0].Arguments = append(c.Actions[0].Arguments, "--sysroot=/dev/null", "-fdebug-prefix-map=/proc/self/cwd=.",
				"example.com/lib/x", "-p=m/etc/x", "../lib/x", "-Wl,-rpath,$ORIGIN/../lib", "https://etc/lib/x", "@//lib:x", "/library/x")
			c.Actions[0].Environment = []pair{{"PWD", "/proc/self/cwd"}, {"A", "/runfiles"}, {"B", "/optional/x"}, {"ZERO_AR_DATE", "1"}}
		}, ""},
		{"own folders of such names", func(c *container) {
			c.Actions[0].Arguments = append(c.Actions[0].Arguments, "bazel-out/bin/x", "external/usr/bin/x", "--out=bazel-out/k8/bin/a/usr/x", "/lib64/ld-linux-x86-64.so.2", "//opt:x")
		}, ""},
		{"shell by name", func(c *container) { c.Actions[0].Arguments[0] = "external/tools/bash" }, "shell"},
		{"shell script", func(c *container) { c.Actions[0].Arguments[0] = "external/rules_go~/binary_wrapper.sh" }, "shell"},
		{"forbidden module", func(c *container) { c.PathFragments[4].Label = "zlib~" }, "forbidden module"},
		{"forbidden module, Bazel 8", func(c *container) { c.PathFragments[4].Label = "zlib+" }, "forbidden module"},
		{"repository made by a module's extension", func(c *container) { c.PathFragments[4].Label = "zlib~~deps~other" }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := clean()
			test.plant(&c)
			data, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			g, err := Read(strings.NewReader(string(data)))
			if err != nil {
				t.Fatal(err)
			}
			got := g.Check([]string{"zlib"})
			if test.want == "" && len(got) != 0 || test.want != "" && (len(got) != 1 || got[0].Rule != test.want) {
				t.Errorf("found %v, want %q", got, test.want)
			}
			if g.Mnemonics()["Pack"] != 1 {
				t.Error("the action is not counted")
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	cut := clean()
	cut.PathFragments = cut.PathFragments[1:]
	data, err := json.Marshal(cut)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "{}", "[]", string(data)} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%.40q was accepted", bad)
		}
	}
}
