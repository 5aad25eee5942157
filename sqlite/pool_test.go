// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

func openPool(t *testing.T, o sqlite.PoolOptions) *sqlite.Pool {
	t.Helper()
	p, err := sqlite.OpenPool(filepath.Join(t.TempDir(), "pool.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func rows(c *sqlite.Conn) (int64, error) {
	s, _, err := c.Prepare("SELECT count(*) FROM t")
	if err != nil {
		return 0, err
	}
	defer s.Close()
	_, err = s.Step()
	return s.ColumnInt64(0), err
}

func TestPoolReadersSeeOneStateAndNeverWait(t *testing.T) {
	p := openPool(t, sqlite.PoolOptions{Readers: 2})
	ctx := context.Background()
	insert := func(c *sqlite.Conn) error { return c.Exec("INSERT INTO t VALUES(1)") }
	if err := p.Write(ctx, func(c *sqlite.Conn) error { return c.Exec("CREATE TABLE t(x)") }); err != nil {
		t.Fatal(err)
	}
	err := p.Read(ctx, func(c *sqlite.Conn) error {
		if err := p.Write(ctx, insert); err != nil {
			return err
		}
		n, err := rows(c)
		if n != 0 {
			t.Errorf("the reader sees %d rows of a later writer", n)
		}
		if err := c.Exec("INSERT INTO t VALUES(2)"); !errors.Is(err, sqlite.ErrReadOnly) {
			t.Errorf("a reader writes: %v", err)
		}
		time.Sleep(2 * time.Millisecond)
		stats, serr := p.Stats()
		if stats.Reading != 1 || stats.OldestReader < 2*time.Millisecond || stats.WALBytes == 0 {
			t.Errorf("stats %+v", stats)
		}
		return errors.Join(err, serr)
	})
	if err != nil {
		t.Error(err)
	}
	if stats, err := p.Stats(); stats.Reading != 0 || err != nil {
		t.Errorf("stats %+v, %v", stats, err)
	}
}

func TestPoolRollsBack(t *testing.T) {
	p := openPool(t, sqlite.PoolOptions{Readers: 1, Init: func(c *sqlite.Conn) error { return c.Exec("PRAGMA cache_size = 10") }})
	ctx := context.Background()
	write := func(sql string, more error) error {
		return p.Write(ctx, func(c *sqlite.Conn) error { return errors.Join(c.Exec(sql), more) })
	}
	if err := write("CREATE TABLE t(x)", nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := write("INSERT INTO t VALUES(1)", broken); !errors.Is(err, broken) {
		t.Errorf("failing writer: %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = p.Write(ctx, func(c *sqlite.Conn) error {
			defer panic(broken)
			return c.Exec("INSERT INTO t VALUES(1)")
		})
	}()
	if err := write("INSERT INTO t VALUES(1); COMMIT", nil); !errors.Is(err, sqlite.ErrAbortRollback) {
		t.Errorf("a writer that commits by itself: %v", err)
	}
	ended, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	err := p.Write(ended, func(c *sqlite.Conn) error {
		return c.Exec("INSERT INTO t WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT i FROM r")
	})
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, sqlite.ErrInterrupt) {
		t.Errorf("writer whose context ended: %v", err)
	}
	if err := p.Read(ctx, func(c *sqlite.Conn) error {
		if n, err := rows(c); n != 1 {
			t.Errorf("%d rows, %v; want the one that was committed", n, err)
		}
		// The only reader is taken: the next waits until its context ends.
		ended, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		if err := p.Read(ended, func(*sqlite.Conn) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("reader without a connection: %v", err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestPoolCloseWaitsForItsUsers(t *testing.T) {
	p := openPool(t, sqlite.PoolOptions{})
	inside, leave := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if err := p.Write(context.Background(), func(c *sqlite.Conn) error {
			close(inside)
			<-leave
			return c.Exec("CREATE TABLE t(x)")
		}); err != nil {
			t.Errorf("writer during Close: %v", err)
		}
	}()
	<-inside
	time.AfterFunc(5*time.Millisecond, func() { close(leave) })
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if err := p.Read(context.Background(), func(*sqlite.Conn) error { return nil }); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("read after Close: %v", err)
	}
	if _, err := sqlite.OpenPool(":memory:", sqlite.PoolOptions{}); err == nil {
		t.Error("a database in memory has a WAL")
	}
	if _, err := sqlite.OpenPool(filepath.Join(t.TempDir(), "x"), sqlite.PoolOptions{Init: func(*sqlite.Conn) error { return errors.New("broken") }}); err == nil {
		t.Error("a failing Init is no error")
	}
}

func ExamplePool() {
	dir, err := os.MkdirTemp("", "pool")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	pool, err := sqlite.OpenPool(filepath.Join(dir, "app.db"), sqlite.PoolOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	ctx := context.Background()
	err = pool.Write(ctx, func(c *sqlite.Conn) error {
		return c.Exec("CREATE TABLE planet(name); INSERT INTO planet VALUES('Earth'), ('Mars')")
	})
	if err != nil {
		log.Fatal(err)
	}
	err = pool.Read(ctx, func(c *sqlite.Conn) error {
		s, _, err := c.Prepare("SELECT name FROM planet ORDER BY name")
		if err != nil {
			return err
		}
		defer s.Close()
		for {
			row, err := s.Step()
			if err != nil || !row {
				return err
			}
			fmt.Println(s.ColumnText(0))
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// Earth
	// Mars
}

// What a function leaves half read must not hold the next one in the past.
func TestPoolReadersSeeTheNewestState(t *testing.T) {
	p := openPool(t, sqlite.PoolOptions{Readers: 1})
	ctx := context.Background()
	if err := p.Write(ctx, func(c *sqlite.Conn) error {
		return c.Exec("CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(8)), (2), (3)")
	}); err != nil {
		t.Fatal(err)
	}
	kept := map[string]func(*sqlite.Conn) error{
		"statement": func(c *sqlite.Conn) error {
			s, _, err := c.Prepare("SELECT x FROM t")
			if err != nil {
				return err
			}
			t.Cleanup(func() { _ = s.Close() })
			s.SetReadAhead(1)
			_, err = s.Step()
			return err
		},
		"blob": func(c *sqlite.Conn) error {
			b, err := c.OpenBlob("main", "t", "x", 1, false)
			if err == nil {
				t.Cleanup(func() { _ = b.Close() })
			}
			return err
		},
	}
	want := int64(3)
	for name, leave := range kept {
		for _, ends := range []error{nil, errors.New("given up")} {
			if err := p.Read(ctx, func(c *sqlite.Conn) error { return errors.Join(leave(c), ends) }); !errors.Is(err, ends) {
				t.Fatalf("%s: %v", name, err)
			}
			if err := p.Write(ctx, func(c *sqlite.Conn) error { return c.Exec("INSERT INTO t VALUES(4)") }); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			want++
			if err := p.Read(ctx, func(c *sqlite.Conn) error {
				if n, err := rows(c); n != want || err != nil {
					t.Errorf("a %s was kept: %d rows, %v; want %d", name, n, err, want)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	// A writer that left rows of its own statement unread has done all of it.
	if err := p.Write(ctx, func(c *sqlite.Conn) error {
		s, _, err := c.Prepare("INSERT INTO t VALUES(5), (6) RETURNING x")
		if err != nil {
			return err
		}
		t.Cleanup(func() { _ = s.Close() })
		_, err = s.Step()
		return err
	}); err != nil {
		t.Errorf("a writer with unread rows: %v", err)
	}
}

// A function may end the transaction itself, and leave a statement of it half read.
func TestPoolAfterAFunctionThatEndedItsTransaction(t *testing.T) {
	p := openPool(t, sqlite.PoolOptions{Readers: 1})
	ctx := context.Background()
	if err := p.Write(ctx, func(c *sqlite.Conn) error {
		return c.Exec("CREATE TABLE t(x UNIQUE); INSERT INTO t VALUES(1), (2), (3)")
	}); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	halfRead := func(c *sqlite.Conn) error {
		s, _, err := c.Prepare("SELECT x FROM t")
		if err != nil {
			return err
		}
		t.Cleanup(func() { _ = s.Close() })
		s.SetReadAhead(1)
		_, err = s.Step()
		return err
	}
	if err := p.Read(ctx, func(c *sqlite.Conn) error {
		return errors.Join(halfRead(c), c.Exec("COMMIT"), broken)
	}); !errors.Is(err, broken) || errors.Is(err, sqlite.ErrError) {
		t.Fatal(err)
	}
	if err := p.Write(ctx, func(c *sqlite.Conn) error { return c.Exec("INSERT INTO t VALUES(4)") }); err != nil {
		t.Fatal(err)
	}
	if err := p.Read(ctx, func(c *sqlite.Conn) error {
		if n, err := rows(c); n != 4 || err != nil {
			t.Errorf("the next reader sees %d rows, %v; want 4", n, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	err := p.Write(ctx, func(c *sqlite.Conn) error {
		if err := c.Exec("INSERT OR ROLLBACK INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrConstraintUnique) {
			t.Errorf("a row that is there: %v", err)
		}
		return errors.Join(halfRead(c), broken)
	})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	if err := p.Write(ctx, func(c *sqlite.Conn) error {
		// What is half read keeps a table from being dropped.
		return c.Exec("DROP TABLE t")
	}); err != nil {
		t.Errorf("the next writer: %v", err)
	}
}
