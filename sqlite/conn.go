// SPDX-License-Identifier: MIT

package sqlite

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gosqlite/gosqlite/internal/capi"
	"github.com/gosqlite/gosqlite/internal/plumbing"
)

// Conn is a database connection.
//
// https://sqlite.org/c3ref/sqlite3.html
type Conn struct {
	c       *capi.Conn  // nil after Close; written under both busy and mu
	busy    atomic.Bool // a call is under way
	handles *handles    // what C holds for it
	leak    runtime.Cleanup
	open    map[closer]struct{}
	script  script // under busy
	callbacks

	mu        sync.Mutex // orders interrupts against Close and release
	watches   []watched  // contexts that may interrupt
	lastWatch plumbing.Watch
	late      late // those that a timer registers

	closing bool // sqlite3_close runs: nobody but what it calls may touch c

	stray atomic.Bool // Interrupt was called during a call
}

// closer is what Close closes before the connection: backups and blobs.
type closer interface{ Close() error }

// DefaultBusyTimeout is how long Open lets a connection wait for a lock.
const DefaultBusyTimeout = 5 * time.Second

// Open is sqlite3_open_v2. The connection starts safe: DEFENSIVE on,
// TRUSTED_SCHEMA off, foreign keys on, extension loading off, and it waits for
// locks for [DefaultBusyTimeout]. DBConfig and SetBusyTimeout change that.
//
// https://sqlite.org/c3ref/open.html
func Open(name string, flags OpenFlags) (*Conn, error) { return OpenVFS(name, flags, "") }

// OpenVFS is Open through the named VFS, "" for the default one.
//
// https://sqlite.org/c3ref/vfs.html
func OpenVFS(name string, flags OpenFlags, vfs string) (*Conn, error) {
	if err := flags.check(); err != nil {
		return nil, err
	}
	if strings.IndexByte(name, 0) >= 0 || strings.IndexByte(vfs, 0) >= 0 {
		return nil, coded(ErrCantOpen, "the database name holds a NUL byte")
	}
	cc, rc := capi.Open(name, int(flags|openNoMutex), vfs)
	if cc == nil {
		return nil, coded(ErrNoMem, "out of memory")
	}
	c := &Conn{c: cc, handles: &handles{c: cc, name: name}}
	if rc != 0 {
		err := c.fail(rc, "")
		cc.Close()
		return nil, err
	}
	if err := c.safeDefaults(); err != nil {
		cc.Close()
		return nil, err
	}
	c.watchLeak()
	return c, nil
}

func (c *Conn) safeDefaults() error {
	for _, d := range []struct {
		option DBConfigOption
		on     int
	}{
		{DBConfigDefensive, 1},
		{DBConfigTrustedSchema, 0},
		{DBConfigEnableFKey, 1},
		{DBConfigEnableLoadExtension, 0},
	} {
		if _, rc := c.c.DBConfig(int(d.option), d.on); rc != 0 {
			return c.fail(rc, "")
		}
	}
	c.c.SetBusyLimit(int(DefaultBusyTimeout / time.Millisecond))
	return nil
}

var (
	errConnBusy   = misuse("connection is in use: by another goroutine (give each its own, or lock), or by the hook that asks")
	errConnClosed = misuse("connection is closed")
)

// ignoreClosed makes a second Close do nothing.
func ignoreClosed(err error) error {
	if err == errConnClosed {
		return nil
	}
	return err
}

// enter claims the connection for one call. The caller calls leave after it
// when the error is nil.
func (c *Conn) enter() error {
	if c.returning.Load() > 0 || !c.busy.CompareAndSwap(false, true) {
		return errConnBusy
	}
	if c.c == nil {
		c.busy.Store(false)
		return errConnClosed
	}
	if c.lost {
		c.busy.Store(false)
		return errConnLost
	}
	if c.thrown != nil {
		c.thrown = nil
	}
	return nil
}

func (c *Conn) leave() {
	c.busy.Store(false)
	if c.stray.Load() && c.depth.Load() == 0 {
		c.mu.Lock()
		c.settle()
		c.mu.Unlock()
	}
}

// Close is sqlite3_close. It closes the connection's statements, backups and
// blobs first; the first of their errors, such as that of a commit, is returned,
// and the connection is closed all the same. A second Close does nothing.
//
// https://sqlite.org/c3ref/close.html
func (c *Conn) Close() error {
	if err := c.enter(); err != nil {
		if err == errConnLost {
			return c.abandon()
		}
		return ignoreClosed(err)
	}
	if c.depth.Load() > 0 {
		c.leave()
		return misuse("close: a callback of the connection is running")
	}
	open := slices.Collect(maps.Keys(c.open))
	c.leave()
	var failed error
	for _, o := range open {
		// Each takes itself out of the set, or is still in use.
		if err := o.Close(); err != nil && failed == nil {
			failed = err
		}
	}
	if err := c.enter(); err != nil {
		return ignoreClosed(err)
	}
	defer c.leave()
	if len(c.open) > 0 {
		// A backup into this connection whose source is at work would go on writing here.
		return fmt.Errorf("close: something of the connection is still in use: %w", failed)
	}
	for o := c.handles.stmts; o != nil; o = c.handles.stmts {
		// What one that is half read has changed is committed at its end.
		if err := c.endOpen(o); err != nil && failed == nil {
			failed = err
		}
		c.handles.unlink(o)
	}
	if err := c.closeHandle(); err != nil {
		return err
	}
	return failed
}

