// SPDX-License-Identifier: MIT

package consumers

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database/sqlite3"
	"github.com/golang-migrate/migrate/v4/source/iofs"
)

// https://pkg.go.dev/github.com/golang-migrate/migrate/v4/database/sqlite3, which
// imports github.com/mattn/go-sqlite3; its WithInstance takes any *sql.DB.
func TestGolangMigrate(t *testing.T) {
	db := open(t)
	isGosqlite(t, db)
	files := fstest.MapFS{
		"1_users.up.sql":   {Data: []byte("CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT);\nCREATE INDEX users_name ON users(name);")},
		"1_users.down.sql": {Data: []byte("DROP TABLE users;")},
		"2_email.up.sql":   {Data: []byte("ALTER TABLE users ADD COLUMN email TEXT;")},
		"2_email.down.sql": {Data: []byte("ALTER TABLE users DROP COLUMN email;")},
		"3_broken.up.sql":  {Data: []byte("CREATE TABLE half(x); CREATE TABLE users(x);")},
	}
	source, err := iofs.New(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	instance, err := sqlite3.WithInstance(db, &sqlite3.Config{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := migrate.NewWithInstance("files", source, "gosqlite", instance)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Migrate(2); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO users(name, email) VALUES('Ada', 'ada@example.com')"); err != nil {
		t.Error(err)
	}
	if err := m.Up(); err == nil {
		t.Error("a broken migration passes")
	}
	version, dirty, err := m.Version()
	if err != nil || version != 3 || !dirty {
		t.Errorf("version %d, dirty %v, %v", version, dirty, err)
	}
	var half int
	if err := db.QueryRow("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").Scan(&half); err != nil || half != 0 {
		t.Errorf("half of a migration stays: %d, %v", half, err)
	}
	if err := m.Force(2); err != nil {
		t.Fatal(err)
	}
	if err := m.Down(); err != nil {
		t.Fatal(err)
	}
	if err := m.Down(); !errors.Is(err, migrate.ErrNoChange) {
		t.Errorf("down twice: %v", err)
	}
	if _, err := db.Exec("SELECT * FROM users"); err == nil {
		t.Error("the table is still there")
	}
}
