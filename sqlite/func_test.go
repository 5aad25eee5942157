// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func one(t *testing.T, c *sqlite.Conn, sql string) (typ sqlite.Type, text string, err error) {
	t.Helper()
	s, _, err := c.Prepare(sql)
	if err != nil {
		return 0, "", err
	}
	defer s.Close()
	row, err := s.Step()
	if err != nil || !row {
		return 0, "", err
	}
	typ, text = s.ColumnType(0), s.ColumnText(0)
	_, err = s.Step()
	return typ, text, err
}

func TestScalarFunctions(t *testing.T) {
	c := openTest(t, ":memory:")
	register := func(name string, f sqlite.Func) {
		t.Helper()
		if err := c.CreateFunction(name, f, sqlite.Deterministic); err != nil {
			t.Fatal(err)
		}
	}
	register("none", sqlite.Scalar0(func() (sqlite.Value, error) { return sqlite.NullValue(), nil }))
	register("twice", sqlite.Scalar1(func(v int64) (int64, error) { return 2 * v, nil }))
	register("half", sqlite.Scalar1(func(v float64) (float64, error) { return v / 2, nil }))
	register("negate", sqlite.Scalar1(func(v bool) (bool, error) { return !v, nil }))
	register("shout", sqlite.Scalar1(func(v string) (string, error) { return strings.ToUpper(v), nil }))
	register("bytes", sqlite.Scalar1(func(v []byte) ([]byte, error) { return v, nil }))
	register("kept", sqlite.Scalar1(func(v sqlite.Value) (sqlite.Value, error) { return v, nil }))
	register("is_null", sqlite.Scalar1(func(v sqlite.Nullable[int64]) (bool, error) { return !v.Valid, nil }))
	register("repeat", sqlite.Scalar2(func(s string, n int) (string, error) { return strings.Repeat(s, n), nil }))
	register("clamp", sqlite.Scalar3(func(v, lo, hi int64) (int64, error) { return max(lo, min(v, hi)), nil }))
	register("total", sqlite.ScalarN(func(v []int64) (n int64, err error) {
		for _, x := range v {
			n += x
		}
		return n, nil
	}))
	register("types", sqlite.Scalar(-1, func(_ *sqlite.Context, args []sqlite.Arg) (string, error) {
		var all []string
		for _, a := range args {
			all = append(all, a.Type().String())
		}
		return strings.Join(all, " "), nil
	}))
	register("doc", sqlite.Scalar0(func() (sqlite.JSON, error) { return `{"a":1}`, nil }))
	register("nan", sqlite.Scalar1(func(v float64) (float64, error) { return v - v, nil }))
	register("zeros", sqlite.Scalar1(func(n int64) (sqlite.Value, error) { return sqlite.ZeroBlobValue(n), nil }))

	tests := []struct {
		sql  string
		typ  sqlite.Type
		text string
	}{
		{"none()", sqlite.Null, ""},
		{"twice(21)", sqlite.Integer, "42"},
		{"twice('21 apples')", sqlite.Integer, "42"},
		{"twice(NULL)", sqlite.Null, ""},
		{"twice(2.9)", sqlite.Integer, "4"},
		{"twice(4611686018427387904)", sqlite.Integer, "-9223372036854775808"},
		{"half(3)", sqlite.Float, "1.5"},
		{"half('3 apples')", sqlite.Float, "1.5"},
		{"half(x'33')", sqlite.Float, "1.5"},
		{"half('')", sqlite.Float, "0.0"},
		{"half(printf('%0500d', 3))", sqlite.Float, "1.5"},
		{"negate('0.5')", sqlite.Integer, "0"},
		{"negate(0.5)", sqlite.Integer, "0"},
		{"negate('')", sqlite.Integer, "1"},
		{"shout('a' || char(0) || 'b')", sqlite.Text, "A\x00B"},
		{"shout(1.5e300)", sqlite.Text, "1.5E+300"},
		{"shout('')", sqlite.Text, ""},
		{"shout(CAST(x'ff61' AS TEXT))", sqlite.Text, strings.ToUpper("\xff\x61")},
		{"bytes(x'')", sqlite.Blob, ""},
		{"bytes(x'00ff')", sqlite.Blob, "\x00\xff"},
		{"bytes(zeroblob(3))", sqlite.Blob, "\x00\x00\x00"},
		{"bytes(NULL)", sqlite.Null, ""},
		{"kept(1.5)", sqlite.Float, "1.5"},
		{"kept('x')", sqlite.Text, "x"},
		{"kept(NULL)", sqlite.Null, ""},
		{"is_null(NULL)", sqlite.Integer, "1"},
		{"is_null(0)", sqlite.Integer, "0"},
		{"length(repeat('ab', 500000))", sqlite.Integer, "1000000"},
		{"repeat('ab', 2) || repeat('c', 600)", sqlite.Text, "abab" + strings.Repeat("c", 600)},
		{"clamp(7, 1, 5)", sqlite.Integer, "5"},
		{"total()", sqlite.Integer, "0"},
		{"total(1, 2, total(3, 4), 5, 6, 7, 8, 9, 10)", sqlite.Integer, "55"},
		{"types(1, 2.0, 'x', x'00', NULL)", sqlite.Text, "integer real text blob null"},
		{"json_extract(json_array(doc()), '$[0].a')", sqlite.Integer, "1"},
		{"length(zeros(7))", sqlite.Integer, "7"},
	}
	for _, tt := range tests {
		typ, text, err := one(t, c, "SELECT "+tt.sql)
		if typ != tt.typ || text != tt.text || err != nil {
			t.Errorf("%s: %v %.40q, %v", tt.sql, typ, text, err)
		}
	}
	if _, _, err := one(t, c, "SELECT nan(9e999)"); !errors.Is(err, sqlite.ErrMismatch) {
		t.Errorf("NaN: %v", err)
	}
	if _, _, err := one(t, c, "SELECT length(zeros(1 << 40))"); !errors.Is(err, sqlite.ErrTooBig) {
		t.Errorf("zeros of 2^40 bytes: %v", err)
	}
	if _, _, err := one(t, c, "SELECT zeros(-1)"); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("zeros of -1 bytes: %v", err)
	}
	if _, _, err := one(t, c, "SELECT twice(1, 2)"); !errors.Is(err, sqlite.ErrError) {
		t.Errorf("two arguments for one: %v", err)
	}
	if err := c.DeleteFunction("twice", 1); err != nil {
		t.Error(err)
	}
	if _, _, err := one(t, c, "SELECT twice(1)"); err == nil {
		t.Error("a deleted function is called")
	}
}

