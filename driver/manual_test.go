// SPDX-License-Identifier: MIT

package driver_test

// The bodies of these examples are snippets of the manual, which TestManualSnippets holds against them: what is printed
// there compiles and runs.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

// folder makes a new folder the current one, until what it returns is called. Snippets leave it out.
func folder() func() {
	before, err := os.Getwd()
	check(err)
	dir, err := os.MkdirTemp("", "manual")
	check(err)
	check(os.Chdir(dir))
	return func() {
		check(os.Chdir(before))
		check(os.RemoveAll(dir))
	}
}

func Example_firstProgram() {
	defer folder()()
	db, err := sql.Open("gosqlite", "file:planets.db?_preset=app")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	_, err = db.Exec("CREATE TABLE IF NOT EXISTS planet(name TEXT PRIMARY KEY, moons INTEGER NOT NULL)")
	if err != nil {
		log.Fatal(err)
	}
	for name, moons := range map[string]int{"Earth": 1, "Mars": 2, "Venus": 0} {
		_, err := db.Exec("INSERT OR IGNORE INTO planet VALUES(?, ?)", name, moons)
		if err != nil {
			log.Fatal(err)
		}
	}

	rows, err := db.Query("SELECT name, moons FROM planet WHERE moons > ? ORDER BY name", 0)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var moons int
		if err := rows.Scan(&name, &moons); err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, moons)
	}
	if err := rows.Err(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Earth 1
	// Mars 2
}

func Example_names() {
	defer folder()()
	db, err := sql.Open("gosqlite", "file:app.db?_preset=app&_busy_timeout=10s")
	check(err)
	defer db.Close()

	var mode string
	check(db.QueryRow("PRAGMA journal_mode").Scan(&mode))
	fmt.Println(mode)
	// Output: wal
}

func Example_unknownParameter() {
	db, err := sql.Open("gosqlite", "file:app.db?_busytimeout=5s")
	if err == nil {
		err = db.Ping()
	}
	fmt.Println(err)
	// Output: gosqlite: data source name: unknown parameter "_busytimeout": see the documentation of package driver
}

func Example_writers() {
	defer folder()()
	db, err := sql.Open("gosqlite", "file:count.db?_preset=app")
	check(err)
	defer db.Close()
	_, err = db.Exec("CREATE TABLE counter(n INTEGER); INSERT INTO counter VALUES(0)")
	check(err)

	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			_, err := db.Exec("UPDATE counter SET n = n + 1")
			check(err)
		})
	}
	group.Wait()

	var n int
	check(db.QueryRow("SELECT n FROM counter").Scan(&n))
	fmt.Println(n)
	// Output: 20
}

func Example_upgrade() {
	defer folder()()
	db, err := sql.Open("gosqlite", "file:stock.db?_preset=app")
	check(err)
	defer db.Close()
	_, err = db.Exec("CREATE TABLE stock(item TEXT PRIMARY KEY, n INTEGER); INSERT INTO stock VALUES('bolt', 3)")
	check(err)

	take := func(ctx context.Context, item string) error {
		return driver.Immediate(ctx, db, func(tx *sql.Tx) error {
			var n int
			if err := tx.QueryRow("SELECT n FROM stock WHERE item = ?", item).Scan(&n); err != nil {
				return err
			}
			if n == 0 {
				return errors.New("none left")
			}
			_, err := tx.Exec("UPDATE stock SET n = n - 1 WHERE item = ?", item)
			return err
		})
	}
	for range 4 {
		fmt.Println(take(context.Background(), "bolt"))
	}
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// none left
}

func Example_snapshot() {
	defer folder()()
	db, err := sql.Open("gosqlite", "file:log.db?_preset=app")
	check(err)
	defer db.Close()
	_, err = db.Exec("CREATE TABLE log(line TEXT); INSERT INTO log VALUES('first')")
	check(err)

	count := func(q interface{ QueryRow(string, ...any) *sql.Row }) (n int) {
		check(q.QueryRow("SELECT count(*) FROM log").Scan(&n))
		return n
	}
	reader, err := db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	check(err)
	defer reader.Rollback()
	fmt.Println(count(reader))

	_, err = db.Exec("INSERT INTO log VALUES('second')") // by another connection, at once
	check(err)
	fmt.Println(count(reader), count(db))
	// Output:
	// 1
	// 1 2
}

func Example_deadline() {
	db, err := sql.Open("gosqlite", ":memory:")
	check(err)
	defer db.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
	var n int
	err = db.QueryRowContext(ctx, endless).Scan(&n)
	fmt.Println(errors.Is(err, context.DeadlineExceeded), errors.Is(err, sqlite.ErrInterrupt))

	// The connection is as good as new.
	check(db.QueryRow("SELECT 42").Scan(&n))
	fmt.Println(n)
	// Output:
	// true true
	// 42
}

func Example_lock() {
	defer folder()()
	db, err := sql.Open("gosqlite", "file:app.db?_preset=app&_busy_timeout=1m")
	check(err)
	defer db.Close()
	_, err = db.Exec("CREATE TABLE t(x)")
	check(err)

	writer, err := db.Begin() // holds the write lock
	check(err)
	defer writer.Rollback()

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = db.ExecContext(ctx, "INSERT INTO t VALUES(1)") // another connection
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

func Example_transactionContext() {
	db, err := sql.Open("gosqlite", ":memory:")
	check(err)
	defer db.Close()
	_, err = db.Exec("CREATE TABLE t(x)")
	check(err)

	ctx, cancel := context.WithCancel(context.Background())
	tx, err := db.BeginTx(ctx, nil)
	check(err)
	_, err = tx.Exec("INSERT INTO t VALUES(1)")
	check(err)
	cancel()
	fmt.Println(tx.Commit() != nil)

	var n int
	check(db.QueryRow("SELECT count(*) FROM t").Scan(&n))
	fmt.Println(n)
	// Output:
	// true
	// 0
}

func Example_modernc() {
	defer folder()()
	// Before: import _ "modernc.org/sqlite"
	//         sql.Open("sqlite", "file:app.db?_pragma=journal_mode(wal)&_pragma=busy_timeout(5000)")
	// Now:    import _ "github.com/gosqlite/gosqlite/driver"
	db, err := sql.Open("gosqlite", "file:app.db?_journal_mode=wal")
	check(err)
	defer db.Close()

	var mode string
	var milliseconds, foreignKeys int
	check(db.QueryRow("PRAGMA journal_mode").Scan(&mode))
	check(db.QueryRow("PRAGMA busy_timeout").Scan(&milliseconds))
	check(db.QueryRow("PRAGMA foreign_keys").Scan(&foreignKeys))
	fmt.Println(mode, milliseconds, foreignKeys)
	// Output: wal 5000 1
}