func (c *Conn) closeHandle() error {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	// Without mu: what a virtual table does at its end may come to look at contexts.
	rc := c.c.Close()
	c.mu.Lock()
	c.closing = false
	if rc == 0 {
		c.c = nil
		c.leak.Stop()
	}
	c.mu.Unlock()
	if rc != 0 {
		return c.fail(rc, "")
	}
	c.endWatches()
	runtime.KeepAlive(c.host)
	return c.outcome(0, "")
}

func (c *Conn) own(o closer) {
	if c.open == nil {
		c.open = map[closer]struct{}{}
	}
	c.open[o] = struct{}{}
}

func (c *Conn) disown(o closer) { delete(c.open, o) }

// Exec runs all statements of sql and drops their rows. It stops at the first
// error; what ran before stays done. It takes no parameters.
//
// https://sqlite.org/c3ref/exec.html
func (c *Conn) Exec(sql string) error {
	for sql != "" {
		stmt, tail, err := c.Prepare(sql)
		if err != nil {
			return err
		}
		sql = tail
		if stmt == nil {
			continue
		}
		err = stmt.Run(nil)
		if cerr := stmt.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			if c.enter() == nil {
				c.dropScript()
				c.leave()
			}
			return err
		}
	}
	return nil
}

// Changes is sqlite3_changes64: rows changed by the last INSERT, UPDATE or
// DELETE.
//
// https://sqlite.org/c3ref/changes.html
func (c *Conn) Changes() int64 {
	if c.enter() != nil {
		return 0
	}
	defer c.leave()
	return c.c.Changes()
}

// TotalChanges is sqlite3_total_changes64: rows changed since Open, triggers
// and foreign key actions included.
//
// https://sqlite.org/c3ref/total_changes.html
func (c *Conn) TotalChanges() int64 {
	if c.enter() != nil {
		return 0
	}
	defer c.leave()
	return c.c.TotalChanges()
}

// LastInsertRowID is sqlite3_last_insert_rowid.
//
// https://sqlite.org/c3ref/last_insert_rowid.html
func (c *Conn) LastInsertRowID() int64 {
	if c.enter() != nil {
		return 0
	}
	defer c.leave()
	return c.c.LastInsertRowID()
}

// SetLastInsertRowID is sqlite3_set_last_insert_rowid.
//
// https://sqlite.org/c3ref/set_last_insert_rowid.html
func (c *Conn) SetLastInsertRowID(id int64) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	c.c.SetLastInsertRowID(id)
	return nil
}

// whyUnusable is nil, or why the connection is not usable: it is closed, or lost to
// a callback that ended its goroutine. It asks nothing of SQLite.
func (c *Conn) whyUnusable() error {
	if err := c.enter(); err != nil {
		return err
	}
	c.leave()
	return nil
}

// AutoCommit is sqlite3_get_autocommit: false inside a transaction that BEGIN
// started. It is true on a closed connection.
//
// https://sqlite.org/c3ref/get_autocommit.html
func (c *Conn) AutoCommit() bool {
	if c.enter() != nil {
		return true
	}
	defer c.leave()
	return c.c.AutoCommit()
}

// Filename is sqlite3_db_filename of "main", "temp" or an attached schema: the
// absolute path, "" for a database that has no file.
//
// https://sqlite.org/c3ref/db_filename.html
func (c *Conn) Filename(schema string) string {
	if c.enter() != nil {
		return ""
	}
	defer c.leave()
	return c.c.Filename(schema)
}

// ReadOnly is sqlite3_db_readonly; an unknown schema is an error.
//
// https://sqlite.org/c3ref/db_readonly.html
func (c *Conn) ReadOnly(schema string) (bool, error) {
	if err := c.enter(); err != nil {
		return false, err
	}
	defer c.leave()
	switch c.c.ReadOnly(schema) {
	case 0:
		return false, nil
	case 1:
		return true, nil
	}
	return false, coded(ErrError, "no such schema: "+schema)
}

// SetBusyTimeout sets how long the connection waits for a lock, in whole
// milliseconds; 0 gives up at once. `PRAGMA busy_timeout` does the same. A
// context ends the wait early, see [Conn.SetContext].
//
// https://sqlite.org/c3ref/busy_timeout.html
func (c *Conn) SetBusyTimeout(d time.Duration) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	c.c.SetBusyLimit(int(min(max(d.Milliseconds(), 0), 1<<31-1)))
	return nil
}
