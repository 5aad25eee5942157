// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

const users = "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, age INT); INSERT INTO users VALUES(1, 'ada', 36), (2, 'bob', NULL)"

// record gives what sql does to the tables that schema makes.
func record(t *testing.T, schema, sql string) (cs, patch sqlite.Changeset) {
	t.Helper()
	c := openTest(t, ":memory:")
	exec(t, c, schema)
	s, err := c.NewSession("main")
	check(t, err)
	check(t, s.Attach(""))
	if !s.IsEmpty() {
		t.Error("a new session is not empty")
	}
	exec(t, c, sql)
	cs, err = s.Changeset()
	check(t, err)
	patch, err = s.Patchset()
	check(t, err)
	if s.MemoryUsed() <= 0 {
		t.Error("the session uses no memory")
	}
	check(t, s.Close())
	if _, err := s.Changeset(); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("use after close: %v", err)
	}
	return cs, patch
}

func list(t *testing.T, cs sqlite.Changeset) string {
	t.Helper()
	var all []string
	var kept *sqlite.Change
	for ch, err := range cs.All() {
		check(t, err)
		kept = ch
		s := fmt.Sprint(ch.Op(), " ", ch.Table())
		if ch.Indirect() {
			s += " indirect"
		}
		for i := range ch.Columns() {
			if ch.Op() != sqlite.Insert {
				if v, ok, err := ch.Old(i); err == nil && ok {
					s += fmt.Sprintf(" -%d:%s", i, v.Text())
				}
			}
			if ch.Op() != sqlite.Delete {
				if v, ok, err := ch.New(i); err == nil && ok {
					s += fmt.Sprintf(" +%d:%s", i, v.Text())
				}
			}
		}
		if pk, err := ch.PrimaryKey(); err != nil || !pk[0] || pk[1] {
			t.Errorf("primary key %v, %v", pk, err)
		}
		all = append(all, s)
	}
	if kept != nil {
		if _, _, err := kept.Old(0); !errors.Is(err, sqlite.ErrMisuse) || kept.Table() != "" || kept.Op() != 0 {
			t.Errorf("a change after its iteration: %v", err)
		}
	}
	return strings.Join(all, "; ")
}

func contents(t *testing.T, c *sqlite.Conn) string {
	t.Helper()
	_, text, err := one(t, c, "SELECT group_concat(id || '=' || name || coalesce(age, ''), ' ' ORDER BY id) FROM users")
	check(t, err)
	return text
}

func TestChangesetsTravel(t *testing.T) {
	cs, patch := record(t, users, "UPDATE users SET age = 37 WHERE id = 1; DELETE FROM users WHERE id = 2; INSERT INTO users VALUES(3, 'eve', 20)")
	if got := list(t, cs); got != "UPDATE users -0:1 -2:36 +2:37; DELETE users -0:2 -1:bob -2:; INSERT users +0:3 +1:eve +2:20" {
		t.Errorf("changes %s", got)
	}
	if len(patch) == 0 || len(patch) >= len(cs) {
		t.Errorf("a patchset of %d bytes for a changeset of %d", len(patch), len(cs))
	}
	for _, set := range []sqlite.Changeset{cs, patch} {
		c := openTest(t, ":memory:")
		exec(t, c, users)
		if _, err := c.Apply(set, sqlite.Apply{}); err != nil {
			t.Error(err)
		}
		if got := contents(t, c); got != "1=ada37 3=eve20" {
			t.Errorf("applied: %s", got)
		}
		back, err := set.Invert()
		if bytes.Equal(set, patch) {
			if err == nil {
				t.Error("a patchset is inverted")
			}
			continue
		}
		check(t, err)
		if _, err := c.Apply(back, sqlite.Apply{}); err != nil {
			t.Error(err)
		}
		if got := contents(t, c); got != "1=ada36 2=bob" {
			t.Errorf("undone: %s", got)
		}
		nothing, err := set.Concat(back)
		if err != nil || len(nothing) != 0 {
			t.Errorf("changes and their inverse are %d bytes, %v", len(nothing), err)
		}
		if _, err := c.Apply(set, sqlite.Apply{Filter: func(ch *sqlite.Change) bool { return ch.Op() == sqlite.Insert }}); err != nil {
			t.Error(err)
		}
		if got := contents(t, c); got != "1=ada36 2=bob 3=eve20" {
			t.Errorf("filtered: %s", got)
		}
	}
}

