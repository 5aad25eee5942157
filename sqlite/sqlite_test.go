// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

func openTest(t *testing.T, name string) *sqlite.Conn {
	t.Helper()
	c, err := sqlite.Open(name, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenURI)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

func prepare(t *testing.T, c *sqlite.Conn, sql string) *sqlite.Stmt {
	t.Helper()
	s, tail, err := c.Prepare(sql)
	if err != nil {
		t.Fatal(err)
	}
	if s == nil || tail != "" {
		t.Fatalf("prepare %q: statement %v, tail %q", sql, s, tail)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func exec(t *testing.T, c *sqlite.Conn, sql string) {
	t.Helper()
	if err := c.Exec(sql); err != nil {
		t.Fatal(err)
	}
}

func TestStepReadsEveryRowOnce(t *testing.T) {
	c := openTest(t, ":memory:")
	big := strings.Repeat("x", 20000)
	for _, n := range []int{0, 1, 2, 8, 9, 10, 72, 73, 74, 1000} {
		s := prepare(t, c, `WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT ?1)
			SELECT i, 'row ' || i, i * 0.5, NULL, CAST('b' || i AS BLOB), CASE WHEN i % 7 = 0 THEN ?2 END FROM r WHERE ?1 > 0`)
		if err := s.BindInt64(1, int64(n)); err != nil {
			t.Fatal(err)
		}
		if err := s.BindText(2, big); err != nil {
			t.Fatal(err)
		}
		for again := 0; again < 2; again++ {
			got := 0
			for {
				row, err := s.Step()
				if err != nil {
					t.Fatal(err)
				}
				if !row {
					break
				}
				got++
				checkRow(t, s, got, big)
			}
			if got != n {
				t.Errorf("limit %d gave %d rows", n, got)
			}
		}
	}
}

func checkRow(t *testing.T, s *sqlite.Stmt, i int, big string) {
	t.Helper()
	if s.ColumnInt64(0) != int64(i) || s.ColumnFloat64(2) != float64(i)*0.5 || s.ColumnType(3) != sqlite.Null {
		t.Fatalf("row %d: %d %v %v", i, s.ColumnInt64(0), s.ColumnFloat64(2), s.ColumnType(3))
	}
	want := "row " + s.ColumnText(0)
	if s.ColumnText(1) != want || string(s.ColumnRawBytes(1)) != want {
		t.Fatalf("row %d: text %q", i, s.ColumnText(1))
	}
	if got := string(s.ColumnBlob(4)); got != "b"+s.ColumnText(0) {
		t.Fatalf("row %d: blob %q", i, got)
	}
	if wantBig := i%7 == 0; wantBig != (s.ColumnText(5) == big) {
		t.Fatalf("row %d: large value of %d bytes", i, len(s.ColumnText(5)))
	}
}

func TestRowsBeforeAnErrorAreDelivered(t *testing.T) {
	c := openTest(t, ":memory:")
	for _, bad := range []int{1, 2, 5, 9, 10, 50, 74} {
		s := prepare(t, c, `WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 100)
			SELECT i, CASE WHEN i = ?1 THEN abs(-9223372036854775808) END FROM r`)
		if err := s.BindInt64(1, int64(bad)); err != nil {
			t.Fatal(err)
		}
		rows := 0
		var err error
		for row := true; row && err == nil; {
			if row, err = s.Step(); row {
				rows++
			}
		}
		if rows != bad-1 || !errors.Is(err, sqlite.ErrError) {
			t.Errorf("error in row %d: %d rows, then %v", bad, rows, err)
		}
	}
}

func TestErrorCodes(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(a UNIQUE, b NOT NULL); INSERT INTO t VALUES(1, 2)")
	tests := []struct {
		name    string
		sql     string
		code    error
		primary error
		offset  int
	}{
		{name: "unique", sql: "INSERT INTO t VALUES(1, 2)", code: sqlite.ErrConstraintUnique, primary: sqlite.ErrConstraint, offset: -1},
		{name: "not null", sql: "INSERT INTO t VALUES(2, NULL)", code: sqlite.ErrConstraintNotNull, primary: sqlite.ErrConstraint, offset: -1},
		{name: "syntax", sql: "SELECT 1 FROM WHERE", code: sqlite.ErrError, primary: sqlite.ErrError, offset: 14},
		{name: "double quotes are no text", sql: `SELECT "nope"`, code: sqlite.ErrError, primary: sqlite.ErrError, offset: 7},
		{name: "NUL in SQL", sql: "SELECT 1\x00;", code: sqlite.ErrError, primary: sqlite.ErrError, offset: 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := c.Exec(tt.sql)
			var e *sqlite.Error
			if !errors.As(err, &e) || !errors.Is(err, tt.code) || !errors.Is(err, tt.primary) {
				t.Fatalf("error %v", err)
			}
			if errors.Is(err, sqlite.ErrBusy) || errors.Is(err, sqlite.ErrConstraintCheck) {
				t.Errorf("%v matches a foreign code", err)
			}
			if e.Offset != tt.offset || e.SQL != tt.sql || e.Message == "" {
				t.Errorf("offset %d, SQL %q, message %q", e.Offset, e.SQL, e.Message)
			}
		})
	}
}

func TestAdvice(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "PRAGMA query_only = 1")
	var e *sqlite.Error
	if err := c.Exec("CREATE TABLE t(x)"); !errors.As(err, &e) || !strings.Contains(e.Advice(), "_query_only") {
		t.Errorf("advice on a write that is refused: %q", e.Advice())
	}
	if sqlite.ErrBusySnapshot.Advice() == sqlite.ErrBusy.Advice() || sqlite.ErrBusyTimeout.Advice() != sqlite.ErrBusy.Advice() {
		t.Error("an extended code has its own advice, else that of its primary code")
	}
	if a := sqlite.ErrConstraintUnique.Advice(); a != "" {
		t.Errorf("a message that says it all has the advice %q", a)
	}
}

func TestUseAfterClose(t *testing.T) {
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := c.Prepare("SELECT ?")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if _, err := s.Step(); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("step: %v", err)
	}
	if err := s.BindText(1, "x"); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("bind: %v", err)
	}
	if err := s.Run([]sqlite.Value{sqlite.TextValue("x")}); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("run: %v", err)
	}
	if err := c.Exec("SELECT 1"); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("exec: %v", err)
	}
	if s.ColumnText(0) != "" || s.ColumnName(0) != "" || s.BindCount() != 0 || s.Close() != nil {
		t.Error("a closed statement still answers")
	}
	c.Interrupt()
}

