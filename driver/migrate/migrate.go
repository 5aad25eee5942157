// SPDX-License-Identifier: MIT

// Package migrate brings the schema of a database up to date by SQL scripts that
// run once each, in order:
//
//	//go:embed schema/*.sql
//	var scripts embed.FS
//
//	all, err := migrate.Read(scripts, "schema/*.sql")
//	...
//	applied, err := migrate.Up(ctx, db, all)
//
// PRAGMA user_version counts the migrations that were applied. The table
// gosqlite_migration keeps name and SHA-256 of each, so that a script which was
// changed after it ran is found. A script that is once released stays as it is;
// changes go into the next one.
//
// All that are due run in one transaction that holds the write lock: all are
// applied or none, and processes that start together wait for each other.
// Foreign keys are off meanwhile, on this connection alone, so that a table can
// be rebuilt (https://sqlite.org/lang_altertable.html, section 7) without losing
// the rows that refer to it; PRAGMA foreign_key_check then has to find nothing
// before the commit. A script must not end the transaction.
package migrate

import (
	"context"
	"crypto/sha256"
	"database/sql"
	sqldriver "database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/driver"
)

// Migration is one step of the schema: SQL of any number of statements.
type Migration struct {
	Name string
	SQL  string
}

func (m Migration) checksum() string {
	sum := sha256.Sum256([]byte(m.SQL))
	return hex.EncodeToString(sum[:])
}

// Read gives the files of fsys that match pattern, ordered by name: number them
// with leading zeros.
func Read(fsys fs.FS, pattern string) ([]Migration, error) {
	names, err := fs.Glob(fsys, pattern)
	if err != nil {
		return nil, fmt.Errorf("migrate: read %s: %w", pattern, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("migrate: no file matches %s", pattern)
	}
	slices.Sort(names)
	all := make([]Migration, len(names))
	for i, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("migrate: read: %w", err)
		}
		all[i] = Migration{Name: name, SQL: string(b)}
	}
	return all, nil
}

// Up applies the migrations that are due and says how many there were. It
// refuses a database that is newer than all, that another tool versions, or
// whose history differs from all.
func Up(ctx context.Context, db *sql.DB, all []Migration) (applied int, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	defer conn.Close()
	// Without a write lock first: most starts of a program have nothing to do.
	version, err := check(ctx, conn, all)
	if err != nil || version == len(all) {
		return 0, err
	}
	restore, err := foreignKeysOff(ctx, conn)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, restore()) }()
	err = driver.Immediate(ctx, conn, func(tx *sql.Tx) error {
		version, err := check(ctx, tx, all)
		if err != nil {
			return err
		}
		if err := apply(ctx, tx, all, version); err != nil {
			return err
		}
		applied = len(all) - version
		return nil
	})
	if err != nil {
		return 0, err
	}
	return applied, nil
}

// foreignKeysOff turns enforcement off, which SQLite does outside of a
// transaction only, and gives the function that puts back what was.
func foreignKeysOff(ctx context.Context, conn *sql.Conn) (restore func() error, err error) {
	var before bool
	if err := conn.QueryRowContext(ctx, "PRAGMA foreign_keys").Scan(&before); err != nil {
		return nil, fmt.Errorf("migrate: read foreign_keys: %w", err)
	}
	if !before {
		return func() error { return nil }, nil
	}
	restore = func() error {
		// The connection goes back to the pool, whatever has become of ctx.
		ctx := context.WithoutCancel(ctx)
		_, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = 1")
		var on bool
		if err == nil {
			err = conn.QueryRowContext(ctx, "PRAGMA foreign_keys").Scan(&on)
		}
		if err == nil && !on {
			// SQLite says nothing where a transaction is still to be rolled back.
			err = errors.New("a transaction is open")
		}
		if err != nil {
			// Nobody else may get it without enforcement.
			_ = conn.Raw(func(any) error { return sqldriver.ErrBadConn })
			return fmt.Errorf("migrate: turn foreign keys on again: %w", err)
		}
		return nil
	}
	// SQLite does it when it compiles the statement, which ctx may end after that.
	if _, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = 0"); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate: turn foreign keys off: %w", err), restore())
	}
	return restore, nil
}

