// SPDX-License-Identifier: MIT

package sqlite

import (
	"sync/atomic"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Scalar1 makes a scalar function of one argument. As for all functions with
// typed arguments, values are converted by SQLite's rules, and when an argument
// is NULL the function is not called and the result is NULL, unless the type is
// one that can say so: [Nullable], Arg, or Value.
//
// https://sqlite.org/c3ref/create_function.html
func Scalar1[A Argument, R Result](f func(A) (R, error)) Func {
	a, r := argument[A](), result[R]()
	return Func{nargs: 1, kind: capi.Scalar, result: r.flags, scalar: func(k *Context, cells []capi.Cell) {
		if a.refuses(&cells[0]) {
			k.null()
			return
		}
		v, err := call1(k, f, a.read(k, &cells[0]))
		give(k, r, v, err)
	}}
}

func call1[A, R any](k *Context, f func(A) (R, error), a A) (r R, err error) {
	k.conn.lend()
	defer k.shut(&err)
	r, err = f(a)
	k.done = true
	return r, err
}

// Scalar0 makes a scalar function without arguments; see [Scalar1].
//
// https://sqlite.org/c3ref/create_function.html
func Scalar0[R Result](f func() (R, error)) Func {
	r := result[R]()
	return Func{nargs: 0, kind: capi.Scalar, result: r.flags, scalar: func(k *Context, _ []capi.Cell) {
		v, err := call0(k, f)
		give(k, r, v, err)
	}}
}

func call0[R any](k *Context, f func() (R, error)) (r R, err error) {
	k.conn.lend()
	defer k.shut(&err)
	r, err = f()
	k.done = true
	return r, err
}

// Scalar2 makes a scalar function of two arguments; see [Scalar1].
//
// https://sqlite.org/c3ref/create_function.html
func Scalar2[A, B Argument, R Result](f func(A, B) (R, error)) Func {
	a, b, r := argument[A](), argument[B](), result[R]()
	return Func{nargs: 2, kind: capi.Scalar, result: r.flags, scalar: func(k *Context, cells []capi.Cell) {
		if a.refuses(&cells[0]) || b.refuses(&cells[1]) {
			k.null()
			return
		}
		v, err := call2(k, f, a.read(k, &cells[0]), b.read(k, &cells[1]))
		give(k, r, v, err)
	}}
}

func call2[A, B, R any](k *Context, f func(A, B) (R, error), a A, b B) (r R, err error) {
	k.conn.lend()
	defer k.shut(&err)
	r, err = f(a, b)
	k.done = true
	return r, err
}

// Scalar3 makes a scalar function of three arguments; see [Scalar1].
//
// https://sqlite.org/c3ref/create_function.html
func Scalar3[A, B, C Argument, R Result](f func(A, B, C) (R, error)) Func {
	a, b, c, r := argument[A](), argument[B](), argument[C](), result[R]()
	return Func{nargs: 3, kind: capi.Scalar, result: r.flags, scalar: func(k *Context, cells []capi.Cell) {
		if a.refuses(&cells[0]) || b.refuses(&cells[1]) || c.refuses(&cells[2]) {
			k.null()
			return
		}
		v, err := call3(k, f, a.read(k, &cells[0]), b.read(k, &cells[1]), c.read(k, &cells[2]))
		give(k, r, v, err)
	}}
}

func call3[A, B, C, R any](k *Context, f func(A, B, C) (R, error), a A, b B, c C) (r R, err error) {
	k.conn.lend()
	defer k.shut(&err)
	r, err = f(a, b, c)
	k.done = true
	return r, err
}

// ScalarN makes a scalar function of any number of arguments of one type; see
// [Scalar1]. The slice is used again by the next call.
//
// https://sqlite.org/c3ref/create_function.html
func ScalarN[A Argument, R Result](f func([]A) (R, error)) Func {
	a, r := argument[A](), result[R]()
	var spare atomic.Pointer[[]A]
	return Func{nargs: -1, kind: capi.Scalar, result: r.flags, scalar: func(k *Context, cells []capi.Cell) {
		// A nested call, or one of another connection, finds nothing and makes its own.
		args := spare.Swap(nil)
		if args == nil {
			args = new([]A)
		}
		defer spare.Store(args)
		mine := (*args)[:0]
		for i := range cells {
			if a.refuses(&cells[i]) {
				k.null()
				return
			}
			mine = append(mine, a.read(k, &cells[i]))
		}
		v, err := call1(k, f, mine)
		clear(mine)
		*args = mine
		give(k, r, v, err)
	}}
}

// Scalar makes a scalar function of nargs arguments of any type, any number
// when nargs is -1. It sees NULLs, and has the [Context]: the connection and
// auxiliary data.
//
// https://sqlite.org/c3ref/create_function.html
func Scalar[R Result](nargs int, f func(k *Context, args []Arg) (R, error)) Func {
	r := result[R]()
	return Func{nargs: nargs, kind: capi.Scalar, result: r.flags, scalar: func(k *Context, cells []capi.Cell) {
		v, err := call2(k, f, k, k.view(cells))
		give(k, r, v, err)
	}}
}

func (k *Context) null() { k.conn.c.Result(capi.Cell{N: capi.Null}, 0) }

// give sets the result of the callback at hand.
func give[R any](k *Context, r resultType[R], v R, err error) {
	if err != nil {
		k.fail(err)
		return
	}
	if err := r.write(k.conn.c, v); err != nil {
		k.fail(err)
	}
}