// panicked reports whether err holds a panic of a test with its stack.
func panicked(err error) bool {
	var p *sqlite.PanicError
	return errors.As(err, &p) && strings.Contains(string(p.Stack), "_test.go")
}

var errMine = errors.New("out of cheese")

func TestFunctionErrors(t *testing.T) {
	c := openTest(t, ":memory:")
	call := func(f func() (int64, error)) error {
		t.Helper()
		if err := c.CreateFunction("f", sqlite.Scalar0(f), 0); err != nil {
			t.Fatal(err)
		}
		_, _, err := one(t, c, "SELECT f()")
		return err
	}
	err := call(func() (int64, error) { return 0, fmt.Errorf("shop: %w", errMine) })
	if !errors.Is(err, errMine) || !errors.Is(err, sqlite.ErrError) || strings.Count(err.Error(), "cheese") != 1 {
		t.Errorf("own error: %v", err)
	}
	err = call(func() (int64, error) { return 0, sqlite.ErrConstraintFunction })
	if !errors.Is(err, sqlite.ErrConstraintFunction) {
		t.Errorf("error code: %v", err)
	}
	err = call(func() (int64, error) { panic("boom") })
	if !panicked(err) || !strings.Contains(err.Error(), "boom") {
		t.Errorf("panic: %v", err)
	}
	err = call(func() (int64, error) { panic(errMine) })
	if !panicked(err) || !errors.Is(err, errMine) {
		t.Errorf("panic with an error: %v", err)
	}
	if err := call(func() (int64, error) { return 1, nil }); err != nil {
		t.Errorf("after the failures: %v", err)
	}
	// An error that is another's is not blamed on the callback.
	exec(t, c, "CREATE TABLE t(a UNIQUE)")
	call(func() (int64, error) { return 0, errMine })
	if err := c.Exec("INSERT INTO t VALUES(1), (1)"); errors.Is(err, errMine) || !errors.Is(err, sqlite.ErrConstraintUnique) {
		t.Errorf("foreign error: %v", err)
	}
}

func TestFunctionsAreDirectOnly(t *testing.T) {
	c := openTest(t, ":memory:")
	f := sqlite.Scalar0(func() (int64, error) { return 1, nil })
	if err := c.CreateFunction("unsafe", f, 0); err != nil {
		t.Fatal(err)
	}
	if err := c.CreateFunction("harmless", f, sqlite.Innocuous); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "CREATE VIEW u AS SELECT unsafe(); CREATE VIEW h AS SELECT harmless()")
	if err := c.Exec("SELECT * FROM u"); err == nil || !strings.Contains(err.Error(), "unsafe use of") {
		t.Errorf("a function that is not innocuous in a view: %v", err)
	}
	if err := c.Exec("SELECT unsafe(), * FROM h"); err != nil {
		t.Error(err)
	}
}

