// SPDX-License-Identifier: MIT

package workload

import (
	"context"
	"database/sql"
)

const lookupPerson = "SELECT id, born, name, score FROM people WHERE id = ?"

var lookups = []Workload{
	{Name: "lookup", What: "prepared SELECT of one row by rowid, WAL file", Unit: "call",
		prepare: lookup(func(db *sql.DB) (*lookuper, error) { return prepared(context.Background(), db, nil) })},
	{Name: "lookup-ctx", What: "lookup under a context that can be cancelled", Unit: "call",
		prepare: lookup(func(db *sql.DB) (*lookuper, error) {
			ctx, cancel := context.WithCancel(context.Background())
			return prepared(ctx, db, cancel)
		})},
	{Name: "lookup-low", What: "lookup below database/sql", Unit: "call", Low: true, prepare: lookupLow},
	{Name: "lookup-text", What: "db.QueryRow of the statement's text, WAL file", Unit: "call", prepare: lookup(byText)},
}

// lookuper finds one row.
type lookuper struct {
	find  func(id int64) *sql.Row
	close func() error
}

func prepared(ctx context.Context, db *sql.DB, cancel context.CancelFunc) (*lookuper, error) {
	stmt, err := db.Prepare(lookupPerson)
	if err != nil {
		return nil, err
	}
	return &lookuper{
		find: func(id int64) *sql.Row { return stmt.QueryRowContext(ctx, id) },
		close: func() error {
			if cancel != nil {
				cancel()
			}
			return stmt.Close()
		},
	}, nil
}

func byText(db *sql.DB) (*lookuper, error) {
	return &lookuper{
		find:  func(id int64) *sql.Row { return db.QueryRow(lookupPerson, id) },
		close: func() error { return nil },
	}, nil
}

func lookup(begin func(db *sql.DB) (*lookuper, error)) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		const rows = 5000
		n := e.of(10_000, 4_000)
		db, err := e.open(e.file(), Settings{WAL: true})
		if err != nil {
			return nil, err
		}
		if err := fillPeople(db, rows); err != nil {
			return nil, err
		}
		l, err := begin(db)
		if err != nil {
			return nil, err
		}
		want := Seen{Ops: n}
		for i := range n {
			want.Sum += PersonOf(wanted(i, rows)).sum()
		}
		return &Round{
			Run: func() (seen Seen, err error) {
				var p Person
				for i := range n {
					if err := l.find(int64(wanted(i, rows))).Scan(&p.ID, &p.Born, &p.Name, &p.Score); err != nil {
						return seen, err
					}
					seen.Ops++
					seen.Sum += p.sum()
				}
				return seen, nil
			},
			Want: want,
			Close: func() error {
				if err := l.close(); err != nil {
					return err
				}
				return db.Close()
			},
		}, nil
	}
}

func lookupLow(e *Env) (*Round, error) {
	const rows = 5000
	n := e.of(10_000, 4_000)
	conn, err := e.Driver.OpenConn(e.file(), Settings{WAL: true})
	if err != nil {
		return nil, err
	}
	if err := conn.Exec(peopleTable); err != nil {
		return nil, err
	}
	all := make([][]any, rows)
	for i, p := range peopleOf(rows) {
		all[i] = []any{p.ID, p.Born, p.Name, p.Score}
	}
	if err := conn.Exec("BEGIN"); err != nil {
		return nil, err
	}
	if err := conn.ExecMany(insertPerson, all); err != nil {
		return nil, err
	}
	if err := conn.Exec("COMMIT"); err != nil {
		return nil, err
	}
	want := Seen{Ops: n}
	for i := range n {
		want.Sum += PersonOf(wanted(i, rows)).sum()
	}
	return &Round{
		Run: func() (seen Seen, err error) {
			for i := range n {
				err := conn.Query(lookupPerson, func(r Row) {
					seen.Ops++
					seen.Sum += sumOf(r.Int64(0), r.Int64(1), r.Text(2), r.Int64(3))
				}, int64(wanted(i, rows)))
				if err != nil {
					return seen, err
				}
			}
			return seen, nil
		},
		Want:  want,
		Close: conn.Close,
	}, nil
}

// wanted walks all rows in an order that is not theirs.
func wanted(i, rows int) int { return 1 + i*2711%rows }
