// SPDX-License-Identifier: MIT

package workload

import (
	"context"
	"database/sql"
	"fmt"
)

// A join with an ORDER BY, whose plan SQLite makes by the values that are bound:
// a driver that clears bindings has it compiled anew at every run.
const (
	joinByName = "SELECT a.id, a.title, o.name FROM owner o JOIN article a ON a.owner = o.id WHERE o.name = ? ORDER BY a.title DESC LIMIT 5"
	joinByFlag = "SELECT a.id, a.title, o.name FROM owner o JOIN article a ON a.owner = o.id WHERE a.flag = ? AND o.id = ? ORDER BY a.title LIMIT 5"
)

const (
	owners          = 200
	articlesOfOwner = 10
)

var joins = []Workload{
	{Name: "join", What: "db.Query of a join with ORDER BY, another text each time", Unit: "call",
		prepare: join(false, lastFive, func(db *sql.DB, i int) (*sql.Rows, error) { return db.Query(joinByName, ownerName(joined(i))) })},
	{Name: "join-prepared", What: "join, prepared once", Unit: "call", prepare: joinPrepared},
	{Name: "join-analyzed", What: "join after ANALYZE", Unit: "call",
		prepare: join(true, lastFive, func(db *sql.DB, i int) (*sql.Rows, error) { return db.Query(joinByName, ownerName(joined(i))) })},
	{Name: "join-flag", What: "a join with an alternating boolean", Unit: "call",
		prepare: join(false, flagged, func(db *sql.DB, i int) (*sql.Rows, error) { return db.Query(joinByFlag, i%2 == 0, joined(i)) })},
}

func ownerName(i int) string       { return fmt.Sprintf("owner %04d", i) }
func articleTitle(o, k int) string { return fmt.Sprintf("title %04d %02d", o, k) }

// joined is the owner of call i.
func joined(i int) int { return 1 + i*37%owners }

func join(analyze bool, found func(i, k int) bool, query func(db *sql.DB, i int) (*sql.Rows, error)) func(e *Env) (*Round, error) {
	return func(e *Env) (*Round, error) {
		db, err := joinDatabase(e, analyze)
		if err != nil {
			return nil, err
		}
		return joinRound(e, found, func(i int) (*sql.Rows, error) { return query(db, i) }, db.Close), nil
	}
}

func joinPrepared(e *Env) (*Round, error) {
	db, err := joinDatabase(e, false)
	if err != nil {
		return nil, err
	}
	stmt, err := db.PrepareContext(context.Background(), joinByName)
	if err != nil {
		return nil, err
	}
	return joinRound(e, lastFive, func(i int) (*sql.Rows, error) { return stmt.Query(ownerName(joined(i))) }, func() error {
		stmt.Close()
		return db.Close()
	}), nil
}

func joinDatabase(e *Env, analyze bool) (*sql.DB, error) {
	db, err := e.open(memory, Settings{})
	if err != nil {
		return nil, err
	}
	err = execAll(db,
		"CREATE TABLE owner(id INTEGER PRIMARY KEY, name TEXT NOT NULL)", "CREATE INDEX owner_name ON owner(name)",
		"CREATE TABLE article(id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES owner(id), title TEXT NOT NULL, flag BOOLEAN NOT NULL)",
		"CREATE INDEX article_owner ON article(owner)")
	if err != nil {
		return nil, err
	}
	err = inTx(db, func(tx *sql.Tx) error {
		for o := 1; o <= owners; o++ {
			if _, err := tx.Exec("INSERT INTO owner VALUES(?, ?)", o, ownerName(o)); err != nil {
				return err
			}
			for k := range articlesOfOwner {
				if _, err := tx.Exec("INSERT INTO article VALUES(?, ?, ?, ?)", o*articlesOfOwner+k, o, articleTitle(o, k), k%2 == 0); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil && analyze {
		err = execAll(db, "ANALYZE")
	}
	return db, err
}

// lastFive and flagged say whether call i finds article k of its owner.
func lastFive(_, k int) bool { return k >= articlesOfOwner-5 }
func flagged(i, k int) bool  { return (k%2 == 0) == (i%2 == 0) }

func joinRound(e *Env, found func(i, k int) bool, query func(i int) (*sql.Rows, error), done func() error) *Round {
	n := e.of(4_000, 1_500)
	want := Seen{Ops: n}
	for i := range n {
		o := joined(i)
		for k := range articlesOfOwner {
			if found(i, k) {
				want.Sum += articleSum(int64(o*articlesOfOwner+k), articleTitle(o, k), ownerName(o))
			}
		}
	}
	run := func() (seen Seen, err error) {
		for i := range n {
			rows, err := query(i)
			if err != nil {
				return seen, err
			}
			sum, err := readArticles(rows)
			if err != nil {
				return seen, err
			}
			seen.Ops++
			seen.Sum += sum
		}
		return seen, nil
	}
	return &Round{Run: run, Want: want, Close: done}
}

func readArticles(rows *sql.Rows) (sum int64, err error) {
	defer rows.Close()
	var id int64
	var title, name string
	for rows.Next() {
		if err := rows.Scan(&id, &title, &name); err != nil {
			return 0, err
		}
		sum += articleSum(id, title, name)
	}
	return sum, rows.Err()
}

func articleSum(id int64, title, name string) int64 { return id + 3*textSum(title) + textSum(name) }
