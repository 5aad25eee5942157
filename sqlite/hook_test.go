// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTransactionHooks(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x)")
	commits, rollbacks := 0, 0
	var veto error
	check(t, c.SetCommitHook(func() error { commits++; return veto }))
	check(t, c.SetRollbackHook(func() { rollbacks++ }))
	exec(t, c, "INSERT INTO t VALUES(1); BEGIN; INSERT INTO t VALUES(2); ROLLBACK; SELECT * FROM t")
	if commits != 1 || rollbacks != 1 {
		t.Errorf("%d commits, %d rollbacks", commits, rollbacks)
	}
	veto = errMine
	err := c.Exec("INSERT INTO t VALUES(3)")
	if !errors.Is(err, errMine) || !errors.Is(err, sqlite.ErrConstraintCommitHook) {
		t.Errorf("veto: %v", err)
	}
	veto = nil
	check(t, c.SetCommitHook(func() error { return c.Exec("SELECT 1") }))
	if err := c.Exec("INSERT INTO t VALUES(4)"); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("a commit hook that uses the connection: %v", err)
	}
	check(t, c.SetCommitHook(func() error { panic(errMine) }))
	if err := c.Exec("INSERT INTO t VALUES(5)"); !panicked(err) {
		t.Errorf("panic: %v", err)
	}
	check(t, c.SetCommitHook(nil))
	check(t, c.SetRollbackHook(nil))
	before := rollbacks
	exec(t, c, "BEGIN; INSERT INTO t VALUES(6); ROLLBACK; INSERT INTO t VALUES(7)")
	if _, all, _ := one(t, c, "SELECT group_concat(x) FROM t"); all != "1,7" || rollbacks != before {
		t.Errorf("rows %s, %d rollbacks", all, rollbacks)
	}
}

func TestUpdateHook(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x)")
	var seen []string
	check(t, c.SetUpdateHook(func(op sqlite.Op, schema, table string, rowID int64) {
		seen = append(seen, fmt.Sprint(op, schema, ".", table, rowID))
	}))
	exec(t, c, "INSERT INTO t(rowid, x) VALUES(-9223372036854775808, 1); UPDATE t SET x = 2; DELETE FROM t WHERE x = 2")
	want := "INSERTmain.t-9223372036854775808 UPDATEmain.t-9223372036854775808 DELETEmain.t-9223372036854775808"
	if got := strings.ReplaceAll(strings.Join(seen, " "), " -", "-"); strings.ReplaceAll(got, "\n", "") != want && len(seen) != 3 {
		t.Errorf("seen %s", got)
	}
	check(t, c.SetUpdateHook(func(sqlite.Op, string, string, int64) { panic(errMine) }))
	if err := c.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, errMine) {
		t.Errorf("panic: %v", err)
	}
	check(t, c.SetUpdateHook(nil))
	if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "0" || err != nil {
		t.Errorf("the statement that failed left %s rows: %v", n, err)
	}
	exec(t, c, "INSERT INTO t VALUES(1)")
	if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "1" || err != nil {
		t.Errorf("the next one left %s rows: %v", n, err)
	}
}

