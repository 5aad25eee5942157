// SPDX-License-Identifier: MIT

package sqlite

import (
	"fmt"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Step is sqlite3_step: row tells whether there is a row to read. At the end
// and after an error the statement is reset, its bindings stay, and the next
// Step starts over.
//
// https://sqlite.org/c3ref/step.html
func (s *Stmt) Step() (row bool, err error) {
	if s.row+1 < s.nrow || s.over {
		// A look, not a claim, which would cost as much as the row.
		if s.conn.busy.Load() {
			return false, errConnBusy
		}
		if s.row+1 < s.nrow {
			s.to(s.row + 1)
			return true, nil
		}
		err = s.pending
		s.forget()
		return false, err
	}
	if err := s.enter(); err != nil {
		return false, err
	}
	defer s.conn.leave()
	return s.fetch(0, 0)
}

// Run binds all parameters to args, runs the statement to its end, drops its
// rows, and resets it: one call into C. Without args the parameters keep their
// values; else there must be as many as [Stmt.BindCount]. Arguments of more than
// 64 KiB in all are given back at the end, and their parameters are NULL then.
// Changes and LastInsertRowID of the statement tell what it did.
//
// https://sqlite.org/c3ref/step.html
func (s *Stmt) Run(args []Value) error {
	if err := s.begin(args); err != nil {
		return err
	}
	defer s.conn.leave()
	s.running = true
	rc := s.s.Fetch(capi.Bind|capi.Drain, len(args), 1, 0)
	s.running = false
	return s.conn.outcome(rc, s.sql)
}

// Query binds all parameters to args, as Run does, and reads the first row if
// there is one: one call into C. Step then gives the rows, beginning with the
// first, and the error that ended the run after its rows.
//
// https://sqlite.org/c3ref/step.html
func (s *Stmt) Query(args []Value) error {
	if err := s.begin(args); err != nil {
		return err
	}
	defer s.conn.leave()
	row, err := s.fetch(capi.Bind, len(args))
	if row {
		s.to(-1)
	} else if err == nil {
		s.over = true
	}
	return err
}

// begin starts a run from anew; the caller leaves the connection on nil.
func (s *Stmt) begin(args []Value) error {
	if err := s.enter(); err != nil {
		return err
	}
	if want := s.s.BindCount(); len(args) != 0 && len(args) != want {
		s.conn.leave()
		return &Error{Code: ErrRange, Message: fmt.Sprintf("the statement wants %d arguments, got %d", want, len(args)), SQL: s.sql, Offset: -1}
	}
	err := s.end()
	if err == nil {
		err = s.encode(args)
		s.forget()
	}
	if err != nil {
		s.conn.leave()
	}
	return err
}

// end ends a run that was not read to its end; what it changed is committed
// here, which can fail. The caller has entered the connection.
func (s *Stmt) end() error {
	if !s.active {
		return nil
	}
	s.forget()
	s.running = true
	rc := s.s.Reset()
	s.running = false
	return s.conn.outcome(rc, s.sql)
}

// fetch gets the next rows and makes the first of them current. How many it asks
// for grows while the rows are fast; C gives up on slow ones.
func (s *Stmt) fetch(flags, nargs int) (bool, error) {
	want := s.ahead
	if s.conn.effects > 0 {
		want = 1
	}
	s.to(-1)
	s.nrow = 0
	s.running = true
	rc := s.s.Fetch(flags, nargs, want, mostBytes)
	s.running = false
	done := s.s.Done()
	s.active, s.over = !done, done
	s.arena = ""
	s.nrow = s.s.Rows()
	err := s.conn.outcome(rc, s.sql)
	if err != nil && rc == 0 && !done {
		// A callback without a result threw, and C came to a row all the same. The run ends as interrupted, which undoes it; a
		// reset would keep what it has done in a transaction.
		s.running = true
		s.s.Fetch(capi.Drain, 0, 1, 0)
		s.running = false
		s.conn.thrown, s.nrow = nil, 0
	}
	if s.nrow == 0 {
		s.forget()
		return false, err
	}
	s.pending = err
	s.ncol = s.s.ColumnCount()
	s.cells, s.data = s.s.Cells(), s.s.Data()
	s.to(0)
	if s.s.Slow() {
		s.ahead = max(s.nrow/2, 1)
	} else if want < s.most {
		s.ahead = min(want*8, s.most)
	}
	return true, nil
}

// to makes a row of the last fetch current; -1 is none.
func (s *Stmt) to(row int) {
	s.row = row
	if row < 0 {
		s.current = nil
		return
	}
	s.current = s.cells[row*s.ncol : (row+1)*s.ncol]
}

// Changes is how many rows this statement's last run has changed, 0 when it is
// none that changes rows: sqlite3_changes64 without what it keeps of earlier
// statements.
//
// https://sqlite.org/c3ref/changes.html
func (s *Stmt) Changes() int64 {
	if s.s == nil {
		return 0
	}
	return s.s.Changes()
}

// LastInsertRowID is sqlite3_last_insert_rowid as of the end of this
// statement's last run.
//
// https://sqlite.org/c3ref/last_insert_rowid.html
func (s *Stmt) LastInsertRowID() int64 {
	if s.s == nil {
		return 0
	}
	return s.s.LastInsertRowID()
}

// Reset is sqlite3_reset: the next Step starts over. Bindings stay. It returns
// the error that a run had met after rows which were not read.
//
// https://sqlite.org/c3ref/reset.html
func (s *Stmt) Reset() error {
	if s.running {
		return errStmtRunning
	}
	err := s.pending
	active := s.active
	if s.s == nil || !active {
		s.forget()
		return err
	}
	if e := s.enter(); e != nil {
		return e
	}
	defer s.conn.leave()
	s.forget()
	s.running = true
	rc := s.s.Reset()
	s.running = false
	if e := s.conn.outcome(rc, s.sql); err == nil {
		err = e
	}
	return err
}
