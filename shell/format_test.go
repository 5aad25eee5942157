// SPDX-License-Identifier: MIT

package shell

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const everyKind = `SELECT 9223372036854775807 AS n, 0.1 AS r, 'héllo, "x"' AS t, X'00ff' AS b, NULL AS z
	UNION ALL SELECT -1, 1e300, '日本' || char(10) || 'b', X'', ''`

func TestFormats(t *testing.T) {
	tests := []struct {
		name string
		args []string
		sql  string
		out  string
	}{
		{name: "table", args: []string{"--format=table"}, sql: everyKind, out: "" +
			"n                   | r        | t          | b       | z\n" +
			"--------------------+----------+------------+---------+-----\n" +
			"9223372036854775807 |      0.1 | héllo, \"x\" | X'00ff' | NULL\n" +
			"                 -1 | 1.0e+300 | 日本\\nb    | X''     | \n"},
		{name: "table without header", args: []string{"--header=false"}, sql: "SELECT 1, 'a' UNION ALL SELECT 20, 'b'", out: " 1 | a\n20 | b\n"},
		{name: "table without rows", sql: "SELECT 1 AS abc WHERE 0", out: "abc\n---\n"},
		{name: "table with own NULL", args: []string{"--null", "-"}, sql: "SELECT NULL AS a", out: "a\n-\n-\n"},
		{name: "table escapes the terminal", sql: "SELECT char(27) || '[31m' || char(0x202e) AS a", out: "a\n" + strings.Repeat("-", 14) + "\n\\x1b[31m\\u202e\n"},
		{name: "csv", args: []string{"--format=csv"}, sql: everyKind, out: "" +
			"n,r,t,b,z\r\n" +
			"9223372036854775807,0.1,\"héllo, \"\"x\"\"\",X'00ff',\r\n" +
			"-1,1.0e+300,\"日本\nb\",X'',\"\"\r\n"},
		{name: "csv without header", args: []string{"--format=csv", "--header=false"}, sql: "SELECT 1 AS a, 2 AS b", out: "1,2\r\n"},
		{name: "csv tells NULL from its text", args: []string{"--format=csv", "--null", "NA"}, sql: "SELECT NULL AS a, 'NA' AS b, '' AS c", out: "a,b,c\r\nNA,\"NA\",\r\n"},
		{name: "json", args: []string{"--format=json"}, sql: everyKind, out: "" +
			`[{"n":9223372036854775807,"r":0.1,"t":"héllo, \"x\"","b":{"base64":"AP8="},"z":null},` + "\n" +
			`{"n":-1,"r":1.0e+300,"t":"日本\nb","b":{"base64":""},"z":""}]` + "\n"},
		{name: "json without rows", args: []string{"--format=json"}, sql: "SELECT 1 WHERE 0", out: "[]\n"},
		{name: "json repeats a name", args: []string{"--format=json"}, sql: "SELECT 1 AS a, 2 AS a, 3 AS a, 4 AS 'a:1'", out: `[{"a":1,"a:1":2,"a:2":3,"a:1:1":4}]` + "\n"},
		{name: "json control and bad bytes", args: []string{"--format=json"}, sql: "SELECT char(1,9,13,34,92,127) AS a, CAST(X'61ff' AS TEXT) AS b", out: `[{"a":"\u0001\t\r\"\\\u007f","b":"a�"}]` + "\n"},
		{name: "json infinities", args: []string{"--format=json"}, sql: "SELECT 9e999 AS a, -9e999 AS b", out: `[{"a":1e999,"b":-1e999}]` + "\n"},
		{name: "line", args: []string{"--format=line"}, sql: everyKind, out: "" +
			"n = 9223372036854775807\nr = 0.1\nt = héllo, \"x\"\nb = X'00ff'\nz = NULL\n\n" +
			"n = -1\nr = 1.0e+300\nt = 日本\\nb\nb = X''\nz = \n"},
		{name: "line aligns names", args: []string{"--format=line"}, sql: "SELECT 1 AS a, 2 AS 日本", out: "   a = 1\n日本 = 2\n"},
		{name: "list", args: []string{"--format=list"}, sql: everyKind, out: "" +
			"n|r|t|b|z\n9223372036854775807|0.1|héllo, \"x\"|X'00ff'|\n-1|1.0e+300|日本\nb|X''|\n"},
		{name: "query plan", sql: "CREATE TABLE t(a); EXPLAIN QUERY PLAN SELECT a FROM t WHERE a IN (SELECT a FROM t) ORDER BY a", out: "" +
			"QUERY PLAN\n|--SCAN t\n|--LIST SUBQUERY 1\n|  |--SCAN t\n|  `--CREATE BLOOM FILTER\n`--USE TEMP B-TREE FOR ORDER BY\n"},
		{name: "no columns", sql: "CREATE TABLE t(a)", out: ""},
		{name: "returning", args: []string{"--format=list", "--header=false"}, sql: "CREATE TABLE t(a); INSERT INTO t VALUES(5),(6) RETURNING a", out: "5\n6\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, "", append(tt.args, ":memory:", tt.sql)...).want(t, tt.out, "", 0)
		})
	}
}

