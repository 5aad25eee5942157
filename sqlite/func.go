// SPDX-License-Identifier: MIT

package sqlite

import (
	"strings"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// FunctionFlags tell SQLite what a function promises.
//
// https://sqlite.org/c3ref/c_deterministic.html
type FunctionFlags int

// Flags of [Conn.CreateFunction].
const (
	// Deterministic is SQLITE_DETERMINISTIC: equal arguments give equal results
	// within a statement, and nobody notices how often the function ran. It may
	// then stand in an index and rows are read ahead as without it.
	Deterministic FunctionFlags = 0x800
	// Innocuous is SQLITE_INNOCUOUS: no harm comes of calling it with whatever
	// arguments, so that triggers, views and indexes may call it, even those in
	// the schema of a foreign file. Without it a function is
	// SQLITE_DIRECTONLY: only the program's own SQL may call it.
	Innocuous FunctionFlags = 0x200000
)

// directOnly is SQLITE_DIRECTONLY.
const directOnly FunctionFlags = 0x80000

// flags in C: DIRECTONLY unless the function says that it is harmless.
func (f FunctionFlags) c() int {
	if f&Innocuous == 0 {
		f |= directOnly
	}
	return int(f)
}

// Func is a function for SQL, made by [Scalar1] and its like for a fixed number
// of typed arguments, [ScalarN] or [Scalar] for any number, [Aggregate1] and
// [Window1] and their like.
type Func struct {
	nargs  int
	kind   int
	result int                                 // extra flags
	scalar func(k *Context, cells []capi.Cell) // sets the result
	group  func(c *Conn) capi.AggregateFunc
}

// CreateFunction is sqlite3_create_function_v2, or for a [Window1] function
// sqlite3_create_window_function. It replaces a function of the same name and
// number of arguments.
//
// An error that the function returns is the statement's: its text is the
// message, and errors.Is finds it in the error of Step. A panic becomes an
// error that holds a [PanicError]. A function that calls runtime.Goexit, as
// t.FailNow does, ends its goroutine in the middle of SQLite's work: the
// connection is lost, each later call on it is an error that matches ErrAbort,
// and Close gives back its files and locks as the end of the process would.
//
// A statement that calls a function which is not Deterministic reads no rows
// ahead, so that the function runs when its row is asked for.
//
// https://sqlite.org/c3ref/create_function.html
func (c *Conn) CreateFunction(name string, f Func, flags FunctionFlags) error {
	if err := checkName(name); err != nil {
		return err
	}
	if f.scalar == nil && f.group == nil {
		return misuse("create function " + name + ": the Func is empty")
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	var v any
	if f.scalar != nil {
		v = &scalarFunc{c, f.scalar, registered{c, false}}
	} else {
		v = &groupFunc{f.group(c), registered{c, false}}
	}
	if rc := c.c.CreateFunction(name, f.nargs, flags.c()|f.result, f.kind, c.hosted().Add(v)); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}

// DeleteFunction takes away what CreateFunction made; nargs is -1 for a function
// of any number of arguments.
//
// https://sqlite.org/c3ref/create_function.html
func (c *Conn) DeleteFunction(name string, nargs int) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if rc := c.c.DeleteFunction(name, nargs); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}

func checkName(name string) error {
	if name == "" || strings.IndexByte(name, 0) >= 0 {
		return misuse("a name must not be empty nor hold a NUL byte")
	}
	return nil
}

// registered counts callbacks that forbid reading ahead.
type registered struct {
	c       *Conn
	effects bool
}

// Dropped is called when SQLite lets go of the function.
func (r registered) Dropped() {
	if r.effects {
		r.c.effects--
	}
}

type scalarFunc struct {
	c    *Conn
	call func(k *Context, cells []capi.Cell)
	registered
}

// Call is called by C.
func (f *scalarFunc) Call(ctx capi.Context, args []capi.Cell) {
	k := f.c.context(ctx)
	f.call(k, args)
	k.ctx = 0
}

type groupFunc struct {
	capi.AggregateFunc
	registered
}

// context is what the next callback will have.
func (c *Conn) context(ctx capi.Context) *Context {
	d := int(c.depth.Load())
	if len(c.contexts) <= d {
		c.contexts = append(c.contexts, &Context{conn: c})
	}
	k := c.contexts[d]
	k.ctx = ctx
	return k
}

// fail makes the callback at hand fail with err.
func (k *Context) fail(err error) {
	code, msg := k.conn.throw(err)
	k.conn.c.ResultError(int(code), msg)
}
