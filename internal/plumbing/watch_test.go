// SPDX-License-Identifier: MIT

package plumbing_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosqlite/gosqlite/internal/plumbing"
	"github.com/gosqlite/gosqlite/sqlite"
)

const endless = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT count(*) FROM r"

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) *sqlite.Conn {
	t.Helper()
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite|sqlite.OpenCreate)
	check(t, err)
	t.Cleanup(func() { check(t, c.Close()) })
	return c
}

func exec(t *testing.T, c *sqlite.Conn, sql string) {
	t.Helper()
	check(t, c.Exec(sql))
}

// often is more watches in a row than it takes until they are registered late.
const often = 20

// watchOften uses ctx as a loop of statements does.
func watchOften(t *testing.T, c *sqlite.Conn, ctx context.Context) {
	t.Helper()
	for range often {
		w := plumbing.ConnOf(c).WatchCall(ctx)
		exec(t, c, "SELECT 1")
		plumbing.ConnOf(c).Unwatch(w)
	}
}

// reaches ends what a context did not end, after seconds. What it gives is called
// when all is over, and tells of that: the error alone matches either way.
func reaches(t *testing.T, end func()) (reached func()) {
	t.Helper()
	unseen := time.AfterFunc(5*time.Second, end)
	return func() {
		t.Helper()
		if !unseen.Stop() {
			t.Fatal("the context never reached it")
		}
	}
}

// endsBy runs what never ends by itself and wants ctx's error.
func endsBy(t *testing.T, c *sqlite.Conn, ctx context.Context) {
	t.Helper()
	reached := reaches(t, c.Interrupt)
	w := plumbing.ConnOf(c).WatchCall(ctx)
	err := c.Exec(endless)
	plumbing.ConnOf(c).Unwatch(w)
	reached()
	if err == nil || !errors.Is(err, ctx.Err()) || !errors.Is(err, sqlite.ErrInterrupt) {
		t.Errorf("ended by %v, want %v", err, ctx.Err())
	}
	exec(t, c, "SELECT 1") // nothing is left behind
}

// A context reaches its call whenever it ends: before the call, before the timer,
// at about its time, and after it.
func TestLateWatchInterrupts(t *testing.T) {
	c := open(t)
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
	c := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	watchOften(t, c, ctx)
	outer := plumbing.ConnOf(c).WatchCall(ctx)
	within, stop := context.WithCancel(context.Background())
	defer stop()
	watchOften(t, c, within)
	time.AfterFunc(5*time.Millisecond, cancel)
	reached := reaches(t, c.Interrupt)
	w := plumbing.ConnOf(c).WatchCall(within)
	if err := c.Exec(endless); !errors.Is(err, context.Canceled) {
		t.Errorf("the outer context does not reach: %v", err)
	}
	reached()
	plumbing.ConnOf(c).Unwatch(w)
	plumbing.ConnOf(c).Unwatch(outer)
	exec(t, c, "SELECT 1")
}

// A watch that is over reaches nothing that follows it.
func TestLateWatchSparesOthers(t *testing.T) {
	c := open(t)
	for range 50 {
		ctx, cancel := context.WithCancel(context.Background())
		watchOften(t, c, ctx)
		other, stop := context.WithCancel(context.Background())
		w := plumbing.ConnOf(c).WatchCall(other)
		go cancel()
		if err := c.Exec("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 20000) SELECT count(*) FROM r"); err != nil {
			t.Fatalf("a neighbour was interrupted: %v", err)
		}
		plumbing.ConnOf(c).Unwatch(w)
		stop()
		<-ctx.Done()
		exec(t, c, "SELECT 1")
	}
}

