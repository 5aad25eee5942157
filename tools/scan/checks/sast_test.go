// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/scan/sast"
)

// TestMain is also the worker that a scan starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == sast.GosecWorker {
		if err := sast.GosecModule(os.Stdout, os.Args[2]); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The parts of these are joined when the test runs, so that the tree itself has no key and no password.
var (
	plantedKey    = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + strings.Repeat("MIIEpAIBAAKCAQEA7bq2", 12) + "\n-----END RSA " + "PRIVATE KEY-----\n"
	plantedInject = "// Package inject is planted.\npackage inject\n\nimport \"database/sql\"\n\n" +
		"// Find builds SQL from what it is given.\nfunc Find(db *sql.DB, name string) (*sql.Rows, error) {\n\tquery := \"SELECT * FROM t WHERE name = '\" + name + \"'\"\n\trows, err := db.Query(query)\n\treturn rows, err\n}\n\n" +
		"var password = \"" + "f62e5bcda4fae4f82370" + "da0c6f20697b8f8447ef\"\n"
)

// plantedC is a function's body, in one line, with a defect for each scanner of C: a variable that nobody uses, a way to a null
// pointer, and an index behind an array.
const plantedC = "{ int unused; int a[2] = {0, 0}; int *p = 0; if (n == 7) return *p; if (n == 9) n = 5; else n = 1; return a[n]; }\n"

// plantedTree is a tree with one defect for each scanner.
func plantedTree(t *testing.T) *sast.Env {
	t.Helper()
	root := t.TempDir()
	write(t, root, map[string]string{
		"go.mod":                              "module example.org/planted\n\ngo 1.26.0\n",
		"inject/inject.go":                    plantedInject,
		"clean/clean.go":                      "// Package clean is clean.\npackage clean\n\n// One is 1.\nconst One = 1\n",
		"key.pem":                             plantedKey,
		"bad.sh":                              "#!/bin/sh\nrm -rf $1/*\ncd $2\n",
		"good.sh":                             "#!/bin/sh\necho good\n",
		"lib/bad.bash":                        "cd $2\n",
		"internal/capi/amalgamation.c":        "#include \"sqlite3.c\"\n#include \"capi.h\"\n#define GOSQLITE_SHIMS 1\n#include \"shim_planted.c\"\n",
		"internal/capi/capi.h":                "#include \"deep.h\"\nint planted(int n);\nstatic inline int in_header(int n) " + plantedC,
		"internal/capi/deep.h":                "static inline int in_deep(int n) " + plantedC,
		"internal/capi/sqlite3.h":             "int sqlite3_one(void);\n",
		"internal/capi/sqlite3.c":             "int sqlite3_one(void) { int unused; return 1; }\n",
		"internal/capi/planted.go":            "package capi\n\n// #include \"capi.h\"\n// static int of_cgo(int n) " + plantedC + "import \"C\"\n",
		"toolchains/anchor/anchor.c":          "int start(int n);\nint start(int n) " + plantedC,
		"sqlite3_amalgamation/public_names.c": "int public_name(int n);\nint public_name(int n) " + plantedC,
		"internal/capi/shim_planted.c":        "#ifdef GOSQLITE_SHIMS\nint planted(int n) " + plantedC + "#endif\n",
	})
	tree, err := lint.Walked(root)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tools, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return &sast.Env{
		Runner: lint.System{Env: os.Environ()}, Tree: tree, Temp: t.TempDir(), Self: self,
		Tools: tools, Gitleaks: filepath.Join(tools, "scan", "programs", "gitleaks.mod"), Zig: os.Getenv("ZIG"),
	}
}

// TestPlants: each scanner finds its plant and says where it is.
func TestPlants(t *testing.T) {
	want := map[string][]string{
		"gosec":      {"G101 inject/inject.go", "G202 inject/inject.go"},
		"secrets":    {"private-key key.pem"},
		"shellcheck": {"SC2086 bad.sh", "SC2086 lib/bad.bash"},
	}
	for _, file := range []string{
		"internal/capi/capi.h", "internal/capi/deep.h", "internal/capi/planted.go", "internal/capi/shim_planted.c", "sqlite3_amalgamation/public_names.c", "toolchains/anchor/anchor.c",
	} {
		want["clang-warnings"] = append(want["clang-warnings"], "-Wunused-variable "+file)
		want["clang-analyzer"] = append(want["clang-analyzer"], "core.NullDereference "+file)
		want["cppcheck"] = append(want["cppcheck"], "arrayIndexOutOfBounds "+file)
	}
	for _, s := range sast.Scanners() {
		t.Run(s.Name, func(t *testing.T) {
			if want[s.Name] == nil && s.Name != sast.Engine {
				return // vet, staticcheck and buildifier have their plants in tools/lint
			}
			r, err := s.Run(t.Context(), plantedTree(t))
			if err != nil {
				t.Fatal(err)
			}
			if r.Version == "" || r.Input == "" {
				t.Errorf("it does not say its version or what it looked at: %+v", r)
			}
			if s.Name == sast.Engine {
				if len(r.Findings) != 0 || !slices.Equal(r.Notes, []string{"-Wunused-variable: 1"}) {
					t.Errorf("%+v", r)
				}
				return
			}
			var found []string
			for _, f := range r.Findings {
				found = append(found, f.ID+" "+f.Component)
				if f.Line == 0 || f.Scanner != s.Name {
					t.Errorf("%+v", f)
				}
				if strings.Contains(f.Component, "capi/sqlite3") || strings.Contains(f.Component, "clean") || f.Component == "good.sh" {
					t.Errorf("found in what is not planted: %+v", f)
				}
			}
			for _, plant := range want[s.Name] {
				if !slices.Contains(found, plant) {
					t.Errorf("found %q, want %q", found, plant)
				}
			}
		})
	}
}

