// SPDX-License-Identifier: MIT

package driver

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/internal/golden"
	"github.com/gosqlite/gosqlite/sqlite"
)

//go:embed dsn.go
var dsnSource string

//go:embed dsn_pragma.go
var pragmaSource string

//go:embed time.go
var timeSource string

// literals are the string literals of a Go source, of the functions with these
// names and only in the case clauses there, or all when there are no names.
func literals(t *testing.T, source string, functions ...string) []string {
	t.Helper()
	f, err := goparser.ParseFile(token.NewFileSet(), "source.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	collect := func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil {
				all = append(all, s)
			}
		}
		return true
	}
	for _, d := range f.Decls {
		fd, ok := d.(*ast.FuncDecl)
		if functions == nil {
			ast.Inspect(d, collect)
		}
		if !ok || !slices.Contains(functions, fd.Name.Name) {
			continue
		}
		ast.Inspect(fd, func(n ast.Node) bool {
			s, ok := n.(*ast.SwitchStmt)
			if !ok {
				return true
			}
			if tag, ok := s.Tag.(*ast.Ident); ok && tag.Name == "k" {
				for _, clause := range s.Body.List {
					for _, e := range clause.(*ast.CaseClause).List {
						ast.Inspect(e, collect)
					}
				}
			}
			return true
		})
	}
	return all
}

// parameterNames are those of the tables and of the parser's own branches.
func parameterNames(t *testing.T) []string {
	names := slices.Collect(maps.Keys(switches))
	for _, p := range pragmaParameters {
		names = append(names, "_"+p.name)
	}
	names = append(names, literals(t, dsnSource, "parameter", "uriParameter")...)
	slices.Sort(names)
	return slices.Compact(names)
}

