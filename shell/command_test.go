// SPDX-License-Identifier: MIT

package shell

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const library = `CREATE TABLE book(id INTEGER PRIMARY KEY, title TEXT);
CREATE INDEX book_title ON book(title);
CREATE VIEW titles AS SELECT title FROM book -- all of them
;
CREATE TRIGGER kept BEFORE DELETE ON book BEGIN SELECT raise(ABORT, 'kept'); END;
INSERT INTO book VALUES(1, 'One'), (2, NULL);
ATTACH ':memory:' AS other; CREATE TABLE other.pen(a); CREATE INDEX other.pen_a ON pen(a);
`

func TestCommands(t *testing.T) {
	folder := t.TempDir()
	script := writeFile(t, "s.sql", "SELECT 3 AS c;\n")
	tests := []struct {
		name string
		in   string
		out  string
	}{
		{name: "tables", in: ".tables", out: "book\ntitles\nother.pen\n"},
		{name: "tables like", in: ".tables bo%", out: "book\n"},
		{name: "indexes", in: ".indexes", out: "book_title\nother.pen_a\n"},
		{name: "indexes of a table", in: ".indexes book", out: "book_title\n"},
		{name: "databases", in: ".databases", out: "name  | file\n------+-----\nmain  | \nother | \n"},
		{name: "schema", in: ".schema", out: "" +
			"CREATE TABLE book(id INTEGER PRIMARY KEY, title TEXT);\n" +
			"CREATE INDEX book_title ON book(title);\n" +
			"CREATE VIEW titles AS SELECT title FROM book -- all of them\n;\n" +
			"CREATE TRIGGER kept BEFORE DELETE ON book BEGIN SELECT raise(ABORT, 'kept'); END;\n" +
			"-- database other\nCREATE TABLE pen(a);\nCREATE INDEX pen_a ON pen(a);\n"},
		{name: "schema like", in: ".schema pen", out: "-- database other\nCREATE TABLE pen(a);\nCREATE INDEX pen_a ON pen(a);\n"},
		{name: "mode and headers", in: ".mode csv\n.headers off\nSELECT 1, 'a';", out: "1,a\r\n"},
		{name: "nullvalue", in: ".mode list\n.headers off\n.nullvalue '-\"-'\nSELECT NULL;", out: "-\"-\n"},
		{name: "param", in: ".headers off\n.param set x 7\n.param set :t 'it''s a'\n.param set b:blob ff\nSELECT :x + 1, @t, typeof($b);\n.param unset b\n.param list", out: "8 | its a | blob\nt | its a\nx |     7\n"},
		{name: "numbered parameter", in: ".headers off\n.param set 1 a\n.param set 2 b\nSELECT ?, ?2;", out: "a | b\n"},
		{name: "print", in: ".print 'a  b' \"c\\td\"", out: "a  b c\td\n"},
		{name: "read", in: ".read '" + script + "'", out: "c\n-\n3\n"},
		{name: "exit stops", in: ".print a\n.exit\n.print b", out: "a\n"},
		{name: "quit stops", in: ".quit\n.print b", out: ""},
		{name: "open", in: ".open '" + filepath.Join(folder, "o.db") + "'\n.tables\nCREATE TABLE x(a);\n.tables", out: "x\n"},
		{name: "open memory", in: ".open\n.tables", out: ""},
		{name: "help of a command", in: ".help mode", out: ".mode table|csv|json|line|list\n    choose the output format\n"},
		{name: "show", in: ".timeout 250\n.timer off\n.show", out: " database: in memory or temporary\n     mode: table\n  headers: on\nnullvalue: \"NULL\"\n   output: stdout\n  timeout: 250ms\n    timer: off\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, library+tt.in).want(t, tt.out, "", 0)
		})
	}
}

func TestEveryCommandIsHelped(t *testing.T) {
	help := run(t, "", ":memory:", ".help").ok(t)
	all := commands()
	if !slices.IsSortedFunc(all, func(a, b command) int { return strings.Compare(a.name, b.name) }) {
		t.Error("commands are not in the order of their names")
	}
	for _, c := range all {
		if !strings.Contains(help, "."+c.name) || c.help == "" {
			t.Errorf(".help does not show .%s", c.name)
		}
	}
}

