// SPDX-License-Identifier: MIT

package sqlite

import (
	"strings"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Session records the changes that are made to tables through one connection,
// to be applied elsewhere as a [Changeset]. Tables need a PRIMARY KEY, or
// [Session.SetRowID].
//
// https://sqlite.org/sessionintro.html
type Session struct {
	conn   *Conn
	s      capi.Session
	kept   []uintptr // filters
	closed bool
}

// NewSession is sqlite3session_create for a schema, such as "main". It records
// nothing before [Session.Attach]. Sessions and a preupdate hook exclude each
// other.
//
// https://sqlite.org/session/sqlite3session_create.html
func (c *Conn) NewSession(schema string) (*Session, error) {
	if err := checkName(schema); err != nil {
		return nil, err
	}
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	if c.hooks.preUpdate {
		return nil, errSessionHook
	}
	h, rc := c.c.NewSession(schema)
	if rc != 0 {
		return nil, c.fail(rc, "")
	}
	s := &Session{conn: c, s: h}
	c.own(s)
	c.sessions++
	return s, nil
}

var errSessionHook = misuse("a session and a preupdate hook cannot share a connection: close or take away the other")

func (s *Session) enter() error {
	if s.closed {
		return misuse("session is closed")
	}
	return s.conn.enter()
}

// Close is sqlite3session_delete. A second Close does nothing.
//
// https://sqlite.org/session/sqlite3session_delete.html
func (s *Session) Close() error {
	if s.closed {
		return nil
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.conn.leave()
	if s.conn.depth.Load() > 0 {
		return misuse("close session: a callback of the connection is running")
	}
	s.closed = true
	s.s.Delete()
	for _, kept := range s.kept {
		capi.SessionUnfilter(kept)
	}
	s.conn.sessions--
	s.conn.disown(s)
	return nil
}

// Attach is sqlite3session_attach: it records the changes of a table from now
// on, of every table when the name is "".
//
// https://sqlite.org/session/sqlite3session_attach.html
func (s *Session) Attach(table string) error {
	if strings.IndexByte(table, 0) >= 0 {
		return misuse("a table's name holds no NUL byte")
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.conn.leave()
	if rc := s.conn.c.SessionAttach(s.s, table); rc != 0 {
		return s.conn.fail(rc, "")
	}
	return nil
}

// SetFilter is sqlite3session_table_filter: after Attach(""), records is asked
// about each table when it first changes. It must not use the connection.
//
// https://sqlite.org/session/sqlite3session_table_filter.html
func (s *Session) SetFilter(records func(table string) bool) error {
	if records == nil {
		records = func(string) bool { return true }
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.conn.leave()
	c := s.conn
	kept, rc := c.c.SessionFilter(s.s, c.hosted().Add(&tableFilter{c, records}))
	if rc != 0 {
		return coded(ErrorCode(rc), "set filter of session")
	}
	s.kept = append(s.kept, kept)
	return nil
}

type tableFilter struct {
	c       *Conn
	records func(table string) bool
}

// Records is called by C.
func (f *tableFilter) Records(table string) (yes bool) {
	f.c.tell(func() { yes = f.records(table) })
	return yes
}

// SetRowID is sqlite3session_object_config of SQLITE_SESSION_OBJCONFIG_ROWID:
// tables without a PRIMARY KEY are recorded too, by their rowids. It must be
// called before the first Attach.
//
// https://sqlite.org/session/c_session_objconfig_rowid.html
func (s *Session) SetRowID(on bool) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.conn.leave()
	if rc := s.s.RowID(on); rc != 0 {
		return coded(ErrorCode(rc), "record rowids: it must be said before the first table is attached")
	}
	return nil
}

// SetEnabled is sqlite3session_enable: while off, changes are not recorded.
//
// https://sqlite.org/session/sqlite3session_enable.html
func (s *Session) SetEnabled(on bool) error {
	return s.do(func() { s.s.Enable(number(on)) })
}

// SetIndirect is sqlite3session_indirect: changes are marked as made by the
// program of itself, as those of triggers are anyway.
//
// https://sqlite.org/session/sqlite3session_indirect.html
func (s *Session) SetIndirect(on bool) error {
	return s.do(func() { s.s.Indirect(number(on)) })
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *Session) do(f func()) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.conn.leave()
	f()
	return nil
}

// IsEmpty is sqlite3session_isempty: nothing was recorded. It is true on a
// closed session.
//
// https://sqlite.org/session/sqlite3session_isempty.html
func (s *Session) IsEmpty() bool {
	empty := true
	_ = s.do(func() { empty = s.s.IsEmpty() })
	return empty
}

// MemoryUsed is sqlite3session_memory_used, in bytes; 0 on a closed session.
//
// https://sqlite.org/session/sqlite3session_memory_used.html
func (s *Session) MemoryUsed() (n int64) {
	_ = s.do(func() { n = s.s.MemoryUsed() })
	return n
}

// Diff is sqlite3session_diff: it records what turns table of the attached
// schema from into the session's table of the same name.
//
// https://sqlite.org/session/sqlite3session_diff.html
func (s *Session) Diff(from, table string) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.conn.leave()
	return s.conn.outcome(s.conn.c.SessionDiff(s.s, from, table), "")
}

// Changeset is sqlite3session_changeset: what was recorded, with old and new
// values. The session goes on.
//
// https://sqlite.org/session/sqlite3session_changeset.html
func (s *Session) Changeset() (Changeset, error) { return s.output(false) }

// Patchset is sqlite3session_patchset: as Changeset, smaller, without the old
// values that finding conflicts and inverting need.
//
// https://sqlite.org/session/sqlite3session_patchset.html
func (s *Session) Patchset() (Changeset, error) { return s.output(true) }

func (s *Session) output(patchset bool) (Changeset, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.conn.leave()
	b, rc := s.conn.c.SessionOutput(s.s, patchset)
	if rc != 0 {
		return nil, s.conn.fail(rc, "")
	}
	return b, nil
}
