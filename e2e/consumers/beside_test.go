// SPDX-License-Identifier: MIT

// Package consumers has libraries on gosqlite that know other drivers by name:
// each test does what their manuals do, with *sql.DB of gosqlite, while the
// SQLite that they bring is linked beside it.
package consumers

import (
	"database/sql"
	"flag"
	"path/filepath"
	"testing"

	_ "github.com/gosqlite/gosqlite/driver"
	_ "github.com/mattn/go-sqlite3"
	_ "modernc.org/sqlite"
)

// driverName is what the libraries are given. With another one every test of a
// library has to fail, which check.sh holds it to.
var driverName = flag.String("driver", "gosqlite", "driver that the libraries run on")

// open is a gosqlite database in a file of its own.
func open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open(*driverName, filepath.Join(t.TempDir(), "app.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// isGosqlite fails when db is not what the test is about: an option that only
// gosqlite is compiled with must be there.
func isGosqlite(t *testing.T, db *sql.DB) {
	t.Helper()
	var has bool
	if err := db.QueryRow("SELECT sqlite_compileoption_used('DEFAULT_MEMSTATUS=0') AND sqlite_compileoption_used('OMIT_SHARED_CACHE') AND sqlite_compileoption_used('THREADSAFE=2')").Scan(&has); err != nil || !has {
		t.Fatalf("the library does not run on gosqlite (%v)", err)
	}
}

// Three copies of SQLite live in one program, each on its own file.
func TestBeside(t *testing.T) {
	for _, driver := range []string{"gosqlite", "sqlite3", "sqlite"} {
		db, err := sql.Open(driver, filepath.Join(t.TempDir(), driver+".db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var n int
		if _, err := db.Exec("CREATE TABLE t(x); INSERT INTO t VALUES(1), (2)"); err != nil {
			t.Errorf("%s: %v", driver, err)
		} else if err := db.QueryRow("SELECT count(*) FROM t").Scan(&n); err != nil || n != 2 {
			t.Errorf("%s: %d rows, %v", driver, n, err)
		}
		var own bool
		if err := db.QueryRow("SELECT sqlite_compileoption_used('OMIT_SHARED_CACHE')").Scan(&own); err != nil || own != (driver == "gosqlite") {
			t.Errorf("%s: is another SQLite than its own (%v)", driver, err)
		}
	}
}
