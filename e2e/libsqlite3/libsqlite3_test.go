// SPDX-License-Identifier: MIT

// Package libsqlite3 holds -tags libsqlite3: the driver over a libsqlite3.a that
// is linked beside it.
//
//	GOWORK=off go -C e2e/libsqlite3 test -v -timeout 1h .
//
// One library is the release's, which `./bazelw build //:release` has made or
// $RELEASE names, a folder of release archives; it is linked by gcc, clang and
// zig, which is $ZIG, the one in PATH, or the one that ./bazelw has unpacked. The
// others are compiled from the amalgamation that
// `./bazelw run //internal/capi:amalgamation` writes, with cc (or $CC) and ar.
// Where one of these is missing the test fails.
package libsqlite3

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const capi = "../../internal/capi"

// library compiles a libsqlite3.a after edit has changed source and options.
func library(t *testing.T, edit func(source, options string) (string, string)) (dir string) {
	t.Helper()
	dir = t.TempDir()
	source, options := read(t, capi+"/sqlite3.c"), read(t, "../../sqlite3_amalgamation/sqlite3_options.h")
	if edit != nil {
		source, options = edit(source, options)
	}
	write(t, dir, "sqlite3_options.h", options)
	write(t, dir, "sqlite3.c", "#include \"sqlite3_options.h\"\n"+source)
	object, archive := filepath.Join(dir, "sqlite3.o"), filepath.Join(dir, "libsqlite3.a")
	run(t, nil, compiler(), "-O1", "-c", filepath.Join(dir, "sqlite3.c"), "-o", object)
	run(t, nil, "ar", "rc", archive, object)
	return dir
}

func compiler() string { return cmp.Or(os.Getenv("CC"), "cc") }

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v: run `./bazelw run //internal/capi:amalgamation`", err)
	}
	return string(b)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	out, err := command(env, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func command(env []string, name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), append([]string{"GOWORK=off", "CGO_ENABLED=1"}, env...)...)
	out, err := c.CombinedOutput()
	return string(out), err
}

// probe builds the program over the library in dir, whose header is that of capi, and runs it.
func probe(t *testing.T, dir string) (string, error) {
	t.Helper()
	header, err := filepath.Abs(capi)
	if err != nil {
		t.Fatal(err)
	}
	return over(t, linking(header, dir))
}

// linking is the environment that compiles with the header in one folder and links the library in another.
func linking(include, lib string) []string {
	return []string{"CGO_CFLAGS=-O2 -g -I" + include, "CGO_LDFLAGS=-L" + lib}
}

// over builds the program with the tag and flags of the go command, and runs it.
func over(t *testing.T, env []string, flags ...string) (string, error) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "probe")
	run(t, env, "go", append(append([]string{"build", "-tags", "libsqlite3", "-o", program}, flags...), "./probe")...)
	return command(nil, program)
}

// cut takes lines that define these options out of the header.
func cut(t *testing.T, header string, options ...string) string {
	t.Helper()
	var kept []string
	found := 0
next:
	for _, line := range strings.Split(header, "\n") {
		for _, o := range options {
			if strings.HasPrefix(line, "#define SQLITE_"+o+" ") {
				found++
				continue next
			}
		}
		kept = append(kept, line)
	}
	if found != len(options) {
		t.Fatalf("%d of %v are in the header", found, options)
	}
	return strings.Join(kept, "\n")
}

// marked adds an option that changes nothing here, to tell the library from the built-in SQLite.
func marked(source, options string) (string, string) {
	return source, "#define SQLITE_ENABLE_NULL_TRIM 1\n" + options
}

func TestALibraryWithTheOptionsFits(t *testing.T) {
	dir := library(t, marked)
	out, err := probe(t, dir)
	if err != nil || !strings.Contains(out, "ENABLE_NULL_TRIM") {
		t.Fatalf("%v: %s", err, out)
	}
	// Without the tag nothing of the library is used.
	program := filepath.Join(t.TempDir(), "probe")
	run(t, nil, "go", "build", "-o", program, "./probe")
	if out := run(t, nil, program); strings.Contains(out, "ENABLE_NULL_TRIM") {
		t.Errorf("the built-in SQLite has the library's mark: %s", out)
	}
}

