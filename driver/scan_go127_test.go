// SPDX-License-Identifier: MIT

//go:build go1.27

package driver_test

import (
	"database/sql"
	"testing"
	"time"
)

// A pointer to nothing is an error for every kind of value, and leaves no lock behind.
func TestScanIntoNil(t *testing.T) {
	db := open(t, ":memory:")
	for _, value := range []string{"1", "1.5", "'x'", "x'00'", "NULL"} {
		for _, dest := range []any{(*string)(nil), (*int64)(nil), (*int)(nil), (*int32)(nil), (*float64)(nil), (*bool)(nil), (*[]byte)(nil), (*any)(nil),
			(*sql.NullString)(nil), (*sql.NullInt64)(nil), (*sql.NullInt32)(nil), (*sql.NullFloat64)(nil), (*sql.NullBool)(nil)} {
			done := make(chan error, 1)
			go func() { done <- db.QueryRow("SELECT " + value).Scan(dest) }()
			select {
			case err := <-done:
				if err == nil {
					t.Errorf("%s into %T: no error", value, dest)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("%s into %T hangs", value, dest)
			}
		}
	}
}