func TestCallbackUsesItsConnection(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE log(x); CREATE TABLE t(x); INSERT INTO t VALUES(1), (2), (3)")
	var outer *sqlite.Stmt
	var refused []error
	err := c.CreateFunction("note", sqlite.Scalar(1, func(k *sqlite.Context, args []sqlite.Arg) (int64, error) {
		s, _, err := k.Conn().Prepare("INSERT INTO log VALUES(?)")
		if err != nil {
			return 0, err
		}
		defer s.Close()
		if err := s.Run([]sqlite.Value{args[0].Value()}); err != nil {
			return 0, err
		}
		_, step := outer.Step()
		refused = []error{step, outer.Reset(), outer.Close(), outer.BindInt64(1, 1), k.Conn().Close()}
		return s.LastInsertRowID(), nil
	}), 0)
	if err != nil {
		t.Fatal(err)
	}
	outer = prepare(t, c, "SELECT x, note(x) FROM t")
	for i := int64(1); i <= 3; i++ {
		if row, err := outer.Step(); !row || err != nil || outer.ColumnInt64(1) != i {
			t.Fatalf("row %d: %v, %v", i, row, err)
		}
		for k, err := range refused {
			if !errors.Is(err, sqlite.ErrMisuse) {
				t.Errorf("use %d of the calling statement or its connection's end: %v", k, err)
			}
		}
		// Not read ahead: the function ran once for each row that was asked for.
		if _, n, _ := one(t, c, "SELECT count(*) FROM log"); n != fmt.Sprint(i) {
			t.Errorf("after %d rows the function ran %s times", i, n)
		}
	}
}

func TestArgumentsEndWithTheirCall(t *testing.T) {
	c := openTest(t, ":memory:")
	var kept []sqlite.Arg
	var k *sqlite.Context
	err := c.CreateFunction("keep", sqlite.Scalar(-1, func(x *sqlite.Context, args []sqlite.Arg) (int64, error) {
		k, kept = x, append(kept, args...)
		return int64(len(args[0].Text())), nil
	}), 0)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, c, "SELECT keep('some text', 1)")
	for _, a := range kept {
		if !a.IsNull() || a.Text() != "" || a.RawBytes() != nil || a.Int64() != 0 {
			t.Errorf("an argument after its call reads %q", a.Text())
		}
	}
	if err := k.SetAuxData(0, 1); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("auxiliary data after the call: %v", err)
	}
}

func TestAuxDataLastsForAStatement(t *testing.T) {
	c := openTest(t, ":memory:")
	made := 0
	err := c.CreateFunction("f", sqlite.Scalar(2, func(k *sqlite.Context, args []sqlite.Arg) (int64, error) {
		v, ok := k.AuxData(0).(string)
		if !ok {
			made++
			v = args[0].Text()
			if err := k.SetAuxData(0, v); err != nil {
				return 0, err
			}
		}
		return int64(len(v)) + args[1].Int64(), nil
	}), sqlite.Deterministic)
	if err != nil {
		t.Fatal(err)
	}
	if _, sum, err := one(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 100) SELECT sum(f('abc', i)) FROM r"); sum != "5350" || err != nil || made != 1 {
		t.Errorf("sum %s, %v, made %d times", sum, err, made)
	}
}

func TestResultOverTheLimit(t *testing.T) {
	c := openTest(t, ":memory:")
	c.Limit(sqlite.LimitLength, 1000)
	check(t, c.CreateFunction("big", sqlite.Scalar1(func(n int) (string, error) { return strings.Repeat("x", n), nil }), 0))
	if _, got, err := one(t, c, "SELECT length(big(1000))"); got != "1000" || err != nil {
		t.Errorf("at the limit: %s, %v", got, err)
	}
	if _, _, err := one(t, c, "SELECT big(1001)"); !errors.Is(err, sqlite.ErrTooBig) {
		t.Errorf("over the limit: %v", err)
	}
}

// TestAnotherGoroutineDuringACallback uses the connection from elsewhere while
// it is open to a callback: that is misuse, found or harmless, and never more.
func TestAnotherGoroutineDuringACallback(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x)")
	check(t, c.CreateFunction("yield", sqlite.Scalar1(func(v int64) (int64, error) {
		runtime.Gosched()
		return v, c.Exec("INSERT INTO t VALUES(1)")
	}), 0))
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				s, _, err := c.Prepare("SELECT count(*), yield(1) FROM t")
				if err == nil {
					_, err = s.Step()
					for s.Close() != nil {
						runtime.Gosched()
					}
				}
				if err != nil && !errors.Is(err, sqlite.ErrMisuse) && !errors.Is(err, sqlite.ErrLocked) {
					t.Error(err)
				}
			}
		}()
	}
	for range 200 {
		err := c.Exec("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 10) SELECT yield(i) FROM r")
		if err != nil && !errors.Is(err, sqlite.ErrMisuse) && !errors.Is(err, sqlite.ErrLocked) {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
	if _, got, err := one(t, c, "PRAGMA integrity_check"); got != "ok" || err != nil {
		t.Errorf("afterwards: %s, %v", got, err)
	}
}
