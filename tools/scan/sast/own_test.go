// SPDX-License-Identifier: MIT

package sast

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/release/module"
)

// ownTree has one file of each kind of own C.
func ownTree() map[string]string {
	return map[string]string{
		"internal/capi/amalgamation.c": "#ifdef GOSQLITE_LIBSQLITE3\n# include \"shim_outside.c\"\n#else\n# include \"sqlite3.c\"\n#endif\n#include \"capi.h\"\n",
		"internal/capi/capi.h":         "int one(void);\n", "internal/capi/shim_outside.c": "int one(void) { return 1; }\n",
		"internal/capi/sqlite3.c": "int two;\n", "internal/capi/conn.go": "package capi\n\n// #cgo CFLAGS: -O2\n// #include \"capi.h\"\n// static int three;\nimport \"C\"\n",
		"internal/capi/doc.go": "package capi\n", "sqlite3_amalgamation/public_names.c": "int four;\n", "toolchains/anchor/anchor.c": "int five;\n",
		"tools/bench/x.c": "int six;\n", "tools/x/testdata/y.c": "int seven;\n",
	}
}

func TestOwnC(t *testing.T) {
	dir := t.TempDir()
	e := &Env{Tree: planted(t, ownTree())}
	c, err := ownC(e, dir)
	if err != nil {
		t.Fatal(err)
	}
	units := c.units
	var names []string
	for _, u := range units {
		names = append(names, filepath.Base(u.file))
	}
	if want := []string{"own.c", "own.c", "preambles.c", "public_names.c", "anchor.c", "anchor.c"}; !slices.Equal(names, want) || c.files != 5 || c.preambles != 1 {
		t.Errorf("%d files, %d preambles in %q, want %q", c.files, c.preambles, names, want)
	}
	if !slices.Contains(units[1].flags, "-DGOSQLITE_LIBSQLITE3") || slices.Contains(units[0].flags, "-DGOSQLITE_LIBSQLITE3") {
		t.Errorf("both forms: %q, %q", units[0].flags, units[1].flags)
	}
	text, err := os.ReadFile(filepath.Join(dir, "own.c"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"int one(void) { return 1; }", "int one(void);", `# include "sqlite3.c"`, "shim_outside.c\"\n", "#line 3 "} {
		if !strings.Contains(string(text), want) {
			t.Errorf("own.c lacks %q:\n%s", want, text)
		}
	}
}

// TestGenerated: what is not ours is what a release's commit has beside the tree.
func TestGenerated(t *testing.T) {
	if !slices.Equal(generated, module.Generated) {
		t.Errorf("%q, and a release adds %q", generated, module.Generated)
	}
}

// TestUnlisted: a C file, a header or a preamble that nobody added to a unit is not passed over, whatever it is called.
func TestUnlisted(t *testing.T) {
	const planted1 = "int planted;\n"
	for name, text := range map[string]string{
		"toolchains/new.c": planted1, "driver/x.S": planted1, "internal/capi/alone.h": planted1, "internal/capi/shim_alone.c": planted1,
		"driver/alone.h": planted1, "driver/sqlite3_own.c": planted1, "internal/capi/sqlite3_own.h": planted1, "toolchains/sqlite3.c": planted1,
		"driver/cgo.go": "package driver\n\n// int planted;\nimport \"C\"\n", "tools/x/cgo.go": "package x\n\nimport (\n\t// int planted;\n\t\"C\"\n)\n",
	} {
		files := ownTree()
		files[name] = text
		if _, err := ownC(&Env{Tree: planted(t, files)}, t.TempDir()); err == nil || !strings.Contains(err.Error(), name+" is in no translation unit") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What is generated, and what is not released, is none of ours.
	files := ownTree()
	for _, name := range append(slices.Clone(generated), optionsHeader, "e2e/x.h", "tools/bench/cgo.go") {
		files[name] = "import \"C\"\n"
	}
	if _, err := ownC(&Env{Tree: planted(t, files)}, t.TempDir()); err != nil {
		t.Error(err)
	}
}

// TestInlinedDeep: what an own file includes stands in its place too, however deep, also where it is included once more; and
// what includes itself by way of others comes to an end.
func TestInlinedDeep(t *testing.T) {
	files := ownTree()
	files["internal/capi/shim_outside.c"] = "#include \"a.h\"\nint one(void) { return 1; }\n"
	files["internal/capi/a.h"] = "#ifndef A\n#define A\n#\tinclude <b.h>\nint a;\n#endif\n"
	files["internal/capi/b.h"] = "#include \"deep/c.h\"\n#include <stdint.h>\nint b;\n"
	files["internal/capi/deep/c.h"] = "#include \"../a.h\"\nint deep;\n"
	e := &Env{Tree: planted(t, files)}
	dir := t.TempDir()
	c, err := ownC(e, dir)
	if err != nil || c.files != 8 {
		t.Fatalf("%+v, %v", c, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "own.c"))
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, line int) string {
		return fmt.Sprintf("#line %d %q\n", line, e.path("internal/capi/"+name))
	}
	for _, want := range []string{
		at("shim_outside.c", 1) + at("a.h", 1) + "#ifndef A\n#define A\n" + at("b.h", 1) + at("deep/c.h", 1) + "\nint deep;\n\n" +
			at("b.h", 2) + "#include <stdint.h>\nint b;\n\n" + at("a.h", 4) + "int a;\n#endif\n\n" + at("shim_outside.c", 2) + "int one(void)",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("own.c lacks %q:\n%s", want, text)
		}
	}
	files["internal/capi/deep/c.h"] = "#pragma once\nint deep;\n"
	if _, err := ownC(&Env{Tree: planted(t, files)}, t.TempDir()); err == nil || !strings.Contains(err.Error(), "internal/capi/deep/c.h has pragma once") {
		t.Errorf("a file that is read once: %v", err)
	}
}

// asked stands for programs of the host, and remembers what it was asked.
type asked struct{ args [][]string }

func (a *asked) Run(_ context.Context, c lint.Command) (lint.Result, error) {
	a.args = append(a.args, c.Args)
	return lint.Result{Stdout: []byte("version 2.10\n")}, nil
}

// TestCppcheckCounts: it says of how many files it was asked: not of the amalgamation's, which it does not get, nor of headers.
func TestCppcheckCounts(t *testing.T) {
	host, files := &asked{}, ownTree()
	files["internal/capi/sqlite3.c"] = "int planted;\n"
	e := &Env{Tree: planted(t, files), Runner: host, Temp: t.TempDir()}
	r, err := cppcheck(t.Context(), e)
	if err != nil || r.Input != "3 C files, 1 preambles" || len(host.args) != 3 {
		t.Fatalf("%+v, %v, after %q", r, err, host.args)
	}
	var got []string
	for _, args := range host.args[1:] {
		for _, a := range args {
			if strings.HasSuffix(a, ".c") {
				got = append(got, filepath.Base(a))
			}
		}
	}
	if want := []string{"shim_outside.c", "preambles.c", "public_names.c", "anchor.c"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
