// SPDX-License-Identifier: MIT

package migrate_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/driver/migrate"
	"github.com/gosqlite/gosqlite/sqlite"
)

var ctx = context.Background()

func open(t *testing.T, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver.Name, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func number(t *testing.T, db *sql.DB, query string) int {
	t.Helper()
	var n int
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

var steps = []migrate.Migration{
	{Name: "1.sql", SQL: "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES(1), (2); INSERT INTO c VALUES(1), (2), (2)"},
	{Name: "2.sql", SQL: "CREATE TABLE new(id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT ''); INSERT INTO new(id) SELECT id FROM p; DROP TABLE p; ALTER TABLE new RENAME TO p"},
}

func TestTableRebuildWithForeignKeysOnLosesNothing(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "m.db"))
	db.SetMaxOpenConns(1)
	for n, want := range []int{1, 1, 0, 0} {
		upTo := steps[:min(n+1, 2)]
		if applied, err := migrate.Up(ctx, db, upTo); err != nil || applied != want {
			t.Fatalf("run %d: %d applied, %v", n, applied, err)
		}
	}
	if n := number(t, db, "SELECT count(*) FROM c JOIN p ON p.id = c.p WHERE name = ''"); n != 3 {
		t.Errorf("%d of 3 children are left", n)
	}
	if number(t, db, "PRAGMA foreign_keys") != 1 || number(t, db, "PRAGMA user_version") != 2 {
		t.Error("foreign keys or version are not as they should be")
	}
	if _, err := db.Exec("INSERT INTO c VALUES(99)"); !errors.Is(err, sqlite.ErrConstraintForeignKey) {
		t.Errorf("foreign keys are off: %v", err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	changed := []migrate.Migration{{Name: "1.sql", SQL: steps[0].SQL + " "}, steps[1]}
	tests := []struct {
		name  string
		setUp string
		all   []migrate.Migration
		want  string
	}{
		{name: "newer database", all: steps[:1], want: "start a newer program"},
		{name: "changed script", all: changed, want: "with other text"},
		{name: "another tool's version", setUp: "PRAGMA user_version = 1", all: append(steps[:2:2], steps[0]), want: "the history does not fit user_version 1"},
		{name: "lost history", setUp: "DELETE FROM gosqlite_migration WHERE version = 2", all: steps, want: "the history ends at 1"},
		{name: "no history", setUp: "DROP TABLE gosqlite_migration", all: steps, want: "something else versions this database"},
		{name: "bad SQL", all: append(steps[:2:2], migrate.Migration{Name: "3.sql", SQL: "CREATE TABLE good(x); CREATE bad"}), want: "migration 3 (3.sql): sqlite: near \"bad\""},
		{name: "dangling reference", all: append(steps[:2:2], migrate.Migration{Name: "3.sql", SQL: "CREATE TABLE good(x); DELETE FROM p WHERE id = 2"}), want: "2 of c (first rowid 2) refer to no row of p"},
		{name: "script that commits", all: append(steps[:2:2], migrate.Migration{Name: "3.sql", SQL: "SELECT 1; COMMIT"}), want: "has ended in SQLite"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db := open(t, filepath.Join(t.TempDir(), "m.db"))
			if _, err := migrate.Up(ctx, db, steps); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(tt.setUp); err != nil {
				t.Fatal(err)
			}
			if applied, err := migrate.Up(ctx, db, tt.all); err == nil || applied != 0 || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%d applied, %v; want %q", applied, err, tt.want)
			}
			if number(t, db, "SELECT count(*) FROM sqlite_schema WHERE name = 'good'") != 0 || number(t, db, "PRAGMA foreign_keys") != 1 {
				t.Error("something of the failed migration stayed")
			}
		})
	}
}

func TestProgramsThatStartTogether(t *testing.T) {
	name := filepath.Join(t.TempDir(), "m.db")
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for range 4 {
		db := open(t, name+"?_busy_timeout=30s")
		wg.Add(1)
		go func() {
			defer wg.Done()
			applied, err := migrate.Up(ctx, db, steps)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			total += applied
		}()
	}
	wg.Wait()
	if total != 2 {
		t.Errorf("%d migrations were applied, want each once", total)
	}
}

func TestRead(t *testing.T) {
	files := fstest.MapFS{"s/02.sql": {Data: []byte("b")}, "s/01.sql": {Data: []byte("a")}, "s/readme": {}}
	all, err := migrate.Read(files, "s/*.sql")
	if err != nil || len(all) != 2 || all[0].SQL != "a" || all[1].Name != "s/02.sql" {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := migrate.Read(files, "t/*.sql"); err == nil {
		t.Error("no file is no error")
	}
}

func Example() {
	db, err := sql.Open(driver.Name, ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	applied, err := migrate.Up(context.Background(), db, []migrate.Migration{
		{Name: "001_note.sql", SQL: "CREATE TABLE note(id INTEGER PRIMARY KEY, body TEXT NOT NULL)"},
		{Name: "002_at.sql", SQL: "ALTER TABLE note ADD COLUMN at DATETIME"},
	})
	fmt.Println(applied, err)
	// Output: 2 <nil>
}
