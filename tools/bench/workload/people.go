// SPDX-License-Identifier: MIT

package workload

import (
	"database/sql"
	"fmt"
)

// The table that most workloads read or write: two integers, a text of 24 bytes,
// an integer. Row i, from 1, is PersonOf(i).
const peopleTable = "CREATE TABLE people(id INTEGER PRIMARY KEY, born INTEGER NOT NULL, name TEXT NOT NULL, score INTEGER NOT NULL)"

const insertPerson = "INSERT INTO people(id, born, name, score) VALUES(?, ?, ?, ?)"

// Person is a row of it.
type Person struct {
	ID, Born int64
	Name     string
	Score    int64
}

// PersonOf is row i, from 1.
func PersonOf(i int) Person {
	return Person{int64(i), 1900 + int64(i)%120, fmt.Sprintf("person %017d", i*7919%1000000), int64(i) * 31}
}

// sum is what a person adds to the sum of a round.
func (p Person) sum() int64 { return sumOf(p.ID, p.Born, p.Name, p.Score) }

// sumOf is cheap and differs when a value is missing or in another place: no
// driver's time is hidden by it.
func sumOf(id, born int64, name string, score int64) int64 {
	return id + 3*born + 5*score + textSum(name)
}

func textSum(s string) int64 {
	if s == "" {
		return 1
	}
	return 7*int64(len(s)) + int64(s[len(s)-1])*11 + int64(s[0])
}

// peopleSum is the sum of the first n.
func peopleSum(n int) (sum int64) {
	for i := 1; i <= n; i++ {
		sum += PersonOf(i).sum()
	}
	return sum
}

// fillPeople makes the table and n rows.
func fillPeople(db *sql.DB, n int) error {
	if _, err := db.Exec(peopleTable); err != nil {
		return err
	}
	return inTx(db, func(tx *sql.Tx) error {
		insert, err := tx.Prepare(insertPerson)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i := 1; i <= n; i++ {
			p := PersonOf(i)
			if _, err := insert.Exec(p.ID, p.Born, p.Name, p.Score); err != nil {
				return err
			}
		}
		return nil
	})
}

// scanPeople reads the whole table, as a user would.
func scanPeople(q querier) (Seen, error) {
	rows, err := q.Query("SELECT id, born, name, score FROM people")
	if err != nil {
		return Seen{}, err
	}
	return readPeople(rows)
}

func readPeople(rows *sql.Rows) (seen Seen, err error) {
	defer rows.Close()
	var p Person
	for rows.Next() {
		if err := rows.Scan(&p.ID, &p.Born, &p.Name, &p.Score); err != nil {
			return seen, err
		}
		seen.Ops++
		seen.Sum += p.sum()
	}
	return seen, rows.Err()
}

type querier interface {
	Query(query string, args ...any) (*sql.Rows, error)
}

// inTx commits what f does.
func inTx(db *sql.DB, f func(tx *sql.Tx) error) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

// execAll runs statements one by one.
func execAll(db *sql.DB, statements ...string) error {
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// open opens the workload's database and looks whether the settings took.
func (e *Env) open(file string, s Settings) (*sql.DB, error) {
	db, err := e.Driver.Open(file, s)
	if err != nil {
		return nil, err
	}
	if file == memory {
		db.SetMaxOpenConns(1)
	}
	for pragma, want := range s.Wants() {
		if file == memory && pragma == "journal_mode" {
			continue
		}
		var got string
		if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			db.Close()
			return nil, fmt.Errorf("set %s of the driver: it is %q, want %q (%v)", pragma, got, want, err)
		}
	}
	return db, nil
}

const memory = ":memory:"
