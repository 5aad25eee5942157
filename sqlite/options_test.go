// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

// source reads a file of the build that the tests compare with. Bazel names it
// in the environment; plain `go test` finds it in the tree.
func source(t *testing.T, env, path string) string {
	t.Helper()
	if p := os.Getenv(env); p != "" {
		path = p
	}
	b, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatalf("%v: set %s, or run `./bazelw run //internal/capi:amalgamation`", err, env)
	}
	return string(b)
}

var sourceIDLine = regexp.MustCompile(`(?m)^#define SQLITE_SOURCE_ID +"([^"]+)"$`)

func TestSourceIDIsThePinnedOne(t *testing.T) {
	header := source(t, "GOSQLITE_SQLITE3_H", "../internal/capi/sqlite3.h")
	if err := checkSourceID(header, sqlite.SourceID()); err != nil {
		t.Error(err)
	}
	for name, planted := range map[string]string{
		"another check-in": strings.Replace(header, sqlite.SourceID()[:10], "2000-01-01", 1),
		"no id":            "#define SQLITE_VERSION \"3\"\n",
	} {
		if checkSourceID(planted, sqlite.SourceID()) == nil {
			t.Errorf("plant %q: the check did not notice", name)
		}
	}
}

func checkSourceID(header, got string) error {
	m := sourceIDLine.FindStringSubmatch(header)
	if m == nil {
		return fmt.Errorf("sqlite3.h has no SQLITE_SOURCE_ID")
	}
	if m[1] != got {
		return fmt.Errorf("sqlite3.h is of %q, the library of %q", m[1], got)
	}
	return nil
}

// unreported are the options that SQLite compiles in without listing them; the
// test beside each looks at what it does.
var unreported = map[string]string{
	"TRUSTED_SCHEMA":        "TestOpenIsSafe",
	"MEMDB_DEFAULT_MAXSIZE": "TestMemoryDatabaseMayGrow",
}

func TestEveryOptionIsCompiledIn(t *testing.T) {
	header := source(t, "GOSQLITE_OPTIONS_H", "../sqlite3_amalgamation/sqlite3_options.h")
	options := sqlite.CompileOptions()
	if err := checkOptions(header, options); err != nil {
		t.Error(err)
	}
	plants := []struct {
		name    string
		header  string
		options []string
	}{
		{name: "an option that is not compiled in", header: header + "#define SQLITE_ENABLE_MEMSYS5 1\n", options: options},
		{name: "another value", header: strings.Replace(header, "SQLITE_DQS 0", "SQLITE_DQS 3", 1), options: options},
		{name: "a library without FTS5", header: header, options: slices.DeleteFunc(slices.Clone(options), func(o string) bool { return o == "ENABLE_FTS5" })},
		{name: "a rejected option in the library", header: header, options: append(slices.Clone(options), "ENABLE_STAT4")},
		{name: "an empty header", header: "", options: options},
	}
	for _, p := range plants {
		if checkOptions(p.header, p.options) == nil {
			t.Errorf("plant %q: the check did not notice", p.name)
		}
	}
}

var (
	optionLine   = regexp.MustCompile(`^ *# *define SQLITE_([A-Z0-9_]+) +(-?[0-9]+)\b`)
	rejectedLine = regexp.MustCompile(`^// #define SQLITE_([A-Z0-9_]+) +(-?[0-9]+)\b`)
)

// checkOptions holds each #define of the header against what the library lists,
// and each rejected line against its absence.
func checkOptions(header string, options []string) error {
	seen := 0
	for lines := bufio.NewScanner(strings.NewReader(header)); lines.Scan(); {
		if m := optionLine.FindStringSubmatch(lines.Text()); m != nil {
			seen++
			if unreported[m[1]] != "" || slices.Contains(options, m[1]+"="+m[2]) || m[2] == "1" && slices.Contains(options, m[1]) {
				continue
			}
			return fmt.Errorf("SQLITE_%s %s is not compiled in", m[1], m[2])
		}
		if m := rejectedLine.FindStringSubmatch(lines.Text()); m != nil {
			if slices.Contains(options, m[1]+"="+m[2]) || m[2] == "1" && slices.Contains(options, m[1]) {
				return fmt.Errorf("SQLITE_%s %s was rejected and is compiled in", m[1], m[2])
			}
		}
	}
	if seen < 20 {
		return fmt.Errorf("the header holds only %d options", seen)
	}
	return nil
}

func TestOpenIsSafe(t *testing.T) {
	c := openTest(t, ":memory:")
	for option, want := range map[sqlite.DBConfigOption]bool{
		sqlite.DBConfigDefensive:           true,
		sqlite.DBConfigTrustedSchema:       false,
		sqlite.DBConfigEnableFKey:          true,
		sqlite.DBConfigEnableLoadExtension: false,
		sqlite.DBConfigDQSDML:              false,
		sqlite.DBConfigDQSDDL:              false,
	} {
		if got, err := c.DBConfigValue(option); got != want || err != nil {
			t.Errorf("option %d is %v, %v", option, got, err)
		}
	}
}

func TestMemoryDatabaseMayGrow(t *testing.T) {
	c := openTest(t, "file:/grow?vfs=memdb")
	exec(t, c, "CREATE TABLE t(x)")
	s := prepare(t, c, "PRAGMA max_page_count")
	if row, err := s.Step(); err != nil || !row || s.ColumnInt64(0)*4096 < 1<<40 {
		t.Errorf("at most %d pages, %v", s.ColumnInt64(0), err)
	}
}

func TestFeaturesWorkWithoutTags(t *testing.T) {
	c := openTest(t, ":memory:")
	for _, sql := range []string{
		"CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES('hello world'); SELECT * FROM f('hello')",
		"CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES(1, 0, 1)",
		"CREATE VIRTUAL TABLE g USING geopoly()",
		"SELECT sin(1), median(1), soundex('x'), json('[1]')",
		"SELECT * FROM dbstat, sqlite_stmt, bytecode('SELECT 1')",
	} {
		if err := c.Exec(sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
