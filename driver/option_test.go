// SPDX-License-Identifier: MIT

package driver_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

func openWith(t *testing.T, dsn string, options ...driver.Option) *sql.DB {
	t.Helper()
	connector, err := driver.NewConnector(dsn, nil, options...)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestLoggerSeesEveryStatementAndNoValue(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	db := openWith(t, ":memory:", driver.WithLogger(log, time.Nanosecond))
	exec(t, db, "CREATE TABLE t(x UNIQUE)")
	exec(t, db, "INSERT INTO t VALUES(?), (?)", "secret", "other secret")
	if n := count(t, db, "SELECT count(*) FROM t"); n != 2 {
		t.Fatal(n)
	}
	if _, err := db.Exec("INSERT INTO t VALUES(?)", "secret"); err == nil {
		t.Fatal("a duplicate is in")
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		`level=WARN msg="gosqlite: exec" sql="CREATE TABLE t(x UNIQUE)" took=`,
		"rows=2",
		`msg="gosqlite: query" sql="SELECT count(*) FROM t"`,
		"rows=1",
		"level=ERROR",
		"UNIQUE constraint failed: t.x",
		`msg="gosqlite: begin"`,
		`msg="gosqlite: commit"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the log lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "secret") {
		t.Errorf("the log holds a value:\n%s", got)
	}
}

type mapped struct{ error }

func TestErrorsAreReplacedEverywhere(t *testing.T) {
	db := openWith(t, file(t), driver.WithErrors(func(err error) error { return mapped{err} }))
	exec(t, db, "CREATE TABLE t(x UNIQUE); CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED); INSERT INTO t VALUES(1)")
	ctx := context.Background()
	failed := map[string]error{}
	_, failed["exec"] = db.Exec("INSERT INTO t VALUES(1)")
	_, failed["query"] = db.Query("SELECT nothing")
	_, failed["prepare"] = db.Prepare("SELECT nothing")
	_, failed["begin"] = db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSnapshot})
	st, err := db.Prepare("INSERT INTO t VALUES(?)")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	_, failed["statement"] = st.Exec(1)
	_, failed["arguments"] = st.Exec(1, 2)
	rows, err := db.Query("SELECT abs(x) FROM (SELECT 1 AS x UNION ALL SELECT -9223372036854775808)")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
	}
	failed["rows"] = rows.Err()
	_ = rows.Close()
	var x any
	failed["scan"] = db.QueryRow("INSERT INTO c VALUES(7) RETURNING p").Scan(&x)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO c VALUES(7)")
	failed["commit"] = tx.Commit()
	failed["connect"] = openWith(t, "file:/no/such/folder/x?mode=rw", driver.WithErrors(func(err error) error { return mapped{err} })).Ping()
	for where, err := range failed {
		if !errors.As(err, new(mapped)) {
			t.Errorf("%s: %T %v", where, err, err)
		}
	}
}

func TestOpenWithoutAPoolLosesNothing(t *testing.T) {
	found := make(chan sqlite.Leak, 10)
	sqlite.OnLeak(func(l sqlite.Leak) { found <- l })
	defer sqlite.OnLeak(func(sqlite.Leak) {})
	func() {
		c, err := (&driver.Driver{}).Open("file:open-without-pool?mode=memory&cache=shared")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.(*driver.Conn).ExecContext(context.Background(), "CREATE TABLE t(x); INSERT INTO t VALUES(1)", nil); err != nil {
			t.Error(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range 5 {
		runtime.GC()
		time.Sleep(2 * time.Millisecond)
	}
	for len(found) > 0 {
		if l := <-found; strings.Contains(l.Name, "open-without-pool") {
			t.Errorf("lost: %v", l)
		}
	}
}

func TestOptimizeOnClose(t *testing.T) {
	name := file(t)
	db, err := sql.Open(driver.Name, name+"?_preset=app")
	if err != nil {
		t.Fatal(err)
	}
	exec(t, db, "CREATE TABLE t(x); CREATE INDEX i ON t(x)")
	exec(t, db, "INSERT INTO t SELECT value FROM json_each('["+strings.Repeat("1,", 999)+"1]')")
	if n := count(t, db, "SELECT count(*) FROM t WHERE x = 1"); n != 1000 {
		t.Fatal(n)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, open(t, name), "SELECT count(*) FROM sqlite_stat1 WHERE idx = 'i'"); n != 1 {
		t.Error("close did not let SQLite analyze the index")
	}
}

func TestHardenedRefusesWhatForeignSQLShouldNotDo(t *testing.T) {
	name := file(t)
	db, own := open(t, name+"?_hardened=1"), open(t, name)
	exec(t, own, "CREATE TABLE t(x)")
	long := "SELECT " + strings.Repeat("1+", 20) + "1"
	for _, query := range []string{
		"ATTACH ':memory:' AS a",
		long,
		"SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4",
		"SELECT length(zeroblob(1000001))",
		"SELECT 'a' LIKE '" + strings.Repeat("%", 51) + "'",
		"INSERT INTO sqlite_schema VALUES(1,2,3,4,5)",
		"PRAGMA query_only = 0", "PRAGMA query_only", "PRAGMA user_version = 3", "PRAGMA journal_mode = off", "PRAGMA database_list",
		"VACUUM INTO '" + name + "2'",
		"CREATE TEMP TABLE t(x)", "CREATE TEMP VIEW t AS SELECT 1", "CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
		"CREATE VIRTUAL TABLE v USING dbstat", "SELECT sql FROM sqlite_stmt",
	} {
		if _, err := db.Exec(query); err == nil {
			t.Errorf("runs hardened: %.60s", query)
		}
	}
	if _, err := own.Exec(long); err != nil {
		t.Errorf("does not run otherwise: %v", err)
	}
	for _, query := range []string{"INSERT INTO t VALUES(1)", "CREATE VIRTUAL TABLE f USING fts5(body)", "INSERT INTO f VALUES('some text')", "SELECT * FROM f WHERE f MATCH 'text'", "PRAGMA table_info(t)", "PRAGMA user_version", "PRAGMA quick_check"} {
		exec(t, db, query)
	}
	tx, err := db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, tx, "SELECT count(*) FROM t"); n != 1 {
		t.Errorf("%d rows", n)
	}
	if _, err := tx.Exec("PRAGMA query_only = 0"); !errors.Is(err, sqlite.ErrAuth) {
		t.Errorf("a read-only transaction may be left: %v", err)
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	// The driver has run these texts itself by now.
	for _, query := range []string{"PRAGMA query_only = 0", "PRAGMA query_only = 1"} {
		if _, err := db.Exec(query); !errors.Is(err, sqlite.ErrAuth) {
			t.Errorf("%s, out of the cache: %v", query, err)
		}
	}
}

// A query that fails between its rows has failed, whatever its end says.
func TestLoggerSeesErrorsBetweenRows(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT abs(x) FROM (SELECT 1 AS x UNION ALL SELECT -9223372036854775808)": "integer overflow",
		"SELECT x FROM t": "want YYYY-MM-DD",
	} {
		var out strings.Builder
		db := openWith(t, ":memory:", driver.WithLogger(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})), 0))
		db.SetMaxOpenConns(1)
		exec(t, db, "CREATE TABLE t(x DATE); INSERT INTO t VALUES('2024-01-01'), ('soon')")
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		for rows.Next() {
			_ = rows.Scan(&v)
		}
		_ = rows.Close()
		if got := out.String(); !strings.Contains(got, "level=ERROR") || !strings.Contains(got, want) {
			t.Errorf("%s: %s", query, got)
		}
	}
}
