// SPDX-License-Identifier: MIT

package sqlite

import "fmt"

// RunMany runs the statement once for each group of BindCount values in args
// and drops its rows: one call into C for all of them. It stops at the first
// error; ran counts the runs that succeeded and stay done, unless a transaction
// is rolled back. Changes counts the rows that all runs together have changed.
//
// Groups of a few hundred, up to 64 KiB, take the cost of the call out of each.
//
// https://sqlite.org/c3ref/step.html
func (s *Stmt) RunMany(args []Value) (ran int, err error) {
	if err := s.enter(); err != nil {
		return 0, err
	}
	defer s.conn.leave()
	n := s.s.BindCount()
	if n == 0 || len(args)%n != 0 {
		return 0, &Error{Code: ErrRange, Message: fmt.Sprintf("%d arguments are no multiple of the statement's %d parameters", len(args), n), SQL: s.sql, Offset: -1}
	}
	if len(args) == 0 {
		return 0, nil
	}
	if err := s.end(); err != nil {
		return 0, err
	}
	err = s.encode(args)
	s.forget()
	if err != nil {
		return 0, err
	}
	s.running = true
	ran, rc := s.s.RunMany(n, len(args)/n)
	s.running = false
	return ran, s.conn.outcome(rc, s.sql)
}
