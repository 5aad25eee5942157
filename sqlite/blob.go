// SPDX-License-Identifier: MIT

package sqlite

import (
	"fmt"
	"io"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// BlobIO reads and writes one blob or text in pieces, without loading it. Its
// size is fixed; make room with BindZeroBlob. It is an io.ReadWriteSeeker,
// io.ReaderAt and io.WriterAt, for one goroutine at a time as its Conn is.
//
// https://sqlite.org/c3ref/blob.html
type BlobIO struct {
	conn   *Conn
	b      capi.BlobHandle
	size   int64
	at     int64
	closed bool
}

var (
	_ io.ReadWriteSeeker = (*BlobIO)(nil)
	_ io.ReaderAt        = (*BlobIO)(nil)
	_ io.WriterAt        = (*BlobIO)(nil)
	_ io.Closer          = (*BlobIO)(nil)
)

// OpenBlob is sqlite3_blob_open of the value in the row with the given rowid.
//
// https://sqlite.org/c3ref/blob_open.html
func (c *Conn) OpenBlob(schema, table, column string, rowid int64, write bool) (*BlobIO, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	h, rc := c.c.BlobOpen(schema, table, column, rowid, write)
	if rc != 0 {
		return nil, c.fail(rc, "")
	}
	b := &BlobIO{conn: c, b: h, size: int64(h.Size())}
	c.own(b)
	return b, nil
}

func (b *BlobIO) enter() error {
	if b.closed {
		return misuse("blob is closed")
	}
	return b.conn.enter()
}

// Reopen is sqlite3_blob_reopen: it moves to the same column of another row.
//
// https://sqlite.org/c3ref/blob_reopen.html
func (b *BlobIO) Reopen(rowid int64) error {
	if err := b.enter(); err != nil {
		return err
	}
	defer b.conn.leave()
	b.at, b.size = 0, 0
	if rc := b.conn.c.BlobReopen(b.b, rowid); rc != 0 {
		return b.conn.fail(rc, "")
	}
	b.size = int64(b.b.Size())
	return nil
}

// Size is sqlite3_blob_bytes.
//
// https://sqlite.org/c3ref/blob_bytes.html
func (b *BlobIO) Size() int64 { return b.size }

// ReadAt is sqlite3_blob_read.
//
// https://sqlite.org/c3ref/blob_read.html
func (b *BlobIO) ReadAt(p []byte, off int64) (int, error) {
	if err := b.enter(); err != nil {
		return 0, err
	}
	defer b.conn.leave()
	if off < 0 {
		return 0, coded(ErrRange, "a blob has no bytes before its first")
	}
	if off >= b.size {
		return 0, io.EOF
	}
	n := min(int64(len(p)), b.size-off)
	if rc := b.conn.c.BlobRead(b.b, p[:n], int(off)); rc != 0 {
		return 0, b.conn.fail(rc, "")
	}
	if n < int64(len(p)) {
		return int(n), io.EOF
	}
	return int(n), nil
}

// WriteAt is sqlite3_blob_write. Beyond the end it writes nothing.
//
// https://sqlite.org/c3ref/blob_write.html
func (b *BlobIO) WriteAt(p []byte, off int64) (int, error) {
	if err := b.enter(); err != nil {
		return 0, err
	}
	defer b.conn.leave()
	if off < 0 || off > b.size || int64(len(p)) > b.size-off {
		return 0, coded(ErrRange, fmt.Sprintf("%d bytes at %d do not fit a blob of %d", len(p), off, b.size))
	}
	if rc := b.conn.c.BlobWrite(b.b, p, int(off)); rc != 0 {
		return 0, b.conn.fail(rc, "")
	}
	return len(p), nil
}

// Read reads from the current position.
//
// https://sqlite.org/c3ref/blob_read.html
func (b *BlobIO) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := b.ReadAt(p, b.at)
	b.at += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// Write writes at the current position.
//
// https://sqlite.org/c3ref/blob_write.html
func (b *BlobIO) Write(p []byte) (int, error) {
	n, err := b.WriteAt(p, b.at)
	b.at += int64(n)
	return n, err
}

// Seek moves the current position.
//
// https://sqlite.org/c3ref/blob_bytes.html
func (b *BlobIO) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += b.at
	case io.SeekEnd:
		offset += b.size
	default:
		return 0, coded(ErrRange, "unknown whence")
	}
	if offset < 0 {
		return 0, coded(ErrRange, "a blob has no position before its first byte")
	}
	b.at = offset
	return offset, nil
}

// Close is sqlite3_blob_close. A second Close does nothing.
//
// https://sqlite.org/c3ref/blob_close.html
func (b *BlobIO) Close() error {
	if b.closed {
		return nil
	}
	if err := b.conn.enter(); err != nil {
		return err
	}
	defer b.conn.leave()
	b.closed = true
	b.conn.disown(b)
	if rc := b.conn.c.BlobClose(b.b); rc != 0 {
		return b.conn.fail(rc, "")
	}
	return nil
}