func TestConflicts(t *testing.T) {
	cs, _ := record(t, users, "UPDATE users SET age = 37 WHERE id = 1; DELETE FROM users WHERE id = 2; INSERT INTO users VALUES(3, 'eve', 20)")
	const other = users + "; UPDATE users SET age = 99 WHERE id = 1; DELETE FROM users WHERE id = 2; INSERT INTO users VALUES(3, 'mal', 1)"
	target := func() *sqlite.Conn {
		c := openTest(t, ":memory:")
		exec(t, c, other)
		return c
	}
	c := target()
	if _, err := c.Apply(cs, sqlite.Apply{}); !errors.Is(err, sqlite.ErrAbort) {
		t.Errorf("nobody resolves: %v", err)
	}
	if got := contents(t, c); got != "1=ada99 3=mal1" {
		t.Errorf("aborted: %s", got)
	}
	var seen []string
	replace := func(k *sqlite.Conflict) (sqlite.Resolution, error) {
		s := fmt.Sprint(int(k.Kind), " ", k.Op())
		if k.Kind == sqlite.ConflictNotFound {
			if _, err := k.Conflicting(0); !errors.Is(err, sqlite.ErrMisuse) {
				t.Errorf("a row in the way of a missing one: %v", err)
			}
			seen = append(seen, s)
			return sqlite.ConflictOmit, nil
		}
		v, err := k.Conflicting(2)
		if err != nil {
			return 0, err
		}
		seen = append(seen, s+" "+v.Text())
		return sqlite.ConflictReplace, nil
	}
	if _, err := c.Apply(cs, sqlite.Apply{Conflict: replace}); err != nil {
		t.Error(err)
	}
	if got := contents(t, c); got != "1=ada37 3=eve20" || strings.Join(seen, ", ") != "1 UPDATE 99, 2 DELETE, 3 INSERT 1" {
		t.Errorf("replaced: %s after %v", got, seen)
	}
	c = target()
	_, err := c.Apply(cs, sqlite.Apply{Conflict: func(*sqlite.Conflict) (sqlite.Resolution, error) { return 0, errMine }})
	if !errors.Is(err, errMine) || !errors.Is(err, sqlite.ErrAbort) {
		t.Errorf("error of the handler: %v", err)
	}
	_, err = c.Apply(cs, sqlite.Apply{Conflict: func(*sqlite.Conflict) (sqlite.Resolution, error) { panic(errMine) }})
	if !panicked(err) {
		t.Errorf("panic of the handler: %v", err)
	}
	_, err = c.Apply(cs, sqlite.Apply{Conflict: func(*sqlite.Conflict) (sqlite.Resolution, error) { return 77, nil }})
	if !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("an unknown resolution: %v", err)
	}
	_, err = c.Apply(cs, sqlite.Apply{Conflict: func(*sqlite.Conflict) (sqlite.Resolution, error) {
		return 0, c.Exec("DELETE FROM users")
	}})
	if !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("a handler that uses the connection: %v", err)
	}
	if got := contents(t, c); got != "1=ada99 3=mal1" {
		t.Errorf("after the failures: %s", got)
	}
}

func TestForeignKeyConflict(t *testing.T) {
	const schema = "CREATE TABLE a(id INTEGER PRIMARY KEY, x); CREATE TABLE b(id INTEGER PRIMARY KEY, a REFERENCES a DEFERRABLE INITIALLY DEFERRED); INSERT INTO a VALUES(1, 0)"
	cs, _ := record(t, schema, "DELETE FROM a")
	c := openTest(t, ":memory:")
	exec(t, c, schema+"; INSERT INTO b VALUES(1, 1)")
	violations := 0
	_, err := c.Apply(cs, sqlite.Apply{Conflict: func(k *sqlite.Conflict) (r sqlite.Resolution, err error) {
		if k.Kind == sqlite.ConflictForeignKey {
			violations, err = k.ForeignKeys()
			if _, err := k.PrimaryKey(); !errors.Is(err, sqlite.ErrMisuse) {
				t.Errorf("the key of no row: %v", err)
			}
		}
		return sqlite.ConflictAbort, err
	}})
	var panicked *sqlite.PanicError
	if !errors.Is(err, sqlite.ErrConstraint) || violations != 1 || errors.As(err, &panicked) {
		t.Errorf("%v with %d violations", err, violations)
	}
}

