// SPDX-License-Identifier: MIT

package sqlite

import "iter"

// All runs the statement and gives its rows: the statement itself, at each row.
// With args it binds them first, as [Stmt.Query] does. An error ends the rows and
// comes with a nil statement. Leaving the loop early resets the statement.
//
//	for row, err := range stmt.All(sqlite.Int64Value(10)) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(row.ColumnText(0))
//	}
//
// https://sqlite.org/c3ref/step.html
func (s *Stmt) All(args ...Value) iter.Seq2[*Stmt, error] {
	return func(yield func(*Stmt, error) bool) {
		if err := s.Query(args); err != nil {
			yield(nil, err)
			return
		}
		defer s.Reset()
		for {
			row, err := s.Step()
			if err != nil {
				yield(nil, err)
				return
			}
			if !row || !yield(s, nil) {
				return
			}
		}
	}
}

// Query prepares sql, which must be one statement, and gives its rows as
// [Stmt.All] does. The statement is closed at the end of the loop.
//
// https://sqlite.org/c3ref/step.html
func (c *Conn) Query(sql string, args ...Value) iter.Seq2[*Stmt, error] {
	return func(yield func(*Stmt, error) bool) {
		s, tail, err := c.Prepare(sql)
		if err == nil && s == nil {
			err = misuse("there is no statement in the text")
		}
		if err != nil {
			yield(nil, err)
			return
		}
		defer s.Close()
		if more, _, err := c.Prepare(tail); err != nil || more != nil {
			if err == nil {
				err = misuse("more than one statement: run each by itself")
				_ = more.Close()
			}
			yield(nil, err)
			return
		}
		s.All(args...)(yield)
	}
}
