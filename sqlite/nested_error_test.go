// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

// A callback's error belongs to the call that ran the callback, also when a later callback of that call has errors of its own.
func TestNestedCallsLeaveTheOuterError(t *testing.T) {
	c := openTest(t, ":memory:")
	first := errors.New("the first comparison")
	var compared int
	var nested []error
	check(t, c.CreateCollation("once", func(a, b sqlite.RawBytes) int {
		if compared++; compared == 1 {
			panic(first)
		}
		nested = append(nested, c.Exec("SELECT nonsense"))
		return len(a) - len(b)
	}))
	exec(t, c, "CREATE TABLE t(x); INSERT INTO t VALUES('ccc'), ('a'), ('bb'), ('dddd')")
	err := c.Exec("SELECT x FROM t ORDER BY x COLLATE once")
	var p *sqlite.PanicError
	if !errors.As(err, &p) || !errors.Is(err, first) {
		t.Errorf("the call that ran the callbacks: %v", err)
	}
	if len(nested) == 0 {
		t.Fatal("no callback ran after the first: nothing was tried")
	}
	for _, e := range nested {
		if e == nil || errors.Is(e, first) {
			t.Errorf("a call in a later callback: %v", e)
		}
	}
}

// What a nested call lost has nothing to do with the outer one.
func TestNestedErrorsStayInside(t *testing.T) {
	c := openTest(t, ":memory:")
	inner := errors.New("inside")
	check(t, c.CreateFunction("fails", sqlite.Scalar0(func() (int64, error) { return 0, inner }), 0))
	check(t, c.CreateFunction("calls", sqlite.Scalar0(func() (int64, error) {
		if err := c.Exec("SELECT fails()"); !errors.Is(err, inner) {
			t.Errorf("the nested call: %v", err)
		}
		return 1, nil
	}), 0))
	if err := c.Exec("SELECT calls()"); err != nil {
		t.Errorf("the outer call: %v", err)
	}
}

// An error whose code is that of success is an error all the same, and what it says is no result.
func TestErrorWithoutACode(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x)")
	for _, err := range []error{&sqlite.Error{Message: "bad"}, sqlite.ErrorCode(0)} {
		check(t, c.CreateFunction("f", sqlite.Scalar0(func() (string, error) { return "", err }), 0))
		if got := c.Exec("INSERT INTO t VALUES(f())"); !errors.Is(got, sqlite.ErrError) {
			t.Errorf("%#v: %v", err, got)
		}
	}
	if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "0" || err != nil {
		t.Errorf("%s rows, %v", n, err)
	}
}