// probes are words of the parsers and numbers at their bounds.
func probes(t *testing.T) []string {
	words := []string{"-1", "0", "1", "64", "65", "512", "513", "4096", "10000", "10001", "65536", "131072", "5s", "24h", "9999h"}
	for _, source := range []string{dsnSource, pragmaSource, timeSource} {
		for _, s := range literals(t, source) {
			if regexp.MustCompile(`^[a-z][a-z0-9]*$`).MatchString(s) && !strings.HasPrefix(s, "_") {
				words = append(words, s)
			}
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// TestPromisedParameters holds the parameters of data source names, and the
// values that each takes, against what was promised.
func TestPromisedParameters(t *testing.T) {
	var lines []string
	names := parameterNames(t)
	if len(names) < 30 {
		t.Fatalf("only %d parameters: %q", len(names), names)
	}
	for _, name := range names {
		takes := func(value string) bool {
			_, err := parseDSN("file:x?" + name + "=" + value)
			return err == nil
		}
		lines = append(lines, name)
		if takes("no-such-word") {
			lines = append(lines, name+" takes any text")
			continue
		}
		for _, word := range probes(t) {
			if takes(word) {
				lines = append(lines, name+" takes "+word)
			}
		}
	}
	// A plant: a branch more in the parser is a name more here.
	planted := strings.Replace(dsnSource, `case "_optimize":`, `case "_optimize", "_planted":`, 1)
	if got := literals(t, planted, "parameter"); !slices.Contains(got, "_planted") || slices.Contains(names, "_planted") {
		t.Errorf("plant: the parser's branches are not seen: %q", got)
	}
	for _, name := range []string{"_pragma=name", "_pragma=name(value)", "_pragma=name(-1)"} {
		if _, err := parseDSN("x?" + name); err == nil {
			lines = append(lines, name)
		}
	}
	golden.Check(t, "../api/dsn.txt", "Parameters of data source names and the values that they take.", "./driver", lines)
}

func TestPromisedDefaults(t *testing.T) {
	var lines []string
	for label, dsn := range map[string]string{"default": "file:x", "_preset=app": "file:x?_preset=app", "_hardened=1": "file:x?_hardened=1"} {
		c, err := parseDSN(dsn)
		if err != nil {
			t.Fatal(err)
		}
		form, err := c.time.value(time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]any{
			"busy timeout": c.busy, "begin": c.begin, "pragmas": strings.Join(c.pragmas, "; "), "statement cache": c.cacheSize,
			"read ahead": c.readAhead, "location": cmpLocation(c.location), "times of expressions": c.exprTime,
			"optimize on close": c.optimize, "hardened": c.hardened, "open flags": int(c.flags), "time form": form.Text(),
		} {
			if value == "" {
				value = "none"
			}
			lines = append(lines, fmt.Sprintf("data source name %s: %s = %v", label, name, value))
		}
	}
	for _, l := range hardenedLimits {
		lines = append(lines, fmt.Sprintf("limit %d of a hardened connection = %d", l.id, l.value))
	}
	file := filepath.Join(t.TempDir(), "fresh.db")
	c, err := sqlite.Open(file, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, name := range []string{
		"auto_vacuum", "automatic_index", "cache_size", "cell_size_check", "checkpoint_fullfsync", "encoding", "foreign_keys", "fullfsync",
		"ignore_check_constraints", "journal_mode", "journal_size_limit", "legacy_alter_table", "locking_mode", "max_page_count", "mmap_size",
		"page_size", "query_only", "read_uncommitted", "recursive_triggers", "reverse_unordered_selects", "secure_delete", "synchronous",
		"temp_store", "threads", "trusted_schema", "wal_autocheckpoint", "writable_schema",
	} {
		lines = append(lines, "pragma "+name+" = "+one(t, c, "PRAGMA "+name))
	}
	for o := sqlite.DBConfigEnableFKey; o <= sqlite.DBConfigEnableComments; o++ {
		if on, err := c.DBConfigValue(o); err == nil {
			lines = append(lines, fmt.Sprintf("connection option %d = %v", o, on))
		}
	}
	for id := sqlite.LimitLength; id <= sqlite.LimitTriggerSteps; id++ {
		lines = append(lines, fmt.Sprintf("limit %d = %d", id, c.Limit(id, -1)))
	}
	golden.Check(t, "../api/defaults.txt", "What a connection is without parameters, and by presets.", "./driver", lines)
}

func cmpLocation(l *time.Location) string {
	if l == nil {
		return "UTC"
	}
	return l.String()
}

func one(t *testing.T, c *sqlite.Conn, sql string) string {
	t.Helper()
	s, _, err := c.Prepare(sql)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if row, err := s.Step(); err != nil || !row {
		return "none"
	}
	return s.ColumnText(0)
}

// TestPromisedFormats holds what the driver stores: forms of time, and the
// header of a fresh file (https://sqlite.org/fileformat.html).
func TestPromisedFormats(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 20, 30, 123456789, time.FixedZone("", 3600))
	var lines []string
	for _, word := range probes(t) {
		f, err := parseTimeFormat(word)
		if err != nil {
			continue
		}
		v, err := f.value(at)
		if err != nil {
			t.Fatal(err)
		}
		text := v.Text()
		if v.Type() == sqlite.Integer {
			text = strconv.FormatInt(v.Int64(), 10)
		}
		lines = append(lines, fmt.Sprintf("time %s = %v %s", word, v.Type(), text))
	}
	file := filepath.Join(t.TempDir(), "fresh.db")
	c, err := sqlite.Open(file, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Exec("CREATE TABLE t(x)"); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil || len(b) < 100 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	lines = append(lines,
		fmt.Sprintf("database file: magic = %q", b[:16]),
		fmt.Sprintf("database file: page size = %d", binary.BigEndian.Uint16(b[16:])),
		fmt.Sprintf("database file: write version, read version = %d, %d", b[18], b[19]),
		fmt.Sprintf("database file: reserved bytes = %d", b[20]),
		fmt.Sprintf("database file: schema format = %d", binary.BigEndian.Uint32(b[44:])),
		fmt.Sprintf("database file: text encoding = %d", binary.BigEndian.Uint32(b[56:])),
	)
	golden.Check(t, "../api/formats.txt", "What the driver stores.", "./driver", lines)
}
