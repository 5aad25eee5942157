// SPDX-License-Identifier: MIT

// Package workload has what is measured: each [Workload] prepares a database
// through a [Driver] and then does the same work once for each round. A round
// says what it saw, and that is held against what the data's formula gives, so a
// driver that does less work fails instead of winning.
package workload

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"net/url"
	"time"
)

// Settings are the same for every driver: foreign keys are on, synchronous is
// FULL.
type Settings struct {
	WAL  bool          // journal_mode WAL, else DELETE
	Busy time.Duration // longest wait for a lock
}

// Pragmas are the settings as the pragmas to run, in order.
func (s Settings) Pragmas() []string {
	return []string{
		fmt.Sprintf("busy_timeout(%d)", s.Busy.Milliseconds()), "journal_mode(" + s.journal() + ")", "synchronous(2)", "foreign_keys(1)",
	}
}

// Wants is what each of the pragmas says when the settings took.
func (s Settings) Wants() map[string]string {
	return map[string]string{
		"journal_mode": s.journal(), "synchronous": "2", "foreign_keys": "1", "busy_timeout": fmt.Sprint(s.Busy.Milliseconds()),
	}
}

func (s Settings) journal() string {
	if s.WAL {
		return "wal"
	}
	return "delete"
}

// URI is a data source name with one _pragma for each of p, which three of the
// drivers understand.
func URI(file string, p []string) string {
	return (&url.URL{Scheme: "file", Opaque: file, RawQuery: url.Values{"_pragma": p}.Encode()}).String()
}

// Driver is what a program under measurement offers. What is nil it does not
// have; workloads that need it are left out.
type Driver struct {
	Name   string // as on the command line
	Module string // whose version is printed; "" for the tree itself

	// Only names the workloads that the driver is made for; nil is all.
	Only []string

	// Open is database/sql on a file; ":memory:" is a database in memory for
	// a pool of one connection.
	Open func(file string, s Settings) (*sql.DB, error)

	// OpenConn is the API below database/sql.
	OpenConn func(file string, s Settings) (Conn, error)

	// OpenFunctions is Open with two SQL functions in Go, deterministic both:
	// next(i) is i+1 and echo(text) is text.
	OpenFunctions func(file string, s Settings) (*sql.DB, error)

	// Bulk runs query once for each row, in one transaction or inside tx.
	Bulk func(ctx context.Context, tx *sql.Tx, query string, rows iter.Seq[[]any]) error
}

// Conn is a connection below database/sql. Statements are kept prepared by
// whatever the driver has for it.
type Conn interface {
	Exec(query string, args ...any) error
	// Query calls row for every row. A Row is good until row returns.
	Query(query string, row func(Row), args ...any) error
	// Scan is Query for rows of two integers, a text and an integer, by the loop
	// that the driver's users write.
	Scan(query string, row func(a, b int64, text string, c int64)) error
	// ExecMany is Exec for each of the rows, by what the driver has for it.
	ExecMany(query string, rows [][]any) error
	Close() error
}

// ExecEach is ExecMany for a driver that has nothing for it.
func ExecEach(c Conn, query string, rows [][]any) error {
	for _, row := range rows {
		if err := c.Exec(query, row...); err != nil {
			return err
		}
	}
	return nil
}

// Row is a row of a Conn.
type Row interface {
	Int64(column int) int64
	Text(column int) string
}
