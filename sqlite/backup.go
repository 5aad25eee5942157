// SPDX-License-Identifier: MIT

package sqlite

import (
	"errors"
	"time"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Backup copies a database while others use it.
//
// https://sqlite.org/c3ref/backup.html
type Backup struct {
	dst, src *Conn
	b        capi.Backup
	closed   bool
}

// done is SQLITE_DONE.
const done = 101

// Backup is sqlite3_backup_init: dstSchema of dst will become a copy of
// srcSchema of c. Both connections stay bound to the backup until its Close.
//
// https://sqlite.org/c3ref/backup_finish.html
func (c *Conn) Backup(dst *Conn, dstSchema, srcSchema string) (*Backup, error) {
	if dst == c {
		return nil, misuse("a backup needs two connections")
	}
	b := &Backup{dst: dst, src: c}
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.leave()
	h, rc := capi.BackupInit(dst.c, dstSchema, c.c, srcSchema)
	if rc != 0 {
		return nil, dst.fail(rc, "")
	}
	b.b = h
	c.own(b)
	dst.own(b)
	return b, nil
}

func (b *Backup) enter() error {
	if b.closed {
		return misuse("backup is closed")
	}
	if err := b.src.enter(); err != nil {
		return err
	}
	if err := b.dst.enter(); err != nil {
		b.src.leave()
		return err
	}
	return nil
}

func (b *Backup) leave() {
	b.dst.leave()
	b.src.leave()
}

// Step is sqlite3_backup_step: it copies up to pages pages, all that remain
// when pages is negative. An error that matches ErrBusy or ErrLocked leaves the
// backup as it was; try again later. A context that was set on either
// connection is looked at before the step.
//
// https://sqlite.org/c3ref/backup_finish.html
func (b *Backup) Step(pages int) (finished bool, err error) {
	if err := b.enter(); err != nil {
		return false, err
	}
	defer b.leave()
	for _, c := range []*Conn{b.src, b.dst} {
		if cause := c.contextErr(); cause != nil {
			return false, &Error{Code: ErrInterrupt, Message: "backup interrupted", Offset: -1, cause: cause}
		}
	}
	// C has ints of 32 bits, and -1 for all that remain.
	switch rc := b.b.Step(min(max(pages, -1), 1<<31-1)); rc {
	case 0:
		return false, nil
	case done:
		return true, nil
	default:
		return false, coded(ErrorCode(rc), "backup step: "+capi.ErrStr(rc))
	}
}

// Progress is how far [Conn.BackupTo] has come, in pages.
type Progress struct{ Done, Total int }

// BackupTo copies srcSchema of c to dstSchema of dst, pages at a time (all at
// once when pages is not positive), with progress told after each step unless
// nil. It waits and goes on while the database is locked, until the context of
// either connection ends; in a write transaction of c it is an error. After an
// error dst is as before.
//
// https://sqlite.org/c3ref/backup_finish.html
func (c *Conn) BackupTo(dst *Conn, dstSchema, srcSchema string, pages int, progress func(Progress)) (err error) {
	b, err := c.Backup(dst, dstSchema, srcSchema)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := b.Close(); err == nil {
			err = cerr
		}
	}()
	if pages <= 0 {
		pages = -1
	}
	for {
		finished, err := b.Step(pages)
		switch {
		case (errors.Is(err, ErrBusy) || errors.Is(err, ErrLocked)) && c.TxnState(srcSchema) == TxnWrite:
			// Nobody else can end it.
			return coded(ErrLocked, "backup: "+srcSchema+" is in a write transaction of its own connection: commit first")
		case errors.Is(err, ErrBusy) || errors.Is(err, ErrLocked):
			time.Sleep(backupPause)
		case err != nil:
			return err
		default:
			if progress != nil {
				progress(Progress{b.PageCount() - b.Remaining(), b.PageCount()})
			}
			if finished {
				return nil
			}
		}
	}
}

// backupPause is how long a backup leaves a locked database alone.
const backupPause = 5 * time.Millisecond

// Remaining is sqlite3_backup_remaining: pages still to copy as of the last
// Step.
//
// https://sqlite.org/c3ref/backup_finish.html
func (b *Backup) Remaining() int {
	if b.enter() != nil {
		return 0
	}
	defer b.leave()
	return b.b.Remaining()
}

// PageCount is sqlite3_backup_pagecount: pages of the source as of the last
// Step.
//
// https://sqlite.org/c3ref/backup_finish.html
func (b *Backup) PageCount() int {
	if b.enter() != nil {
		return 0
	}
	defer b.leave()
	return b.b.PageCount()
}

// Close is sqlite3_backup_finish: a backup that had not finished is undone. A
// second Close does nothing.
//
// https://sqlite.org/c3ref/backup_finish.html
func (b *Backup) Close() error {
	if b.closed {
		return nil
	}
	if err := b.enter(); err != nil {
		return err
	}
	defer b.leave()
	b.closed = true
	b.src.disown(b)
	b.dst.disown(b)
	if rc := b.dst.c.BackupFinish(b.b); rc != 0 {
		return b.dst.fail(rc, "")
	}
	return nil
}
