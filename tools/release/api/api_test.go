// SPDX-License-Identifier: MIT

package api

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// goroot is the standard library: Bazel names a file of it, plain go asks the go command.
func goroot(t *testing.T) string {
	t.Helper()
	if file := os.Getenv("GOSQLITE_GO_VERSION_FILE"); file != "" {
		return filepath.Dir(filepath.Clean(file))
	}
	dir, err := GOROOT(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestTree is what keeps the description and the code of this tree together.
func TestTree(t *testing.T) {
	const root = "../../.."
	platforms, err := Platforms(root)
	if err != nil {
		t.Fatal(err)
	}
	code, err := Load(NewSources(goroot(t)), root, platforms)
	if err != nil {
		t.Fatal(err)
	}
	version, err := Version(root)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := Check(root, code, Locked(version))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wrong {
		t.Error(w)
	}
	// What the lines stand for is the code: apidiff sees no difference, not even a compatible one.
	lines, err := ReadFile(root, Released)
	if err != nil {
		t.Fatal(err)
	}
	described, err := code.described(lines, platforms[0])
	if err != nil {
		t.Fatal(err)
	}
	found := newChanges(platforms[:1])
	found.add(platforms[0], described, code.packages[platforms[0]])
	if changes := found.list(); len(changes) > 0 && Locked(version) == false {
		t.Errorf("the description stands for other types than the code has: %v", changes)
	}
	for _, rel := range []string{"driver", "driver/compat/sqlite3", "driver/jsoncolumn", "driver/migrate", "shell", "sqlite"} {
		if code.packages[platforms[0]][rel] == nil {
			t.Errorf("package %s is not described", rel)
		}
	}
	for _, rel := range []string{"sqlite/vtab", "sqlite/vfs"} {
		if code.packages[platforms[0]][rel] != nil {
			t.Errorf("package %s is experimental and described", rel)
		}
	}
}

var world = map[string]string{
	"go.mod": "module example.com/m\n\ngo 1.26.0\n",
	"c/internal/capi/capi.go": `package capi

// #include <stddef.h>
import "C"

const Null = C.NULL_VALUE

type Conn struct{ size [unsafe.Sizeof(C.thing{}) - 8]int }
`,
	"lite/lite.go": `// Package lite is stable.
package lite

import (
	"context"
	"example.com/m/c/internal/capi"
	"io"
)

const Busy Code = 5
const Name = "lite"
const Half = 0.5

type Code int

func (c Code) Error() string { return Name }

type Conn struct {
	c *capi.Conn
	Name string
}

func (c *Conn) Close() error { return nil }
func (c *Conn) Query(ctx context.Context, args ...any) (rows map[string][]io.Reader, err error) { return }

type Key struct{ A, B int }

type Queue interface {
	Len() int
	io.Closer
}

type Sealed interface{ sealed() }

type Value interface{ int64 | ~string }

type Null[T any] struct { V T; Valid bool }

func (n *Null[T]) Set(v T) {}

type base struct{ Depth int }

func (base) Level() int { return capi.Null }

type Tree struct{ base }

type option struct{ n int }

type Option func(*option)

func With[A int | string](a A) Option { return nil }

var Default Queue
`,
	"lite/lite_windows.go":      "package lite\n\nimport \"syscall\"\n\nfunc Handle(c *Conn) syscall.Handle { return 0 }\n",
	"lite/lite_go127.go":        "//go:build go1.27\n\npackage lite\n\nfunc New127() {}\n",
	"lite/driver/driver.go":     "package driver\n\nimport (\n\t\"database/sql/driver\"\n\t\"example.com/m/lite\"\n)\n\nfunc Open(n driver.NamedValue) (*lite.Conn, error) { return nil, nil }\n",
	"lite/fresh/fresh.go":       "// Package fresh is EXPERIMENTAL: anything may change.\npackage fresh\n\nfunc F() {}\n",
	"lite/main/main.go":         "package main\n\nfunc Exported() {}\n\nfunc main() {}\n",
	"tools/go.mod":              "module example.com/m/tools\n",
	"tools/tool/tool.go":        "package tool\n\nfunc T() {}\n",
	"lite/lite_test.go":         "package lite\n\nfunc InTest() {}\n",
	"lite/testdata/x/x.go":      "package x\n\nfunc X() {}\n",
	"api/v1.txt":                "",
	"api/next.txt":              "",
	"platforms/matrix.bzl":      "    _row(\"linux_amd64\", \"linux\", \"amd64\", \"glibc\", \"x\", \"y\", \"tested\"),\n    _row(\"windows_amd64\", \"windows\", \"amd64\", \"mingw\", \"x\", \"y\", \"linked\"),\n",
	"tools/release/version.bzl": "VERSION = \"1.0.0\"\nRELEASE_TIME = \"2026-11-23T00:00:00Z\"\n",
}

func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

var shared = map[string]*Sources{} // the standard library is parsed once for all cases

func load(t *testing.T, root string) *Code {
	t.Helper()
	dir := goroot(t)
	if shared[dir] == nil {
		shared[dir] = NewSources(dir)
	}
	platforms, err := Platforms(root)
	if err != nil {
		t.Fatal(err)
	}
	code, err := Load(shared[dir], root, platforms)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestDescription(t *testing.T) {
	got := load(t, lay(t, world)).Lines()
	want := []string{
		"pkg lite (windows/amd64), func Handle(*Conn) syscall.Handle",
		`pkg lite, const Busy Code = 5`,
		`pkg lite, const Half = 1.0/2`,
		`pkg lite, const Name = "lite"`,
		`pkg lite, func With[A int | string](A) Option`,
		`pkg lite, method (*Conn) Close() error`,
		`pkg lite, method (*Conn) Query(context.Context, ...any) (map[string][]io.Reader, error)`,
		`pkg lite, method (*Null[T]) Set(T)`,
		`pkg lite, method (Code) Error() string`,
		`pkg lite, method (Tree) Level() int`,
		`pkg lite, type Code int`,
		`pkg lite, type Conn struct`,
		`pkg lite, type Conn struct, Name string`,
		`pkg lite, type Conn struct, has unexported fields`,
		`pkg lite, type Key struct`,
		`pkg lite, type Key struct, A int`,
		`pkg lite, type Key struct, B int`,
		`pkg lite, type Null[T any] struct`,
		`pkg lite, type Null[T any] struct, V T`,
		`pkg lite, type Null[T any] struct, Valid bool`,
		`pkg lite, type Option func(*option)`,
		`pkg lite, type Queue interface { Close() error; Len() int }`,
		`pkg lite, type Sealed interface { unexported() }`,
		`pkg lite, type Tree struct`,
		`pkg lite, type Tree struct, has unexported fields`,
		`pkg lite, type Tree struct, promotes Depth int`,
		`pkg lite, type Value interface { int64 | ~string }`,
		`pkg lite, type option struct`,
		`pkg lite, type option struct, has unexported fields`,
		`pkg lite, var Default Queue`,
		`pkg lite/driver, func Open(database/sql/driver.NamedValue) (*lite.Conn, error)`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("description:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCheckLocked(t *testing.T) {
	base := load(t, lay(t, world)).Lines()
	for _, test := range []struct {
		name     string
		file     string
		old, new string
		want     []string // in the finding; none: no finding
	}{
		{name: "the code as it was", file: "lite/lite.go"},
		{"a removed method", "lite/lite.go", "func (c *Conn) Close() error { return nil }\n", "", []string{"api/v1.txt:8: pkg lite, method (*Conn) Close() error", "removed", "an exported name stays"}},
		{"a removed function of one platform", "lite/lite_windows.go", "Handle(c", "handle(c", []string{"api/v1.txt:3:", "Handle", "windows/amd64", "an exported name stays"}},
		{"another parameter", "lite/lite.go", "args ...any", "args []any", []string{"(*Conn).Query", "changed from", "keeps its type"}},
		{"another name of a parameter", "lite/lite.go", "args ...any", "values ...any", nil},
		{"another value", "lite/lite.go", "Busy Code = 5", "Busy Code = 6", []string{"const Busy Code = 5", "value changed", "keeps its value"}},
		{"a method more in an interface", "lite/lite.go", "	Len() int\n", "	Len() int\n	Cap() int\n", []string{"Queue.Cap", "gets no method"}},
		{"a method more in a sealed interface", "lite/lite.go", "{ sealed() }", "{ sealed(); Cap() int }", []string{"api/next.txt: pkg lite, type Sealed interface { Cap() int; unexported() }", "write"}},
		{"a type that compares no more", "lite/lite.go", "A, B int }", "A, B int; C []int }", []string{"comparable"}},
		{"a type less in a constraint", "lite/lite.go", "interface{ int64 | ~string }", "interface{ int64 }", []string{"type Value interface", "Value: constraint narrowed from int64 | ~string to int64", "goes on to satisfy it"}},
		{"a type less in a function's constraint", "lite/lite.go", "[A int | string]", "[A int]", []string{"With.A: constraint narrowed"}},
		{"a constraint where there was none", "lite/lite.go", "Null[T any]", "Null[T int]", []string{"Null.T: constraint narrowed from any type to int"}},
		{"a type more in a constraint", "lite/lite.go", "interface{ int64 | ~string }", "interface{ int64 | ~string | bool }", []string{"api/next.txt: pkg lite, type Value interface { int64 | ~string | bool }"}},
		{"a field that Go promotes no more", "lite/lite.go", "Depth int", "depth int", []string{"Tree.Depth", "removed"}},
		{"a package that becomes experimental", "lite/driver/driver.go", "package driver", "// Package driver is EXPERIMENTAL.\npackage driver", []string{"lite/driver", "a package stays"}},
		{"another name of an unexported type", "lite/lite.go", "option", "setting", []string{"api/next.txt: pkg lite, type"}},
		{"a new function", "lite/lite.go", "type Code int", "type Code int\n\nfunc Fresh() {}", []string{"api/next.txt: pkg lite, func Fresh()", "write"}},
		{"a new type of a newer Go", "lite/lite_go127.go", "New127", "New128", nil},
		{"a change in an experimental package", "lite/fresh/fresh.go", "F()", "G()", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{}
			for name, text := range world {
				files[name] = text
			}
			if test.name != "the code as it was" && !strings.Contains(files[test.file], test.old) {
				t.Fatalf("%q is not in %s", test.old, test.file)
			}
			files[test.file] = strings.ReplaceAll(files[test.file], test.old, test.new)
			if test.old == "" {
				files[test.file] = world[test.file]
			}
			root := lay(t, files)
			write(t, root, map[string][]byte{Released: Format(Released, base), Next: Format(Next, nil)})
			code := load(t, root)
			wrong, err := Check(root, code, true)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(wrong, "\n")
			if test.want == nil && text != "" {
				t.Errorf("found %s", text)
			}
			for _, w := range test.want {
				if !strings.Contains(text, w) {
					t.Errorf("found %q, want it to say %q", text, w)
				}
			}
			// What is only an addition is green once it is written; what breaks cannot be written.
			texts, err := Texts(root, code, true)
			if breaks := strings.Contains(text, Promise); breaks != (err != nil) {
				t.Fatalf("breaks: %v, and writing gave %v", breaks, err)
			}
			if err == nil {
				write(t, root, texts)
				if wrong, err := Check(root, code, true); len(wrong) > 0 || err != nil {
					t.Errorf("after writing: %q, %v", wrong, err)
				}
			}
		})
	}
}

func write(t *testing.T, root string, texts map[string][]byte) {
	t.Helper()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(root, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheckTheFiles(t *testing.T) {
	root := lay(t, world)
	code := load(t, root)
	have := code.Lines()
	for _, test := range []struct {
		name           string
		released, next []string
		locked         bool
		want           string
	}{
		{"a draft that lacks a line", have[1:], nil, false, "api/v1.txt: " + have[0]},
		{"a draft with a line too many", append(slices.Clone(have), "pkg lite, func Gone()"), nil, false, "the code has it no more"},
		{"a line that was dropped from what was released", have[1:], nil, true, "api/next.txt: " + have[0]},
		{"an addition that was taken back", have, []string{"pkg lite, func Gone()"}, true, "api/next.txt:3: pkg lite, func Gone(): the code does not have it"},
		{"an addition that was released", have, have[:1], true, "stands in api/v1.txt already"},
	} {
		t.Run(test.name, func(t *testing.T) {
			write(t, root, map[string][]byte{Released: Format(Released, test.released), Next: Format(Next, test.next)})
			wrong, err := Check(root, code, test.locked)
			if err != nil || len(wrong) != 1 || !strings.Contains(wrong[0], test.want) {
				t.Errorf("found %q, %v; want one that says %q", wrong, err, test.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"no line", "func F()\n", "v1.txt:1"},
		{"out of order", "pkg b, func F()\npkg a, func F()\n", "out of order"},
		{"double", "pkg b, func F()\npkg b, func F()\n", "double"},
		{"too large", strings.Repeat("#"+strings.Repeat("x", 1000)+"\n", MaxText/1000), "larger"},
	} {
		if _, err := Read(Released, strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want it to say %q", test.name, err, test.want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, test := range []struct{ name, file, text, want string }{
		{"a type of C in the interface", "lite/more.go", "package lite\n\nimport \"example.com/m/c/internal/capi\"\n\nfunc Raw() *capi.Conn { return nil }\n", "cannot import"},
		{"an error of types", "lite/more.go", "package lite\n\nfunc Raw() missing { return nil }\n", "undefined: missing"},
		{"a module that go.mod does not require", "lite/more.go", "package lite\n\nimport \"example.org/x\"\n\nfunc Raw() x.T\n", "could not import"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := lay(t, world)
			write(t, root, map[string][]byte{test.file: []byte(test.text)})
			platforms, err := Platforms(root)
			if err != nil {
				t.Fatal(err)
			}
			load(t, lay(t, world)) // the standard library, into shared
			if _, err := Load(shared[goroot(t)], root, platforms); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to say %q", err, test.want)
			}
		})
	}
}
