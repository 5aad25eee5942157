// SPDX-License-Identifier: MIT

package sqlite

import (
	"strconv"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// ErrorCode is a result code of SQLite, primary (below 256) or extended. It is
// an error, so that errors.Is(err, sqlite.ErrBusy) works: a primary code
// matches all its extended ones, an extended code matches itself.
//
// https://sqlite.org/rescode.html
type ErrorCode int

// Primary gives the code without its extension.
//
// https://sqlite.org/rescode.html
func (c ErrorCode) Primary() ErrorCode { return c & 0xff }

// String is the name in C, such as SQLITE_BUSY_SNAPSHOT.
func (c ErrorCode) String() string {
	if name, ok := codeNames[c]; ok {
		return name
	}
	return "SQLITE(" + strconv.Itoa(int(c)) + ")"
}

// Error is sqlite3_errstr with the code's name:
// https://sqlite.org/c3ref/errcode.html
func (c ErrorCode) Error() string {
	return "sqlite: " + capi.ErrStr(int(c)) + " (" + c.String() + ")"
}

// Is reports whether target is this code or its primary one.
func (c ErrorCode) Is(target error) bool {
	t, ok := target.(ErrorCode)
	return ok && (t == c || t == c.Primary())
}

// Error is what SQLite said about a failed call. Match its code with
// errors.Is(err, ErrConstraintUnique), read its fields with errors.As.
type Error struct {
	Code    ErrorCode // extended result code
	Message string    // sqlite3_errmsg
	SQL     string    // the statement's text, "" when there is none
	Offset  int       // byte in SQL that the error is about, -1 when unknown

	cause error // of the context that ended the statement, or of a callback
}

// Error gives message and code. The SQL is left out: it may hold secrets.
func (e *Error) Error() string {
	s := "sqlite: " + e.Message + " (" + e.Code.String()
	if e.Offset >= 0 {
		s += " at byte " + strconv.Itoa(e.Offset)
	}
	s += ")"
	if e.cause != nil && e.cause.Error() != e.Message {
		s += ": " + e.cause.Error()
	}
	return s
}

// Is matches the code, primary or extended.
func (e *Error) Is(target error) bool { return e.Code.Is(target) }

// Unwrap gives the context's error when a context ended the statement, and the
// callback's when that made it fail.
func (e *Error) Unwrap() error { return e.cause }

// misuse is an error that the Go layer finds by itself.
func misuse(message string) *Error {
	return &Error{Code: ErrMisuse, Message: message, Offset: -1}
}

func coded(code ErrorCode, message string) *Error {
	return &Error{Code: code, Message: message, Offset: -1}
}

// fail makes an error of a code that a call on c has just returned.
func (c *Conn) fail(rc int, sql string) error {
	msg, offset := c.c.LastError()
	if msg == "" {
		msg = capi.ErrStr(rc)
	}
	e := &Error{Code: ErrorCode(rc), Message: msg, SQL: sql, Offset: offset}
	if offset >= len(sql) {
		e.Offset = -1
	}
	if p := e.Code.Primary(); c.blame(e) || p != ErrInterrupt && p != ErrBusy {
		return e
	}
	cause := c.contextErr()
	if cause == nil {
		return e
	}
	switch e.Code.Primary() {
	case ErrInterrupt:
		e.cause = cause
	case ErrBusy:
		e.Code, e.Message, e.cause = ErrInterrupt, "interrupted while waiting for a lock", cause
	}
	return e
}