func TestCorruptChangesets(t *testing.T) {
	cs, _ := record(t, users, "UPDATE users SET age = 37 WHERE id = 1; DELETE FROM users WHERE id = 2; INSERT INTO users VALUES(3, 'eve', 20)")
	bad := 0
	for i := range cs {
		for _, mask := range []byte{0x01, 0x80, 0xff} {
			broken := slices.Clone(cs)
			broken[i] ^= mask
			for _, err := range broken.All() {
				if err != nil {
					bad++
				}
			}
			c := openTest(t, ":memory:")
			exec(t, c, users)
			_, _ = c.Apply(broken, sqlite.Apply{})
			_, _ = broken.Invert()
			_, _ = broken.Concat(cs)
		}
		for _, err := range cs[:i].All() {
			if err != nil {
				bad++
			}
		}
	}
	if bad == 0 {
		t.Error("no damage was found")
	}
}

func TestSessionSwitches(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE a(x INTEGER PRIMARY KEY, y); CREATE TABLE b(x INTEGER PRIMARY KEY, y); CREATE TABLE plain(x, y); ATTACH ':memory:' AS old; CREATE TABLE old.a(x INTEGER PRIMARY KEY, y); INSERT INTO old.a VALUES(9, 9)")
	s, err := c.NewSession("main")
	check(t, err)
	check(t, s.SetRowID(true))
	check(t, s.SetFilter(func(table string) bool { return table != "b" }))
	check(t, s.Attach(""))
	exec(t, c, "INSERT INTO a VALUES(1, 1); INSERT INTO b VALUES(1, 1); INSERT INTO plain VALUES(5, 6)")
	check(t, s.SetEnabled(false))
	exec(t, c, "INSERT INTO a VALUES(2, 2)")
	check(t, s.SetEnabled(true))
	check(t, s.SetIndirect(true))
	exec(t, c, "INSERT INTO a VALUES(3, 3)")
	cs, err := s.Changeset()
	check(t, err)
	if got := list(t, cs); got != "INSERT a +0:1 +1:1; INSERT a indirect +0:3 +1:3; INSERT plain +0:1 +1:5 +2:6" {
		t.Errorf("recorded %s", got)
	}
	if err := c.SetPreUpdateHook(func(*sqlite.PreUpdate) {}); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("a preupdate hook beside a session: %v", err)
	}
	d, err := c.NewSession("main")
	check(t, err)
	check(t, d.Attach("a"))
	if err := d.Diff("old", "nope"); err != nil {
		t.Logf("a table that is in neither: %v", err)
	}
	check(t, d.Diff("old", "a"))
	cs, err = d.Changeset()
	check(t, err)
	if got := list(t, cs); !strings.Contains(got, "DELETE a -0:9 -1:9") || !strings.Contains(got, "INSERT a +0:1 +1:1") {
		t.Errorf("difference %s", got)
	}
	check(t, c.Close())
	if _, err := s.Patchset(); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("a session of a closed connection: %v", err)
	}
}

func TestRebase(t *testing.T) {
	// Here and there change the same row; there wins, and here's change then
	// must apply on top of it.
	remote, _ := record(t, users, "UPDATE users SET age = 50 WHERE id = 1")
	local, _ := record(t, users, "UPDATE users SET age = 60 WHERE id = 1")
	c := openTest(t, ":memory:")
	exec(t, c, users+"; UPDATE users SET age = 60 WHERE id = 1")
	rebase, err := c.Apply(remote, sqlite.Apply{Conflict: func(*sqlite.Conflict) (sqlite.Resolution, error) { return sqlite.ConflictOmit, nil }})
	check(t, err)
	r, err := sqlite.NewRebaser()
	check(t, err)
	check(t, r.Configure(rebase))
	moved, err := r.Rebase(local)
	check(t, err)
	r.Close()
	if _, err := r.Rebase(local); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("use after close: %v", err)
	}
	if got := list(t, moved); got != "UPDATE users -0:1 -2:50 +2:60" {
		t.Errorf("rebased %s", got)
	}
}

func TestChangeGroup(t *testing.T) {
	cs, _ := record(t, users, "INSERT INTO users VALUES(3, 'eve', 20)")
	more, _ := record(t, users, "INSERT INTO users VALUES(4, 'fay', 21)")
	c := openTest(t, ":memory:")
	exec(t, c, users+"; ALTER TABLE users ADD COLUMN town")
	g, err := sqlite.NewChangeGroup()
	check(t, err)
	check(t, g.SetSchema(c, "main"))
	check(t, g.Add(cs))
	for ch, err := range more.All() {
		check(t, err)
		check(t, g.AddChange(ch))
		break
	}
	both, err := g.Changeset()
	check(t, err)
	if got := list(t, both); !strings.HasPrefix(got, "INSERT users +0:3 +1:eve +2:20 +3:; INSERT users +0:4") {
		t.Errorf("group %s", got)
	}
	check(t, c.Close())
	if err := g.Add(cs); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("a group whose connection is closed: %v", err)
	}
}
