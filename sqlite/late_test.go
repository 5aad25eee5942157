// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// often is more watches in a row than it takes until they are registered late.
const often = 20

// watchOften uses ctx as a loop of statements does.
func watchOften(t *testing.T, c *sqlite.Conn, ctx context.Context) {
	t.Helper()
	for range often {
		w := c.WatchCall(ctx)
		exec(t, c, "SELECT 1")
		c.Unwatch(w)
	}
}

// endsBy runs what never ends by itself and wants ctx's error.
func endsBy(t *testing.T, c *sqlite.Conn, ctx context.Context) {
	t.Helper()
	unseen := time.AfterFunc(5*time.Second, c.Interrupt)
	defer unseen.Stop()
	w := c.WatchCall(ctx)
	err := c.Exec(endless)
	c.Unwatch(w)
	if err == nil || !errors.Is(err, ctx.Err()) || !errors.Is(err, sqlite.ErrInterrupt) {
		t.Errorf("ended by %v, want %v", err, ctx.Err())
	}
	exec(t, c, "SELECT 1") // nothing is left behind
}

// A context reaches its call whenever it ends: before the call, before the timer,
// at about its time, and after it.
func TestLateWatchInterrupts(t *testing.T) {
	c := openTest(t, ":memory:")
	for _, after := range []time.Duration{0, 50 * time.Microsecond, 500 * time.Microsecond, 5 * time.Millisecond} {
		for range 10 {
			ctx, cancel := context.WithCancel(context.Background())
			watchOften(t, c, ctx)
			time.AfterFunc(after, cancel)
			endsBy(t, c, ctx)
			// It has ended for every later call, too.
			endsBy(t, c, ctx)
		}
	}
}

// The end of an outer context reaches what runs under an inner one.
func TestLateWatchWithinAnother(t *testing.T) {
	c := openTest(t, ":memory:")
	ctx, cancel := context.WithCancel(context.Background())
	watchOften(t, c, ctx)
	outer := c.WatchCall(ctx)
	inner, stop := context.WithCancel(context.Background())
	defer stop()
	watchOften(t, c, inner)
	time.AfterFunc(5*time.Millisecond, cancel)
	unseen := time.AfterFunc(5*time.Second, c.Interrupt)
	w := c.WatchCall(inner)
	if err := c.Exec(endless); !errors.Is(err, context.Canceled) {
		t.Errorf("the outer context does not reach: %v", err)
	}
	unseen.Stop()
	c.Unwatch(w)
	c.Unwatch(outer)
	exec(t, c, "SELECT 1")
}

// A watch that is over reaches nothing that follows it.
func TestLateWatchSparesOthers(t *testing.T) {
	c := openTest(t, ":memory:")
	for range 50 {
		ctx, cancel := context.WithCancel(context.Background())
		watchOften(t, c, ctx)
		other, stop := context.WithCancel(context.Background())
		w := c.WatchCall(other)
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
func TestLateWatchKeepsNothing(t *testing.T) {
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

// counted is a context that counts who is registered with it, and who ever was.
type counted struct {
	context.Context
	done chan struct{}

	mu       sync.Mutex
	now, all int
}

func newCounted() *counted { return &counted{Context: context.Background(), done: make(chan struct{})} }

func (c *counted) Done() <-chan struct{} { return c.done }

func (c *counted) AfterFunc(func()) (stop func() bool) {
	c.add(1)
	return sync.OnceValue(func() bool { c.add(-1); return true })
}

func (c *counted) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	c.all += max(n, 0)
}

// counts waits until nobody is registered and gives who ever was.
func (c *counted) counts(t *testing.T) int {
	t.Helper()
	for try := 0; ; try++ {
		c.mu.Lock()
		now, all := c.now, c.all
		c.mu.Unlock()
		if now == 0 {
			return all
		}
		if try == 100 {
			t.Fatalf("%d registrations are left of %d", now, all)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Watches that follow each other closely are few registrations. One that comes
// alone is registered, and so is one that lasts.
func TestFewWatchesAreRegistered(t *testing.T) {
	c := openTest(t, ":memory:")
	const loop = 2000
	close, alone, lasting := newCounted(), newCounted(), newCounted()
	for range loop {
		c.Unwatch(c.WatchCall(close))
	}
	if n := close.counts(t); n > loop/10 {
		t.Errorf("%d close watches were registered %d times", loop, n)
	}
	for range 3 {
		time.Sleep(5 * time.Millisecond)
		c.Unwatch(c.WatchCall(alone))
	}
	if n := alone.counts(t); n != 3 {
		t.Errorf("3 watches far from each other were registered %d times", n)
	}
	watchOften(t, c, context.Background())
	c.Unwatch(c.WatchCall(lasting))
	w := c.WatchCall(lasting)
	time.Sleep(20 * time.Millisecond)
	c.Unwatch(w)
	if n := lasting.counts(t); n == 0 {
		t.Error("a watch that lasts was never registered")
	}
	check(t, c.Close())
	for range often {
		c.Unwatch(c.WatchCall(close))
	}
	close.counts(t)
}

// Where time stands still no timer ends: every watch is registered at once.
func TestWatchWhereTimeStandsStill(t *testing.T) {
	var watched atomic.Pointer[sqlite.Conn]
	unseen := time.AfterFunc(10*time.Second, func() { watched.Load().Interrupt() })
	defer unseen.Stop()
	synctest.Test(t, func(t *testing.T) {
		c := openTest(t, ":memory:")
		watched.Store(c)
		ctx, cancel := context.WithCancel(context.Background())
		watchOften(t, c, ctx)
		var runs atomic.Bool
		check(t, c.CreateFunction("runs", sqlite.Scalar0(func() (int64, error) { runs.Store(true); return 1, nil }), 0))
		go func() {
			for !runs.Load() {
				runtime.Gosched()
			}
			cancel()
		}()
		w := c.WatchCall(ctx)
		err := c.Exec("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+runs() FROM r) SELECT count(*) FROM r")
		c.Unwatch(w)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended by %v", err)
		}
	})
}
