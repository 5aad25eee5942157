// SPDX-License-Identifier: MIT

package sqlite3

import (
	"context"
	"errors"
	"syscall"

	"github.com/gosqlite/gosqlite/sqlite"
)

// ErrNo is a primary result code.
type ErrNo int

// ErrNoExtended is an extended result code.
type ErrNoExtended int

// Error is what SQLite said, by value, as the other driver returns it.
type Error struct {
	Code         ErrNo
	ExtendedCode ErrNoExtended
	SystemErrno  syscall.Errno // never set: SQLite's message says what matters

	message string
	cause   error
}

// Error is SQLite's message alone.
func (e Error) Error() string {
	if e.message != "" {
		return e.message
	}
	return e.Code.Error()
}

// Unwrap leads to the *sqlite.Error with offset, SQL and advice.
func (e Error) Unwrap() error { return e.cause }

// Is matches a code of this package.
func (e Error) Is(target error) bool {
	switch t := target.(type) {
	case ErrNo:
		return t == e.Code
	case ErrNoExtended:
		return t == e.ExtendedCode
	}
	return false
}

// Error is SQLite's description of the code.
func (c ErrNo) Error() string { return sqlite.ErrorCode(c).Error() }

// Error is SQLite's description of the code.
func (c ErrNoExtended) Error() string { return sqlite.ErrorCode(c).Error() }

// Extend makes an extended code.
func (c ErrNo) Extend(by int) ErrNoExtended { return ErrNoExtended(int(c) | by<<8) }

// mapError makes an Error of whatever comes from SQLite. The end of a context
// is the context's own error, as the other driver returns it.
func mapError(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	for _, ended := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, ended) {
			return ended
		}
	}
	return Error{
		Code: ErrNo(e.Code.Primary()), ExtendedCode: ErrNoExtended(e.Code),
		message: e.Message, cause: err,
	}
}
