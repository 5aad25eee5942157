// SPDX-License-Identifier: MIT

package driver_test

// The bodies of these examples are the snippets of docs/cookbook.md, which
// TestCookbook holds against them: what is printed there compiles and runs.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/driver/jsoncolumn"
	"github.com/gosqlite/gosqlite/driver/migrate"
	"github.com/gosqlite/gosqlite/sqlite"
)

// kitchen is a database for one recipe.
func kitchen(statements string) *sql.DB {
	db, err := sql.Open(driver.Name, ":memory:")
	if err == nil {
		_, err = db.Exec(statements)
	}
	if err != nil {
		log.Fatal(err)
	}
	return db
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func Example_errors() {
	db := kitchen("CREATE TABLE user(email TEXT UNIQUE); INSERT INTO user VALUES('a@example.com')")
	defer db.Close()

	_, err := db.Exec("INSERT INTO user VALUES(?)", "a@example.com")
	if errors.Is(err, sqlite.ErrConstraintUnique) {
		fmt.Println("that address is taken")
	}

	_, err = db.Exec("SELECT emial FROM user")
	var e *sqlite.Error
	if errors.As(err, &e) {
		fmt.Printf("%s at %q\n", e.Message, e.SQL[e.Offset:])
	}
	// Output:
	// that address is taken
	// no such column: emial at "emial FROM user"
}

func Example_transaction() {
	db := kitchen("CREATE TABLE account(id INTEGER PRIMARY KEY, cents INTEGER CHECK(cents >= 0)); INSERT INTO account VALUES(1, 100), (2, 0)")
	defer db.Close()
	ctx := context.Background()

	transfer := func(from, to, cents int) error {
		return driver.Immediate(ctx, db, func(tx *sql.Tx) error {
			if _, err := tx.Exec("UPDATE account SET cents = cents + ? WHERE id = ?", cents, to); err != nil {
				return err
			}
			_, err := tx.Exec("UPDATE account SET cents = cents - ? WHERE id = ?", cents, from)
			return err
		})
	}
	fmt.Println(transfer(1, 2, 70))
	fmt.Println(errors.Is(transfer(1, 2, 70), sqlite.ErrConstraintCheck))

	var cents int
	check(db.QueryRow("SELECT cents FROM account WHERE id = 2").Scan(&cents))
	fmt.Println(cents)
	// Output:
	// <nil>
	// true
	// 70
}

func Example_savepoint() {
	db := kitchen("CREATE TABLE import(line INTEGER UNIQUE)")
	defer db.Close()
	ctx := context.Background()

	err := driver.Immediate(ctx, db, func(tx *sql.Tx) error {
		for _, line := range []int{1, 2, 2, 3} {
			err := driver.Savepoint(ctx, tx, func() error {
				_, err := tx.Exec("INSERT INTO import VALUES(?)", line)
				return err
			})
			if errors.Is(err, sqlite.ErrConstraint) {
				fmt.Println("skipped line", line)
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// skipped line 2
	// <nil>
}

func Example_bulk() {
	db := kitchen("CREATE TABLE point(x, y)")
	defer db.Close()

	squares := driver.Batch(func(yield func(row []any) bool) {
		for i := range 10000 {
			if !yield([]any{i, i * i}) {
				return
			}
		}
	})
	res, err := db.Exec("INSERT INTO point VALUES(?, ?)", squares)
	check(err)
	n, _ := res.RowsAffected()
	fmt.Println(n)
	// Output: 10000
}

func Example_list() {
	db := kitchen("CREATE TABLE city(name); INSERT INTO city VALUES('Graz'), ('Linz'), ('Wels')")
	defer db.Close()

	var n int
	check(db.QueryRow("SELECT count(*) FROM city WHERE name IN carray(?)", []string{"Graz", "Wels", "Rome"}).Scan(&n))
	fmt.Println(n)
	// Output: 2
}

func Example_times() {
	db := kitchen("CREATE TABLE event(at DATETIME)")
	defer db.Close()

	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	for _, at := range []time.Time{noon, noon.Add(time.Hour), noon.Add(-time.Hour)} {
		_, err := db.Exec("INSERT INTO event VALUES(?)", at)
		check(err)
	}
	var last time.Time
	var lastHour int
	check(db.QueryRow("SELECT max(at), strftime('%H', max(at)) FROM event WHERE at > ?", noon).Scan(&last, &lastHour))
	fmt.Println(last, lastHour)
	// Output: 2024-02-29 13:00:00 +0000 UTC 13
}

func Example_json() {
	db := kitchen("CREATE TABLE planet(body TEXT)")
	defer db.Close()

	type planet struct {
		Name  string
		Moons []string
	}
	mars := planet{Name: "Mars", Moons: []string{"Phobos", "Deimos"}}
	_, err := db.Exec("INSERT INTO planet VALUES(?)", jsoncolumn.Of[planet]{V: mars})
	check(err)

	var found jsoncolumn.Of[planet]
	check(db.QueryRow("SELECT body FROM planet WHERE body->>'Name' = ?", "Mars").Scan(&found))
	fmt.Println(found.V.Moons)
	// Output: [Phobos Deimos]
}

func Example_migrations() {
	db := kitchen("")
	defer db.Close()

	// migrate.Read takes them from an embed.FS.
	all := []migrate.Migration{
		{Name: "001_note.sql", SQL: "CREATE TABLE note(id INTEGER PRIMARY KEY, body TEXT NOT NULL)"},
		{Name: "002_at.sql", SQL: "ALTER TABLE note ADD COLUMN at DATETIME"},
	}
	for range 2 {
		applied, err := migrate.Up(context.Background(), db, all)
		fmt.Println(applied, err)
	}
	// Output:
	// 2 <nil>
	// 0 <nil>
}

func Example_cancel() {
	db := kitchen("")
	defer db.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err := db.ExecContext(ctx, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
	fmt.Println(errors.Is(err, context.DeadlineExceeded), errors.Is(err, sqlite.ErrInterrupt))
	// Output: true true
}

func Example_function() {
	connector, err := driver.NewConnector(":memory:", func(c *sqlite.Conn) error {
		double := sqlite.Scalar1(func(v int64) (int64, error) { return 2 * v, nil })
		return c.CreateFunction("double", double, sqlite.Deterministic)
	})
	check(err)
	db := sql.OpenDB(connector)
	defer db.Close()

	var n int
	check(db.QueryRow("SELECT double(21)").Scan(&n))
	fmt.Println(n)
	// Output: 42
}

func Example_backup() {
	db := kitchen("CREATE TABLE t(x); INSERT INTO t VALUES(1)")
	defer db.Close()
	copied, err := os.CreateTemp("", "backup")
	check(err)
	defer os.Remove(copied.Name())

	conn, err := db.Conn(context.Background())
	check(err)
	defer conn.Close()
	check(driver.Raw(conn, func(c *sqlite.Conn) error {
		dst, err := sqlite.Open(copied.Name(), sqlite.OpenReadWrite|sqlite.OpenCreate)
		if err != nil {
			return err
		}
		defer dst.Close()
		b, err := c.Backup(dst, "main", "main")
		if err != nil {
			return err
		}
		defer b.Close()
		for done := false; !done; {
			if done, err = b.Step(100); err != nil {
				return err
			}
			fmt.Println(b.Remaining(), "pages to go")
		}
		return nil
	}))
	// Output: 0 pages to go
}

func Example_log() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "took" {
				return slog.Attr{}
			}
			return a
		},
	}))
	connector, err := driver.NewConnector(":memory:", nil, driver.WithLogger(log, time.Second))
	check(err)
	db := sql.OpenDB(connector)
	defer db.Close()

	_, err = db.Exec("CREATE TABLE t(x)")
	check(err)
	_, err = db.Exec("INSERT INTO t VALUES(?)", "not in the log")
	check(err)
	// Output:
	// level=DEBUG msg="gosqlite: exec" sql="CREATE TABLE t(x)" rows=0
	// level=DEBUG msg="gosqlite: exec" sql="INSERT INTO t VALUES(?)" rows=1
}
