// SPDX-License-Identifier: MIT

package consumers

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

// https://pressly.github.io/goose/documentation/provider/
func TestGoose(t *testing.T) {
	db, ctx := open(t), t.Context()
	isGosqlite(t, db)
	files := fstest.MapFS{
		"00001_users.sql": {Data: []byte("-- +goose Up\nCREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n" +
			"-- +goose StatementBegin\nCREATE TRIGGER users_name AFTER INSERT ON users BEGIN\n  UPDATE users SET name = upper(name) WHERE id = new.id;\nEND;\n-- +goose StatementEnd\n" +
			"-- +goose Down\nDROP TABLE users;\n")},
		"00003_vacuum.sql": {Data: []byte("-- +goose NO TRANSACTION\n-- +goose Up\nVACUUM;\n-- +goose Down\nSELECT 1;\n")},
	}
	fill := goose.NewGoMigration(2,
		&goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO users(name) VALUES('ada'), ('bob')")
			return err
		}},
		&goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM users")
			return err
		}})
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithGoMigrations(fill))
	if err != nil {
		t.Fatal(err)
	}
	results, err := p.Up(ctx)
	if err != nil || len(results) != 3 {
		t.Fatalf("up: %d migrations, %v", len(results), err)
	}
	var name string
	if err := db.QueryRow("SELECT name FROM users WHERE id = 1").Scan(&name); err != nil || name != "ADA" {
		t.Errorf("%q, %v", name, err)
	}
	if _, err := p.DownTo(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRow("SELECT name FROM users").Scan(&name); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("down: %v", err)
	}
	states, err := p.Status(ctx)
	if err != nil || len(states) != 3 || states[0].State != goose.StateApplied || states[1].State != goose.StatePending {
		t.Errorf("status: %v", err)
	}

	// A failed migration leaves nothing.
	files["00004_broken.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE half(x);\nCREATE TABLE users(x);\n-- +goose Down\nSELECT 1;\n")}
	if p, err = goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithGoMigrations(fill)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Up(ctx); err == nil {
		t.Error("a broken migration passes")
	}
	var half int
	if err := db.QueryRow("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").Scan(&half); err != nil || half != 0 {
		t.Errorf("half of a migration stays: %d, %v", half, err)
	}
}
