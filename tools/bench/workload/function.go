// SPDX-License-Identifier: MIT

package workload

import "strings"

var functions = []Workload{
	{Name: "function", What: "call a function in Go, of an integer, from SQL", Unit: "call",
		prepare: callFunction("sum(next(i))", func(n int64) int64 { return n*(n+1)/2 + n })},
	{Name: "function-text", What: "call a function in Go that gives back its text of 24 bytes", Unit: "call",
		prepare: callFunction("sum(length(echo(text)))", func(n int64) int64 { return 24 * n })},
}

// callFunction measures calls in one statement, whose rows cost less than a call.
func callFunction(column string, sum func(n int64) int64) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		if e.Driver.OpenFunctions == nil {
			return nil, ErrNotOffered
		}
		n := e.of(200_000, 60_000)
		db, err := e.Driver.OpenFunctions(memory, Settings{})
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(1)
		query := "WITH RECURSIVE n(i, text) AS (SELECT 1, ? UNION ALL SELECT i + 1, text FROM n WHERE i < ?) SELECT " + column + " FROM n"
		return &Round{
			Run: func() (Seen, error) {
				seen := Seen{Ops: n}
				err := db.QueryRow(query, strings.Repeat("x", 24), n).Scan(&seen.Sum)
				return seen, err
			},
			Want:  Seen{Ops: n, Sum: sum(int64(n))},
			Close: db.Close,
		}, nil
	}
}
