// SPDX-License-Identifier: MIT

//go:build unix

package driver_test

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

// grow makes a database believe that it has pages up to a size and the file as long, without writing them: what follows
// is written behind them. Offsets beyond 2 and 4 GiB are reached at the cost of a few pages.
func grow(t *testing.T, name string, size int64) {
	t.Helper()
	const pageSize = 65536
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// https://sqlite.org/fileformat2.html#in_header_database_size
	pages := binary.BigEndian.AppendUint32(nil, uint32(size/pageSize))
	if info, err := f.Stat(); err != nil || info.Size() > size {
		t.Fatalf("the file has %d bytes already: %v", info.Size(), err)
	}
	if _, err := f.WriteAt(pages, 28); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
}

func TestFilesBeyond2And4GiB(t *testing.T) {
	for _, mode := range []string{"delete", "wal"} {
		t.Run(mode, func(t *testing.T) {
			name := file(t)
			dsn := name + "?_pragma=page_size(65536)&_pragma=journal_mode(" + mode + ")"
			at := int64(0)
			for _, size := range []int64{2<<30 - 65536, 4<<30 - 65536, 4<<30 + 65536*1000} {
				db := open(t, dsn)
				exec(t, db, "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, x)")
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				grow(t, name, size)
				at++
				db = open(t, dsn)
				want := bytes.Repeat([]byte{byte(at), 0xab}, 150000)
				exec(t, db, "INSERT INTO t VALUES(?, ?)", at, want)
				// Undone, and done again, behind the border.
				tx, err := db.Begin()
				if err != nil {
					t.Fatal(err)
				}
				exec(t, tx, "UPDATE t SET x = zeroblob(300001) WHERE id = ?", at)
				if err := tx.Rollback(); err != nil {
					t.Fatal(err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				info, err := os.Stat(name)
				if err != nil || info.Size() <= size {
					t.Fatalf("the file has %d bytes, want more than %d: %v", info.Size(), size, err)
				}
				checkLarge(t, dsn, at)
			}
		})
	}
}

// checkLarge reads every row again, by SQL, as a blob that is opened, and through a map of the file.
func checkLarge(t *testing.T, dsn string, rows int64) {
	t.Helper()
	for _, dsn := range []string{dsn, dsn + "&_pragma=mmap_size(8589934592)"} {
		db := open(t, dsn)
		for id := int64(1); id <= rows; id++ {
			want := bytes.Repeat([]byte{byte(id), 0xab}, 150000)
			var got []byte
			if err := db.QueryRow("SELECT x FROM t WHERE id = ?", id).Scan(&got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("row %d: %d bytes, %v", id, len(got), err)
			}
			if err := rawBlob(t, db, id, want); err != nil {
				t.Errorf("blob %d: %v", id, err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func rawBlob(t *testing.T, db *sql.DB, id int64, want []byte) error {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		return err
	}
	defer conn.Close()
	return driver.Raw(conn, func(c *sqlite.Conn) error {
		b, err := c.OpenBlob("main", "t", "x", id, false)
		if err != nil {
			return err
		}
		defer b.Close()
		tail := make([]byte, 100)
		if _, err := b.ReadAt(tail, int64(len(want)-100)); err != nil {
			return err
		}
		if !bytes.Equal(tail, want[len(want)-100:]) {
			return errors.New("its last bytes are others")
		}
		return nil
	})
}
