// SPDX-License-Identifier: MIT

package workload

import (
	"fmt"
	"sync"
)

// Readers share nothing but the file and what the driver shares between its
// connections. More readers than processors measure the processor time of a row,
// not speed.
var readers = []Workload{
	{Name: "readers-2", What: "two goroutines read the whole table, each by its own connection", Unit: "row", prepare: read(2)},
	{Name: "readers-4", What: "four goroutines", Unit: "row", prepare: read(4)},
	{Name: "readers-8", What: "eight goroutines", Unit: "row", prepare: read(8)},
	{Name: "readers-2-low", What: "two goroutines below database/sql", Unit: "row", Low: true, prepare: readLow(2)},
	{Name: "readers-4-low", What: "four goroutines below database/sql", Unit: "row", Low: true, prepare: readLow(4)},
	{Name: "readers-8-low", What: "eight goroutines below database/sql", Unit: "row", Low: true, prepare: readLow(8)},
}

func readersRows(e *Env, n int) int { return e.of(80_000, 40_000) / n }

func read(n int) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		rows := readersRows(e, n)
		db, err := e.open(e.file(), Settings{})
		if err != nil {
			return nil, err
		}
		db.SetMaxIdleConns(n)
		return &Round{
			Run: func() (Seen, error) {
				return together(n, func(int) (Seen, error) { return scanPeople(db) })
			},
			Want:  Seen{Ops: n * rows, Sum: int64(n) * peopleSum(rows)},
			Close: db.Close,
		}, fillPeople(db, rows)
	}
}

func readLow(n int) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		rows := readersRows(e, n)
		conns := make([]Conn, n)
		for i := range conns {
			conn, err := e.Driver.OpenConn(e.file(), Settings{})
			if err != nil {
				return nil, err
			}
			conns[i] = conn
		}
		return &Round{
			Run: func() (Seen, error) {
				return together(n, func(i int) (Seen, error) { return queryPeople(conns[i]) })
			},
			Want: Seen{Ops: n * rows, Sum: int64(n) * peopleSum(rows)},
			Close: func() error {
				for i, conn := range conns {
					if err := conn.Close(); err != nil {
						return fmt.Errorf("connection %d: %w", i, err)
					}
				}
				return nil
			},
		}, fillPeopleLow(conns[0], rows)
	}
}

// together adds up what n goroutines see.
func together(n int, f func(i int) (Seen, error)) (all Seen, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			seen, ferr := f(i)
			mu.Lock()
			defer mu.Unlock()
			all.Ops += seen.Ops
			all.Sum += seen.Sum
			if ferr != nil {
				err = ferr
			}
		})
	}
	wg.Wait()
	return all, err
}
