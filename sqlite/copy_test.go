// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestBackupCopiesInSteps(t *testing.T) {
	src := openTest(t, filepath.Join(t.TempDir(), "src.db"))
	dst := openTest(t, ":memory:")
	exec(t, src, "CREATE TABLE t(x); WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r LIMIT 50) INSERT INTO t SELECT zeroblob(4000) FROM r")
	b, err := src.Backup(dst, "main", "main")
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for finished := false; !finished; steps++ {
		if finished, err = b.Step(10); err != nil {
			t.Fatal(err)
		}
		if b.PageCount() < 50 || b.Remaining() > b.PageCount()-10 && !finished {
			t.Errorf("step %d: %d of %d pages remain", steps, b.Remaining(), b.PageCount())
		}
	}
	if err := b.Close(); err != nil || steps < 5 {
		t.Errorf("close: %v after %d steps", err, steps)
	}
	if _, err := b.Step(1); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("step after close: %v", err)
	}
	s := prepare(t, dst, "SELECT count(*), sum(length(x)) FROM t")
	if row, err := s.Step(); !row || err != nil || s.ColumnInt64(0) != 50 || s.ColumnInt64(1) != 200000 {
		t.Errorf("copy holds %d rows of %d bytes, %v", s.ColumnInt64(0), s.ColumnInt64(1), err)
	}
	if _, err := src.Backup(src, "main", "main"); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("backup onto itself: %v", err)
	}
	if _, err := src.Backup(dst, "main", "nope"); !errors.Is(err, sqlite.ErrError) {
		t.Errorf("backup of an unknown schema: %v", err)
	}
}

func TestCloseEndsBackupsAndBlobs(t *testing.T) {
	src, err := sqlite.Open(":memory:", sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	dst := openTest(t, ":memory:")
	exec(t, src, "CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(10))")
	backup, err := src.Backup(dst, "main", "main")
	if err != nil {
		t.Fatal(err)
	}
	blob, err := src.OpenBlob("main", "t", "x", 1, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Read(make([]byte, 1)); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("read: %v", err)
	}
	if _, err := backup.Step(1); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("step: %v", err)
	}
}

func TestBlobIsAFile(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(100000)), ('abc')")
	b, err := c.OpenBlob("main", "t", "x", 1, true)
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Repeat([]byte("0123456789"), 10000)
	if n, err := io.Copy(b, bytes.NewReader(want)); err != nil || n != 100000 {
		t.Errorf("wrote %d, %v", n, err)
	}
	if _, err := b.Write([]byte{1}); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("write beyond the end: %v", err)
	}
	if _, err := b.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(b); err != nil || !bytes.Equal(got, want) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if err := b.Reopen(2); err != nil || b.Size() != 3 {
		t.Errorf("reopen: %v, %d bytes", err, b.Size())
	}
	if err := b.Reopen(3); err == nil {
		t.Error("a missing row opens")
	}
	if err := b.Close(); err != nil && !errors.Is(err, sqlite.ErrError) && !errors.Is(err, sqlite.ErrAbort) {
		t.Error(err)
	}
}

