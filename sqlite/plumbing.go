// SPDX-License-Identifier: MIT

package sqlite

import (
	"context"

	"github.com/gosqlite/gosqlite/internal/plumbing"
)

func init() {
	plumbing.ConnOf = func(conn any) plumbing.Conn { return (*innerConn)(conn.(*Conn)) }
	plumbing.StmtOf = func(stmt any) plumbing.Stmt { return (*innerStmt)(stmt.(*Stmt)) }
	plumbing.ReportLeak = func(what, name string) { Leak{What: what, Name: name}.report() }
}

// innerConn is a connection for package driver.
type innerConn Conn

func (c *innerConn) Watch(ctx context.Context) plumbing.Watch { return (*Conn)(c).watch(ctx) }

func (c *innerConn) WatchCall(ctx context.Context) plumbing.Watch { return (*Conn)(c).watchCall(ctx) }

func (c *innerConn) Unwatch(w plumbing.Watch) { (*Conn)(c).unwatch(w) }

func (c *innerConn) Usable() bool { return (*Conn)(c).whyUnusable() == nil }

// innerStmt is a statement for package driver.
type innerStmt Stmt

func (s *innerStmt) Advance(ctx context.Context) (row, asked bool, err error) {
	stmt := (*Stmt)(s)
	if s.row+1 < s.nrow || s.over {
		row, err = stmt.Step()
		return row, false, err
	}
	w := s.conn.watchCall(ctx)
	row, err = stmt.Step()
	s.conn.unwatch(w)
	return row, true, err
}

func (s *innerStmt) AutoCommit() bool { return s.s == nil || s.s.AutoCommit() }

func (s *innerStmt) Reprepares() int {
	if s.s == nil {
		return 0
	}
	return s.s.Reprepares()
}

func (s *innerStmt) MayNullRow() bool {
	if (*Stmt)(s).enter() != nil {
		return true
	}
	defer s.conn.leave()
	return s.s.MayNullRow()
}
