// SPDX-License-Identifier: MIT

package sqlite

import (
	"errors"
	"strings"
	"unsafe"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Stmt is a prepared statement.
//
// https://sqlite.org/c3ref/stmt.html
type Stmt struct {
	conn *Conn
	s    *capi.Stmt // nil after Close
	sql  string

	cells   []capi.Cell // rows of the last fetch
	current []capi.Cell // the one at row; nil outside of a row
	data    []byte      // what they point into
	arena   string      // data as a string, made when the first text is asked for
	row     int         // current row, -1 before the first
	nrow    int         // rows in cells
	ncol    int

	ahead   int   // rows to ask for next
	most    int   // bound of ahead, 1 = no reading ahead
	active  bool  // C is in the middle of a run
	over    bool  // the run ended, with pending, once the rows are read
	pending error // error after the rows
	running bool  // C is in it: a callback must leave it alone

	names      []string // cache of column names
	namesAfter int      // reprepare count that names belong to

	open *openStmt // place among the connection's open statements
}

// Bounds of reading ahead: few enough rows to keep memory small, enough to make
// the cost of a call vanish.
const (
	mostRows  = 64
	mostBytes = 16 << 10
)

// PrepareFlags tune [Conn.PrepareFlags].
//
// https://sqlite.org/c3ref/c_prepare_dont_log.html
type PrepareFlags int

// Flags of PrepareFlags.
const (
	PreparePersistent PrepareFlags = 1 // SQLITE_PREPARE_PERSISTENT: it will be kept for long
	PrepareNoVTab     PrepareFlags = 4 // SQLITE_PREPARE_NO_VTAB: virtual tables are an error
)

// Prepare is sqlite3_prepare_v3 of the first statement in sql; tail is what
// follows it. The statement is nil when there is only space and comments.
//
// https://sqlite.org/c3ref/prepare.html
func (c *Conn) Prepare(sql string) (stmt *Stmt, tail string, err error) {
	return c.PrepareFlags(sql, 0)
}

// PrepareFlags is Prepare with flags.
//
// https://sqlite.org/c3ref/prepare.html
func (c *Conn) PrepareFlags(sql string, flags PrepareFlags) (stmt *Stmt, tail string, err error) {
	if err := c.enter(); err != nil {
		return nil, "", err
	}
	defer c.leave()
	c.reclaim()
	if sql == "" {
		return nil, "", nil
	}
	// A callback of what is compiled may compile a text of its own.
	script := c.dropScript()
	text, err := script.text(sql)
	if err != nil {
		return nil, "", err
	}
	cs, rc := c.c.Prepare(text, int(flags))
	used := min(c.c.Tail(), len(sql))
	// A callback may fail where C goes on without it: the statement is not what was asked for.
	if err := c.outcome(rc, sql); err != nil {
		if cs != nil {
			cs.Finalize()
		}
		return nil, "", err
	}
	script.left(sql, used)
	c.script = script
	if cs == nil {
		return nil, sql[used:], nil
	}
	s := &Stmt{conn: c, s: cs, sql: sql[:used], ncol: cs.ColumnCount(), row: -1, ahead: 1, most: 1}
	if cs.ReadOnly() {
		s.most = mostRows
	}
	c.link(s)
	return s, sql[used:], nil
}

// script makes the time that a text of many statements takes grow with its length, and no faster. SQLite copies whatever
// text does not end in a NUL byte for each statement of it, and Go looks for such bytes in it each time; both are done once
// for what the first statement leaves.
type script struct {
	rest string // as the caller has it, so that its memory is no other's
	ends string // the same, and a NUL byte
}

// Below this, what is left of a text is not worth a copy.
const longScript = 4 << 10

// text is what C gets for the caller's text; it may end in a NUL byte. Another text than what was left is the end of that.
func (s *script) text(sql string) (string, error) {
	if len(sql) == len(s.rest) && unsafe.StringData(sql) == unsafe.StringData(s.rest) {
		if s.ends == "" {
			s.ends = sql + "\x00"
		}
		return s.ends, nil
	}
	*s = script{}
	if len(sql) > 1<<31-2 {
		return "", coded(ErrTooBig, "the SQL text is longer than 2 GiB")
	}
	if i := strings.IndexByte(sql, 0); i >= 0 {
		return "", &Error{Code: ErrError, Message: "the SQL text holds a NUL byte", SQL: sql, Offset: i}
	}
	return sql, nil
}

// dropScript forgets what was left of a text, and gives it.
func (c *Conn) dropScript() script {
	s := c.script
	c.script = script{}
	return s
}

// left keeps what follows the first statement of a text, which the caller is likely to ask for next.
func (s *script) left(sql string, used int) {
	switch {
	case len(sql)-used <= longScript:
		*s = script{}
	case s.ends != "":
		s.rest, s.ends = sql[used:], s.ends[used:]
	default:
		s.rest = sql[used:]
	}
}

// enter claims the connection and checks that the statement is open.
func (s *Stmt) enter() error {
	if err := s.conn.enter(); err != nil {
		return err
	}
	if s.s == nil {
		s.conn.leave()
		return misuse("statement is closed")
	}
	if s.running {
		s.conn.leave()
		return errStmtRunning
	}
	return nil
}

var errStmtRunning = misuse("statement is running: a callback cannot use the one that called it")

// Close is sqlite3_finalize. A second Close does nothing. An error is that of
// the end of a run that was not read to its own, such as that of a commit.
//
// https://sqlite.org/c3ref/finalize.html
func (s *Stmt) Close() error {
	if s.s == nil {
		return nil
	}
	if err := s.conn.enter(); err != nil {
		return err
	}
	defer s.conn.leave()
	if s.running {
		return errStmtRunning
	}
	err := s.end()
	s.conn.handles.unlink(s.open)
	return err
}

// forget drops the rows at hand and the state of the run.
func (s *Stmt) forget() {
	s.cells, s.data, s.arena = nil, nil, ""
	s.to(-1)
	s.nrow = 0
	s.active, s.over, s.pending = false, false, nil
	s.ahead = 1
}

// SetReadAhead bounds how many rows Step may read at once, 1 for one by one: for
// statements whose table changes while they are read. A statement that writes
// never reads ahead. Reading ahead begins with one row and stops once a call has
// taken 200 µs: a row at hand waits for one slow row, and for 8 at most where the
// time is neither SQLite's nor a Go function's, such as a slow disk's.
//
// https://sqlite.org/c3ref/step.html
func (s *Stmt) SetReadAhead(rows int) {
	if s.s != nil && s.s.ReadOnly() {
		s.most = min(max(rows, 1), mostRows)
		s.ahead = min(s.ahead, s.most)
	}
}

// SQL is sqlite3_sql: the text of this statement alone.
//
// https://sqlite.org/c3ref/expanded_sql.html
func (s *Stmt) SQL() string { return s.sql }

// ExpandedSQL is sqlite3_expanded_sql: the text with its parameters' values.
// Mind secrets.
//
// https://sqlite.org/c3ref/expanded_sql.html
func (s *Stmt) ExpandedSQL() string {
	if s.enter() != nil {
		return ""
	}
	defer s.conn.leave()
	return s.s.ExpandedSQL()
}

// ReadOnly is sqlite3_stmt_readonly.
//
// https://sqlite.org/c3ref/stmt_readonly.html
func (s *Stmt) ReadOnly() bool { return s.s != nil && s.s.ReadOnly() }

// Explain is sqlite3_stmt_isexplain: 1 for EXPLAIN, 2 for EXPLAIN QUERY PLAN,
// else 0.
//
// https://sqlite.org/c3ref/stmt_isexplain.html
func (s *Stmt) Explain() int {
	if s.s == nil {
		return 0
	}
	return s.s.Explain()
}

// Conn is sqlite3_db_handle.
//
// https://sqlite.org/c3ref/db_handle.html
func (s *Stmt) Conn() *Conn { return s.conn }

// StmtStatus names a counter of [Stmt.Status].
//
// https://sqlite.org/c3ref/c_stmtstatus_counter.html
type StmtStatus int

// Counters of a statement.
const (
	StmtStatusFullScanStep StmtStatus = 1  // SQLITE_STMTSTATUS_FULLSCAN_STEP
	StmtStatusSort         StmtStatus = 2  // SQLITE_STMTSTATUS_SORT
	StmtStatusAutoIndex    StmtStatus = 3  // SQLITE_STMTSTATUS_AUTOINDEX
	StmtStatusVMStep       StmtStatus = 4  // SQLITE_STMTSTATUS_VM_STEP
	StmtStatusReprepare    StmtStatus = 5  // SQLITE_STMTSTATUS_REPREPARE
	StmtStatusRun          StmtStatus = 6  // SQLITE_STMTSTATUS_RUN
	StmtStatusFilterMiss   StmtStatus = 7  // SQLITE_STMTSTATUS_FILTER_MISS
	StmtStatusFilterHit    StmtStatus = 8  // SQLITE_STMTSTATUS_FILTER_HIT
	StmtStatusMemUsed      StmtStatus = 99 // SQLITE_STMTSTATUS_MEMUSED, bytes
)

// Status is sqlite3_stmt_status.
//
// https://sqlite.org/c3ref/stmt_status.html
func (s *Stmt) Status(counter StmtStatus, reset bool) int {
	if s.enter() != nil {
		return 0
	}
	defer s.conn.leave()
	return s.s.Status(int(counter), reset)
}

// ResetAll is sqlite3_reset for each statement that is in the middle of a run,
// which sqlite3_next_stmt and sqlite3_stmt_busy find, and sqlite3_blob_close for
// each open blob. One of them that is forgotten keeps its transaction for
// reading: the connection goes on to see the old state, and others cannot
// write or checkpoint. Nothing is asked of SQLite where there is none.
//
// A statement that was writing is completed; the error is that of its end.
//
// https://sqlite.org/c3ref/next_stmt.html
func (c *Conn) ResetAll() error {
	if err := c.enter(); err != nil {
		return err
	}
	var failed error
	for o := c.handles.stmts; o != nil; {
		if s := o.owner.Value(); s != nil {
			if !s.running {
				failed = errors.Join(failed, s.end())
			}
		} else if o.s != nil {
			// Lost, and not yet ended. What its end calls may take others off the list.
			failed = errors.Join(failed, c.endLost(o))
			o = c.handles.stmts
			continue
		}
		o = o.next
	}
	var blobs []*BlobIO
	for o := range c.open {
		if b, ok := o.(*BlobIO); ok {
			blobs = append(blobs, b)
		}
	}
	c.leave()
	for _, b := range blobs {
		// Outside of a transaction this is the commit of what was written.
		if err := b.Close(); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}
