// SPDX-License-Identifier: MIT

package workload

import (
	"context"
	"database/sql"
)

var scans = []Workload{
	{Name: "scan", What: "read a table of 4 columns (int, int, 24-byte text, int) into variables", Unit: "row", PerGo: true,
		prepare: scan(func(db *sql.DB) (Seen, error) { return scanPeople(db) })},
	{Name: "scan-ctx", What: "scan under a context that can be cancelled", Unit: "row", PerGo: true, prepare: scan(scanCtx)},
	{Name: "scan-null", What: "scan into sql.NullInt64 and sql.NullString, append each row to a slice", Unit: "row", PerGo: true, prepare: scan(scanNull)},
	{Name: "scan-low", What: "the same rows below database/sql", Unit: "row", Low: true, prepare: scanLow},
}

func scan(read func(db *sql.DB) (Seen, error)) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		n := e.of(100_000, 40_000)
		db, err := e.open(e.file(), Settings{})
		if err != nil {
			return nil, err
		}
		return &Round{
			Run:   func() (Seen, error) { return read(db) },
			Want:  Seen{Ops: n, Sum: peopleSum(n)},
			Close: db.Close,
		}, fillPeople(db, n)
	}
}

func scanCtx(db *sql.DB) (Seen, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rows, err := db.QueryContext(ctx, "SELECT id, born, name, score FROM people")
	if err != nil {
		return Seen{}, err
	}
	return readPeople(rows)
}

type nullPerson struct {
	id, born sql.NullInt64
	name     sql.NullString
	score    sql.NullInt64
}

func scanNull(db *sql.DB) (seen Seen, err error) {
	rows, err := db.Query("SELECT id, born, name, score FROM people")
	if err != nil {
		return seen, err
	}
	defer rows.Close()
	var people []nullPerson
	for rows.Next() {
		var p nullPerson
		if err := rows.Scan(&p.id, &p.born, &p.name, &p.score); err != nil {
			return seen, err
		}
		people = append(people, p)
	}
	for _, p := range people {
		seen.Sum += sumOf(p.id.Int64, p.born.Int64, p.name.String, p.score.Int64)
	}
	seen.Ops = len(people)
	return seen, rows.Err()
}

func scanLow(e *Env) (*Round, error) {
	n := e.of(100_000, 40_000)
	conn, err := e.Driver.OpenConn(e.file(), Settings{})
	if err != nil {
		return nil, err
	}
	return &Round{
		Run:   func() (Seen, error) { return queryPeople(conn) },
		Want:  Seen{Ops: n, Sum: peopleSum(n)},
		Close: conn.Close,
	}, fillPeopleLow(conn, n)
}

func queryPeople(conn Conn) (seen Seen, err error) {
	err = conn.Scan("SELECT id, born, name, score FROM people", func(id, born int64, name string, score int64) {
		seen.Ops++
		seen.Sum += sumOf(id, born, name, score)
	})
	return seen, err
}

func fillPeopleLow(conn Conn, n int) error {
	if err := conn.Exec(peopleTable); err != nil {
		return err
	}
	return insertLowPeople(conn, n)
}

func insertLowPeople(conn Conn, n int) error {
	if err := conn.Exec("BEGIN"); err != nil {
		return err
	}
	for i := 1; i <= n; i++ {
		p := PersonOf(i)
		if err := conn.Exec(insertPerson, p.ID, p.Born, p.Name, p.Score); err != nil {
			return err
		}
	}
	return conn.Exec("COMMIT")
}
