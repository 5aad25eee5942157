// SPDX-License-Identifier: MIT

package sqlite

import "math"

// BindCount is sqlite3_bind_parameter_count: the largest parameter index.
//
// https://sqlite.org/c3ref/bind_parameter_count.html
func (s *Stmt) BindCount() int {
	if s.s == nil {
		return 0
	}
	return s.s.BindCount()
}

// BindName is sqlite3_bind_parameter_name with its first character, such as
// ":id"; "" for a parameter without a name.
//
// https://sqlite.org/c3ref/bind_parameter_name.html
func (s *Stmt) BindName(i int) string {
	if s.enter() != nil {
		return ""
	}
	defer s.conn.leave()
	return s.s.BindName(i)
}

// BindIndex is sqlite3_bind_parameter_index; name has its first character. It
// is 0 when there is no such parameter.
//
// https://sqlite.org/c3ref/bind_parameter_index.html
func (s *Stmt) BindIndex(name string) int {
	if s.enter() != nil {
		return 0
	}
	defer s.conn.leave()
	return s.s.BindIndex(name)
}

// bind runs one bind call. A statement in the middle of a run is reset first,
// as SQLite demands.
func (s *Stmt) bind(call func() int) error {
	if s.active || s.nrow > 0 {
		if err := s.Reset(); err != nil {
			return err
		}
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.conn.leave()
	if rc := call(); rc != 0 {
		return s.conn.fail(rc, s.sql)
	}
	return nil
}

// BindNull is sqlite3_bind_null. As all Bind methods it counts parameters from
// 1, resets a statement that is in the middle of a run, and copies its value.
//
// https://sqlite.org/c3ref/bind_blob.html
func (s *Stmt) BindNull(i int) error {
	return s.bind(func() int { return s.s.BindNull(i) })
}

// BindInt64 is sqlite3_bind_int64.
//
// https://sqlite.org/c3ref/bind_blob.html
func (s *Stmt) BindInt64(i int, v int64) error {
	return s.bind(func() int { return s.s.BindInt64(i, v) })
}

// BindFloat64 is sqlite3_bind_double. NaN, which SQLite would store as NULL, is
// an error.
//
// https://sqlite.org/c3ref/bind_blob.html
func (s *Stmt) BindFloat64(i int, v float64) error {
	if math.IsNaN(v) {
		return errNaN
	}
	return s.bind(func() int { return s.s.BindFloat64(i, v) })
}

// BindText is sqlite3_bind_text64.
//
// https://sqlite.org/c3ref/bind_blob.html
func (s *Stmt) BindText(i int, v string) error {
	if len(v) > mostLength {
		return errLength
	}
	return s.bind(func() int { return s.s.BindText(i, v) })
}

// BindBlob is sqlite3_bind_blob64; nil is NULL, an empty slice an empty blob.
//
// https://sqlite.org/c3ref/bind_blob.html
func (s *Stmt) BindBlob(i int, v []byte) error {
	if v == nil {
		return s.BindNull(i)
	}
	if len(v) > mostLength {
		return errLength
	}
	return s.bind(func() int { return s.s.BindBlob(i, v) })
}

// BindZeroBlob is sqlite3_bind_zeroblob64.
//
// https://sqlite.org/c3ref/bind_blob.html
func (s *Stmt) BindZeroBlob(i int, n int64) error {
	if n < 0 {
		return errNegative
	}
	return s.bind(func() int { return s.s.BindZeroBlob(i, n) })
}

// BindValue binds any Value.
//
// https://sqlite.org/c3ref/bind_blob.html
func (s *Stmt) BindValue(i int, v Value) error { return v.bindTo(s, i) }

// ClearBindings sets every parameter to NULL. It does so one by one, since
// sqlite3_clear_bindings makes many statements compile again.
//
// https://sqlite.org/c3ref/clear_bindings.html
func (s *Stmt) ClearBindings() error {
	return s.bind(func() int { return s.s.Clear() })
}