func TestQueryPlanAsData(t *testing.T) {
	out := run(t, "", "--format=json", ":memory:", "CREATE TABLE t(a)", "EXPLAIN QUERY PLAN SELECT a FROM t").ok(t)
	if !strings.HasPrefix(out, `[{"id":`) || !strings.HasSuffix(out, `,"detail":"SCAN t"}]`+"\n") {
		t.Errorf("got %s", out)
	}
}

func TestJSONIsJSON(t *testing.T) {
	out := run(t, "", "--format=json", ":memory:", everyKind).ok(t)
	d := json.NewDecoder(strings.NewReader(out))
	d.UseNumber()
	var rows []map[string]any
	if err := d.Decode(&rows); err != nil {
		t.Fatal(err)
	}
	if n := fmt.Sprint(rows[0]["n"]); n != "9223372036854775807" {
		t.Errorf("n = %s", n)
	}
}

func TestFailureBeforeFirstRowWritesNothing(t *testing.T) {
	for _, format := range formats {
		run(t, "", "--format", format, ":memory:", "SELECT abs(-9223372036854775808)").fails(t, ExitFailure, "integer overflow")
	}
}

func TestTableStreamsAfterItsBuffer(t *testing.T) {
	out := run(t, "", ":memory:", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 100001) SELECT i, 'x' AS x FROM n").ok(t)
	lines := strings.Split(out, "\n")
	for i, want := range map[int]string{0: "i    | x", 2: "   1 | x", 1001: "1000 | x", 1002: "1001 | x", 100002: "100001 | x"} {
		if lines[i] != want {
			t.Errorf("line %d is %q, want %q", i, lines[i], want)
		}
	}
}

// TestRowsAreStreamed looks at the size of the writes: a result that was held
// back would come as one.
func TestRowsAreStreamed(t *testing.T) {
	for _, format := range formats {
		writes, largest := 0, 0
		var errOut strings.Builder
		sh := &Shell{
			Stdin: strings.NewReader(""), Stderr: &errOut, Args: []string{"--format", format, ":memory:", countTo100000},
			Stdout: writerFunc(func(p []byte) (int, error) {
				writes++
				largest = max(largest, len(p))
				return len(p), nil
			}),
		}
		if code := sh.Run(t.Context()); code != 0 || writes < 5 || largest > outputBuffer {
			t.Errorf("%s: exit %d, %s: %d writes, largest %d bytes", format, code, errOut.String(), writes, largest)
		}
	}
}

func TestWideCellsDoNotPadOthers(t *testing.T) {
	out := run(t, "", ":memory:", "SELECT replace(hex(zeroblob(500)), '0', 'x') AS a, 1 AS b UNION ALL SELECT 'y', 2").ok(t)
	lines := strings.Split(out, "\n")
	if want := "y" + strings.Repeat(" ", tableWidth-1) + " | 2"; lines[3] != want {
		t.Errorf("got %q, want %q", lines[3], want)
	}
}

func TestColours(t *testing.T) {
	tests := []struct {
		name string
		env  []string
		tty  bool
		out  string
	}{
		{name: "terminal", tty: true, out: "\x1b[1ma\x1b[0m\n----\n\x1b[2mNULL\x1b[0m\n"},
		{name: "pipe", out: "a\n----\nNULL\n"},
		{name: "NO_COLOR", env: []string{"NO_COLOR=1"}, tty: true, out: "a\n----\nNULL\n"},
		{name: "dumb terminal", env: []string{"TERM=dumb"}, tty: true, out: "a\n----\nNULL\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sh := &Shell{Stdin: strings.NewReader(""), Env: tt.env, StdoutIsTerminal: tt.tty, Args: []string{":memory:", "SELECT NULL AS a"}}
			runShell(t, sh).want(t, tt.out, "", 0)
		})
	}
}

func TestAppendFloat(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0.0", 1: "1.0", -1.5: "-1.5", 0.1: "0.1", 1e14: "100000000000000.0",
		1e15: "1.0e+15", 1e-4: "0.0001", 1e-5: "1.0e-05", 123456789.25: "123456789.25", 5e-324: "5.0e-324", 1.5e20: "1.5e+20",
	} {
		if got := string(appendFloat(nil, f)); got != want {
			t.Errorf("%g is written %s, want %s", f, got, want)
		}
	}
}

func TestDisplayWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "é": 1, "e\u0301": 1, "日本": 4, "한글": 4, "ｆ": 2, "😀": 2,
		"👩\u200d👩\u200d👧": 2, "❤\ufe0f": 2, "ﬀ": 1, "\u200b": 0, "☃": 1,
	} {
		if got := displayWidth(s); got != want {
			t.Errorf("displayWidth(%q) = %d, want %d", s, got, want)
		}
	}
	for i := 1; i < len(wideRanges); i++ {
		if wideRanges[i][0] <= wideRanges[i-1][1] || wideRanges[i][1] < wideRanges[i][0] {
			t.Errorf("range %d %x is out of order", i, wideRanges[i])
		}
	}
}
