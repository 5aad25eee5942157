// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gosqlite/gosqlite/sqlite"
)

// manyChanges is a session with more than a stream's buffer of changes.
func manyChanges(t *testing.T) *sqlite.Session {
	t.Helper()
	c := openTest(t, ":memory:")
	exec(t, c, users)
	s, err := c.NewSession("main")
	check(t, err)
	check(t, s.Attach(""))
	exec(t, c, "WITH RECURSIVE r(i) AS (SELECT 10 UNION ALL SELECT i+1 FROM r LIMIT 3000) INSERT INTO users SELECT i, 'a name of user ' || i, i FROM r; DELETE FROM users WHERE id = 1")
	return s
}

func TestChangesetsAsStreams(t *testing.T) {
	s := manyChanges(t)
	whole, err := s.Changeset()
	check(t, err)
	var b, patch bytes.Buffer
	check(t, s.WriteChangeset(&b))
	check(t, s.WritePatchset(&patch))
	wholePatch, err := s.Patchset()
	check(t, err)
	if !bytes.Equal(b.Bytes(), whole) || !bytes.Equal(patch.Bytes(), wholePatch) || b.Len() < 2<<15 {
		t.Fatalf("%d and %d bytes as streams, %d and %d as a whole", b.Len(), patch.Len(), len(whole), len(wholePatch))
	}
	for name, r := range map[string]func() io.Reader{
		"at once":       func() io.Reader { return bytes.NewReader(whole) },
		"byte by byte":  func() io.Reader { return iotest.OneByteReader(bytes.NewReader(whole)) },
		"end with data": func() io.Reader { return iotest.DataErrReader(bytes.NewReader(whole)) },
	} {
		n := 0
		for _, err := range sqlite.ReadChanges(r()) {
			check(t, err)
			n++
		}
		if n != 3001 {
			t.Errorf("%s: %d changes", name, n)
		}
		c := openTest(t, ":memory:")
		exec(t, c, users)
		if _, err := c.ApplyFrom(r(), sqlite.Apply{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, n, _ := one(t, c, "SELECT count(*) FROM users"); n != "3001" {
			t.Errorf("%s: %s rows after apply", name, n)
		}
		var back bytes.Buffer
		check(t, sqlite.InvertChanges(&back, r()))
		if want, err := whole.Invert(); err != nil || !bytes.Equal(back.Bytes(), want) {
			t.Errorf("%s: inverted otherwise, %v", name, err)
		}
		if _, err := c.ApplyFrom(&back, sqlite.Apply{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := contents(t, c); got != "1|ada|36 2|bob|" && !strings.Contains(got, "ada") {
			t.Errorf("%s: undone: %s", name, got)
		}
		g, err := sqlite.NewChangeGroup()
		check(t, err)
		check(t, g.AddFrom(r()))
		var joined bytes.Buffer
		check(t, g.WriteChangeset(&joined))
		if want, err := g.Changeset(); err != nil || !bytes.Equal(joined.Bytes(), want) {
			t.Errorf("%s: joined otherwise, %v", name, err)
		}
		check(t, g.Close())
	}
	r, err := sqlite.NewRebaser()
	check(t, err)
	defer r.Close()
	var rebased bytes.Buffer
	check(t, r.RebaseFrom(&rebased, bytes.NewReader(whole)))
	if want, err := r.Rebase(whole); err != nil || !bytes.Equal(rebased.Bytes(), want) {
		t.Errorf("rebased otherwise, %v", err)
	}
}

type badStream func() error

func (b badStream) Read([]byte) (int, error)  { return 0, b() }
func (b badStream) Write([]byte) (int, error) { return 0, b() }

func TestStreamsThatFail(t *testing.T) {
	mine := errors.New("out of paper")
	s := manyChanges(t)
	whole, err := s.Changeset()
	check(t, err)
	c := openTest(t, ":memory:")
	exec(t, c, users)
	g, err := sqlite.NewChangeGroup()
	check(t, err)
	defer g.Close()
	check(t, g.Add(whole))
	r, err := sqlite.NewRebaser()
	check(t, err)
	defer r.Close()
	calls := map[string]func(b badStream) error{
		"write":       func(b badStream) error { return s.WriteChangeset(b) },
		"apply":       func(b badStream) error { _, err := c.ApplyFrom(b, sqlite.Apply{}); return err },
		"add":         func(b badStream) error { return g.AddFrom(b) },
		"group":       func(b badStream) error { return g.WriteChangeset(b) },
		"invert from": func(b badStream) error { return sqlite.InvertChanges(io.Discard, b) },
		"invert to":   func(b badStream) error { return sqlite.InvertChanges(b, bytes.NewReader(whole)) },
		"rebase from": func(b badStream) error { return r.RebaseFrom(io.Discard, b) },
		"rebase to":   func(b badStream) error { return r.RebaseFrom(b, bytes.NewReader(whole)) },
		"read changes": func(b badStream) (last error) {
			for _, err := range sqlite.ReadChanges(b) {
				last = err
			}
			return last
		},
	}
	for name, call := range calls {
		if err := call(func() error { return mine }); !errors.Is(err, mine) {
			t.Errorf("%s: %v", name, err)
		}
		var p *sqlite.PanicError
		if err := call(func() error { panic(mine) }); !errors.As(err, &p) || !errors.Is(err, mine) {
			t.Errorf("%s panics: %v", name, err)
		}
		if err := call(func() error { runtime.Goexit(); return nil }); err == nil {
			t.Errorf("%s: no error of a stream that ended its goroutine", name)
		}
		if err := call(func() error { return nil }); err == nil {
			t.Errorf("%s: no error of a stream without progress", name)
		}
		if err := call(func() error { return c.Exec("SELECT 1") }); err == nil {
			t.Errorf("%s: no error of a stream that uses a connection", name)
		}
	}
	// Nothing of it has stayed, and nobody was lost.
	if _, n, err := one(t, c, "SELECT count(*) FROM users"); n != "2" || err != nil {
		t.Errorf("%s rows, %v", n, err)
	}
	for _, cut := range []int{1, 100, len(whole) - 1} {
		if _, err := c.ApplyFrom(bytes.NewReader(whole[:cut]), sqlite.Apply{}); !errors.Is(err, sqlite.ErrCorrupt) {
			t.Errorf("%d bytes of it: %v", cut, err)
		}
	}
}

// A filter that panics takes no change along, whatever came before it, and leaves the transaction open.
func TestFilterThatPanicsInATransaction(t *testing.T) {
	const schema = "CREATE TABLE u(id INTEGER PRIMARY KEY)"
	cs, _ := record(t, schema, "INSERT INTO u VALUES(1), (2), (3)")
	c := openTest(t, ":memory:")
	exec(t, c, schema+"; BEGIN; INSERT INTO u VALUES(9)")
	n := 0
	_, err := c.Apply(cs, sqlite.Apply{Filter: func(*sqlite.Change) bool {
		if n++; n == 2 {
			panic(errMine)
		}
		return true
	}})
	if !panicked(err) || n != 2 {
		t.Errorf("asked %d times: %v", n, err)
	}
	exec(t, c, "COMMIT")
	if _, got, err := one(t, c, "SELECT group_concat(id) FROM u"); got != "9" || err != nil {
		t.Errorf("rows %s, %v", got, err)
	}
	exec(t, c, "BEGIN")
	if _, err := c.Apply(cs, sqlite.Apply{Filter: func(*sqlite.Change) bool { return true }}); err != nil {
		t.Error(err)
	}
	exec(t, c, "COMMIT")
	if _, got, err := one(t, c, "SELECT count(*) FROM u"); got != "4" || err != nil {
		t.Errorf("%s rows, %v", got, err)
	}
}

// A schema that comes too late, or of a connection that is closed, leaves the group as it was.
func TestFailedSetSchemaLeavesTheGroup(t *testing.T) {
	cs, _ := record(t, users, "DELETE FROM users")
	c := openTest(t, ":memory:")
	g, err := sqlite.NewChangeGroup()
	check(t, err)
	check(t, g.Add(cs))
	if err := g.SetSchema(c, "main"); err == nil {
		t.Fatal("a schema after Add")
	}
	check(t, c.Close())
	if err := g.SetSchema(c, "main"); err == nil {
		t.Error("a schema of a closed connection")
	}
	if got, err := g.Changeset(); err != nil || len(got) == 0 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	check(t, g.Close())
}

func TestDiffTellsOfAFilterThatPanics(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "ATTACH ':memory:' AS other; CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE other.t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1)")
	s, err := c.NewSession("main")
	check(t, err)
	check(t, s.SetFilter(func(string) bool { panic(errMine) }))
	if err := s.Diff("other", "t"); !panicked(err) {
		t.Errorf("diff: %v", err)
	}
}
