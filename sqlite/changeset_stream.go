// SPDX-License-Identifier: MIT

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime/debug"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Changesets as streams need memory for a few changes, not for all, and have no
// limit of 2 GiB, but for [InvertChanges]. Readers and writers are called in the
// middle of a call of SQLite, from a goroutine of their own: they must not use
// the connection. Their error ends the call and is found in its error; a panic is
// one that holds a [PanicError]. A call waits for as long as they do: neither an
// interrupt nor a context ends a Read or Write that blocks, so give it a deadline.

// WriteChangeset is sqlite3session_changeset_strm: [Session.Changeset] as a
// stream. After an error w holds a part of it.
//
// https://sqlite.org/session/sqlite3changegroup_add_strm.html
func (s *Session) WriteChangeset(w io.Writer) error { return s.write(w, false) }

// WritePatchset is sqlite3session_patchset_strm: [Session.Patchset] as a stream.
//
// https://sqlite.org/session/sqlite3changegroup_add_strm.html
func (s *Session) WritePatchset(w io.Writer) error { return s.write(w, true) }

func (s *Session) write(w io.Writer, patchset bool) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.conn.leave()
	out := openStream(nil, w)
	defer out.close()
	rc := s.conn.c.SessionWrite(s.s, patchset, out.name)
	return out.end(rc, func() error { return s.conn.fail(rc, "") })
}

// ReadChanges is sqlite3changeset_start_v2_strm: [Changeset.All] of a stream.
//
// https://sqlite.org/session/sqlite3changegroup_add_strm.html
func ReadChanges(r io.Reader) iter.Seq2[*Change, error] {
	return func(yield func(*Change, error) bool) {
		in := openStream(r, nil)
		defer in.close()
		walk(func() (*capi.Changes, int) { return capi.ReadChanges(in.name, 0) }, func(ch *Change, err error) bool {
			if err != nil && in.err != nil {
				err = in.err
			}
			return yield(ch, err)
		})
	}
}

// ApplyFrom is sqlite3changeset_apply_v3_strm: [Conn.Apply] of a stream.
//
// https://sqlite.org/session/sqlite3changegroup_add_strm.html
func (c *Conn) ApplyFrom(r io.Reader, how Apply) (rebase []byte, err error) {
	in := openStream(r, nil)
	defer in.close()
	rebase, err = c.apply(how, func(slot int) ([]byte, int) {
		return c.c.ApplyStream(in.name, slot, how.Filter != nil, int(how.Flags))
	})
	if in.err != nil {
		return nil, in.err
	}
	return rebase, err
}

// InvertChanges is sqlite3changeset_invert_strm: [Changeset.Invert] of a stream.
// It writes in pieces, but SQLite keeps all that it has read until the end: it
// needs memory for the whole input and fails with ErrNoMem where that nears 2 GiB.
//
// https://sqlite.org/session/sqlite3changegroup_add_strm.html
func InvertChanges(w io.Writer, r io.Reader) error {
	return pipe(w, r, capi.InvertStream)
}

// pipe runs a call that reads a changeset and writes another.
func pipe(w io.Writer, r io.Reader, call func(in, out capi.Stream) int) error {
	in, out := openStream(r, nil), openStream(nil, w)
	defer in.close()
	defer out.close()
	rc := call(in.name, out.name)
	if in.err != nil {
		return in.err
	}
	return out.end(rc, func() error { return changesetError(rc) })
}

// AddFrom is sqlite3changegroup_add_strm: [ChangeGroup.Add] of a stream. The
// group itself is kept in memory.
//
// https://sqlite.org/session/sqlite3changegroup_add_strm.html
func (g *ChangeGroup) AddFrom(r io.Reader) error {
	in := openStream(r, nil)
	defer in.close()
	err := g.do(func() int { return g.g.AddStream(in.name) })
	if in.err != nil {
		return in.err
	}
	return err
}

