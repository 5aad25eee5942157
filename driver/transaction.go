// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

type beginModeKey struct{}

// beginner is a *sql.DB or a *sql.Conn.
type beginner interface {
	BeginTx(context.Context, *sql.TxOptions) (*sql.Tx, error)
}

// BeginImmediate begins a transaction that holds the write lock from its start,
// whatever _txlock says: it waits there and then, and none of its statements
// can fail because another connection has written since it read.
func BeginImmediate(ctx context.Context, db beginner) (*sql.Tx, error) {
	return db.BeginTx(context.WithValue(ctx, beginModeKey{}, "BEGIN IMMEDIATE"), nil)
}

// Immediate runs f in a transaction of [BeginImmediate] and commits it. An
// error or a panic of f rolls it back.
func Immediate(ctx context.Context, db beginner, f func(*sql.Tx) error) (err error) {
	tx, err := BeginImmediate(ctx, db)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // f has panicked or called runtime.Goexit
			_ = tx.Rollback()
		}
	}()
	err = f(tx)
	done = true
	if err != nil {
		if rerr := tx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			return errors.Join(err, rerr)
		}
		return err
	}
	return tx.Commit()
}

// Savepoint runs f within a savepoint of tx. An error or a panic of f undoes
// what f did and leaves the transaction as it was before; savepoints nest.
//
// https://sqlite.org/lang_savepoint.html
func Savepoint(ctx context.Context, tx *sql.Tx, f func() error) (err error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT gosqlite"); err != nil {
		return err
	}
	// Undoing must work also after ctx has ended.
	ctx = context.WithoutCancel(ctx)
	undo := func() error {
		_, err := tx.ExecContext(ctx, "ROLLBACK TO gosqlite; RELEASE gosqlite")
		return err
	}
	done := false
	defer func() {
		if !done {
			_ = undo()
		}
	}()
	err = f()
	done = true
	if err != nil {
		if uerr := undo(); uerr != nil && !errors.Is(uerr, ErrTxRolledBack) {
			return errors.Join(err, fmt.Errorf("gosqlite: roll back to savepoint: %w", uerr))
		}
		return err
	}
	_, err = tx.ExecContext(ctx, "RELEASE gosqlite")
	return err
}
