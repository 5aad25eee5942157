// SPDX-License-Identifier: MIT

package shell

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// result is what one run left behind.
type result struct {
	out, err string
	code     int
}

// run runs the shell in-process with stdin as its input.
func run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return runShell(t, &Shell{Stdin: strings.NewReader(stdin), Args: args})
}

func runShell(t *testing.T, sh *Shell) result {
	t.Helper()
	var out, errOut bytes.Buffer
	sh.Stdout, sh.Stderr = &out, &errOut
	code := sh.Run(context.Background())
	return result{out.String(), errOut.String(), code}
}

// want compares a whole run.
func (r result) want(t *testing.T, out, err string, code int) {
	t.Helper()
	if r.out != out || r.err != err || r.code != code {
		t.Errorf("got exit %d\nstdout:\n%s\nstderr:\n%s\nwant exit %d\nstdout:\n%s\nstderr:\n%s",
			r.code, r.out, r.err, code, out, err)
	}
}

// fails checks the exit code, that stderr holds text and that stdout is empty.
func (r result) fails(t *testing.T, code int, text string) {
	t.Helper()
	if r.code != code || !strings.Contains(r.err, text) || r.out != "" {
		t.Errorf("got exit %d, stdout %q, stderr:\n%s\nwant exit %d, no stdout, stderr with %q", r.code, r.out, r.err, code, text)
	}
}

// ok checks that the run went well and was silent on stderr.
func (r result) ok(t *testing.T) string {
	t.Helper()
	if r.code != 0 || r.err != "" {
		t.Fatalf("got exit %d, stderr:\n%s\nwant exit 0 and silence", r.code, r.err)
	}
	return r.out
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// onlyFiles checks that folder holds exactly these files: a leftover temporary
// file is a defect.
func onlyFiles(t *testing.T, folder string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("%s holds %q, want %q", folder, got, names)
	}
}

func TestSources(t *testing.T) {
	script := writeFile(t, "a.sql", "SELECT 1;\n.mode csv\nSELECT 2")
	tests := []struct {
		name  string
		stdin string
		args  []string
		out   string
	}{
		{name: "argument", args: []string{"--header=false", ":memory:", "SELECT 1"}, out: "1\n"},
		{name: "several arguments share the database", args: []string{"--format", "list", "--header=false", ":memory:", "CREATE TABLE t(a); INSERT INTO t VALUES(7)", "SELECT a FROM t"}, out: "7\n"},
		{name: "flags after the database", args: []string{":memory:", "SELECT 1", "--header=false"}, out: "1\n"},
		{name: "no flag after --", args: []string{"--header=false", ":memory:", "--", "--x\nSELECT 1"}, out: "1\n"},
		{name: "stdin", stdin: "SELECT\n1;SELECT 2;\n", args: []string{"--header=false"}, out: "1\n2\n"},
		{name: "stdin without last semicolon", stdin: "SELECT 1", args: []string{"--header=false"}, out: "1\n"},
		{name: "stdin with byte order mark", stdin: "\ufeffSELECT 1;", args: []string{"--header=false"}, out: "1\n"},
		{name: "empty stdin", stdin: "", out: ""},
		{name: "only comments", stdin: "-- nothing\n/* at\nall */", out: ""},
		{name: "file then argument", args: []string{"--header=false", "-f", script, ":memory:", "SELECT 3"}, out: "1\n2\r\n3\r\n"},
		{name: "file is stdin", stdin: "SELECT 4", args: []string{"--header=false", "-f", "-"}, out: "4\n"},
		{name: "trigger body", stdin: "CREATE TABLE t(a);CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; SELECT 1; END; INSERT INTO t VALUES(1); SELECT count(*) FROM t;", args: []string{"--header=false"}, out: "0\n"},
		{name: "command after comment", stdin: "-- first\n.print hello\n", out: "hello\n"},
		{name: "dot inside a text is no command", stdin: "SELECT '\n.print x\n';", args: []string{"--format=list", "--header=false"}, out: "\n.print x\n\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, tt.stdin, tt.args...).want(t, tt.out, "", 0)
		})
	}
}