func TestContextEndsRunningStatementAndNoOther(t *testing.T) {
	c := openTest(t, ":memory:")
	endless := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT count(*) FROM r")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	release := c.SetContext(ctx)
	_, err := endless.Step()
	if !errors.Is(err, sqlite.ErrInterrupt) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("endless statement: %v", err)
	}
	if err := c.Exec("SELECT 1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("statement under an ended context: %v", err)
	}
	release()
	if err := c.Exec("SELECT 1"); err != nil {
		t.Errorf("statement after release: %v", err)
	}
}

func TestContextsNest(t *testing.T) {
	c := openTest(t, ":memory:")
	endless := prepare(t, c, "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT count(*) FROM r")
	run := func() error {
		_, err := endless.Step()
		return err
	}
	outer, cancelOuter := context.WithCancel(context.Background())
	inner, cancelInner := context.WithCancel(context.Background())
	defer cancelInner()
	releaseOuter := c.SetContext(outer)
	releaseInner := c.SetContext(inner)
	cancelOuter()
	if err := run(); !errors.Is(err, context.Canceled) {
		t.Errorf("the outer context ended and the statement ran: %v", err)
	}
	releaseInner()
	if err := run(); !errors.Is(err, context.Canceled) {
		t.Errorf("the end of the inner watch revived the outer one: %v", err)
	}
	releaseInner = c.SetContext(inner)
	cancelInner()
	releaseOuter()
	if err := run(); !errors.Is(err, context.Canceled) {
		t.Errorf("a release in the wrong order ended another watch: %v", err)
	}
	releaseInner()
	if err := c.Exec("SELECT 1"); err != nil {
		t.Errorf("statement after both were released: %v", err)
	}
}

func TestContextEndsLockWait(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock.db")
	a, b := openTest(t, name), openTest(t, name)
	exec(t, a, "CREATE TABLE t(x); BEGIN IMMEDIATE")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	release := b.SetContext(ctx)
	defer release()
	start := time.Now()
	err := b.Exec("INSERT INTO t VALUES(1)")
	if !errors.Is(err, sqlite.ErrInterrupt) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting insert: %v", err)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("the wait took %v", d)
	}
}

