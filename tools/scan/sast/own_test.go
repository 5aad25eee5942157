// SPDX-License-Identifier: MIT

package sast

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
	units, files, err := ownC(e, dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, u := range units {
		names = append(names, filepath.Base(u.file))
	}
	if want := []string{"own.c", "own.c", "preambles.c", "public_names.c", "anchor.c", "anchor.c"}; !slices.Equal(names, want) || files != 6 {
		t.Errorf("%d files in %q, want %q", files, names, want)
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

// TestUnlisted: a C file that nobody added to a unit is not passed over.
func TestUnlisted(t *testing.T) {
	for _, name := range []string{"toolchains/new.c", "driver/x.S", "internal/capi/alone.h", "internal/capi/shim_alone.c"} {
		files := ownTree()
		files[name] = "int planted;\n"
		if _, _, err := ownC(&Env{Tree: planted(t, files)}, t.TempDir()); err == nil || !strings.Contains(err.Error(), name+" is in no translation unit") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPreamble(t *testing.T) {
	for source, want := range map[string]string{
		"package c\n\n// #include <a.h>\n// int a;\nimport \"C\"\n":    "\n\n #include <a.h>\n int a;\n",
		"package c\n/*\n#cgo LDFLAGS: -lm\nint a;\n*/\nimport \"C\"\n": "\n\n\nint a;\n\n",
		"package c\nimport \"C\"\n":                                    "\n",
	} {
		if got, ok := preamble(source); !ok || got != want {
			t.Errorf("%q: %q, want %q", source, got, want)
		}
	}
	if _, ok := preamble("package c\n\nimport \"fmt\"\n"); ok {
		t.Error("a file without cgo has a preamble")
	}
}
