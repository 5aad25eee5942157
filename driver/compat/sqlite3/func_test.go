// SPDX-License-Identifier: MIT

package sqlite3_test

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	sqlite3 "github.com/gosqlite/gosqlite/driver/compat/sqlite3"
)

type product struct{ n int64 }

func (p *product) Step(v int64) error {
	if v == 13 {
		return errors.New("unlucky")
	}
	p.n *= v
	return nil
}

func (p *product) Done() int64 { return p.n }

func hooked(t *testing.T, hook func(*sqlite3.SQLiteConn) error) *sql.DB {
	t.Helper()
	name := "sqlite3_" + t.Name()
	if !slices.Contains(sql.Drivers(), name) {
		sql.Register(name, &sqlite3.SQLiteDriver{ConnectHook: hook})
	}
	db, err := sql.Open(name, ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestRegisteredFunctions(t *testing.T) {
	db := hooked(t, func(c *sqlite3.SQLiteConn) error {
		return errors.Join(
			c.RegisterFunc("plus", func(a, b int) int { return a + b }, true),
			c.RegisterFunc("half", func(v float64) (float64, error) {
				if v < 0 {
					return 0, errors.New("negative")
				}
				return v / 2, nil
			}, true),
			c.RegisterFunc("joined", func(sep string, parts ...any) string {
				var s []string
				for _, p := range parts {
					if p == nil {
						p = "nil"
					}
					if text, ok := p.(string); ok {
						s = append(s, text)
					}
				}
				return strings.Join(s, sep)
			}, true),
			c.RegisterFunc("echo", func(v any) any { return v }, true),
			c.RegisterFunc("reversed", func(b []byte) []byte { slices.Reverse(b); return b }, true),
			c.RegisterFunc("positive", func(v bool) bool { return !v }, true),
			c.RegisterFunc("huge", func() uint64 { return 1 << 63 }, true),
			c.RegisterAggregator("product", func() *product { return &product{n: 1} }, true),
			c.RegisterCollation("backwards", func(a, b string) int { return strings.Compare(b, a) }),
		)
	})
	for _, tt := range []struct{ expr, want, fails string }{
		{expr: "plus(1, 2)", want: "3"},
		{expr: "plus('1', 2)", fails: "argument 1 must be an INTEGER"},
		{expr: "plus(1)", fails: "wrong number of arguments"},
		{expr: "half(3)", want: "1.5"},
		{expr: "half(-1.0)", fails: "negative"},
		{expr: "joined('-', 'a', NULL, 'b')", want: "a-nil-b"},
		{expr: "joined()", fails: "at least 1 arguments"},
		{expr: "typeof(echo(NULL)) || typeof(echo(1.5)) || typeof(echo(x'00'))", want: "nullrealblob"},
		{expr: "reversed('abc')", want: "cba"},
		{expr: "positive(0)", want: "1"},
		{expr: "huge()", fails: "does not fit"},
		{expr: "(SELECT product(value) FROM json_each('[2,3,7]'))", want: "42"},
		{expr: "(SELECT product(value) FROM json_each('[]'))", want: "1"},
		{expr: "(SELECT product(value) FROM json_each('[2,13]'))", fails: "unlucky"},
		{expr: "(SELECT group_concat(value) FROM (SELECT value FROM json_each('[\"a\",\"c\",\"b\"]') ORDER BY value COLLATE backwards))", want: "c,b,a"},
	} {
		var got string
		err := db.QueryRow("SELECT " + tt.expr).Scan(&got)
		if (err != nil) != (tt.fails != "") || got != tt.want || err != nil && !strings.Contains(err.Error(), tt.fails) {
			t.Errorf("%s: %q, %v; want %q, %q", tt.expr, got, err, tt.want, tt.fails)
		}
	}
	bad := registered(t, func(c *sqlite3.SQLiteConn) []error {
		return []error{
			c.RegisterFunc("f", 1, true),
			c.RegisterFunc("f", func() {}, true),
			c.RegisterFunc("f", func(struct{}) int { return 1 }, true),
			c.RegisterFunc("f", func() chan int { return nil }, true),
			c.RegisterFunc("f", func() (int, int) { return 1, 2 }, true),
			c.RegisterAggregator("a", func() int { return 1 }, true),
			c.RegisterAggregator("a", func(int) *product { return nil }, true),
		}
	})
	for i, err := range bad {
		if err == nil {
			t.Errorf("bad registration %d is taken", i)
		}
	}
}

// A constructor that fails has made nothing that Step or Done could be called of.
func TestAggregatorThatCannotBeMade(t *testing.T) {
	type maker interface {
		Step(int64) error
		Done() int64
	}
	errMade := errors.New("out of products")
	left := 0
	constructor := func() (maker, error) {
		if left--; left < 0 {
			return nil, errMade
		}
		return &product{n: 1}, nil
	}
	for _, err := range registered(t, func(c *sqlite3.SQLiteConn) []error { return []error{c.RegisterAggregator("p", constructor, true)} }) {
		if !errors.Is(err, errMade) {
			t.Errorf("register: %v", err)
		}
	}
	left = 1
	db := hooked(t, func(c *sqlite3.SQLiteConn) error { return c.RegisterAggregator("p", constructor, true) })
	var n int64
	if err := db.QueryRow("SELECT p(2)").Scan(&n); err == nil || !strings.Contains(err.Error(), errMade.Error()) {
		t.Errorf("%d, %v", n, err)
	}
}

// registered gives what registering on a connection returned.
func registered(t *testing.T, hook func(*sqlite3.SQLiteConn) []error) []error {
	t.Helper()
	c, err := (&sqlite3.SQLiteDriver{}).Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return hook(c.(*sqlite3.SQLiteConn))
}

func TestRegisteredHooks(t *testing.T) {
	var seen []string
	refuse, denied := false, false
	db := hooked(t, func(c *sqlite3.SQLiteConn) error {
		c.RegisterUpdateHook(func(op int, schema, table string, rowid int64) {
			if op == sqlite3.SQLITE_INSERT && schema == "main" && rowid == 1 {
				seen = append(seen, "insert "+table)
			}
		})
		c.RegisterCommitHook(func() int {
			if refuse {
				return 1
			}
			return 0
		})
		c.RegisterRollbackHook(func() { seen = append(seen, "rollback") })
		c.RegisterAuthorizer(func(op int, _, _, _ string) int {
			if denied && op == sqlite3.SQLITE_DELETE {
				return sqlite3.SQLITE_DENY
			}
			return sqlite3.SQLITE_OK
		})
		return nil
	})
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t(x)")
	exec(t, db, "INSERT INTO t VALUES(1)")
	refuse = true
	if _, err := db.Exec("INSERT INTO t VALUES(2)"); !errors.Is(err, sqlite3.ErrConstraint) {
		t.Errorf("refused commit: %v", err)
	}
	refuse, denied = false, true
	if _, err := db.Exec("DELETE FROM t"); !errors.Is(err, sqlite3.ErrAuth) {
		t.Errorf("denied delete: %v", err)
	}
	if want := []string{"insert t", "rollback"}; !slices.Equal(seen, want) {
		t.Errorf("hooks saw %q, want %q", seen, want)
	}
}