func TestUsage(t *testing.T) {
	tests := []struct {
		name string
		args []string
		text string
	}{
		{name: "unknown flag", args: []string{"--formt", "csv"}, text: "gosqlite: flag --formt is not known; did you mean --format?\nRun 'gosqlite help'"},
		{name: "unknown flag far from all", args: []string{"--zzzzzzzzzz"}, text: "flag --zzzzzzzzzz is not known\n"},
		{name: "unknown format", args: []string{"--format", "xml"}, text: `--format "xml" is not known; choose one of table, csv, json, line, list`},
		{name: "missing value", args: []string{"--format"}, text: "flag needs an argument"},
		{name: "bad bool", args: []string{"--header=maybe"}, text: `invalid boolean value "maybe"`},
		{name: "bad param", args: []string{"--param", "x"}, text: `--param "x": want name=value`},
		{name: "bad param type", args: []string{"--param", "x:date=1"}, text: `type "date" is not known`},
		{name: "negative timeout", args: []string{"--timeout", "-1s"}, text: "--timeout -1s is negative"},
		{name: "readonly memory", args: []string{"--readonly"}, text: "--readonly needs a DATABASE"},
		{name: "version argument", args: []string{"version", "--xml"}, text: `version takes only --json, got "--xml"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, "", tt.args...).fails(t, ExitUsage, tt.text)
		})
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"--help"}, {"-h"}} {
		if out := run(t, "", args...).ok(t); out != helpText {
			t.Errorf("%q printed %q", args, out)
		}
	}
	for name := range strings.SplitSeq("format header null param f readonly keep-going timeout timer", " ") {
		if !strings.Contains(helpText, "-"+name+" ") && !strings.Contains(helpText, "-"+name+"=") && !strings.Contains(helpText, "-"+name+"\n") {
			t.Errorf("help does not mention the flag %s", name)
		}
	}
	for i, line := range strings.Split(helpText, "\n") {
		if len(line) > 88 {
			t.Errorf("help line %d is %d bytes long", i+1, len(line))
		}
	}
}

func TestFailures(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "no", "such.db")
	tests := []struct {
		name  string
		stdin string
		args  []string
		err   string
	}{
		{
			name: "syntax", args: []string{":memory:", "SELECT 1 FROM\n  nowhere WHERE selec"},
			err: "gosqlite: no such table: nowhere (SQLITE_ERROR)\n",
		},
		{
			name: "caret", args: []string{":memory:", "SELECT\n  'ä' || nam"},
			err: "gosqlite: no such column: nam (SQLITE_ERROR)\n    'ä' || nam\n           ^\n",
		},
		{
			name: "line of stdin", stdin: "SELECT 1;\n\n\nSELECT\nselec;\n", args: []string{"--format", "list", "--header=false"},
			err: "gosqlite: stdin:5: no such column: selec (SQLITE_ERROR)\n  selec;\n  ^\n",
		},
		{
			name: "extended code", args: []string{":memory:", "CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES(1),(1)"},
			err: "gosqlite: UNIQUE constraint failed: t.a (SQLITE_CONSTRAINT_UNIQUE)\n",
		},
		{
			name: "missing parameter", args: []string{":memory:", "SELECT :name"},
			err: "gosqlite: parameter name has no value; give it with --param name=VALUE or .param set name VALUE\n",
		},
		{
			name: "folder is missing", args: []string{missing, "SELECT 1"},
			err: "gosqlite: open " + missing + ": unable to open database file (SQLITE_CANTOPEN)\n",
		},
		{
			name: "unknown command", stdin: "SELECT 1;\n.tabels\n", args: []string{"--format", "list", "--header=false"},
			err: "gosqlite: stdin:2: command .tabels is not known; did you mean .tables?\n",
		},
		{
			name: "unclosed text", stdin: "SELECT 'a;\n", args: []string{"--header=false"},
			err: "gosqlite: stdin:1: unrecognized token: \"'a;\n\" (SQLITE_ERROR)\n  SELECT 'a;\n         ^\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := run(t, tt.stdin, tt.args...)
			if r.err != tt.err || r.code != ExitFailure {
				t.Errorf("got exit %d, stderr:\n%s\nwant exit 1:\n%s", r.code, r.err, tt.err)
			}
		})
	}
}

func TestStopsAtFirstFailure(t *testing.T) {
	const sql = "SELECT 1;\nSELECT x;\nSELECT 2;\n"
	r := run(t, sql, "--header=false")
	if r.out != "1\n" || r.code != ExitFailure {
		t.Errorf("got exit %d, stdout %q, want 1 and only the first row", r.code, r.out)
	}
	r = run(t, sql, "--header=false", "--keep-going")
	if r.out != "1\n2\n" || r.code != ExitFailure || !strings.Contains(r.err, "stdin:2:") {
		t.Errorf("--keep-going: got exit %d, stdout %q, stderr %q", r.code, r.out, r.err)
	}
}

func TestReadOnly(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.db")
	run(t, "", path, "CREATE TABLE t(a)").ok(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	run(t, "", "--readonly", path, "INSERT INTO t VALUES(1)").
		fails(t, ExitFailure, "attempt to write a readonly database (SQLITE_READONLY)")
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the read-only database changed, %v", err)
	}
	missing := filepath.Join(folder, "b.db")
	run(t, "", "--readonly", missing, "SELECT 1").fails(t, ExitFailure, "SQLITE_CANTOPEN")
	onlyFiles(t, folder, "a.db")
}

func TestOpenTransactionIsReported(t *testing.T) {
	run(t, "", ":memory:", "BEGIN").want(t, "",
		"gosqlite: warning: the open transaction is rolled back; COMMIT keeps it\n", 0)
	run(t, "", ":memory:", "BEGIN; COMMIT").want(t, "", "", 0)
}

const countTo100000 = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 100000) SELECT i FROM n"

// brokenWriter fails like a full disk.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestOutputFailure(t *testing.T) {
	for _, format := range formats {
		var errOut bytes.Buffer
		sh := &Shell{
			Stdin: strings.NewReader(""), Stdout: brokenWriter{}, Stderr: &errOut,
			Args: []string{"--format", format, ":memory:", countTo100000},
		}
		if code := sh.Run(context.Background()); code != ExitFailure || !strings.Contains(errOut.String(), "write output: ") {
			t.Errorf("%s: exit %d, stderr %q", format, code, errOut.String())
		}
	}
}
