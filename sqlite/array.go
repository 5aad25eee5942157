// SPDX-License-Identifier: MIT

package sqlite

import (
	"strings"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// BindArray is sqlite3_carray_bind: parameter i becomes a list for the table
// function carray(?), as in
//
//	SELECT * FROM t WHERE id IN carray(?)
//
// The slice is copied. In a [][]byte a nil is NULL; a string must not hold a NUL
// byte, since carray ends texts there.
//
// https://sqlite.org/carray.html
func BindArray[T int64 | float64 | string | []byte](s *Stmt, i int, v []T) error {
	if int64(len(v)) > 1<<31-1 {
		return coded(ErrTooBig, "a list has at most 2^31-1 members")
	}
	switch v := any(v).(type) {
	case []int64:
		return s.bind(func() int { return s.s.BindInt64s(i, v) })
	case []float64:
		for _, f := range v {
			if f != f {
				return errNaN
			}
		}
		return s.bind(func() int { return s.s.BindFloat64s(i, v) })
	case []string:
		return bindTexts(s, i, v)
	case [][]byte:
		return bindBlobs(s, i, v)
	}
	return nil
}

func bindTexts(s *Stmt, i int, v []string) error {
	n := 0
	for _, text := range v {
		n += len(text) + 1
	}
	all, cells := make([]byte, 0, n), make([]capi.Cell, len(v))
	for k, text := range v {
		if strings.IndexByte(text, 0) >= 0 {
			return coded(ErrMismatch, "a text in a list must not hold a NUL byte: bind blobs")
		}
		cells[k] = capi.Cell{V: int64(len(all)), N: int64(len(text))<<4 | capi.Text}
		all = append(append(all, text...), 0)
	}
	return s.bind(func() int { return s.s.BindTexts(i, false, cells, all) })
}

func bindBlobs(s *Stmt, i int, v [][]byte) error {
	n := 0
	for _, b := range v {
		n += len(b)
	}
	all, cells := make([]byte, 0, n), make([]capi.Cell, len(v))
	for k, b := range v {
		if int64(len(b)) > 1<<31-1 {
			return coded(ErrTooBig, "a blob in a list has at most 2 GiB")
		}
		cells[k] = capi.Cell{V: int64(len(all)), N: int64(len(b))<<4 | capi.Blob}
		if b == nil {
			cells[k].N = capi.Null
		}
		all = append(all, b...)
	}
	return s.bind(func() int { return s.s.BindTexts(i, true, cells, all) })
}