func TestBlobAtAndSeek(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x); INSERT INTO t VALUES(x'000102030405'), (x'')")
	b, err := c.OpenBlob("main", "t", "x", 1, true)
	check(t, err)
	p := make([]byte, 4)
	if n, err := b.ReadAt(p, 4); n != 2 || err != io.EOF || !bytes.Equal(p[:2], []byte{4, 5}) {
		t.Errorf("read at 4: %d, %v, % x", n, err, p)
	}
	if n, err := b.ReadAt(p, 6); n != 0 || err != io.EOF {
		t.Errorf("read at the end: %d, %v", n, err)
	}
	if _, err := b.ReadAt(p, -1); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("read before the first byte: %v", err)
	}
	if _, err := b.ReadAt(p, 1<<40); err != io.EOF {
		t.Errorf("read at 2^40: %v", err)
	}
	if n, err := b.WriteAt([]byte{9, 9}, 4); n != 2 || err != nil {
		t.Errorf("write at 4: %d, %v", n, err)
	}
	for _, off := range []int64{-1, 5, 1 << 40} {
		if _, err := b.WriteAt([]byte{9, 9}, off); !errors.Is(err, sqlite.ErrRange) {
			t.Errorf("write at %d: %v", off, err)
		}
	}
	if at, err := b.Seek(-2, io.SeekEnd); at != 4 || err != nil {
		t.Errorf("seek from the end: %d, %v", at, err)
	}
	if rest, err := io.ReadAll(b); !bytes.Equal(rest, []byte{9, 9}) || err != nil {
		t.Errorf("read % x, %v", rest, err)
	}
	if _, err := b.Seek(-7, io.SeekCurrent); !errors.Is(err, sqlite.ErrRange) {
		t.Errorf("seek before the first byte: %v", err)
	}
	check(t, b.Reopen(2))
	if n, err := b.Read(p); n != 0 || err != io.EOF {
		t.Errorf("read of an empty blob: %d, %v", n, err)
	}
	check(t, b.Close())
	if _, err := b.WriteAt(nil, 0); !errors.Is(err, sqlite.ErrMisuse) {
		t.Errorf("use after close: %v", err)
	}
	r, err := c.OpenBlob("main", "t", "x", 1, false)
	check(t, err)
	if _, err := r.Write([]byte{1}); !errors.Is(err, sqlite.ErrReadOnly) {
		t.Errorf("write to a blob for reading: %v", err)
	}
	_ = r.Close()
}

func TestSerializeAndBack(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x); INSERT INTO t VALUES('kept')")
	data, err := c.Serialize("main")
	if err != nil || !bytes.HasPrefix(data, []byte("SQLite format 3\x00")) {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	d := openTest(t, ":memory:")
	if err := d.Deserialize("main", data, false); err != nil {
		t.Fatal(err)
	}
	clear(data)
	exec(t, d, "INSERT INTO t SELECT x || '!' FROM t")
	s := prepare(t, d, "SELECT group_concat(x) FROM t")
	if row, err := s.Step(); !row || err != nil || s.ColumnText(0) != "kept,kept!" {
		t.Errorf("got %q, %v", s.ColumnText(0), err)
	}
	if _, err := c.Serialize("nope"); !errors.Is(err, sqlite.ErrError) || !strings.Contains(err.Error(), "nope") {
		t.Errorf("an unknown schema: %v", err)
	}
	name := filepath.Join(t.TempDir(), "a.db")
	locked, writer := openTest(t, name), openTest(t, name)
	exec(t, writer, "CREATE TABLE t(x); BEGIN EXCLUSIVE")
	check(t, locked.SetBusyTimeout(0))
	if _, err := locked.Serialize("main"); !errors.Is(err, sqlite.ErrBusy) {
		t.Errorf("a database that is locked: %v", err)
	}
	exec(t, writer, "ROLLBACK")
}

// A write transaction of the source's own connection ends with nobody's help but the caller's.
func TestBackupInAWriteTransaction(t *testing.T) {
	src, dst := openTest(t, filepath.Join(t.TempDir(), "src.db")), openTest(t, ":memory:")
	exec(t, src, "CREATE TABLE t(x); BEGIN; INSERT INTO t VALUES(1)")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	defer src.SetContext(ctx)()
	if err := src.BackupTo(dst, "main", "main", 0, nil); !errors.Is(err, sqlite.ErrLocked) || ctx.Err() != nil {
		t.Errorf("in a transaction: %v", err)
	}
	exec(t, src, "COMMIT")
	check(t, src.BackupTo(dst, "main", "main", 0, nil))
}

// What a blob has written is committed at its end, which another's lock can refuse.
func TestResetAllTellsOfABlobsCommit(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.db")
	a, b := openTest(t, name), openTest(t, name)
	exec(t, a, "CREATE TABLE t(x); INSERT INTO t VALUES(x'00'), (x'01')")
	check(t, a.SetBusyTimeout(0))
	reader := prepare(t, b, "SELECT rowid FROM t")
	reader.SetReadAhead(1)
	if row, err := reader.Step(); !row || err != nil {
		t.Fatal(row, err)
	}
	blob, err := a.OpenBlob("main", "t", "x", 1, true)
	check(t, err)
	if _, err := blob.WriteAt([]byte{2}, 0); err != nil {
		t.Fatal(err)
	}
	if err := a.ResetAll(); !errors.Is(err, sqlite.ErrBusy) {
		t.Errorf("while another reads: %v", err)
	}
	check(t, reader.Close())
	if _, x, err := one(t, a, "SELECT hex(x) FROM t"); x != "00" || err != nil {
		t.Errorf("%s, %v", x, err)
	}
}