func TestLibrariesThatDoNotFitAreRefusedByName(t *testing.T) {
	for _, l := range []struct {
		name string
		edit func(source, options string) (string, string)
		want []string
	}{
		{"options missing", func(source, options string) (string, string) {
			return source, cut(t, options, "ENABLE_SESSION", "ENABLE_FTS5", "ENABLE_CARRAY", "ENABLE_SNAPSHOT", "ENABLE_COLUMN_METADATA")
		}, []string{"compiled without these options", "ENABLE_SESSION", "ENABLE_FTS5", "ENABLE_CARRAY", "ENABLE_SNAPSHOT", "ENABLE_COLUMN_METADATA"}},
		{"another value", func(source, options string) (string, string) {
			return source, strings.Replace(options, "SQLITE_DQS 0", "SQLITE_DQS 3", 1)
		}, []string{"DQS=0"}},
		{"something left out, no threads", func(source, options string) (string, string) {
			return source, "#define SQLITE_OMIT_AUTOINIT 1\n" + strings.Replace(options, "SQLITE_THREADSAFE 2", "SQLITE_THREADSAFE 0", 1)
		}, []string{"no OMIT_AUTOINIT", "THREADSAFE=2"}},
		{"commits that a power cut may take back", func(source, options string) (string, string) {
			return source, strings.Replace(options, "SQLITE_DEFAULT_SYNCHRONOUS 2", "SQLITE_DEFAULT_SYNCHRONOUS 1", 1)
		}, []string{"no DEFAULT_SYNCHRONOUS=1"}},
		{"the same in WAL mode", func(source, options string) (string, string) {
			return source, strings.Replace(options, "SQLITE_DEFAULT_WAL_SYNCHRONOUS 2", "SQLITE_DEFAULT_WAL_SYNCHRONOUS 1", 1)
		}, []string{"no DEFAULT_WAL_SYNCHRONOUS=1"}},
		{"file names that are URIs", func(source, options string) (string, string) {
			return source, "#define SQLITE_USE_URI 1\n" + options
		}, []string{"no USE_URI"}},
		{"plans that look at bound values", func(source, options string) (string, string) {
			return source, "#define SQLITE_ENABLE_STAT4 1\n" + options
		}, []string{"no ENABLE_STAT4"}},
		{"expressions of any depth", func(source, options string) (string, string) {
			return source, "#define SQLITE_MAX_EXPR_DEPTH 0\n" + options
		}, []string{"no MAX_EXPR_DEPTH=0"}},
		{"older", func(source, options string) (string, string) {
			source = strings.Replace(source, "#define SQLITE_VERSION_NUMBER 3054001", "#define SQLITE_VERSION_NUMBER 3053000", 1)
			return strings.Replace(source, `#define SQLITE_VERSION        "3.54.1"`, `#define SQLITE_VERSION        "3.53.0"`, 1), options
		}, []string{"libsqlite3 is version 3.53.0", "needs 3.54.1 or newer"}},
	} {
		t.Run(l.name, func(t *testing.T) {
			out, err := probe(t, library(t, l.edit))
			if err == nil {
				t.Fatalf("it is taken: %s", out)
			}
			for _, want := range l.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not named in: %s", want, out)
				}
			}
		})
	}
}

// different are tests of what a library cannot give, as docs/cookbook.md says: the last part of each pattern tells what.
var different = []string{
	"TestReadingAheadByStatement",                  // connections with functions of their own read row by row
	"TestReadingAheadBesideAModule",                // or with modules
	"TestSlowFunctionIsNotReadAhead",               // the same
	"TestSlowFunctionIsNotReadAheadAfterAnother",   // the same
	"TestGoexitLosesTheConnectionOnly",             // the files of a lost connection stay locked
	"TestGoexitLeavesThePool",                      // the same
	"TestPoolReplacesLostConnections",              // the same
	"TestColumnTypes", "TestNullableIsASchemaFact", // every column may be NULL
}

func TestTheDriversOwnTests(t *testing.T) {
	driversTests(t, []string{"CGO_LDFLAGS=-L" + library(t, nil)})
}

// driversTests runs the driver's own tests over the library that env links.
func driversTests(t *testing.T, env []string) {
	t.Helper()
	out, err := command(env, "go", "-C", "../..", "test", "-count=1", "-tags", "libsqlite3", "-skip", "^("+strings.Join(different, "|")+")$",
		"./sqlite/...", "./driver/...")
	t.Log(out)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count("\n"+out, "\nok "); n < 5 {
		t.Errorf("tests of %d packages have run, want 5 or more", n)
	}
}
