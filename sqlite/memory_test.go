// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

// TestBoundMemoryIsTheStatements reads back through ExpandedSQL what is bound
// after the Go values are gone and the argument memory was replaced, in every
// order of sizes and failures. It earns its keep under the address sanitizer.
func TestBoundMemoryIsTheStatements(t *testing.T) {
	c := openTest(t, ":memory:")
	s := prepare(t, c, "SELECT ?1 AS a, ?2 AS b WHERE ?1 LIKE ?2 OR 1")
	for _, n := range []int{1, 300, 10, 70000, 5, 1 << 20, 0, 4000} {
		text := strings.Repeat("x", n)
		if err := s.Run([]sqlite.Value{sqlite.TextValue(text), sqlite.BlobValue([]byte(text))}); err != nil {
			t.Fatal(err)
		}
		text = ""
		runtime.GC()
		if n < 65536 && strings.Count(s.ExpandedSQL(), "x") < n {
			t.Errorf("%d bytes: bound %.60q", n, s.ExpandedSQL())
		}
		err := s.Run([]sqlite.Value{sqlite.TextValue(strings.Repeat("y", 2*n)), sqlite.Float64Value(math.NaN())})
		if err == nil || strings.Contains(s.ExpandedSQL(), "y") {
			t.Errorf("%d bytes: NaN gave %v and bound %.60q", n, err, s.ExpandedSQL())
		}
		if _, err := s.Step(); err != nil {
			t.Error(err)
		}
		// In the middle of a run: the memory that is read is not replaced under it.
		if err := s.Query([]sqlite.Value{sqlite.TextValue(strings.Repeat("z", n)), sqlite.NullValue()}); err != nil {
			t.Error(err)
		}
	}
	if err := s.Run([]sqlite.Value{sqlite.Int64Value(1)}); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("one argument of two: %v", err)
	}
	if err := s.BindText(3, "x"); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("parameter 3 of two: %v", err)
	}
}

func TestTooLongValueIsRefused(t *testing.T) {
	c := openTest(t, ":memory:")
	if c.Limit(sqlite.LimitLength, 1000) < 1<<20 {
		t.Fatal("the limit was small before")
	}
	s := prepare(t, c, "SELECT length(?)")
	if err := s.BindZeroBlob(1, 1<<33); !errors.Is(err, sqlite.ErrTooBig) {
		t.Errorf("zero blob of 2^33 bytes: %v", err)
	}
	if err := s.Run([]sqlite.Value{sqlite.ZeroBlobValue(1 << 33)}); !errors.Is(err, sqlite.ErrTooBig) {
		t.Errorf("zero blob value of 2^33 bytes: %v", err)
	}
	if err := s.Run([]sqlite.Value{sqlite.TextValue(strings.Repeat("x", 1001))}); !errors.Is(err, sqlite.ErrTooBig) {
		t.Errorf("text over the limit: %v", err)
	}
}

func TestInterruptFromAnotherGoroutine(t *testing.T) {
	c := openTest(t, ":memory:")
	s := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT count(*) FROM r")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			select {
			case <-stop:
				return
			default:
				c.Interrupt()
				runtime.Gosched()
			}
		}
	}()
	for i := 0; i < 20; i++ {
		if _, err := s.Step(); !errors.Is(err, sqlite.ErrInterrupt) {
			t.Fatalf("run %d: %v", i, err)
		}
	}
	close(stop)
	wg.Wait()
	if err := c.Exec("SELECT 1"); err != nil {
		t.Errorf("after the interrupts: %v", err)
	}
}

// TestRebindingDoesNotCompileAgain holds the reason for never clearing
// bindings: a cached statement must not be planned again on each run.
func TestRebindingDoesNotCompileAgain(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, `CREATE TABLE u(id INTEGER PRIMARY KEY, name TEXT, age INT); CREATE INDEX ua ON u(age); CREATE INDEX un ON u(name);
		WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 1000) INSERT INTO u SELECT i, 'n'||(i%50), i%90 FROM r; ANALYZE`)
	for _, sql := range []string{
		"SELECT id FROM u WHERE age = ? ORDER BY name",
		"SELECT count(*) FROM u a JOIN u b ON a.age = b.id WHERE a.name = ?",
		"SELECT count(*) FROM u WHERE age > ?",
	} {
		s := prepare(t, c, sql)
		for i := 0; i < 50; i++ {
			args := []sqlite.Value{sqlite.TextValue("n" + string(rune('0'+i%10)))}
			if i%2 == 0 {
				args[0] = sqlite.Int64Value(int64(i + 2)) // 0 and 1 may choose another plan
			}
			if err := s.Run(args); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.Status(sqlite.StmtStatusReprepare, false); n != 0 {
			t.Errorf("%s: compiled again %d times in 50 runs", sql, n)
		}
	}
	plant := prepare(t, c, "SELECT id FROM u WHERE age = ? ORDER BY name")
	exec(t, c, "CREATE TABLE other(x)")
	if err := plant.Run(nil); err != nil {
		t.Fatal(err)
	}
	if plant.Status(sqlite.StmtStatusReprepare, false) != 1 {
		t.Error("plant: a statement that had to be compiled again was not counted")
	}
}

// Go's numbers are wider than those that C takes.
func TestNumbersBeyondThoseOfC(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x)")
	before := c.Limit(sqlite.LimitSQLLength, -1)
	if c.Limit(sqlite.LimitSQLLength, math.MinInt); c.Limit(sqlite.LimitSQLLength, -1) != before {
		t.Errorf("the least number sets a limit of %d", c.Limit(sqlite.LimitSQLLength, -1))
	}
	check(t, c.SetBusyTimeout(math.MinInt64))
	exec(t, c, "SELECT 1")

	dst := openTest(t, ":memory:")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	defer c.SetContext(ctx)()
	if err := c.BackupTo(dst, "main", "main", math.MaxInt, nil); err != nil {
		t.Errorf("backup: %v", err)
	}

	in := prepare(t, c, "INSERT INTO t VALUES(?)")
	for _, n := range []int64{1 << 31, 1<<60 + 5, math.MaxInt64} {
		if _, err := in.RunMany([]sqlite.Value{sqlite.ZeroBlobValue(n)}); !errors.Is(err, sqlite.ErrTooBig) {
			t.Errorf("bind a zero blob of %d bytes: %v", n, err)
		}
		check(t, c.CreateFunction("zeros", sqlite.Scalar0(func() (sqlite.Value, error) { return sqlite.ZeroBlobValue(n), nil }), 0))
		if err := c.Exec("INSERT INTO t VALUES(zeros())"); !errors.Is(err, sqlite.ErrTooBig) {
			t.Errorf("a function gives a zero blob of %d bytes: %v", n, err)
		}
	}
	if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "0" || err != nil {
		t.Errorf("%s rows, %v", n, err)
	}
}
