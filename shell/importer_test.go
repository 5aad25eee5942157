// SPDX-License-Identifier: MIT

package shell

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const showT = ".mode list\n.headers off\n.nullvalue NULL\nSELECT * FROM t"

func TestImport(t *testing.T) {
	tests := []struct {
		name  string
		file  string
		text  string
		setup string
		flags string
		out   string
	}{
		{name: "existing table", text: "1,a\r\n2,b\r\n", setup: "CREATE TABLE t(i INT, s)", out: "1|a\n2|b\n"},
		{name: "skip the header", text: "i,s\n1,a\n", setup: "CREATE TABLE t(i, s)", flags: "--skip 1", out: "1|a\n"},
		{name: "create from the header", text: "i,\"a \"\"b\"\"\"\n007,x\n", flags: "--create", out: "007|x\n"},
		{name: "create after skipped lines", text: "made today\ni\n5\n", flags: "--create --skip=1", out: "5\n"},
		{name: "NULL and empty text", text: ",\"\"\n", setup: "CREATE TABLE t(a, b)", out: "NULL|\n"},
		{name: "tsv by flag", text: "a\t\"b\n", setup: "CREATE TABLE t(a, b)", flags: "--tsv", out: "a|\"b\n"},
		{name: "tsv by name", file: "x.tsv", text: "a\tb\n", setup: "CREATE TABLE t(a, b)", out: "a|b\n"},
		{name: "generated columns are left out", text: "1,2\n", setup: "CREATE TABLE t(a INT, c AS (a*10), b)", out: "1|10|2\n"},
		{name: "no rows", text: "", setup: "CREATE TABLE t(a)", out: ""},
		{name: "inside a transaction", text: "1\n", setup: "CREATE TABLE t(a); BEGIN; INSERT INTO t VALUES(0); ", out: "0\n1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.file == "" {
				tt.file = "x.csv"
			}
			path := writeFile(t, tt.file, tt.text)
			r := run(t, "", ":memory:", tt.setup, ".import '"+path+"' t "+tt.flags, showT)
			if r.out != tt.out || r.code != 0 {
				t.Errorf("got exit %d, %q, %s, want %q", r.code, r.out, r.err, tt.out)
			}
		})
	}
}

func TestImportFailuresLeaveNothing(t *testing.T) {
	const setup = "CREATE TABLE t(a INT UNIQUE, b)"
	tests := []struct {
		name  string
		text  string
		flags string
		table string
		err   string
	}{
		{name: "too few fields", text: "1,a\n2\n", err: "line 2: has 1 fields, table t has 2 columns; nothing was imported"},
		{name: "too many fields", text: "1,a\n\"2\n\",b,c\n", err: "line 2: has 3 fields"},
		{name: "truncated", text: "1,a\n2,\"b", err: "line 2: the file ends inside a quoted field"},
		{name: "constraint", text: "1,a\n2,\"\n\n\"\n1,c\n", err: "line 5: UNIQUE constraint failed: t.a (SQLITE_CONSTRAINT_UNIQUE); nothing was imported"},
		{name: "no such table", text: "1\n", table: "u", err: "table u does not exist; --create makes it"},
		{name: "table exists", text: "a,b\n1,2\n", flags: "--create", err: `line 1: table "t" already exists`},
		{name: "created table goes too", text: "a,b\n1\n", table: "u", flags: "--create", err: "line 2: has 1 fields, table u has 2 columns"},
		{name: "no header", text: "", table: "u", flags: "--create", err: "the file ends before its first row"},
		{name: "no name", text: "a,\n", table: "u", flags: "--create", err: "line 1: column 2 has no name"},
		{name: "skip too much", text: "a\n", flags: "--skip 5", err: "the file ends before its first row"},
		{name: "bad skip", flags: "--skip x", err: `--skip wants a number of lines, got "x"`},
		{name: "missing skip", flags: "--skip", err: "--skip needs a number of lines"},
		{name: "both formats", flags: "--csv --tsv", err: "exclude each other"},
		{name: "unknown flag", flags: "--header", err: "flag --header is not known"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.table == "" {
				tt.table = "t"
			}
			db := filepath.Join(t.TempDir(), "a.db")
			run(t, "", db, setup+"; INSERT INTO t VALUES(99, 'old')").ok(t)
			path := writeFile(t, "x.csv", tt.text)
			run(t, "", db, ".import '"+path+"' "+tt.table+" "+tt.flags).fails(t, ExitFailure, tt.err)
			got := run(t, "", db, showT, ".tables").ok(t)
			if got != "99|old\nt\n" {
				t.Errorf("the failure left %q", got)
			}
			// Inside a transaction what came before the import stays.
			r := run(t, "BEGIN; INSERT INTO t VALUES(50, 'new');\n.import '"+path+"' "+tt.table+" "+tt.flags+"\nCOMMIT;", "--keep-going", db)
			if r.code != ExitFailure || !strings.Contains(r.err, tt.err) {
				t.Errorf("in a transaction: exit %d, %s", r.code, r.err)
			}
			if got := run(t, "", db, showT, ".tables").ok(t); got != "99|old\n50|new\nt\n" {
				t.Errorf("the failure in a transaction left %q", got)
			}
		})
	}
	run(t, "", ":memory:", ".import /no/such/file t").fails(t, ExitFailure, "import: open /no/such/file")
	run(t, "", ":memory:", ".import '"+t.TempDir()+"' t").fails(t, ExitFailure, "is a folder")
	run(t, ".import - t\n").fails(t, ExitFailure, "stdin holds the commands")
}

