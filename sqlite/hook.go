// SPDX-License-Identifier: MIT

package sqlite

// hooks says which hooks are installed that forbid reading ahead.
type hooks struct {
	update, preUpdate, commit, rollback, wal, trace bool
}

// hook runs a callback that may use the connection and gives its error, or what
// its panic becomes.
func (c *Conn) hook(f func() error) error { return run(c.lend(), f) }

// guard is hook for callbacks that must not use the connection.
func (c *Conn) guard(f func() error) error { return run(c.keep(), f) }

func run(k *Context, f func() error) (err error) {
	defer k.shut(&err)
	err = f()
	k.done = true
	return err
}

// set installs or removes a hook that a program may see run. While there is
// one, Step reads no rows ahead.
func (c *Conn) set(now *bool, on bool, install func(on bool)) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if on && !*now {
		c.effects++
	}
	if !on && *now {
		c.effects--
	}
	*now = on
	c.hosted()
	install(on)
	return nil
}

// SetCommitHook is sqlite3_commit_hook: f is called before a transaction that
// wrote commits. An error makes the COMMIT fail with ErrConstraintCommitHook and
// rolls back. f must not use the connection. nil takes the hook away.
//
// https://sqlite.org/c3ref/commit_hook.html
func (c *Conn) SetCommitHook(f func() error) error {
	return c.set(&c.hooks.commit, f != nil, func(on bool) {
		c.host.Commit = func() bool {
			err := c.guard(f)
			if err != nil {
				c.throwSilent(err)
			}
			return err != nil
		}
		c.c.SetCommit(on)
	})
}

// SetRollbackHook is sqlite3_rollback_hook: f is called when a transaction is
// rolled back, unless that is because the connection closes. f must not use the
// connection. nil takes the hook away.
//
// https://sqlite.org/c3ref/commit_hook.html
func (c *Conn) SetRollbackHook(f func()) error {
	return c.set(&c.hooks.rollback, f != nil, func(on bool) {
		c.host.Rollback = func() { c.tell(f) }
		c.c.SetRollback(on)
	})
}

// tell runs a callback that must not use the connection and cannot fail: only its
// panic ends the statement.
func (c *Conn) tell(f func()) {
	if err := c.guard(func() error { f(); return nil }); err != nil {
		c.abort(err)
	}
}

// Op is what happens to a row.
//
// https://sqlite.org/c3ref/c_alter_table.html
type Op int

// Changes of rows.
const (
	Insert Op = 18 // SQLITE_INSERT
	Update Op = 23 // SQLITE_UPDATE
	Delete Op = 9  // SQLITE_DELETE
)

// String is the keyword.
func (o Op) String() string {
	switch o {
	case Insert:
		return "INSERT"
	case Update:
		return "UPDATE"
	}
	return "DELETE"
}

// SetUpdateHook is sqlite3_update_hook: f is called when a row of a table with
// rowids has changed. f must not change the database. nil takes the hook away.
//
// https://sqlite.org/c3ref/update_hook.html
func (c *Conn) SetUpdateHook(f func(op Op, schema, table string, rowID int64)) error {
	return c.set(&c.hooks.update, f != nil, func(on bool) {
		c.host.Update = func(op int, schema, table string, rowid int64) {
			c.tell(func() { f(Op(op), schema, table, rowid) })
		}
		c.c.SetUpdate(on)
	})
}

// SetWALHook is sqlite3_wal_hook: f is called after each commit in WAL mode with
// the number of pages in the WAL; its error is that of the statement, whose
// transaction stays committed. f may call [Conn.Checkpoint]. SQLite's automatic
// checkpoints use the same place: a hook replaces them, and nil puts one every
// 1000 pages back, SQLite's default.
//
// https://sqlite.org/c3ref/wal_hook.html
func (c *Conn) SetWALHook(f func(schema string, pages int) error) error {
	return c.set(&c.hooks.wal, f != nil, func(on bool) {
		c.host.WAL = func(schema string, pages int) int {
			err := c.hook(func() error { return f(schema, pages) })
			if err == nil {
				return 0
			}
			return int(c.throwSilent(err))
		}
		c.c.SetWAL(on)
		if !on {
			c.c.WALAutoCheckpoint(defaultAutoCheckpoint)
		}
	})
}

// defaultAutoCheckpoint is SQLITE_DEFAULT_WAL_AUTOCHECKPOINT.
const defaultAutoCheckpoint = 1000

// SetWALAutoCheckpoint is sqlite3_wal_autocheckpoint: a checkpoint runs when the
// WAL holds this many pages, never when 0. It takes the place of a WAL hook.
//
// https://sqlite.org/c3ref/wal_autocheckpoint.html
func (c *Conn) SetWALAutoCheckpoint(pages int) error {
	return c.set(&c.hooks.wal, false, func(bool) { c.c.WALAutoCheckpoint(min(pages, 1<<31-1)) })
}

// SetAutovacuumPages is sqlite3_autovacuum_pages: f is asked before a commit
// that vacuums by itself (PRAGMA auto_vacuum=FULL) how many of the free pages to
// give back; sizes are in pages of pageSize bytes. nil takes it away.
//
// https://sqlite.org/c3ref/autovacuum_pages.html
func (c *Conn) SetAutovacuumPages(f func(schema string, pages, freePages, pageSize uint32) uint32) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	c.hosted().Autovacuum = func(schema string, pages, freePages, pageSize uint32) (n uint32) {
		c.tell(func() { n = f(schema, pages, freePages, pageSize) })
		return n
	}
	if rc := c.c.SetAutovacuum(f != nil); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}

// SetProgressHandler is sqlite3_progress_handler: f is called about every ops
// opcodes of a running statement; true ends it with ErrInterrupt. It runs beside
// the connection's own handler, which a context needs. nil takes it away.
//
// https://sqlite.org/c3ref/progress_handler.html
func (c *Conn) SetProgressHandler(ops int, f func() (stop bool)) error {
	if f != nil && ops <= 0 {
		return coded(ErrRange, "a progress handler needs a positive number of opcodes")
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	c.hosted().Progress = func() (stop bool) {
		err := c.guard(func() error { stop = f(); return nil })
		if err != nil {
			c.throwSilent(err)
		}
		return stop || err != nil
	}
	if f == nil {
		ops = 0
	}
	c.c.SetProgress(min(ops, 1<<31-1))
	return nil
}

// SetBusyHandler is sqlite3_busy_handler: f is called while another connection
// holds a lock, count times before for the same lock, and waits; false gives up
// with ErrBusy. It replaces [Conn.SetBusyTimeout] until nil puts that back. The
// end of a context still ends the wait, between two calls.
//
// https://sqlite.org/c3ref/busy_handler.html
func (c *Conn) SetBusyHandler(f func(count int) (again bool)) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	c.hosted().Busy = func(count int) (again bool) {
		err := c.guard(func() error { again = f(count); return nil })
		if err != nil {
			c.throwSilent(err)
			return false
		}
		return again
	}
	c.c.SetBusy(f != nil)
	return nil
}