// TestSilence: what files say against being looked at counts for nothing, so that each finding is decided in one place.
func TestSilence(t *testing.T) {
	e := plantedTree(t)
	inject := strings.Replace(plantedInject, "\trows, err := db.Query(query)", "\trows, err := db.Query(query) // #"+"nosec G202 -- planted", 1)
	inject = strings.Replace(inject, "\nvar password", "\n// #"+"nosec\nvar password", 1)
	array := "#ifdef GOSQLITE_SHIMS\nint planted(int n) {\n  int a[2] = {0, 0};\n  // cppcheck-" + "suppress arrayIndexOutOfBounds\n  return a[5] + n;\n}\n#endif\n"
	write(t, e.Tree.Root, map[string]string{
		"inject/inject.go":             inject,
		"key.pem":                      strings.Replace(plantedKey, "\n", " gitleaks:"+"allow\n", 1),
		"key.txt":                      "key = \"" + "f62e5bcda4fae4f82370" + "da0c6f20697b8f8447ef\" // gitleaks:" + "allow\n",
		".gitleaksignore":              "key.txt:generic-api-key:1\n",
		".gitleaks.toml":               "title = \"planted\"\n",
		"bad.sh":                       "#!/bin/sh\n# shellcheck " + "disable=SC2115,SC2164\nrm -rf $1/*\ncd $2 # shellcheck " + "disable=SC2164\n",
		".shellcheckrc":                "disable=SC2164,SC2115\n",
		"internal/capi/shim_planted.c": array,
	})
	tree, err := lint.Walked(e.Tree.Root)
	if err != nil {
		t.Fatal(err)
	}
	e.Tree = tree
	want := map[string][]string{
		"gosec":      {"G101 inject/inject.go", "G202 inject/inject.go"},
		"secrets":    {"generic-api-key key.txt", "private-key key.pem", "silenced .gitleaks.toml", "silenced .gitleaksignore"},
		"shellcheck": {"SC2115 bad.sh", "SC2164 bad.sh"},
		"cppcheck":   {"arrayIndexOutOfBounds internal/capi/shim_planted.c"},
	}
	for _, s := range sast.Scanners() {
		if want[s.Name] == nil {
			continue
		}
		r, err := s.Run(t.Context(), e)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		var found []string
		for _, f := range r.Findings {
			found = append(found, f.ID+" "+f.Component)
		}
		for _, plant := range want[s.Name] {
			if !slices.Contains(found, plant) {
				t.Errorf("%s found %q, want %q", s.Name, found, plant)
			}
		}
	}
}

// TestMissing: a program that is not there is an error that says how to get it.
func TestMissing(t *testing.T) {
	e := plantedTree(t)
	e.Zig = ""
	t.Setenv("PATH", t.TempDir())
	for _, s := range sast.Scanners() {
		r, err := s.Run(t.Context(), e)
		switch s.Name {
		case "gosec":
			continue // linked; it needs the go command to load packages, and says so below
		case "clang-warnings", "clang-analyzer", "cppcheck", "shellcheck", sast.Engine:
			if err == nil || !strings.Contains(err.Error(), "apt-get install") {
				t.Errorf("%s: %+v, %v", s.Name, r, err)
			}
		default:
			if err == nil {
				t.Errorf("%s ran without its program: %+v", s.Name, r)
			}
		}
	}
	if err := sast.GosecModule(&bytes.Buffer{}, e.Tree.Root); err == nil {
		t.Error("gosec passed without the go command")
	}
}

// TestBroken: a package that cannot be loaded is an error, since nothing would be found in it.
func TestBroken(t *testing.T) {
	t.Setenv("GOWORK", "off")
	for name, text := range map[string]string{"types": "package a\n\nvar x int = \"s\"\n", "syntax": "package a\n\nfunc {\n", "import": "package a\n\nimport _ \"example.org/none\"\n"} {
		root := t.TempDir()
		write(t, root, map[string]string{"go.mod": "module example.org/planted\n\ngo 1.26.0\n", "good/good.go": "package good\n", "a/a.go": text})
		if err := sast.GosecModule(&bytes.Buffer{}, root); err == nil || !strings.Contains(err.Error(), "load package") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