func TestBusyTimeoutPragmaKeepsCancellation(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock.db")
	a, b := openTest(t, name), openTest(t, name)
	exec(t, a, "CREATE TABLE t(x); BEGIN IMMEDIATE")
	exec(t, b, "PRAGMA busy_timeout = 60000")
	s := prepare(t, b, "PRAGMA busy_timeout")
	if row, err := s.Step(); err != nil || !row || s.ColumnInt64(0) != 60000 {
		t.Errorf("busy_timeout reads %d, %v", s.ColumnInt64(0), err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	release := b.SetContext(ctx)
	if err := b.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting insert: %v", err)
	}
	release()
	if err := b.SetBusyTimeout(0); err != nil {
		t.Fatal(err)
	}
	if err := b.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrBusy) || errors.Is(err, sqlite.ErrInterrupt) {
		t.Errorf("insert without waiting: %v", err)
	}
}

func TestErrorAsJSON(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x UNIQUE); INSERT INTO t VALUES('secret')")
	b, err := json.Marshal(c.Exec("INSERT INTO t VALUES('secret')"))
	const want = `{"Code":19,"ExtendedCode":2067,"Name":"SQLITE_CONSTRAINT_UNIQUE","Message":"UNIQUE constraint failed: t.x","Offset":-1}`
	if err != nil || string(b) != want {
		t.Errorf("%s, %v; want %s", b, err, want)
	}
}

// TestLongText has each statement of a long text run once, and an error name the one that failed.
func TestLongText(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x)")
	many := strings.Repeat("INSERT INTO t VALUES(1); -- comment\n", 1000)
	exec(t, c, many+";; /* end */ ")
	if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "1000" || err != nil {
		t.Errorf("%s rows, %v", n, err)
	}
	var e *sqlite.Error
	if err := c.Exec(many + "INSERT INTO nowhere VALUES(2);" + many); !errors.As(err, &e) || strings.Contains(e.SQL, "\x00") || !strings.Contains(e.Message, "nowhere") {
		t.Errorf("a bad statement in the middle: %v", err)
	}
	if err := c.Exec(many + "SELECT 'a\x00b';" + many); !errors.As(err, &e) || !strings.Contains(e.Message, "NUL") {
		t.Errorf("a NUL byte in the middle: %v", err)
	}
	if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "2000" || err != nil {
		t.Errorf("%s rows, %v: the first error was to come behind 1000 more, the second before any", n, err)
	}
	// What is left of a text is the caller's, and other texts may come between.
	rest, sum := many, 0
	for rest != "" {
		s, tail, err := c.Prepare(rest)
		check(t, err)
		if rest = tail; s == nil {
			continue
		}
		if sum++; sum%7 == 0 {
			exec(t, c, "SELECT 1; SELECT 2")
		}
		check(t, s.Close())
	}
	if sum != 1000 {
		t.Errorf("%d statements of 1000", sum)
	}
}

// A text that a callback works through while another is compiled is no part of that.
func TestLongTextInsideAnother(t *testing.T) {
	c := openTest(t, ":memory:")
	inner := strings.Repeat("SELECT 'inner';", 1000)
	asked := 0
	check(t, c.SetCollationNeeded(func(c *sqlite.Conn, name string) {
		asked++
		for range 3 {
			if s, tail, err := c.Prepare(inner); err != nil {
				t.Error(err)
			} else {
				inner = tail
				check(t, s.Close())
			}
		}
		check(t, c.CreateCollation(name, func(a, b sqlite.RawBytes) int { return len(a) - len(b) }))
	}))
	exec(t, c, "CREATE TABLE t(x)")
	exec(t, c, "SELECT 1; SELECT 1 ORDER BY 'a' COLLATE mine; "+strings.Repeat("INSERT INTO t VALUES(1);", 1000))
	if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "1000" || asked == 0 || err != nil {
		t.Errorf("%s rows, asked %d times, %v", n, asked, err)
	}
}

// TestLongTextTakesTimeByLength: four times the text takes four times as long, not sixteen.
func TestLongTextTakesTimeByLength(t *testing.T) {
	c := openTest(t, ":memory:")
	took := func(statements int) time.Duration {
		text := strings.Repeat("SELECT 1;                                       \n", statements)
		start := time.Now()
		exec(t, c, text)
		return time.Since(start)
	}
	var seen []time.Duration
	for range 8 { // of which other work on the machine spoils some
		short, long := took(8000), took(32000)
		if long < 9*short {
			return
		}
		seen = append(seen, short, long)
	}
	t.Errorf("for 8,000 statements and for 32,000, in turns: %v", seen)
}
