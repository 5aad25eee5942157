// SPDX-License-Identifier: MIT

package workload

import (
	"database/sql"
	"fmt"
)

// The shapes of github.com/cvilsmeier/go-sqlite-bench, smaller: users, their
// articles, comments on them, five indexes. Its figures through database/sql
// read into sql.Null types, and so do these.
var blogSchema = []string{
	"CREATE TABLE users(id INTEGER PRIMARY KEY NOT NULL, created INTEGER NOT NULL, email TEXT NOT NULL, active INTEGER NOT NULL)",
	"CREATE INDEX users_created ON users(created)",
	"CREATE TABLE articles(id INTEGER PRIMARY KEY NOT NULL, created INTEGER NOT NULL, userId INTEGER NOT NULL REFERENCES users(id), text TEXT NOT NULL)",
	"CREATE INDEX articles_created ON articles(created)",
	"CREATE INDEX articles_userId ON articles(userId)",
	"CREATE TABLE comments(id INTEGER PRIMARY KEY NOT NULL, created INTEGER NOT NULL, articleId INTEGER NOT NULL REFERENCES articles(id), text TEXT NOT NULL)",
	"CREATE INDEX comments_created ON comments(created)",
	"CREATE INDEX comments_articleId ON comments(articleId)",
}

const (
	insertUser    = "INSERT INTO users(id, created, email, active) VALUES(?, ?, ?, ?)"
	insertArticle = "INSERT INTO articles(id, created, userId, text) VALUES(?, ?, ?, ?)"
	insertComment = "INSERT INTO comments(id, created, articleId, text) VALUES(?, ?, ?, ?)"
	selectUsers   = "SELECT id, created, email, active FROM users ORDER BY id"
	selectBlog    = "SELECT u.id, u.created, u.email, u.active, a.id, a.created, a.userId, a.text, c.id, c.created, c.articleId, c.text " +
		"FROM users u JOIN articles a ON a.userId = u.id JOIN comments c ON c.articleId = a.id"
)

// Kinds of columns: i integer, t text.
const (
	userKinds = "iiti"
	blogKinds = "iitiiiitiiit"
)

func userEmail(u int) string   { return fmt.Sprintf("user%08d@example.com", u) }
func articleText(a int) string { return fmt.Sprintf("text of article %d", a) }
func commentText(c int) string { return fmt.Sprintf("text of comment %d", c) }
func created(i int) int64      { return 1_700_000_000 + int64(i)*97%1000 }
func active(i int) int64       { return int64(i % 2) }
func userSum(u int) int64      { return mixed([]int64{int64(u), created(u), active(u)}, userEmail(u)) }
func mixed(numbers []int64, texts ...string) (sum int64) {
	for _, n := range numbers {
		sum += n
	}
	for _, t := range texts {
		sum += textSum(t)
	}
	return sum
}

// blogRowSum is a row of the three-way join.
func blogRowSum(u, a, c int) int64 {
	return userSum(u) + mixed([]int64{int64(a), created(a), int64(u)}, articleText(a)) +
		mixed([]int64{int64(c), created(c), int64(a)}, commentText(c))
}

// store is the driver's API, one of two.
type store interface {
	exec(query string, args ...any) error
	query(query, kinds string, row func(Row), args ...any) error
	// atomic runs f in a transaction, in which it uses the store it is given.
	atomic(f func(s store) error) error
	Close() error
}

// openStore opens what the workload measures.
func (e *Env) openStore(low bool, s Settings) (store, error) {
	if low {
		conn, err := e.Driver.OpenConn(e.file(), s)
		return connStore{conn}, err
	}
	db, err := e.open(e.file(), s)
	return dbStore{db}, err
}

// readRow adds up one row's columns.
func readRow(r Row, kinds string) (sum int64) {
	for i := range len(kinds) {
		if kinds[i] == 'i' {
			sum += r.Int64(i)
		} else {
			sum += textSum(r.Text(i))
		}
	}
	return sum
}

type connStore struct{ Conn }

func (s connStore) exec(query string, args ...any) error { return s.Exec(query, args...) }

func (s connStore) query(query, _ string, row func(Row), args ...any) error {
	return s.Query(query, row, args...)
}

func (s connStore) atomic(f func(s store) error) error {
	if err := s.Exec("BEGIN"); err != nil {
		return err
	}
	if err := f(s); err != nil {
		return err
	}
	return s.Exec("COMMIT")
}

type dbStore struct{ db *sql.DB }

func (s dbStore) exec(query string, args ...any) error {
	_, err := s.db.Exec(query, args...)
	return err
}

func (s dbStore) query(query, kinds string, row func(Row), args ...any) error {
	rows, err := s.db.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	slots := newSlots(kinds)
	for rows.Next() {
		if err := rows.Scan(slots.dest...); err != nil {
			return err
		}
		row(slots)
	}
	return rows.Err()
}

func (s dbStore) atomic(f func(s store) error) error {
	return inTx(s.db, func(tx *sql.Tx) error {
		t := &txStore{dbStore: s, tx: tx, stmts: map[string]*sql.Stmt{}}
		defer t.closeStmts()
		return f(t)
	})
}

func (s dbStore) Close() error { return s.db.Close() }

// txStore prepares each text once, as the shapes' authors do.
type txStore struct {
	dbStore
	tx    *sql.Tx
	stmts map[string]*sql.Stmt
}

func (s *txStore) exec(query string, args ...any) error {
	stmt := s.stmts[query]
	if stmt == nil {
		var err error
		if stmt, err = s.tx.Prepare(query); err != nil {
			return err
		}
		s.stmts[query] = stmt
	}
	_, err := stmt.Exec(args...)
	return err
}

func (s *txStore) closeStmts() {
	for _, stmt := range s.stmts {
		stmt.Close()
	}
}

// slots are where database/sql scans a row to.
type slots struct {
	ints  []sql.NullInt64
	texts []sql.NullString
	dest  []any
}

func newSlots(kinds string) *slots {
	s := &slots{ints: make([]sql.NullInt64, len(kinds)), texts: make([]sql.NullString, len(kinds))}
	for i := range len(kinds) {
		if kinds[i] == 'i' {
			s.dest = append(s.dest, &s.ints[i])
		} else {
			s.dest = append(s.dest, &s.texts[i])
		}
	}
	return s
}

func (s *slots) Int64(i int) int64 { return s.ints[i].Int64 }
func (s *slots) Text(i int) string { return s.texts[i].String }