// A context that lives on keeps no connection that its user has lost.
func TestLateWatchKeepsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	found := make(chan sqlite.Leak, 100)
	sqlite.OnLeak(func(l sqlite.Leak) { found <- l })
	defer sqlite.OnLeak(nil)
	func() {
		c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite|sqlite.OpenCreate)
		check(t, err)
		watchOften(t, c, ctx)
	}()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		runtime.GC()
		select {
		case l := <-found:
			if l.What == "connection" {
				return
			}
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the lost connection was not reported")
}

// Each watch is ended by itself, once: a second end must not take another one of the same context.
func TestWatchEndedTwice(t *testing.T) {
	c := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	watchOften(t, c, ctx)
	release := c.SetContext(ctx)
	inner := c.SetContext(ctx)
	inner()
	inner()
	time.AfterFunc(5*time.Millisecond, cancel)
	reached := reaches(t, c.Interrupt)
	if err := c.Exec(endless); !errors.Is(err, context.Canceled) {
		t.Errorf("the outer watch is gone: %v", err)
	}
	reached()
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

// ever is how many ever were registered.
func (c *counted) ever() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}

// counts waits until want are registered and gives how many ever were.
func (c *counted) counts(t *testing.T, want int) int {
	t.Helper()
	for try := 0; ; try++ {
		c.mu.Lock()
		now, all := c.now, c.all
		c.mu.Unlock()
		if now == want {
			return all
		}
		if try == 100 {
			t.Fatalf("%d are registered of %d, want %d", now, all, want)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Watches that follow each other closely are few registrations. One that comes
// alone is registered, and so is one that lasts.
func TestFewWatchesAreRegistered(t *testing.T) {
	c := open(t)
	const loop = 2000
	loops, alone, lasting := newCounted(), newCounted(), newCounted()
	for range loop {
		plumbing.ConnOf(c).Unwatch(plumbing.ConnOf(c).WatchCall(loops))
	}
	if n := loops.counts(t, 0); n > loop/10 {
		t.Errorf("%d close watches were registered %d times", loop, n)
	}
	for range 3 {
		time.Sleep(5 * time.Millisecond)
		plumbing.ConnOf(c).Unwatch(plumbing.ConnOf(c).WatchCall(alone))
	}
	if n := alone.counts(t, 0); n != 3 {
		t.Errorf("3 watches far from each other were registered %d times", n)
	}
	watchOften(t, c, lasting)
	before := lasting.counts(t, 0)
	w := plumbing.ConnOf(c).WatchCall(lasting)
	time.Sleep(20 * time.Millisecond)
	plumbing.ConnOf(c).Unwatch(w)
	if lasting.counts(t, 0) == before {
		t.Error("a watch that lasts was never registered")
	}
	check(t, c.Close())
	for range often {
		plumbing.ConnOf(c).Unwatch(plumbing.ConnOf(c).WatchCall(loops))
	}
	loops.counts(t, 0)
}

// In a bubble no timer ends while C runs: every watch is registered at once, where
// time stands still and where a Sleep has moved it by less than a timer waits.
func TestWatchInBubble(t *testing.T) {
	for _, sleep := range []time.Duration{0, 100 * time.Microsecond} {
		var watched atomic.Pointer[sqlite.Conn]
		reached := reaches(t, func() { watched.Load().Interrupt() })
		synctest.Test(t, func(t *testing.T) {
			c := open(t)
			watched.Store(c)
			ctx, cancel := context.WithCancel(context.Background())
			watchOften(t, c, ctx)
			time.Sleep(sleep)
			var runs atomic.Bool
			check(t, c.CreateFunction("runs", sqlite.Scalar0(func() (int64, error) { runs.Store(true); return 1, nil }), 0))
			go func() {
				for !runs.Load() {
					runtime.Gosched()
				}
				cancel()
			}()
			w := plumbing.ConnOf(c).WatchCall(ctx)
			err := c.Exec("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+runs() FROM r) SELECT count(*) FROM r")
			plumbing.ConnOf(c).Unwatch(w)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("after a sleep of %v: ended by %v", sleep, err)
			}
		})
		reached()
	}
}