func TestImportFromStdin(t *testing.T) {
	run(t, "a\n1\n", "--header=false", ":memory:", ".import - t --create", "SELECT a FROM t").want(t, "1\n", "", 0)
}

func TestImportKeepsWhatCSVExports(t *testing.T) {
	out := run(t, "", "--format=csv", ":memory:", "SELECT NULL AS a, '' AS b, 'x\r\ny' AS c, '\"' AS d").ok(t)
	path := writeFile(t, "x.csv", out)
	got := run(t, "", "--format=json", ":memory:", ".import '"+path+"' t --create", "SELECT * FROM t").ok(t)
	if want := `[{"a":null,"b":"","c":"x\r\ny","d":"\""}]` + "\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
}

func TestImportProgress(t *testing.T) {
	path := writeFile(t, "x.csv", "a\n"+strings.Repeat("1\n", 5000))
	now := time.Unix(0, 0)
	tests := []struct {
		name     string
		terminal bool
		last     string
	}{
		{name: "pipe", last: ""},
		{name: "terminal", terminal: true, last: "5000 rows imported into t\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := runShell(t, &Shell{
				Stdin: strings.NewReader(""), StderrIsTerminal: tt.terminal,
				Now:  func() time.Time { now = now.Add(time.Second); return now },
				Args: []string{":memory:", ".import '" + path + "' t --create"},
			})
			if !strings.HasSuffix(r.err, tt.last) || strings.Contains(r.err, "% ") != tt.terminal || r.out != "" || r.code != 0 {
				t.Errorf("exit %d, stderr %q", r.code, r.err)
			}
		})
	}
}

// endAt ends ctx when its n-th read begins.
type endAt struct {
	text   string
	n      int
	cancel context.CancelFunc
}

func (e *endAt) Read(p []byte) (int, error) {
	if e.n--; e.n == 0 {
		e.cancel()
	}
	return copy(p, e.text), nil
}

func TestInterruptedImportLeavesNothing(t *testing.T) {
	db := filepath.Join(t.TempDir(), "a.db")
	run(t, "", db, "CREATE TABLE t(a)").ok(t)
	ctx, cancel := context.WithCancel(context.Background())
	var out, errOut bytes.Buffer
	sh := &Shell{
		Stdin:  &endAt{text: strings.Repeat("1\n", 1000), n: 50, cancel: cancel},
		Stdout: &out, Stderr: &errOut,
		Args: []string{db, ".import - t"},
	}
	if code := sh.Run(ctx); code != ExitFailure || !strings.Contains(errOut.String(), "interrupted; nothing was imported") {
		t.Errorf("exit %d, stderr %q", code, errOut.String())
	}
	run(t, "", "--header=false", db, "SELECT count(*) FROM t").want(t, "0\n", "", 0)
}

func BenchmarkImport(b *testing.B) {
	path := filepath.Join(b.TempDir(), "x.csv")
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&text, "%d,name %d,\"quoted, %d\",%d.5\n", i, i, i, i)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		var out, errOut bytes.Buffer
		sh := &Shell{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errOut, Args: []string{
			":memory:", "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c TEXT, d REAL)", ".import '" + path + "' t"}}
		if code := sh.Run(context.Background()); code != 0 {
			b.Fatal(errOut.String())
		}
	}
}
