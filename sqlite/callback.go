// SPDX-License-Identifier: MIT

package sqlite

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// callbacks is what a connection keeps for functions and hooks in Go.
//
// While one runs, the connection is open for it: C waits in the callback, so a
// nested call is as good as a call between two. What it must not touch is
// marked: the statement that runs, and the connection's end. Another goroutine
// that slips in has to leave before the callback may return into C.
type callbacks struct {
	host      *capi.Host   // nil before the first callback is registered
	hooks     hooks        // what SetCommitHook and the like were given
	contexts  []*Context   // one for each depth
	depth     atomic.Int32 // callbacks under way; written by who holds busy
	returning atomic.Int32 // callbacks that wait for others to leave
	sessions  int          // open sessions: they use the place of the preupdate hook
	effects   int          // callbacks that a program may see run: no reading ahead
	failure
	lost bool // a callback took its goroutine, and SQLite's frames, away
}

// failure is what the last callback of the call at hand failed with, until it is reported.
type failure struct {
	thrown error
	silent bool // C does not know the text of thrown
}

var errConnLost = &Error{Code: ErrAbort, Message: "connection is lost: a callback ended its goroutine (runtime.Goexit) in the middle of a call", Offset: -1}

// PanicError is what a panic in a callback becomes; errors.As finds it in the
// error of the call that ran the callback.
type PanicError struct {
	Value any    // what the callback panicked with
	Stack []byte // debug.Stack at that time
}

// Error gives the value without the stack.
func (p *PanicError) Error() string { return fmt.Sprint("callback panicked: ", p.Value) }

// Unwrap gives the value when it is an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// hosted makes the connection's table when it is first needed; the caller holds
// the connection.
func (c *Conn) hosted() *capi.Host {
	if c.host == nil {
		c.host = c.c.NewHost()
		c.c.GuardCommit()
		c.handles.callback = true
	}
	return c.host
}

// lend opens the connection to a callback; shut closes it again.
func (c *Conn) lend() *Context {
	k := c.push()
	c.busy.Store(false)
	return k
}

// keep runs a callback that must not use the connection: each try is an error.
func (c *Conn) keep() *Context {
	k := c.push()
	k.kept = true
	return k
}

func (c *Conn) push() *Context {
	d := int(c.depth.Add(1))
	if len(c.contexts) < d {
		c.contexts = append(c.contexts, &Context{conn: c})
	}
	k := c.contexts[d-1]
	k.done, k.kept = false, false
	// Calls in this callback have errors of their own, and do not take what an earlier callback of the call outside threw.
	k.outer, c.failure = c.failure, failure{}
	return k
}

// shut runs deferred after the callback and turns what went wrong into *err.
func (k *Context) shut(err *error) {
	c := k.conn
	left := false
	if !k.done {
		if v := recover(); v != nil {
			*err = &PanicError{v, debug.Stack()}
		} else {
			left = true
		}
	}
	if !k.kept {
		k.claim()
	}
	c.lost = c.lost || left
	c.failure, k.outer = k.outer, failure{}
	k.generation++
	c.depth.Add(-1)
}

// claim takes the connection back. What entered during the callback has left,
// unless another goroutine misuses the connection: then nobody enters any more
// until that one is out.
func (k *Context) claim() {
	if k.tryClaim() {
		return
	}
	c := k.conn
	c.returning.Add(1)
	defer c.returning.Add(-1)
	for try := 0; !k.tryClaim(); try++ {
		if try < 100 {
			runtime.Gosched()
		} else {
			time.Sleep(100 * time.Microsecond)
		}
	}
}

func (k *Context) tryClaim() bool {
	c := k.conn
	if !c.busy.CompareAndSwap(false, true) {
		return false
	}
	if c.contexts[c.depth.Load()-1] == k {
		return true
	}
	c.busy.Store(false)
	return false
}

// throw keeps a callback's error for the call that it makes fail.
func (c *Conn) throw(err error) (code ErrorCode, msg string) {
	c.thrown, c.silent = err, false
	return codeOf(err), err.Error()
}

// throwSilent is throw for a callback that gives C a code and no text.
func (c *Conn) throwSilent(err error) ErrorCode {
	c.thrown, c.silent = err, true
	return codeOf(err)
}

// codeOf is the result code that stands for an error of a callback, never that
// of success.
func codeOf(err error) ErrorCode {
	var e *Error
	var code ErrorCode
	switch {
	case errors.As(err, &e) && e.Code != 0:
		return e.Code
	case errors.As(err, &code) && code != 0:
		return code
	}
	return ErrError
}

// abort ends the running statement for a callback that has no way to tell C of
// its error.
func (c *Conn) abort(err error) {
	c.throwSilent(err)
	// SQLite looks at an interrupt now and then, which the last row can come after.
	c.c.SetAborted(true)
	c.stray.Store(true)
	if !c.mu.TryLock() {
		return // whoever has it interrupts or closes the connection
	}
	defer c.mu.Unlock()
	if c.gone() {
		return
	}
	c.c.InterruptActive()
	c.c.SetCancel(true)
}

// blame makes a callback's error the cause of e when it was.
func (c *Conn) blame(e *Error) bool {
	err := c.thrown
	if err == nil {
		return false
	}
	c.thrown = nil
	// Where SQLite has no place for a text it gives the code's own.
	lost := e.Message == capi.ErrStr(int(e.Code)) && e.Code == codeOf(err)
	if !c.silent && !lost && e.Message != err.Error() {
		return false
	}
	e.cause = err
	return true
}

// outcome is the error of a call that may have run callbacks: what one of them
// threw is not lost when C had no use for it.
func (c *Conn) outcome(rc int, sql string) error {
	if rc != 0 {
		return c.fail(rc, sql)
	}
	if c.thrown == nil {
		return nil
	}
	err := c.thrown
	c.thrown = nil
	return &Error{Code: codeOf(err), Message: err.Error(), SQL: sql, Offset: -1, cause: err}
}

// abandon is Close of a lost connection: files and locks are given back as at
// the end of a process; SQLite's memory is not.
func (c *Conn) abandon() error {
	if !c.busy.CompareAndSwap(false, true) {
		return errConnBusy
	}
	defer c.busy.Store(false)
	defer c.endWatches()
	c.mu.Lock()
	defer c.mu.Unlock()
	for o := c.handles.stmts; o != nil; o = o.next {
		o.watch.Stop()
		o.s = nil
		if s := o.owner.Value(); s != nil {
			s.s = nil
		}
	}
	c.leak.Stop()
	c.c.Abandon()
	c.c = nil
	return nil
}
