// SPDX-License-Identifier: MIT

package sqlite3

import (
	"errors"

	"github.com/gosqlite/gosqlite/sqlite"
)

// Operations of hooks and authorizers, and an authorizer's answers.
const (
	SQLITE_INSERT = int(sqlite.AuthInsert)
	SQLITE_UPDATE = int(sqlite.AuthUpdate)
	SQLITE_DELETE = int(sqlite.AuthDelete)

	SQLITE_OK     = int(sqlite.AuthAllow)
	SQLITE_DENY   = int(sqlite.AuthDeny)
	SQLITE_IGNORE = int(sqlite.AuthIgnore)
)

// RegisterCollation makes cmp an ordering of texts.
func (c *SQLiteConn) RegisterCollation(name string, cmp func(string, string) int) error {
	return mapError(c.SQLite().CreateCollation(name, func(a, b sqlite.RawBytes) int { return cmp(string(a), string(b)) }))
}

// RegisterCommitHook calls f before each commit; what is not 0 makes it a
// rollback. nil takes the hook away.
func (c *SQLiteConn) RegisterCommitHook(f func() int) {
	if f == nil {
		_ = c.SQLite().SetCommitHook(nil)
		return
	}
	_ = c.SQLite().SetCommitHook(func() error {
		if f() != 0 {
			return errors.New("the commit hook refuses")
		}
		return nil
	})
}

// RegisterRollbackHook calls f after each rollback; nil takes the hook away.
func (c *SQLiteConn) RegisterRollbackHook(f func()) { _ = c.SQLite().SetRollbackHook(f) }

// RegisterUpdateHook calls f after each change of a row; nil takes it away.
func (c *SQLiteConn) RegisterUpdateHook(f func(op int, schema, table string, rowid int64)) {
	if f == nil {
		_ = c.SQLite().SetUpdateHook(nil)
		return
	}
	_ = c.SQLite().SetUpdateHook(func(op sqlite.Op, schema, table string, rowID int64) { f(int(op), schema, table, rowID) })
}

// RegisterAuthorizer asks f about each action of each statement that is
// compiled; nil takes it away.
func (c *SQLiteConn) RegisterAuthorizer(f func(op int, arg1, arg2, schema string) int) {
	if f == nil {
		_ = c.SQLite().SetAuthorizer(nil)
		return
	}
	_ = c.SQLite().SetAuthorizer(func(r sqlite.AuthRequest) sqlite.AuthResult {
		return sqlite.AuthResult(f(int(r.Action), r.Arg1, r.Arg2, r.Schema))
	})
}
