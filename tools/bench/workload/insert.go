// SPDX-License-Identifier: MIT

package workload

import (
	"context"
	"database/sql"
	"iter"
)

var inserts = []Workload{
	{Name: "insert", What: "prepared INSERT of 4 columns into a table in memory, one transaction", Unit: "row",
		prepare: insert(func(db *sql.DB, people []Person) error { return insertPrepared(context.Background(), db, people) })},
	{Name: "insert-ctx", What: "insert under a context that can be cancelled", Unit: "row", Beside: "insert", prepare: insert(insertCancellable)},
	{Name: "insert-ctx-fresh", What: "insert, each row under a context of its own, as requests have", Unit: "row", Beside: "insert", prepare: insert(insertFresh)},
	{Name: "insert-low", What: "insert below database/sql", Unit: "row", Low: true, prepare: insertLow(ExecEach)},
	{Name: "insert-bulk-low", What: "insert-bulk below database/sql", Unit: "row", Low: true, Beside: "insert-low", prepare: insertLow(Conn.ExecMany)},
}

var bulk = []Workload{
	{Name: "insert-bulk", What: "the same rows by the driver's way for many rows, where it has one, else as insert", Unit: "row", prepare: insertBulk},
}

// insert measures put on an empty table in memory.
func insert(put func(db *sql.DB, people []Person) error) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		n := e.of(40_000, 15_000)
		db, err := e.open(memory, Settings{})
		if err != nil {
			return nil, err
		}
		people := peopleOf(n)
		want := Seen{Ops: n, Sum: peopleSum(n)}
		return &Round{
			Reset: func() error { return execAll(db, "DROP TABLE IF EXISTS people", peopleTable) },
			Run: func() (Seen, error) {
				// What was written is seen by Check.
				return want, put(db, people)
			},
			Check: func() (Seen, error) { return scanPeople(db) },
			Want:  want,
			Close: db.Close,
		}, nil
	}
}

// peopleOf makes rows beforehand, so that making them is not measured.
func peopleOf(n int) []Person {
	people := make([]Person, n)
	for i := range people {
		people[i] = PersonOf(i + 1)
	}
	return people
}

func insertPrepared(ctx context.Context, db *sql.DB, people []Person) error {
	return insertUnder(ctx, db, people, func() (context.Context, context.CancelFunc) { return ctx, func() {} })
}

// insertUnder takes the context of each row from one.
func insertUnder(ctx context.Context, db *sql.DB, people []Person, one func() (context.Context, context.CancelFunc)) error {
	return inTx(db, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, insertPerson)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i := range people {
			p := &people[i]
			ctx, cancel := one()
			_, err := insert.ExecContext(ctx, p.ID, p.Born, p.Name, p.Score)
			cancel()
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func insertCancellable(db *sql.DB, people []Person) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return insertPrepared(ctx, db, people)
}

func insertFresh(db *sql.DB, people []Person) error {
	background := context.Background()
	return insertUnder(background, db, people, func() (context.Context, context.CancelFunc) { return context.WithCancel(background) })
}

func insertBulk(e *Env) (*Round, error) {
	if e.Driver.Bulk == nil {
		return insert(func(db *sql.DB, people []Person) error { return insertPrepared(context.Background(), db, people) })(e)
	}
	return insert(func(db *sql.DB, people []Person) error {
		return inTx(db, func(tx *sql.Tx) error {
			return e.Driver.Bulk(context.Background(), tx, insertPerson, rowsOf(people))
		})
	})(e)
}

// rowsOf yields the same slice again and again.
func rowsOf(people []Person) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		row := make([]any, 4)
		for i := range people {
			p := &people[i]
			row[0], row[1], row[2], row[3] = p.ID, p.Born, p.Name, p.Score
			if !yield(row) {
				return
			}
		}
	}
}

func insertLow(put func(conn Conn, query string, rows [][]any) error) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		n := e.of(40_000, 15_000)
		conn, err := e.Driver.OpenConn(memory, Settings{})
		if err != nil {
			return nil, err
		}
		// Boxed beforehand: an API below database/sql binds without that.
		rows := make([][]any, n)
		for i, p := range peopleOf(n) {
			rows[i] = []any{p.ID, p.Born, p.Name, p.Score}
		}
		want := Seen{Ops: n, Sum: peopleSum(n)}
		return &Round{
			Reset: func() error {
				if err := conn.Exec("DROP TABLE IF EXISTS people"); err != nil {
					return err
				}
				return conn.Exec(peopleTable)
			},
			Run: func() (Seen, error) {
				if err := conn.Exec("BEGIN"); err != nil {
					return Seen{}, err
				}
				if err := put(conn, insertPerson, rows); err != nil {
					return Seen{}, err
				}
				return want, conn.Exec("COMMIT")
			},
			Check: func() (Seen, error) { return queryPeople(conn) },
			Want:  want,
			Close: conn.Close,
		}, nil
	}
}