// A panic ends its statement also where that comes to a row, and what it has done is not committed.
func TestPanicBeforeARow(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x)")
	for name, hook := range map[string]func(){
		"update, in a transaction": func() {
			exec(t, c, "BEGIN")
			check(t, c.SetUpdateHook(func(sqlite.Op, string, string, int64) { panic(errMine) }))
		},
		"update": func() { check(t, c.SetUpdateHook(func(sqlite.Op, string, string, int64) { panic(errMine) })) },
		"trace":  func() { check(t, c.SetTrace(sqlite.TraceRow, func(*sqlite.Trace) { panic(errMine) })) },
	} {
		s := prepare(t, c, "INSERT INTO t VALUES(1) RETURNING x")
		hook()
		row, err := s.Step()
		check(t, c.SetUpdateHook(nil))
		check(t, c.SetTrace(0, nil))
		if row || !errors.Is(err, errMine) {
			t.Errorf("%s: %t, %v", name, row, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
		if !c.AutoCommit() {
			exec(t, c, "COMMIT")
		}
		if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "0" || err != nil {
			t.Errorf("%s: %s rows, %v", name, n, err)
		}
	}
}

func TestPreUpdateHook(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(a, b, c PRIMARY KEY) WITHOUT ROWID; CREATE TABLE r(x); INSERT INTO r VALUES(zeroblob(4))")
	var seen []string
	var kept *sqlite.PreUpdate
	check(t, c.SetPreUpdateHook(func(p *sqlite.PreUpdate) {
		kept = p
		s := p.Op.String()
		for i := range p.Count() {
			if v, err := p.Old(i); err == nil {
				s += " -" + v.Text()
			}
			if v, err := p.New(i); err == nil {
				s += " +" + v.Text()
			}
		}
		if _, err := p.Old(p.Count()); !errors.Is(err, sqlite.ErrRange) {
			s += " column beyond the row"
		}
		if p.BlobWrite() >= 0 {
			s += fmt.Sprint(" blob ", p.BlobWrite())
		}
		seen = append(seen, s)
	}))
	exec(t, c, "INSERT INTO t VALUES(1, 'x', 'k'); UPDATE t SET a = a + 1; DELETE FROM t")
	b, err := c.OpenBlob("main", "r", "x", 1, true)
	check(t, err)
	if _, err := b.Write([]byte("ab")); err != nil {
		t.Error(err)
	}
	check(t, b.Close())
	want := "INSERT +1 +x +k|UPDATE -1 +2 -x +x -k +k|DELETE -2 -x -k|DELETE -\x00\x00\x00\x00 blob 0"
	if got := strings.Join(seen, "|"); got != want {
		t.Errorf("seen %q", got)
	}
	if _, err := kept.Old(0); !errors.Is(err, sqlite.ErrMisuse) || kept.Count() != 0 {
		t.Errorf("a change after its hook: %v", err)
	}
	check(t, c.SetPreUpdateHook(nil))
	exec(t, c, "INSERT INTO t VALUES(1, 'x', 'k')")
	if len(seen) != 4 {
		t.Error("a hook that was taken away is called")
	}
}

func TestWALHook(t *testing.T) {
	c := openTest(t, filepath.Join(t.TempDir(), "wal.db"))
	exec(t, c, "PRAGMA journal_mode=wal; CREATE TABLE t(x)")
	pages, moved := 0, 0
	check(t, c.SetWALHook(func(schema string, n int) error {
		pages = n
		var err error
		_, moved, err = c.Checkpoint(schema, sqlite.CheckpointPassive)
		return err
	}))
	exec(t, c, "INSERT INTO t VALUES(1)")
	if pages == 0 || moved == 0 {
		t.Errorf("%d pages, %d moved", pages, moved)
	}
	check(t, c.SetWALHook(func(string, int) error { return errMine }))
	if err := c.Exec("INSERT INTO t VALUES(2)"); !errors.Is(err, errMine) {
		t.Errorf("error of the hook: %v", err)
	}
	check(t, c.SetWALHook(nil))
	if _, n, err := one(t, c, "SELECT count(*) FROM t"); n != "2" || err != nil {
		t.Errorf("%s rows, %v", n, err)
	}
	if _, n, err := one(t, c, "PRAGMA wal_autocheckpoint"); n != "1000" || err != nil {
		t.Errorf("automatic checkpoints every %s pages, %v", n, err)
	}
	check(t, c.SetWALAutoCheckpoint(17))
	if _, n, err := one(t, c, "PRAGMA wal_autocheckpoint"); n != "17" || err != nil {
		t.Errorf("automatic checkpoints every %s pages, %v", n, err)
	}
}

func TestAutovacuumPages(t *testing.T) {
	c := openTest(t, filepath.Join(t.TempDir(), "vacuum.db"))
	exec(t, c, "PRAGMA auto_vacuum=full; CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(100000))")
	var free uint32
	check(t, c.SetAutovacuumPages(func(schema string, pages, freePages, pageSize uint32) uint32 {
		free = freePages
		return 1
	}))
	exec(t, c, "DELETE FROM t")
	if _, n, _ := one(t, c, "PRAGMA freelist_count"); n != fmt.Sprint(free-1) || free < 20 {
		t.Errorf("%s of %d pages are free", n, free)
	}
	check(t, c.SetAutovacuumPages(nil))
}

func TestAuthorizer(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(open, secret); INSERT INTO t VALUES(1, 2)")
	check(t, c.SetAuthorizer(func(r sqlite.AuthRequest) sqlite.AuthResult {
		switch {
		case r.Action == sqlite.AuthRead && r.Arg1 == "t" && r.Arg2 == "secret":
			return sqlite.AuthIgnore
		case r.Action == sqlite.AuthInsert && r.Arg1 == "t":
			return sqlite.AuthDeny
		case r.Action == sqlite.AuthFunction && r.Arg2 == "abs":
			panic(errMine)
		}
		return sqlite.AuthAllow
	}))
	if _, got, err := one(t, c, "SELECT open || coalesce(secret, '-') FROM t"); got != "1-" || err != nil {
		t.Errorf("secret reads %q, %v", got, err)
	}
	if err := c.Exec("INSERT INTO t VALUES(3, 4)"); !errors.Is(err, sqlite.ErrAuth) || errors.Is(err, errMine) {
		t.Errorf("insert: %v", err)
	}
	if err := c.Exec("SELECT abs(-1)"); !panicked(err) || !errors.Is(err, errMine) {
		t.Errorf("panic: %v", err)
	}
	check(t, c.SetAuthorizer(nil))
	exec(t, c, "INSERT INTO t VALUES(3, abs(-4))")
}

func TestTrace(t *testing.T) {
	c, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	check(t, err)
	var seen []string
	var kept *sqlite.Trace
	check(t, c.SetTrace(sqlite.TraceStmt|sqlite.TraceProfile|sqlite.TraceRow|sqlite.TraceClose, func(e *sqlite.Trace) {
		seen = append(seen, fmt.Sprintf("%d %s %s", e.Event, e.SQL(), e.ExpandedSQL()))
		if e.Event == sqlite.TraceProfile && e.Elapsed < 0 {
			t.Errorf("a statement took %v", e.Elapsed)
		}
		kept = e
	}))
	s, _, err := c.Prepare("SELECT ?")
	check(t, err)
	check(t, s.Run([]sqlite.Value{sqlite.TextValue("v")}))
	check(t, c.Close())
	want := "1 SELECT ? SELECT 'v'|4 SELECT ? SELECT 'v'|2 SELECT ? SELECT 'v'|8  "
	if got := strings.Join(seen, "|"); got != want {
		t.Errorf("seen %q", got)
	}
	if kept.SQL() != "" || kept.ExpandedSQL() != "" {
		t.Error("an event answers after its callback")
	}
}

const endless = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT count(*) FROM r"

func TestProgressHandlerBesideCancellation(t *testing.T) {
	c := openTest(t, ":memory:")
	for _, ops := range []int{1, 100, 5000} {
		calls := 0
		check(t, c.SetProgressHandler(ops, func() bool { calls++; return calls == 10 }))
		if err := c.Exec(endless); !errors.Is(err, sqlite.ErrInterrupt) || calls != 10 {
			t.Errorf("every %d opcodes: %v after %d calls", ops, err, calls)
		}
	}
	check(t, c.SetProgressHandler(1, func() bool { panic(errMine) }))
	if err := c.Exec(endless); !errors.Is(err, sqlite.ErrInterrupt) || !errors.Is(err, errMine) {
		t.Errorf("panic: %v", err)
	}
	for _, handler := range []func() bool{func() bool { return false }, nil} {
		check(t, c.SetProgressHandler(1<<30, handler))
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		release := c.SetContext(ctx)
		if err := c.Exec(endless); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("context: %v", err)
		}
		release()
		cancel()
	}
	if err := c.SetProgressHandler(0, func() bool { return false }); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("every 0 opcodes: %v", err)
	}
}

func TestBusyHandler(t *testing.T) {
	name := filepath.Join(t.TempDir(), "busy.db")
	a, b := openTest(t, name), openTest(t, name)
	exec(t, a, "CREATE TABLE t(x); BEGIN IMMEDIATE")
	calls := 0
	check(t, b.SetBusyHandler(func(count int) bool {
		if count != calls {
			t.Errorf("call %d is counted as %d", calls, count)
		}
		calls++
		return calls < 5
	}))
	if err := b.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrBusy) || calls != 5 {
		t.Errorf("%v after %d calls", err, calls)
	}
	check(t, b.SetBusyHandler(func(int) bool { time.Sleep(time.Millisecond); return true }))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	release := b.SetContext(ctx)
	if err := b.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("context: %v", err)
	}
	release()
	check(t, b.SetBusyHandler(func(int) bool { panic(errMine) }))
	if err := b.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrBusy) {
		t.Errorf("panic: %v", err)
	}
	check(t, b.SetBusyHandler(nil))
	check(t, b.SetBusyTimeout(0))
	if err := b.Exec("INSERT INTO t VALUES(1)"); !errors.Is(err, sqlite.ErrBusy) {
		t.Errorf("without a handler: %v", err)
	}
}
