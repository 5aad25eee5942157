// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// often is more watches in a row than a connection takes to stay registered.
const often = 20

// watchOften uses ctx as a loop of statements does.
func watchOften(t *testing.T, c *sqlite.Conn, ctx context.Context) {
	t.Helper()
	for range often {
		w := c.Watch(ctx)
		exec(t, c, "SELECT 1")
		c.Unwatch(w)
	}
}

// endsBy runs what never ends by itself and wants ctx's error.
func endsBy(t *testing.T, c *sqlite.Conn, ctx context.Context) {
	t.Helper()
	w := c.Watch(ctx)
	err := c.Exec(endless)
	c.Unwatch(w)
	if !errors.Is(err, ctx.Err()) || !errors.Is(err, sqlite.ErrInterrupt) {
		t.Errorf("ended by %v, want %v", err, ctx.Err())
	}
	exec(t, c, "SELECT 1") // nothing is left behind
}

func TestStandingContextInterrupts(t *testing.T) {
	c := openTest(t, ":memory:")
	for _, within := range []bool{false, true} {
		ctx, cancel := context.WithCancel(context.Background())
		watchOften(t, c, ctx)
		if within {
			// A statement under a context of its own, inside.
			outer := c.Watch(ctx)
			inner, stop := context.WithCancel(context.Background())
			watchOften(t, c, inner)
			time.AfterFunc(5*time.Millisecond, cancel)
			w := c.Watch(inner)
			if err := c.Exec(endless); !errors.Is(err, context.Canceled) {
				t.Errorf("the outer context does not reach: %v", err)
			}
			c.Unwatch(w)
			c.Unwatch(outer)
			stop()
			exec(t, c, "SELECT 1")
			continue
		}
		time.AfterFunc(5*time.Millisecond, cancel)
		endsBy(t, c, ctx)
		// It has ended for every later statement, too.
		endsBy(t, c, ctx)
	}
}

// Contexts that differ in values alone end together; one whose Done channel is
// another is another.
func TestStandingContextIsItsChannel(t *testing.T) {
	c := openTest(t, ":memory:")
	ctx, cancel := context.WithCancel(context.Background())
	watchOften(t, c, ctx)
	type key struct{}
	time.AfterFunc(5*time.Millisecond, cancel)
	endsBy(t, c, context.WithValue(ctx, key{}, "value"))

	parent, cancel := context.WithCancel(context.Background())
	defer cancel()
	watchOften(t, c, parent)
	child, stop := context.WithTimeout(parent, 5*time.Millisecond)
	defer stop()
	endsBy(t, c, child)
}

// Between watches and under another context it reaches nothing.
func TestStandingContextSparesOthers(t *testing.T) {
	c := openTest(t, ":memory:")
	for range 50 {
		ctx, cancel := context.WithCancel(context.Background())
		watchOften(t, c, ctx)
		other, stop := context.WithCancel(context.Background())
		w := c.Watch(other)
		go cancel()
		if err := c.Exec("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 20000) SELECT count(*) FROM r"); err != nil {
			t.Fatalf("a neighbour was interrupted: %v", err)
		}
		c.Unwatch(w)
		stop()
		<-ctx.Done()
		exec(t, c, "SELECT 1")
	}
}

// A context that lives on keeps no connection that its user has lost or closed.
func TestStandingContextKeepsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	found := leaks(t)
	func() {
		c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite|sqlite.OpenCreate)
		if err != nil {
			t.Fatal(err)
		}
		watchOften(t, c, ctx)
	}()
	wantLeaks(t, found, sqlite.Leak{What: "connection", Name: ":memory:"})
}

// Each watch is ended by itself, once: a second end must not take another one of the same context.
func TestWatchEndedTwice(t *testing.T) {
	c := openTest(t, ":memory:")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	watchOften(t, c, ctx)
	release := c.SetContext(ctx)
	inner := c.SetContext(ctx)
	inner()
	inner()
	time.AfterFunc(5*time.Millisecond, cancel)
	unseen := time.AfterFunc(5*time.Second, c.Interrupt)
	if err := c.Exec(endless); !errors.Is(err, context.Canceled) {
		t.Errorf("the outer watch is gone: %v", err)
	}
	unseen.Stop()
	release()
	release()
	exec(t, c, "SELECT 1")
}

// counted is a context that counts who is registered with it.
type counted struct {
	context.Context
	done chan struct{}
	now  int
}

func newCounted() *counted { return &counted{context.Background(), make(chan struct{}), 0} }

func (c *counted) Done() <-chan struct{} { return c.done }

func (c *counted) AfterFunc(func()) (stop func() bool) {
	c.now++
	over := false
	return func() bool {
		if !over {
			c.now--
		}
		over = true
		return true
	}
}

// A connection that is closed stands with no context, not even one that watches it later.
func TestClosedConnectionStandsNoMore(t *testing.T) {
	c := openTest(t, ":memory:")
	before, after := newCounted(), newCounted()
	watchOften(t, c, before)
	if before.now != 1 {
		t.Fatalf("%d registrations of a connection that is in use", before.now)
	}
	check(t, c.Close())
	for range often {
		c.Unwatch(c.Watch(after))
	}
	if before.now != 0 || after.now != 0 {
		t.Errorf("%d and %d registrations of a closed connection", before.now, after.now)
	}
}