func TestCommandFailures(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	loop := filepath.Join(t.TempDir(), "loop.sql")
	if err := os.WriteFile(loop, []byte(".read "+loop+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		in   string
		text string
	}{
		{name: "unknown", in: ".shcema", text: "stdin:1: command .shcema is not known; did you mean .schema?"},
		{name: "beginning", in: ".dat", text: "did you mean .databases?"},
		{name: "nothing near", in: ".qqqqqqqqqqq", text: "command .qqqqqqqqqqq is not known; .help lists all"},
		{name: "only a dot", in: ".", text: "command . is not known"},
		{name: "too few", in: ".mode", text: "usage: .mode table|csv|json|line|list"},
		{name: "too many", in: ".mode csv json", text: "usage: .mode"},
		{name: "open quote", in: ".print 'a", text: "quote ' is not closed"},
		{name: "mode", in: ".mode xml", text: `mode "xml" is not known`},
		{name: "switch", in: ".timer maybe", text: `want on or off, got "maybe"`},
		{name: "timeout", in: ".timeout -5", text: "want milliseconds"},
		{name: "exit code", in: ".exit 256", text: "want an exit code from 0 to 255"},
		{name: "param", in: ".param get x", text: "usage: .param"},
		{name: "param unset", in: ".param unset x", text: "parameter x has no value"},
		{name: "read missing", in: ".read " + missing, text: "read script: open " + missing},
		{name: "read itself", in: ".read " + loop, text: "scripts nest deeper than 16"},
		{name: "open missing", in: ".open --readonly " + missing, text: "SQLITE_CANTOPEN"},
		{name: "open two", in: ".open a b", text: "want one FILE"},
		{name: "open nothing read-only", in: ".open --readonly", text: "--readonly needs a FILE"},
		{name: "output", in: ".output " + filepath.Join(missing, "x"), text: "write " + filepath.Join(missing, "x")},
		{name: "restore missing", in: ".restore " + missing, text: "restore from " + missing + ": "},
		{name: "help unknown", in: ".help moed", text: "did you mean .mode?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, tt.in).fails(t, ExitFailure, tt.text)
		})
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a failure made the missing file")
	}
}

func TestExitCode(t *testing.T) {
	run(t, ".exit 3\n").want(t, "", "", 3)
	run(t, "", ":memory:", ".exit 4", "SELECT 1").want(t, "", "", 4)
}

func TestTimer(t *testing.T) {
	now := time.Unix(0, 0)
	sh := &Shell{
		Stdin: strings.NewReader(""), Args: []string{"--timer", "--header=false", ":memory:", "SELECT 1"},
		Now: func() time.Time { now = now.Add(1500 * time.Millisecond); return now },
	}
	runShell(t, sh).want(t, "1\n", "run time: 1.500 s\n", 0)
}

func TestOutputFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "o.csv")
	const select1 = ".mode csv\n.headers off\n.output '%'\nSELECT 1;\n"
	in := strings.ReplaceAll(select1, "%", path)

	run(t, in+"SELECT x;").fails(t, ExitFailure, "no such column")
	onlyFiles(t, folder)

	run(t, in+".output\nSELECT 2;").want(t, "2\r\n", "", 0)
	if b, err := os.ReadFile(path); err != nil || string(b) != "1\r\n" {
		t.Errorf("got %q, %v", b, err)
	}
	run(t, in+".exit").want(t, "", "", 0)
	onlyFiles(t, folder, "o.csv")
}

func TestSplitWords(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{in: ".a b  c", want: []string{".a", "b", "c"}},
		{in: `.a 'b c' "d e" f'g'`, want: []string{".a", "b c", "d e", "fg"}},
		{in: `.a '' ""`, want: []string{".a", "", ""}},
		{in: `.a C:\new "C:\dir\x" "\"\\\n"`, want: []string{".a", `C:\new`, `C:\dir\x`, "\"\\\n"}},
	}
	for _, tt := range tests {
		got, err := splitWords(tt.in)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, %v, want %q", tt.in, got, err, tt.want)
		}
	}
}
