// SPDX-License-Identifier: MIT

package migrate_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/driver/migrate"
	"github.com/gosqlite/gosqlite/sqlite"
)

// A connection whose foreign keys cannot be turned on again must not serve anybody else.
func TestForeignKeysThatCannotBeTurnedOnAgain(t *testing.T) {
	opened := 0
	connector, err := driver.NewConnector(filepath.Join(t.TempDir(), "m.db"), func(c *sqlite.Conn) error {
		opened++
		if opened > 1 {
			return nil
		}
		// The first connection refuses what the migration does at its end.
		return c.SetAuthorizer(func(r sqlite.AuthRequest) sqlite.AuthResult {
			if r.Action == sqlite.AuthPragma && r.Arg1 == "foreign_keys" && r.Arg2 == "1" {
				return sqlite.AuthDeny
			}
			return sqlite.AuthAllow
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	_, err = migrate.Up(ctx, db, steps)
	if err == nil || !strings.Contains(err.Error(), "turn foreign keys on again") {
		t.Fatalf("up: %v", err)
	}
	if _, err := db.Exec("INSERT INTO c VALUES(99)"); !errors.Is(err, sqlite.ErrConstraintForeignKey) {
		t.Errorf("the next user has no foreign keys: %v", err)
	}
	if opened != 2 {
		t.Errorf("%d connections were opened, want 2", opened)
	}
}

// SQLite turns foreign keys off when it compiles the statement, which has not run yet when the context ends.
func TestEndOfContextWhileForeignKeysGoOff(t *testing.T) {
	ending, cancel := context.WithCancel(ctx)
	defer cancel()
	connector, err := driver.NewConnector(filepath.Join(t.TempDir(), "m.db"), func(c *sqlite.Conn) error {
		return c.SetAuthorizer(func(r sqlite.AuthRequest) sqlite.AuthResult {
			if r.Action == sqlite.AuthPragma && r.Arg1 == "foreign_keys" && r.Arg2 == "0" {
				cancel()
			}
			return sqlite.AuthAllow
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := migrate.Up(ending, db, steps); err == nil {
		t.Fatal("no error")
	}
	if number(t, db, "PRAGMA foreign_keys") != 1 {
		t.Error("foreign keys stay off")
	}
}
