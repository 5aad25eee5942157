// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

func count(t *testing.T, db interface {
	QueryRow(string, ...any) *sql.Row
}, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// TestFullDiskEndsTheTransaction lets SQLite roll back by itself because the
// database may not grow: no later statement may run outside of the transaction.
func TestFullDiskEndsTheTransaction(t *testing.T) {
	db := open(t, file(t)+"?_pragma=max_page_count(20)")
	exec(t, db, "CREATE TABLE t(x)")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO t VALUES(1)")
	if _, err := tx.Exec("INSERT INTO t VALUES(zeroblob(1000000))"); !errors.Is(err, sqlite.ErrFull) {
		t.Fatalf("insert into a full database: %v", err)
	}
	for range 3 {
		if _, err := tx.Exec("INSERT INTO t VALUES(2)"); !errors.Is(err, driver.ErrTxRolledBack) {
			t.Errorf("statement after the rollback: %v", err)
		}
	}
	if _, err := tx.Prepare("SELECT 1"); !errors.Is(err, driver.ErrTxRolledBack) {
		t.Errorf("prepare after the rollback: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Errorf("rollback: %v", err)
	}
	if n := count(t, db, "SELECT count(*) FROM t"); n != 0 {
		t.Errorf("%d rows survived", n)
	}
}

func TestCommitAsAStatementEndsTheTransaction(t *testing.T) {
	db := open(t, file(t))
	exec(t, db, "CREATE TABLE t(x)")
	for _, end := range []string{"COMMIT", "ROLLBACK"} {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(end + "; INSERT INTO t VALUES(1)"); !errors.Is(err, driver.ErrTxRolledBack) {
			t.Errorf("%s, then an insert: %v", end, err)
		}
		if err := tx.Commit(); !errors.Is(err, driver.ErrTxRolledBack) {
			t.Errorf("commit after %s: %v", end, err)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM t"); n != 0 {
		t.Errorf("%d rows were written outside of a transaction", n)
	}
}

func TestCommitThatFailsBusyLeavesPoolCleanAndLockFree(t *testing.T) {
	name := file(t)
	db, other := open(t, name+"?_busy_timeout=20"), open(t, name+"?_busy_timeout=0")
	exec(t, db, "CREATE TABLE t(x); INSERT INTO t VALUES(1), (2)")
	reader, err := other.Query("SELECT x FROM t") // holds a shared lock
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO t VALUES(3)")
	if err := tx.Commit(); !errors.Is(err, sqlite.ErrBusy) {
		t.Fatalf("commit beside a reader: %v", err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	exec(t, other, "INSERT INTO t VALUES(4)")
	if n := count(t, db, "SELECT count(*) FROM t"); n != 3 {
		t.Errorf("%d rows", n)
	}
}

func TestNoDoubleWriteByBadConn(t *testing.T) {
	db := open(t, file(t))
	db.SetMaxOpenConns(1)
	exec(t, db, "CREATE TABLE t(x CHECK(x < 100))")
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := driver.Raw(conn, func(c *sqlite.Conn) error { return c.Close() }); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := conn.ExecContext(ctx, "INSERT INTO t VALUES(1)"); err == nil || errors.Is(err, sqldriver.ErrBadConn) {
		t.Errorf("insert on a closed connection: %v", err)
	}
	if err := conn.Close(); err != nil && !errors.Is(err, sqldriver.ErrBadConn) {
		t.Errorf("close: %v", err)
	}
	// A pool that retried a failed statement would run the first row twice.
	for _, query := range []string{
		"INSERT INTO t VALUES(1); INSERT INTO t VALUES(100)",
		"INSERT INTO t VALUES(2); SELECT nothing",
		"INSERT INTO t VALUES(3); SELECT raise(FAIL, 'x')",
	} {
		if _, err := db.Exec(query); err == nil || errors.Is(err, sqldriver.ErrBadConn) {
			t.Errorf("%s: %v", query, err)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM t"); n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
}

func TestMemoryDatabaseSurvivesIdleExpiryAndACancelledTx(t *testing.T) {
	db := open(t, ":memory:")
	db.SetMaxIdleConns(1)
	db.SetConnMaxIdleTime(time.Millisecond)
	db.SetConnMaxLifetime(5 * time.Millisecond)
	exec(t, db, "CREATE TABLE t(x)")
	for i := range 10 {
		exec(t, db, "INSERT INTO t VALUES(?)", i)
		ctx, cancel := context.WithCancel(context.Background())
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, tx, "INSERT INTO t VALUES(-1)")
		cancel()
		_ = tx.Rollback()
		time.Sleep(2 * time.Millisecond)
	}
	if n := count(t, db, "SELECT count(*) FROM t WHERE x >= 0"); n != 10 {
		t.Errorf("%d rows of 10", n)
	}
	if n := count(t, db, "SELECT count(*) FROM t WHERE x < 0"); n != 0 {
		t.Errorf("%d rows of cancelled transactions", n)
	}
}

// TestErrorInRowK wants the rows before an error, in batches of every size, and
// the error exactly once.
func TestErrorInRowK(t *testing.T) {
	db := open(t, ":memory:")
	for _, k := range []int{1, 2, 9, 10, 73, 74, 200} {
		rows, err := db.Query("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 300) SELECT abs(iif(i = ?, -9223372036854775808, i)) FROM r", k)
		n := 0
		if err == nil {
			for rows.Next() {
				var v int
				if err := rows.Scan(&v); err != nil || v != n+1 {
					t.Errorf("row %d: %d, %v", n+1, v, err)
				}
				n++
			}
			err = rows.Err()
			_ = rows.Close()
		}
		if n != k-1 || err == nil || !strings.Contains(err.Error(), "integer overflow") {
			t.Errorf("error in row %d: %d rows, %v", k, n, err)
		}
	}
}

func TestTableRebuildWithForeignKeysOn(t *testing.T) {
	db := open(t, file(t))
	exec(t, db, "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES(1), (2); INSERT INTO c VALUES(1), (2), (2)")
	// SQLite refuses no PRAGMA foreign_keys inside a transaction, it ignores it:
	// DROP TABLE then deletes the children. defer_foreign_keys does not help.
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "PRAGMA foreign_keys = 0; CREATE TABLE p2(id INTEGER PRIMARY KEY, name); INSERT INTO p2(id) SELECT id FROM p; DROP TABLE p; ALTER TABLE p2 RENAME TO p")
	if n := count(t, tx, "SELECT count(*) FROM c"); n != 0 {
		t.Fatalf("%d children are left: SQLite has changed, and migrate may become simpler", n)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db, "SELECT count(*) FROM c"); n != 3 {
		t.Errorf("%d children after the rollback", n)
	}
}

func TestDeepAndWideSQLFromAGoroutine(t *testing.T) {
	db := open(t, ":memory:")
	nested := func(n int, left, mid, right string) string {
		return strings.Repeat(left, n) + mid + strings.Repeat(right, n)
	}
	tests := []struct {
		name, query, want string // want "": an error
	}{
		{name: "deep expression", query: "SELECT " + nested(900, "-(", "1", ")"), want: "1"},
		{name: "too deep expression", query: "SELECT " + nested(1100, "-(", "1", ")")},
		{name: "compound of 500 terms", query: "SELECT count(*) FROM (" + strings.Repeat("SELECT 1 UNION ALL ", 499) + "SELECT 1)", want: "500"},
		{name: "compound of 501 terms", query: "SELECT count(*) FROM (" + strings.Repeat("SELECT 1 UNION ALL ", 500) + "SELECT 1)"},
		{name: "nested JSON", query: "SELECT json_valid('" + nested(1000, "[", "", "]") + "')", want: "1"},
		{name: "too nested JSON", query: "SELECT json_valid('" + nested(100000, "[", "", "]") + "')", want: "0"},
		{name: "nested subqueries", query: "SELECT " + nested(20, "(SELECT ", "1", ")"), want: "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			var err error
			done := make(chan struct{})
			go func() { // on a fresh, small stack
				defer close(done)
				err = db.QueryRow(tt.query).Scan(&got)
			}()
			<-done
			if (err == nil) != (tt.want != "") || got != tt.want {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

// TestCleanPathAsksNothingOfSQLite counts calls into C while database/sql takes
// a connection out of its pool and puts it back.
func TestCleanPathAsksNothingOfSQLite(t *testing.T) {
	connector, err := driver.NewConnector(":memory:", nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	dc, err := connector.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer dc.Close()
	c := dc.(*driver.Conn)
	if _, err := c.ExecContext(context.Background(), "CREATE TABLE t(x); INSERT INTO t VALUES(1)", nil); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumCgoCall()
	for range 100 {
		if !c.IsValid() || c.ResetSession(context.Background()) != nil {
			t.Fatal("a clean connection is not valid")
		}
	}
	if n := runtime.NumCgoCall() - before; n != 0 {
		t.Errorf("%d calls into C", n)
	}
	if _, err := c.ExecContext(context.Background(), "BEGIN", nil); err != nil {
		t.Fatal(err)
	}
	before = runtime.NumCgoCall()
	if !c.IsValid() || runtime.NumCgoCall() == before {
		t.Error("a leaked BEGIN is not rolled back")
	}
}

func TestMultiStatementErrorsNameTheStatement(t *testing.T) {
	db := open(t, ":memory:")
	exec(t, db, "CREATE TABLE t(x)")
	_, err := db.Exec("INSERT INTO t VALUES(:a); INSERT INTO t VALUES(2)", sql.Named("a", 1), sql.Named("b", 2))
	if want := `no parameter is named "b"; the statements before statement 2 have run`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
	_, err = db.Exec("INSERT INTO t VALUES(?); INSERT INTO t VALUES(?)", 1, 2, 3)
	if want := "statement 2 wants 1 more arguments, 2 are left"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
	if n := count(t, db, "SELECT count(*) FROM t"); n != 2 {
		t.Errorf("%d rows, want the 2 of the statements that ran", n)
	}
}

func TestExecCountsItsOwnChanges(t *testing.T) {
	db := open(t, ":memory:")
	db.SetMaxOpenConns(1)
	for i, tt := range []struct {
		query string
		want  int64
	}{
		{"CREATE TABLE t(x)", 0},
		{"INSERT INTO t VALUES(1), (2), (3)", 3},
		{"CREATE TABLE u(x)", 0},
		{"UPDATE t SET x = 9 WHERE x > 1", 2},
		{"SELECT * FROM t", 0},
		{"DELETE FROM t", 3},
	} {
		if n, err := exec(t, db, tt.query).RowsAffected(); err != nil || n != tt.want {
			t.Errorf("%d: %s: %d rows, %v; want %d", i, tt.query, n, err, tt.want)
		}
	}
}
