// SPDX-License-Identifier: MIT

package driver_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

// FuzzBind holds that every value comes back as it went in, whatever size and
// content, by each way of binding.
func FuzzBind(f *testing.F) {
	f.Add(int64(0), 0.0, "", []byte{})
	f.Add(int64(math.MinInt64), math.Inf(1), "a\x00b\xff", []byte{0})
	f.Add(int64(1), math.SmallestNonzeroFloat64, string(make([]byte, 70000)), make([]byte, 9000))
	db, err := sql.Open(driver.Name, ":memory:")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec("CREATE TABLE t(i, f, s, b)"); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, i int64, x float64, s string, b []byte) {
		exec(t, db, "DELETE FROM t")
		_, err := db.Exec("INSERT INTO t VALUES(?, ?, ?, ?)", i, x, s, b)
		if math.IsNaN(x) {
			if err == nil {
				t.Fatal("NaN is bound")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		exec(t, db, "INSERT INTO t VALUES(:i, :f, :s, :b)", sql.Named("b", b), sql.Named("s", s), sql.Named("f", x), sql.Named("i", i))
		exec(t, db, "INSERT INTO t VALUES(?, ?, ?, ?)", driver.Batch(func(yield func([]any) bool) { yield([]any{i, x, s, b}) }))
		rows, err := db.Query("SELECT * FROM t")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		n := 0
		for ; rows.Next(); n++ {
			var gi int64
			var gx float64
			var gs string
			var gb []byte
			if err := rows.Scan(&gi, &gx, &gs, &gb); err != nil || gi != i || gx != x || gs != s || !reflect.DeepEqual(gb, b) {
				t.Errorf("row %d: %d %v %q %x, %v", n, gi, gx, gs, gb, err)
			}
		}
		if n != 3 || rows.Err() != nil {
			t.Errorf("%d rows, %v", n, rows.Err())
		}
	})
}

// FuzzSQL runs any text as somebody else's would be run: hardened, under a
// context. It must end, fail with an error of SQLite's or the driver's, and
// leave a connection that works.
func FuzzSQL(f *testing.F) {
	for _, query := range []string{
		"SELECT * FROM t; SELECT 1", "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT count(*) FROM r",
		"BEGIN; INSERT INTO t VALUES(1)", "COMMIT; ROLLBACK", "/* open", "'", "SELECT ?1, :a, @b, $c", "PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql='x'",
		"ATTACH 'x' AS y", "EXPLAIN SELECT 1", "SELECT zeroblob(999999999)", "VACUUM INTO '/nope/x'", "\x00", ";;;--\n;", "INSERT INTO t VALUES(1) RETURNING x",
		"SELECT printf('%*d', 999999999, 1)", "PRAGMA journal_mode=off; PRAGMA temp_store_directory='/'", "CREATE VIRTUAL TABLE v USING fts5(a)",
	} {
		f.Add(query)
	}
	db, err := sql.Open(driver.Name, "file::memory:?_hardened=1")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	f.Fuzz(func(t *testing.T, query string) {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		if rows, err := db.QueryContext(ctx, query); err == nil {
			for {
				for rows.Next() {
				}
				if !rows.NextResultSet() {
					break
				}
			}
			_ = rows.Close()
		}
		_, _ = db.ExecContext(ctx, query)
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("took %v", d)
		}
		var one int
		if err := db.QueryRow("SELECT 1").Scan(&one); err != nil || one != 1 {
			t.Errorf("the next query: %d, %v", one, err)
		}
	})
}

// hostileSeed is a small database with an index, an overflow page, a view, a
// trigger and a full-text index.
func hostileSeed(tb testing.TB) []byte {
	name := filepath.Join(tb.TempDir(), "seed.db")
	db, err := sql.Open(driver.Name, name+"?_page_size=512&_pragma=secure_delete(1)")
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT UNIQUE, c);
		CREATE VIEW v AS SELECT a, length(c) FROM t; CREATE TABLE w(x PRIMARY KEY) WITHOUT ROWID;
		CREATE TRIGGER g AFTER INSERT ON w BEGIN UPDATE t SET c = new.x; END; CREATE VIRTUAL TABLE s USING fts5(body);
		INSERT INTO t VALUES(1, 'one', zeroblob(2000)), (2, 'two', 3.5), (3, 'three', NULL); INSERT INTO w VALUES('k'); INSERT INTO s VALUES('some text')`); err != nil {
		tb.Fatal(err)
	}
	if err := db.Close(); err != nil {
		tb.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// readHostile reads all there is in a file that somebody else wrote.
func readHostile(t *testing.T, b []byte) {
	name := filepath.Join(t.TempDir(), "hostile.db")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	db := open(t, name+"?_hardened=1&_txlock=immediate&_synchronous=off") // no URI: the name of a seed has a #
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, query := range []string{
		"PRAGMA quick_check", "SELECT * FROM sqlite_schema", "SELECT * FROM t", "SELECT b FROM t ORDER BY b", "SELECT * FROM v", "SELECT * FROM s WHERE s MATCH 'text'",
		"INSERT INTO w VALUES('z')", "DELETE FROM t WHERE a = 2", "PRAGMA integrity_check",
	} {
		rows, err := db.QueryContext(ctx, query)
		if err == nil {
			columns, _ := rows.Columns()
			dest := make([]any, len(columns))
			for i := range dest {
				dest[i] = new(any)
			}
			for rows.Next() {
				if err := rows.Scan(dest...); err != nil {
					t.Errorf("%s: scan: %v", query, err)
				}
			}
			err = errors.Join(rows.Err(), rows.Close())
		}
		var e *sqlite.Error
		if err != nil && !errors.As(err, &e) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %T %v", query, err, err)
		}
	}
}

// FuzzHostileFile reads files that no SQLite wrote.
func FuzzHostileFile(f *testing.F) {
	seed := hostileSeed(f)
	f.Add(seed)
	f.Add(seed[:700])
	f.Add([]byte("SQLite format 3\x00"))
	f.Add([]byte{})
	f.Fuzz(readHostile)
}

// TestHostileFiles is a short run of FuzzHostileFile with a fixed sequence.
func TestHostileFiles(t *testing.T) {
	seed := hostileSeed(t)
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		b := append([]byte(nil), seed...)
		for range 1 + r.IntN(8) {
			at := r.IntN(len(b))
			if r.IntN(2) == 0 {
				at = r.IntN(16)*512 + r.IntN(24) // headers of pages
			}
			b[at%len(b)] = byte(r.Uint32())
		}
		readHostile(t, b)
	}
}
