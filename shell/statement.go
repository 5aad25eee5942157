// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"errors"
	"fmt"

	"github.com/gosqlite/gosqlite/sqlite"
)

// interrupted is a failure that Ctrl-C or the end of the run caused.
type interrupted struct{ cause error }

func (e interrupted) Error() string { return "interrupted" }

// Is keeps --keep-going from passing over an interruption, whatever SQLite
// reported for it.
func (e interrupted) Is(target error) bool { return target == context.Canceled }
func (e interrupted) Unwrap() error        { return e.cause }

func interruption(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.As(err, new(interrupted)) {
		return interrupted{err}
	}
	return err
}

// runSQL runs every statement of sql; the splitter leaves just one except at
// the end of a script.
func (s *session) runSQL(ctx context.Context, sql string, at position) error {
	if err := ctx.Err(); err != nil {
		return interrupted{err}
	}
	defer s.conn.SetContext(ctx)()
	start := s.sh.now()
	for sql != "" {
		stmt, tail, err := s.conn.Prepare(sql)
		if err == nil && stmt != nil {
			err = s.runStatement(stmt)
		}
		if err != nil {
			if ctx.Err() != nil {
				return &placedError{at: at, cause: interrupted{err}}
			}
			return &placedError{at: at, text: sql, cause: err}
		}
		at.line += countLines(sql[:len(sql)-len(tail)])
		sql = tail
	}
	if s.timer {
		if err := s.flush(); err != nil {
			return err
		}
		fmt.Fprintf(s.sh.Stderr, "run time: %.3f s\n", s.sh.now().Sub(start).Seconds())
	}
	return nil
}

func (s *session) runStatement(stmt *sqlite.Stmt) (err error) {
	defer func() {
		if closeErr := stmt.Close(); err == nil {
			err = closeErr
		}
	}()
	if err := s.bind(stmt); err != nil {
		return err
	}
	n := stmt.ColumnCount()
	if n == 0 {
		for {
			if row, err := stmt.Step(); err != nil || !row {
				return err
			}
		}
	}
	columns := make([]string, n)
	for i := range columns {
		columns[i] = stmt.ColumnName(i)
	}
	if stmt.Explain() == explainQueryPlan && s.style.format == "table" {
		return writeRows(stmt, columns, &planWriter{w: s.out})
	}
	return writeRows(stmt, columns, s.style.newWriter(s.out))
}

// writeRows steps stmt to its end. Nothing is written before the first step
// went well, so that a statement that fails at once leaves no header.
func writeRows(stmt *sqlite.Stmt, columns []string, w rowWriter) error {
	more, err := stmt.Step()
	if err != nil {
		return err
	}
	if err := w.begin(columns); err != nil {
		return outputError{err}
	}
	row := make([]value, len(columns))
	for more {
		readRow(stmt, row)
		if err := w.row(row); err != nil {
			return outputError{err}
		}
		if more, err = stmt.Step(); err != nil {
			// What was held back goes out, so that the reader sees how far
			// the statement came; the exit code says that it is not all.
			if _, isTable := w.(*tableWriter); isTable {
				err = errors.Join(err, w.end())
			}
			return err
		}
	}
	if err := w.end(); err != nil {
		return outputError{err}
	}
	return nil
}

// outputError is a failure of the reader of our output, not of SQLite.
type outputError struct{ cause error }

func (e outputError) Error() string { return "write output: " + e.cause.Error() }
func (e outputError) Unwrap() error { return e.cause }

// query runs one read-only statement of the shell's own and hands each row to
// each; the values are valid only during the call.
func (s *session) query(ctx context.Context, sql string, args []string, each func(row []value) error) error {
	defer s.conn.SetContext(ctx)()
	stmt, _, err := s.conn.Prepare(sql)
	if err != nil {
		return interruption(ctx, err)
	}
	defer stmt.Close()
	for i, arg := range args {
		if err := stmt.BindText(i+1, arg); err != nil {
			return err
		}
	}
	row := make([]value, stmt.ColumnCount())
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return interruption(ctx, err)
		}
		readRow(stmt, row)
		if err := each(row); err != nil {
			return err
		}
	}
}

func countLines(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] == '\n' {
			n++
		}
	}
	return n
}
