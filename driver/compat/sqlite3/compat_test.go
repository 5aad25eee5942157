// SPDX-License-Identifier: MIT

package sqlite3_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	sqlite3 "github.com/gosqlite/gosqlite/driver/compat/sqlite3"
	"github.com/gosqlite/gosqlite/sqlite"
)

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func exec(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func TestDefaults(t *testing.T) {
	for _, tt := range []struct{ params, pragma, want string }{
		{"", "foreign_keys", "0"},
		{"", "synchronous", "1"},
		{"", "trusted_schema", "1"},
		{"", "busy_timeout", "5000"},
		{"", "journal_mode", "delete"},
		{"?_fk=1", "foreign_keys", "1"},
		{"?_foreign_keys=on&_fk=0", "foreign_keys", "1"},
		{"?_timeout=77", "busy_timeout", "77"},
		{"?_journal=WAL&_sync=3", "synchronous", "3"},
		{"?_journal_mode=WAL", "journal_mode", "wal"},
		{"?_vacuum=2", "auto_vacuum", "2"},
		{"?_secure_delete=DEFAULT&_mutex=no&_defer_fk=1&_loc=auto", "secure_delete", "0"},
		{"?_rt=yes", "recursive_triggers", "1"},
		{"?mode=ro&cache=shared", "query_only", "0"}, // without file: these are nobody's
	} {
		db := open(t, filepath.Join(t.TempDir(), "a.db")+tt.params)
		var got string
		if err := db.QueryRow("PRAGMA " + tt.pragma).Scan(&got); err != nil || got != tt.want {
			t.Errorf("%q: %s = %s, %v; want %s", tt.params, tt.pragma, got, err, tt.want)
		}
	}
	db := open(t, ":memory:")
	var text string
	if err := db.QueryRow(`SELECT "double quotes"`).Scan(&text); err != nil || text != "double quotes" {
		t.Errorf("double quotes: %q, %v", text, err)
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	for dsn, want := range map[string]string{
		"a.db?_auth&_auth_user=x": "no user authentication",
		"a.db?_mutex=half":        "want no or full",
		"a.db?_fk=maybe":          "want 1 or 0",
		"a.db?_foreign_key=1":     `unknown parameter "_foreign_key"`,
		"a.db?%zz":                "invalid URL escape",
	} {
		if _, err := (&sqlite3.SQLiteDriver{}).OpenConnector(dsn); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", dsn, err, want)
		}
	}
}

func TestSharedCacheNames(t *testing.T) {
	for _, dsn := range []string{"file::memory:?cache=shared", "file:compat?mode=memory&cache=shared"} {
		a, b := open(t, dsn), open(t, dsn)
		exec(t, a, "CREATE TABLE t(x)")
		exec(t, b, "INSERT INTO t VALUES(1)")
	}
	// Of a file, it is a cache and nothing to be seen.
	db := open(t, "file:"+filepath.Join(t.TempDir(), "b.db")+"?cache=shared&mode=rwc")
	exec(t, db, "CREATE TABLE t(x)")
}

func TestErrors(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(x UNIQUE); INSERT INTO t VALUES(1)")
	_, err := db.Exec("INSERT INTO t VALUES(1)")
	e, ok := err.(sqlite3.Error)
	if !ok || e.Code != sqlite3.ErrConstraint || e.ExtendedCode != sqlite3.ErrConstraintUnique || e.Error() != "UNIQUE constraint failed: t.x" {
		t.Errorf("%T %+v", err, err)
	}
	var as sqlite3.Error
	if !errors.As(err, &as) || !errors.Is(err, sqlite3.ErrConstraint) || !errors.Is(err, sqlite3.ErrConstraintUnique) || errors.Is(err, sqlite3.ErrBusy) {
		t.Errorf("as %+v", as)
	}
	var inner *sqlite.Error
	if !errors.As(err, &inner) || !errors.Is(err, sqlite.ErrConstraintUnique) {
		t.Error("the error of package sqlite is out of reach")
	}
	// How ORMs look into it without an import.
	var fields struct{ Code, ExtendedCode int }
	b, jerr := json.Marshal(err)
	if jerr != nil || json.Unmarshal(b, &fields) != nil || fields.ExtendedCode != 2067 || fields.Code != 19 {
		t.Errorf("as JSON: %s, %v", b, jerr)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err = db.ExecContext(ctx, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT count(*) FROM r")
	if err != context.DeadlineExceeded {
		t.Errorf("a context's end: %v", err)
	}
}

func TestTimes(t *testing.T) {
	db := open(t, ":memory:?_loc=UTC")
	exec(t, db, "CREATE TABLE t(at TIMESTAMP)")
	at := time.Date(2024, 3, 10, 1, 2, 3, 450000000, time.FixedZone("", -5*3600))
	exec(t, db, "INSERT INTO t VALUES(?), (1710050523), (1710050523450)", at)
	var text string
	if err := db.QueryRow("SELECT CAST(at AS TEXT) FROM t").Scan(&text); err != nil || text != "2024-03-10 01:02:03.45-05:00" {
		t.Errorf("stored %q, %v", text, err)
	}
	rows, err := db.Query("SELECT at FROM t")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for _, want := range []time.Time{at, time.Unix(1710050523, 0), time.UnixMilli(1710050523450)} {
		var got time.Time
		if !rows.Next() || rows.Scan(&got) != nil || !got.Equal(want) {
			t.Errorf("read %v, want %v; %v", got, want, rows.Err())
		}
	}
}

func TestConnectHookAndRaw(t *testing.T) {
	hooked := 0
	sql.Register("sqlite3_hooked", &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		hooked++
		_, err := c.Exec("PRAGMA application_id = 42", nil)
		return err
	}})
	db, err := sql.Open("sqlite3_hooked", filepath.Join(t.TempDir(), "hook.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(dc any) error {
		c := dc.(*sqlite3.SQLiteConn)
		if !c.AutoCommit() || !strings.HasSuffix(c.GetFilename("main"), "hook.db") {
			t.Errorf("autocommit %v, file %q", c.AutoCommit(), c.GetFilename("main"))
		}
		if before := c.SetLimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1); before != 10 || c.GetLimit(sqlite3.SQLITE_LIMIT_ATTACHED) != 1 {
			t.Errorf("limit was %d", before)
		}
		if err := c.LoadExtension("/no/such/library", ""); err == nil {
			t.Error("a missing library is loaded")
		}
		b, err := c.Serialize("")
		if err != nil {
			return err
		}
		return c.Deserialize(b, "")
	})
	if err != nil || hooked != 1 {
		t.Errorf("%v, %d calls of the hook", err, hooked)
	}
	err = driver.Raw(conn, func(c *sqlite.Conn) error { return c.Exec("SELECT 1") })
	if err != nil {
		t.Errorf("driver.Raw: %v", err)
	}
	// Without the setting no statement and no call loads anything.
	err = driver.Raw(conn, func(c *sqlite.Conn) error { return c.LoadExtension("/no/such/library", "") })
	if err == nil || !strings.Contains(err.Error(), "not authorized") {
		t.Errorf("loading stays on: %v", err)
	}
}

func TestBackup(t *testing.T) {
	connect := func() *sqlite3.SQLiteConn {
		c, err := (&sqlite3.SQLiteDriver{}).Open(filepath.Join(t.TempDir(), "x.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c.(*sqlite3.SQLiteConn)
	}
	src, dst := connect(), connect()
	if _, err := src.Exec("CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(20000))", nil); err != nil {
		t.Fatal(err)
	}
	b, err := dst.Backup("main", src, "main")
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for done := false; !done; steps++ {
		if done, err = b.Step(1); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Finish(); err != nil || steps < 3 || b.Remaining() != 0 {
		t.Errorf("%d steps, %v", steps, err)
	}
	if _, err := dst.Exec("INSERT INTO t VALUES(1)", nil); err != nil {
		t.Error(err)
	}
}

func TestVersion(t *testing.T) {
	version, number, source := sqlite3.Version()
	if version != sqlite.Version() || number < 3054000 || source == "" {
		t.Errorf("%s, %d, %s", version, number, source)
	}
}
