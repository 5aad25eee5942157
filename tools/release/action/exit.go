// SPDX-License-Identifier: MIT

// Package action holds what every tool that runs inside a build action needs: arguments from a params file, an output
// that appears whole or not at all, and one meaning for the exit codes.
//
// Such a tool reads its declared inputs and its arguments. It reads no clock and no environment.
//
// Exit codes:
//
//	0  done
//	1  failure: a file is missing, malformed or can't be written
//	2  usage: the arguments are wrong
//	3  rejected: a check that guards the output said no
package action

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// The exit codes.
const (
	OK       = 0
	Failure  = 1
	Usage    = 2
	Rejected = 3
)

// A codedError is an error that decides the exit code.
type codedError struct {
	err  error
	code int
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

// UsageError returns an error that ends the tool with exit code Usage.
func UsageError(format string, args ...any) error {
	return &codedError{fmt.Errorf(format, args...), Usage}
}

// Reject marks err as the verdict of a check: the tool ends with exit code Rejected. Reject(nil) is nil.
func Reject(err error) error {
	if err == nil {
		return nil
	}
	return &codedError{err, Rejected}
}

// Code is the exit code that err stands for.
func Code(err error) int {
	var coded *codedError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return OK
	case errors.As(err, &coded):
		return coded.code
	}
	return Failure
}

// visible keeps names from outside, which errors quote, from moving a terminal's cursor.
func visible(r rune) rune {
	if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
		return unicode.ReplacementChar
	}
	return r
}

// Exit prints err to stderr as one line that begins with the tool's name, and returns its exit code.
func Exit(stderr io.Writer, tool string, err error) int {
	code := Code(err)
	if code != OK {
		fmt.Fprintf(stderr, "%s: %s\n", tool, strings.Map(visible, err.Error()))
	}
	if code == Usage {
		fmt.Fprintf(stderr, "%s: run %s --help for the flags\n", tool, tool)
	}
	return code
}
