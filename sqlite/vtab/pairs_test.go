// SPDX-License-Identifier: MIT

package vtab_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vtab"
)

// pairs is a table of numbers and texts in a map, which transactions can undo.
type pairs struct {
	rows  map[int64]string
	saved []map[int64]string // as of Begin and each savepoint
	calls map[string]int
	name  string
}

func (p *pairs) connect(_ *sqlite.Conn, args vtab.Args) (vtab.Table, string, error) {
	p.name = args.Table
	p.calls["args "+args.Args[0]]++
	return p, "CREATE TABLE x(word TEXT)", nil
}

func (p *pairs) BestIndex(x *vtab.Index) error {
	for i, c := range x.Constraints {
		if c.Column == -1 && c.Op == vtab.Eq && c.Usable {
			x.Plan.Num, x.Cost, x.Rows, x.Unique = 1, 1, 1, true
			return x.Take(i, true)
		}
		if c.Column == 0 && c.Op == vtab.Eq {
			p.calls["collation "+x.Collation(i)]++
			if v, ok := x.Value(i); ok {
				p.calls["value "+v.Text()]++
			}
		}
	}
	if len(x.Orders) == 1 && x.Orders[0] == (vtab.Order{Column: -1}) {
		x.Ordered = true
	}
	return nil
}

func (p *pairs) Open() (vtab.Cursor, error) { return &pairsCursor{p: p}, nil }

func (p *pairs) Insert(rowID sqlite.Value, columns []sqlite.Value) (int64, error) {
	id := rowID.Int64()
	if rowID.IsNull() {
		for id = 1; p.rows[id] != ""; id++ {
		}
	}
	if _, ok := p.rows[id]; ok {
		return 0, sqlite.ErrConstraintPrimaryKey
	}
	p.rows[id] = columns[0].Text()
	return id, nil
}

func (p *pairs) Update(rowID, newRowID sqlite.Value, columns []sqlite.Value) error {
	delete(p.rows, rowID.Int64())
	p.rows[newRowID.Int64()] = columns[0].Text()
	return nil
}

func (p *pairs) Delete(rowID sqlite.Value) error {
	delete(p.rows, rowID.Int64())
	return nil
}

func (p *pairs) save() { p.saved = append(p.saved, maps.Clone(p.rows)) }

func (p *pairs) Begin() error  { p.calls["begin"]++; p.save(); return nil }
func (p *pairs) Sync() error   { p.calls["sync"]++; return nil }
func (p *pairs) Commit() error { p.calls["commit"]++; p.saved = nil; return nil }

func (p *pairs) Rollback() error {
	p.calls["rollback"]++
	p.rows, p.saved = p.saved[0], nil
	return nil
}

func (p *pairs) Savepoint(n int) error {
	p.saved = p.saved[:min(len(p.saved), n+1)]
	p.save()
	return nil
}

func (p *pairs) Release(n int) error { p.saved = p.saved[:n+1]; return nil }

func (p *pairs) RollbackTo(n int) error {
	p.rows = maps.Clone(p.saved[n+1])
	return nil
}

func (p *pairs) Rename(name string) error { p.name = name; return nil }
func (p *pairs) Destroy() error           { p.calls["destroy"]++; return nil }
func (p *pairs) Disconnect()              { p.calls["disconnect"]++ }

type pairsCursor struct {
	p    *pairs
	keys []int64
}

func (c *pairsCursor) Filter(plan vtab.Plan, args []sqlite.Value) (bool, error) {
	c.keys = slices.Sorted(maps.Keys(c.p.rows))
	if plan.Num == 1 {
		c.keys = slices.DeleteFunc(c.keys, func(k int64) bool { return k != args[0].Int64() })
	}
	return len(c.keys) > 0, nil
}

func (c *pairsCursor) Next() (bool, error) { c.keys = c.keys[1:]; return len(c.keys) > 0, nil }

func (c *pairsCursor) Column(int) (sqlite.Value, error) {
	return sqlite.TextValue(c.p.rows[c.keys[0]]), nil
}

func (c *pairsCursor) RowID() (int64, error) { return c.keys[0], nil }

func (c *pairsCursor) Close() error { return nil }

func TestWritableTable(t *testing.T) {
	c := openTest(t)
	p := &pairs{rows: map[int64]string{}, calls: map[string]int{}}
	if err := vtab.Register(c, "pairs", vtab.Module{Connect: p.connect}); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "CREATE VIRTUAL TABLE w USING pairs(some argument); INSERT INTO w VALUES('one'), ('two'); INSERT INTO w(rowid, word) VALUES(-7, 'minus seven')")
	const all = "SELECT group_concat(rowid || '=' || word) FROM (SELECT rowid, word FROM w ORDER BY rowid)"
	steps := []struct{ sql, want string }{
		{"SELECT 1", "-7=minus seven,1=one,2=two"},
		{"UPDATE w SET word = 'TWO' WHERE rowid = 2", "-7=minus seven,1=one,2=TWO"},
		{"UPDATE w SET rowid = 9 WHERE word = 'one'", "-7=minus seven,2=TWO,9=one"},
		{"DELETE FROM w WHERE rowid = -7", "2=TWO,9=one"},
		{"BEGIN; INSERT INTO w VALUES('gone'); ROLLBACK", "2=TWO,9=one"},
		{"BEGIN; SAVEPOINT s; INSERT INTO w VALUES('gone'); ROLLBACK TO s; RELEASE s; INSERT INTO w VALUES('kept'); COMMIT", "1=kept,2=TWO,9=one"},
	}
	for _, s := range steps {
		exec(t, c, s.sql)
		if got := text(t, c, all); got != s.want {
			t.Errorf("after %s: %s", s.sql, got)
		}
	}
	if err := c.Exec("INSERT INTO w(rowid, word) VALUES(2, 'again')"); !errors.Is(err, sqlite.ErrConstraint) {
		t.Errorf("a key that is there: %v", err)
	}
	exec(t, c, "INSERT INTO w(rowid, word) VALUES(40, 'forty')")
	if c.LastInsertRowID() != 40 {
		t.Errorf("last inserted row %d", c.LastInsertRowID())
	}
	exec(t, c, "ALTER TABLE w RENAME TO renamed; DROP TABLE renamed")
	for _, call := range []string{"args some argument", "collation BINARY", "value one", "begin", "sync", "commit", "rollback", "destroy"} {
		if p.calls[call] == 0 {
			t.Errorf("no %s in %v", call, p.calls)
		}
	}
	// Renaming connects the table again; the last connection ends by DROP.
	if p.name != "renamed" || p.calls["disconnect"] != p.calls["args some argument"]-1 || p.calls["destroy"] != 1 {
		t.Errorf("name %s, calls %v", p.name, p.calls)
	}
}
