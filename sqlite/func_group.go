// SPDX-License-Identifier: MIT

package sqlite

import "github.com/gosqlite/gosqlite/internal/capi"

// Aggregate1 makes an aggregate function of one argument. Each group begins
// with a zero S; step takes a row into it, and value gives the result, also of a
// group without rows. Arguments are as for [Scalar1]; a row whose argument is
// NULL is left out, as sum() does, unless the type can say so.
//
// https://sqlite.org/c3ref/create_function.html
func Aggregate1[S any, A Argument, R Result](step func(*S, A) error, value func(*S) (R, error)) Func {
	return group1(capi.Aggregate, step, nil, value)
}

// Window1 makes an aggregate function of one argument that can also run over a
// window: inverse takes the oldest row, which step had taken in, out again, and
// value may be asked for more than once.
//
// https://sqlite.org/windowfunctions.html#udfwinfunc
func Window1[S any, A Argument, R Result](step, inverse func(*S, A) error, value func(*S) (R, error)) Func {
	return group1(capi.Window, step, inverse, value)
}

func group1[S any, A Argument, R Result](kind int, step, inverse func(*S, A) error, value func(*S) (R, error)) Func {
	a, r := argument[A](), result[R]()
	take := func(f func(*S, A) error) func(k *Context, s *S, cells []capi.Cell) error {
		return func(k *Context, s *S, cells []capi.Cell) error {
			if a.refuses(&cells[0]) {
				return nil
			}
			return row1(k, f, s, a.read(k, &cells[0]))
		}
	}
	return group(1, kind, take(step), take(inverse), value, r)
}

func row1[S, A any](k *Context, f func(*S, A) error, s *S, a A) (err error) {
	k.conn.lend()
	defer k.shut(&err)
	err = f(s, a)
	k.done = true
	return err
}

// Aggregate2 makes an aggregate function of two arguments; see [Aggregate1].
//
// https://sqlite.org/c3ref/create_function.html
func Aggregate2[S any, A, B Argument, R Result](step func(*S, A, B) error, value func(*S) (R, error)) Func {
	return group2(capi.Aggregate, step, nil, value)
}

// Window2 makes a window function of two arguments; see [Window1].
//
// https://sqlite.org/windowfunctions.html#udfwinfunc
func Window2[S any, A, B Argument, R Result](step, inverse func(*S, A, B) error, value func(*S) (R, error)) Func {
	return group2(capi.Window, step, inverse, value)
}

func group2[S any, A, B Argument, R Result](kind int, step, inverse func(*S, A, B) error, value func(*S) (R, error)) Func {
	a, b, r := argument[A](), argument[B](), result[R]()
	take := func(f func(*S, A, B) error) func(k *Context, s *S, cells []capi.Cell) error {
		return func(k *Context, s *S, cells []capi.Cell) error {
			if a.refuses(&cells[0]) || b.refuses(&cells[1]) {
				return nil
			}
			return row2(k, f, s, a.read(k, &cells[0]), b.read(k, &cells[1]))
		}
	}
	return group(2, kind, take(step), take(inverse), value, r)
}

func row2[S, A, B any](k *Context, f func(*S, A, B) error, s *S, a A, b B) (err error) {
	k.conn.lend()
	defer k.shut(&err)
	err = f(s, a, b)
	k.done = true
	return err
}

// AggregateN makes an aggregate function of nargs arguments of any type, any
// number when nargs is -1. It sees NULLs.
//
// https://sqlite.org/c3ref/create_function.html
func AggregateN[S any, R Result](nargs int, step func(s *S, k *Context, args []Arg) error, value func(*S) (R, error)) Func {
	return groupN(capi.Aggregate, nargs, step, nil, value)
}

// WindowN makes a window function of nargs arguments of any type, any number
// when nargs is -1. It sees NULLs.
//
// https://sqlite.org/windowfunctions.html#udfwinfunc
func WindowN[S any, R Result](nargs int, step, inverse func(s *S, k *Context, args []Arg) error, value func(*S) (R, error)) Func {
	return groupN(capi.Window, nargs, step, inverse, value)
}

func groupN[S any, R Result](kind, nargs int, step, inverse func(*S, *Context, []Arg) error, value func(*S) (R, error)) Func {
	take := func(f func(*S, *Context, []Arg) error) func(k *Context, s *S, cells []capi.Cell) error {
		return func(k *Context, s *S, cells []capi.Cell) error {
			return row2(k, f, s, k, k.view(cells))
		}
	}
	return group(nargs, kind, take(step), take(inverse), value, result[R]())
}

func group[S, R any](nargs, kind int, step, inverse func(*Context, *S, []capi.Cell) error, value func(*S) (R, error), r resultType[R]) Func {
	return Func{nargs: nargs, kind: kind, result: r.flags, group: func(c *Conn) capi.AggregateFunc {
		return &aggregate[S, R]{c: c, step: step, inverse: inverse, value: value, result: r}
	}}
}

// aggregate keeps the states of its groups, which C names by index + 1.
type aggregate[S, R any] struct {
	c             *Conn
	step, inverse func(*Context, *S, []capi.Cell) error
	value         func(*S) (R, error)
	result        resultType[R]
	states        []*S
	free          []int64
}

// Step is called by C.
func (a *aggregate[S, R]) Step(ctx capi.Context, state int64, args []capi.Cell) int64 {
	if state == 0 {
		state = a.start()
	}
	a.row(ctx, a.step, state, args)
	return state
}

// Inverse is called by C.
func (a *aggregate[S, R]) Inverse(ctx capi.Context, state int64, args []capi.Cell) {
	if state == 0 {
		// SQLite takes out only what it has put in.
		a.c.c.ResultError(int(ErrInternal), "a row leaves a window that it has not entered")
		return
	}
	a.row(ctx, a.inverse, state, args)
}

func (a *aggregate[S, R]) row(ctx capi.Context, f func(*Context, *S, []capi.Cell) error, state int64, args []capi.Cell) {
	k := a.c.context(ctx)
	err := f(k, a.states[state-1], args)
	k.ctx = 0
	if err != nil {
		k.fail(err)
		return
	}
	a.c.c.ResultNothing()
}

func (a *aggregate[S, R]) start() int64 {
	s := new(S)
	if n := len(a.free); n > 0 {
		state := a.free[n-1]
		a.free = a.free[:n-1]
		a.states[state-1] = s
		return state
	}
	a.states = append(a.states, s)
	return int64(len(a.states))
}

// Value is called by C. The last call for a group comes also when its
// statement failed.
func (a *aggregate[S, R]) Value(ctx capi.Context, state int64, last bool) {
	var s *S
	if state == 0 {
		s = new(S)
	} else {
		s = a.states[state-1]
		if last {
			a.states[state-1] = nil
			a.free = append(a.free, state)
		}
	}
	before := a.c.failure
	k := a.c.context(ctx)
	v, err := call1(k, a.value, s)
	k.ctx = 0
	give(k, a.result, v, err)
	if before.thrown != nil {
		a.c.failure = before // what failed first is what the statement says
	}
}