func TestBackupToTellsItsProgress(t *testing.T) {
	name := filepath.Join(t.TempDir(), "src.db")
	src, writer, dst := openTest(t, name), openTest(t, name), openTest(t, ":memory:")
	exec(t, src, "CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(100000))")
	var seen []sqlite.Progress
	check(t, src.BackupTo(dst, "main", "main", 10, func(p sqlite.Progress) { seen = append(seen, p) }))
	last := seen[len(seen)-1]
	if len(seen) < 3 || seen[0].Done != 10 || last.Done != last.Total {
		t.Errorf("progress %v", seen)
	}
	if _, n, err := one(t, dst, "SELECT length(x) FROM t"); n != "100000" || err != nil {
		t.Errorf("copied %s, %v", n, err)
	}
	exec(t, writer, "BEGIN EXCLUSIVE")
	check(t, src.SetBusyTimeout(0))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	release := src.SetContext(ctx)
	defer release()
	if err := src.BackupTo(dst, "main", "main", 10, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a backup that waits: %v", err)
	}
}

const deferredKey = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE k(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)"

// A statement that is not read to its end commits when it is closed, alone or with its connection, and the commit may fail.
func TestCloseTellsOfACommitThatFails(t *testing.T) {
	for name, end := range map[string]func(c *sqlite.Conn, s *sqlite.Stmt) error{
		"the statement":  func(_ *sqlite.Conn, s *sqlite.Stmt) error { return s.Close() },
		"the connection": func(c *sqlite.Conn, _ *sqlite.Stmt) error { return c.Close() },
	} {
		c := openTest(t, ":memory:")
		exec(t, c, deferredKey)
		s := prepare(t, c, "INSERT INTO k VALUES(7) RETURNING p")
		if row, err := s.Step(); !row || err != nil {
			t.Fatal(err)
		}
		if err := end(c, s); !errors.Is(err, sqlite.ErrConstraintForeignKey) {
			t.Errorf("close %s: %v", name, err)
		}
		if err := end(c, s); err != nil {
			t.Errorf("close %s again: %v", name, err)
		}
	}
}

// openBlob writes to a blob after another statement has failed; what was written is committed at its end.
func openBlob(t *testing.T) (*sqlite.Conn, *sqlite.BlobIO) {
	t.Helper()
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(3))")
	b, err := c.OpenBlob("main", "t", "x", 1, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	check(t, c.SetCommitHook(func() error { return errMine }))
	if c.Exec("nonsense") == nil {
		t.Fatal("nonsense was carried out")
	}
	return c, b
}

func TestCloseTellsOfABlobThatFails(t *testing.T) {
	c, _ := openBlob(t)
	if err := c.Close(); !errors.Is(err, errMine) {
		t.Errorf("close the connection: %v", err)
	}
	_, b := openBlob(t)
	var e *sqlite.Error
	if err := b.Close(); !errors.As(err, &e) || !errors.Is(err, errMine) || strings.Contains(e.Message, "nonsense") {
		t.Errorf("close the blob: %v", err)
	}
}

// A backup that is given up says that its source was locked, not what failed before it.
func TestBackupThatIsGivenUp(t *testing.T) {
	name := t.TempDir() + "/test.db"
	owner, src, dst := openTest(t, name), openTest(t, name), openTest(t, ":memory:")
	check(t, src.SetBusyTimeout(0))
	exec(t, owner, "CREATE TABLE t(x); BEGIN EXCLUSIVE")
	if dst.Exec("nonsense") == nil {
		t.Fatal("nonsense was carried out")
	}
	b, err := src.Backup(dst, "main", "main")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Step(-1); !errors.Is(err, sqlite.ErrBusy) {
		t.Fatalf("step: %v", err)
	}
	var e *sqlite.Error
	if err := b.Close(); !errors.As(err, &e) || e.Code.Primary() != sqlite.ErrBusy || strings.Contains(e.Message, "nonsense") {
		t.Errorf("close: %v", err)
	}
}