type queryer interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// check compares the history of the database with all and gives its version.
func check(ctx context.Context, q queryer, all []Migration) (version int, err error) {
	var managed bool
	err = q.QueryRowContext(ctx, "SELECT user_version, EXISTS(SELECT 1 FROM sqlite_schema WHERE name = 'gosqlite_migration') FROM pragma_user_version").Scan(&version, &managed)
	if err != nil {
		return 0, fmt.Errorf("migrate: read version: %w", err)
	}
	if !managed {
		if version != 0 {
			return 0, fmt.Errorf("migrate: user_version is %d and there is no history: something else versions this database", version)
		}
		return 0, nil
	}
	if version > len(all) {
		return 0, fmt.Errorf("migrate: the database has version %d, this program knows %d: start a newer program", version, len(all))
	}
	rows, err := q.QueryContext(ctx, "SELECT version, name, checksum FROM gosqlite_migration ORDER BY version")
	if err != nil {
		return 0, fmt.Errorf("migrate: read history: %w", err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var at int
		var name, checksum string
		if err := rows.Scan(&at, &name, &checksum); err != nil {
			return 0, fmt.Errorf("migrate: read history: %w", err)
		}
		if at != n+1 || at > version {
			return 0, fmt.Errorf("migrate: the history does not fit user_version %d at migration %d (%s)", version, at, name)
		}
		if m := all[n]; m.checksum() != checksum {
			return 0, fmt.Errorf("migrate: migration %d was applied as %s and is now %s with other text: put the old text back and add a migration", at, name, m.Name)
		}
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("migrate: read history: %w", err)
	}
	if n != version {
		return 0, fmt.Errorf("migrate: user_version is %d, the history ends at %d: something else versions this database", version, n)
	}
	return version, nil
}

// apply runs what is due and leaves the commit to the caller.
func apply(ctx context.Context, tx *sql.Tx, all []Migration, version int) error {
	if version == 0 {
		_, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS gosqlite_migration(version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT")
		if err != nil {
			return fmt.Errorf("migrate: create history: %w", err)
		}
	}
	for i, m := range all[version:] {
		at := version + i + 1
		if _, err := tx.ExecContext(ctx, m.SQL); err != nil {
			return fmt.Errorf("migrate: migration %d (%s): %w", at, m.Name, err)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO gosqlite_migration VALUES(?, ?, ?)", at, m.Name, m.checksum()); err != nil {
			return fmt.Errorf("migrate: migration %d (%s): note it: %w", at, m.Name, err)
		}
	}
	if err := foreignKeyCheck(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(all))); err != nil {
		return fmt.Errorf("migrate: set version: %w", err)
	}
	return nil
}

// foreignKeyCheck finds rows that refer to nothing.
func foreignKeyCheck(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, `SELECT "table", count(*), min(rowid), parent FROM pragma_foreign_key_check GROUP BY "table", parent ORDER BY "table"`)
	if err != nil {
		return fmt.Errorf("migrate: check foreign keys: %w", err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var table, parent string
		var n int
		var first sql.NullInt64
		if err := rows.Scan(&table, &n, &first, &parent); err != nil {
			return fmt.Errorf("migrate: check foreign keys: %w", err)
		}
		found = append(found, fmt.Sprintf("%d of %s (first rowid %d) refer to no row of %s", n, table, first.Int64, parent))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("migrate: check foreign keys: %w", err)
	}
	if len(found) > 0 {
		return fmt.Errorf("migrate: foreign keys are violated after the migrations: %s", strings.Join(found, "; "))
	}
	return nil
}