// WriteChangeset is sqlite3changegroup_output_strm: [ChangeGroup.Changeset] as a
// stream.
//
// https://sqlite.org/session/sqlite3changegroup_add_strm.html
func (g *ChangeGroup) WriteChangeset(w io.Writer) error {
	out := openStream(nil, w)
	defer out.close()
	err := g.do(func() int { return g.g.OutputStream(out.name) })
	if err != nil && out.err == nil {
		return err
	}
	return out.end(0, nil)
}

// RebaseFrom is sqlite3rebaser_rebase_strm: [Rebaser.Rebase] of a stream.
//
// https://sqlite.org/session/sqlite3changegroup_add_strm.html
func (r *Rebaser) RebaseFrom(w io.Writer, from io.Reader) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.r == 0 {
		return misuse("rebaser is closed")
	}
	return pipe(w, from, r.r.RebaseStream)
}

// streamBuffer is how much of a stream is asked for, or given, at once.
const streamBuffer = 32 << 10

// stream is a reader or a writer as capi sees it.
type stream struct {
	name capi.Stream
	r    io.Reader
	w    io.Writer
	buf  []byte // read and not yet asked for, or to be written
	room []byte
	err  error // what the reader or writer failed with
	over bool  // the reader is at its end
}

func openStream(r io.Reader, w io.Writer) *stream {
	s := &stream{r: r, w: w, room: make([]byte, streamBuffer)}
	s.name = capi.NewStream(s)
	return s
}

func (s *stream) close() { s.name.Delete() }

// end writes what is left and gives the error of a call that returned rc.
func (s *stream) end(rc int, failed func() error) error {
	if s.err == nil && rc != 0 {
		return failed()
	}
	if s.err == nil {
		s.flush()
	}
	return s.err
}

// ReadSome is called by C.
func (s *stream) ReadSome(p []byte) (n, rc int) {
	for try := 0; len(s.buf) == 0 && !s.over; try++ {
		got := 0
		err := outside(func() (err error) {
			got, err = s.r.Read(s.room)
			return err
		})
		if got < 0 || got > len(s.room) {
			got, err = 0, errors.New("the reader gave an impossible count")
		}
		s.buf = s.room[:got]
		switch {
		case err == io.EOF:
			s.over = true
		case err == nil && got == 0 && try == 100:
			err = io.ErrNoProgress
			fallthrough
		case err != nil:
			s.err = fmt.Errorf("read changeset: %w", err)
			return 0, int(ErrIOErr)
		}
	}
	n = copy(p, s.buf)
	s.buf = s.buf[n:]
	return n, 0
}

// WriteAll is called by C.
func (s *stream) WriteAll(p []byte) (rc int) {
	for len(p) > 0 && s.err == nil {
		n := copy(s.room[len(s.buf):], p)
		s.buf = s.room[:len(s.buf)+n]
		p = p[n:]
		if len(s.buf) == len(s.room) {
			s.flush()
		}
	}
	if s.err != nil {
		return int(ErrIOErr)
	}
	return 0
}

func (s *stream) flush() {
	if len(s.buf) == 0 {
		return
	}
	err := outside(func() error {
		n, err := s.w.Write(s.buf)
		if err == nil && n < len(s.buf) {
			err = io.ErrShortWrite
		}
		return err
	})
	s.buf = s.room[:0]
	if err != nil {
		s.err = fmt.Errorf("write changeset: %w", err)
	}
}

var errStreamLeft = errors.New("its goroutine ended (runtime.Goexit)")

// outside runs f on a goroutine of its own, so that neither a panic nor Goexit
// takes SQLite's frames away.
func outside(f func() error) error {
	done := make(chan error, 1)
	go func() {
		finished := false
		defer func() {
			if finished {
				return
			}
			if v := recover(); v != nil {
				done <- &PanicError{v, debug.Stack()}
				return
			}
			done <- errStreamLeft
		}()
		err := f()
		finished = true
		done <- err
	}()
	return <-done
}
