// SPDX-License-Identifier: MIT

package vtab_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vtab"
)

// sorted is a table of small numbers that sorts and leaves rows out as far as Distinct lets it.
type sorted struct {
	rows    [][3]int64
	asked   map[vtab.Distinct]int
	dropped int
	// rash leaves rows out that are equal in the columns of Orders, whatever else is used of them.
	rash bool
}

func (s *sorted) connect(*sqlite.Conn, vtab.Args) (vtab.Table, string, error) {
	return s, "CREATE TABLE x(a INTEGER, b INTEGER, c INTEGER)", nil
}

func (s *sorted) BestIndex(x *vtab.Index) error {
	d := x.Distinct()
	s.asked[d]++
	var key, used string
	for _, o := range x.Orders {
		if o.Column < 0 {
			return nil
		}
		sign := "+"
		if o.Desc {
			sign = "-"
		}
		key += fmt.Sprint(sign, o.Column)
	}
	if key == "" {
		return nil
	}
	x.Ordered = true
	for i := range 3 {
		if x.ColumnsUsed>>i&1 == 1 {
			used += fmt.Sprint("+", i)
		}
	}
	x.Plan.Text = key + "/"
	switch {
	case d != vtab.DistinctRows && d != vtab.DistinctOrdering:
	case s.rash:
		x.Plan.Text += key
	default:
		x.Plan.Text += used
	}
	return nil
}

func (s *sorted) Open() (vtab.Cursor, error) { return &sortedCursor{s: s}, nil }

type sortedCursor struct {
	s    *sorted
	rows [][3]int64
}

// compare compares by a text such as "+0-2".
func compare(key string, a, b [3]int64) int {
	for ; key != ""; key = key[2:] {
		i := key[1] - '0'
		n := cmp.Compare(a[i], b[i])
		if key[0] == '-' {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}

func (c *sortedCursor) Filter(plan vtab.Plan, _ []sqlite.Value) (bool, error) {
	c.rows = slices.Clone(c.s.rows)
	if plan.Text == "" {
		return len(c.rows) > 0, nil
	}
	at := slices.Index([]byte(plan.Text), '/')
	key, same := plan.Text[:at], plan.Text[at+1:]
	slices.SortStableFunc(c.rows, func(a, b [3]int64) int { return compare(key, a, b) })
	if same != "" {
		var kept [][3]int64
		for _, r := range c.rows {
			if !slices.ContainsFunc(kept, func(k [3]int64) bool { return compare(same, k, r) == 0 }) {
				kept = append(kept, r)
			}
		}
		c.s.dropped += len(c.rows) - len(kept)
		c.rows = kept
	}
	return len(c.rows) > 0, nil
}

func (c *sortedCursor) Next() (bool, error) { c.rows = c.rows[1:]; return len(c.rows) > 0, nil }

func (c *sortedCursor) Column(i int) (sqlite.Value, error) {
	return sqlite.Int64Value(c.rows[0][i]), nil
}

func (c *sortedCursor) RowID() (int64, error) { return 0, nil }
func (c *sortedCursor) Close() error          { return nil }

// A table that leaves out what the documentation of Distinct lets it gives the same answers as one that SQLite keeps. The
// plant leaves out more, and that must be seen.
func TestRowsThatMayBeLeftOut(t *testing.T) {
	queries := []string{
		"SELECT DISTINCT a FROM %s WHERE b > 1",
		"SELECT DISTINCT a FROM %s WHERE b + c = 4",
		"SELECT DISTINCT a, b FROM %s",
		"SELECT DISTINCT a FROM %s WHERE b > 1 ORDER BY a DESC",
		"SELECT DISTINCT c FROM %s ORDER BY c",
		"SELECT a, count(*), sum(b) FROM %s GROUP BY a",
		"SELECT a, c FROM %s ORDER BY a, c DESC",
	}
	for _, rash := range []bool{false, true} {
		c := openTest(t)
		s := &sorted{asked: map[vtab.Distinct]int{}, rash: rash}
		if err := vtab.Register(c, "sorted", vtab.Module{Connect: s.connect, Eponymous: true}); err != nil {
			t.Fatal(err)
		}
		exec(t, c, "CREATE TABLE plain(a INTEGER, b INTEGER, c INTEGER)")
		for i := range int64(60) {
			r := [3]int64{i * 7 % 5, i % 4, i % 3}
			s.rows = append(s.rows, r)
			exec(t, c, fmt.Sprintf("INSERT INTO plain VALUES(%d, %d, %d)", r[0], r[1], r[2]))
		}
		wrong := 0
		for _, q := range queries {
			got, want := all(t, c, fmt.Sprintf(q, "sorted")), all(t, c, fmt.Sprintf(q, "plain"))
			if !strings.Contains(q, "ORDER") {
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				wrong++
				if !rash {
					t.Errorf("%s: %v, want %v", q, got, want)
				}
			}
		}
		if rash && wrong == 0 {
			t.Error("nobody sees that rows are missing")
		}
		if s.dropped == 0 || s.asked[vtab.DistinctRows] == 0 || s.asked[vtab.DistinctOrdering] == 0 || s.asked[vtab.Grouping] == 0 {
			t.Errorf("%d rows left out, asked %v", s.dropped, s.asked)
		}
	}
}

// all gives the rows of a query, each as one text.
func all(t *testing.T, c *sqlite.Conn, sql string) (rows []string) {
	t.Helper()
	for row, err := range c.Query(sql) {
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			break
		}
		text := ""
		for i := range row.ColumnCount() {
			text += fmt.Sprint(row.ColumnInt64(i), " ")
		}
		rows = append(rows, text)
	}
	return rows
}
