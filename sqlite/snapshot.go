// SPDX-License-Identifier: MIT

package sqlite

import (
	"sync"

	"github.com/gosqlite/gosqlite/internal/capi"
)

// Snapshot is a state of a database in WAL mode, to be read again while the WAL
// still holds it: a checkpoint that starts the WAL anew ends it. It outlives its
// connection and may be shared.
//
// https://sqlite.org/c3ref/snapshot.html
type Snapshot struct {
	mu sync.Mutex
	s  capi.Snapshot // 0 after Close
}

// Snapshot is sqlite3_snapshot_get of a schema whose database is in WAL mode,
// not empty, and not being written by this connection.
//
// https://sqlite.org/c3ref/snapshot_get.html
func (c *Conn) Snapshot(schema string) (*Snapshot, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	s, rc := c.c.SnapshotGet(schema)
	if rc != 0 {
		return nil, c.fail(rc, "")
	}
	return &Snapshot{s: s}, nil
}

// OpenSnapshot is sqlite3_snapshot_open: the transaction that BEGIN began reads
// the state of s. ErrErrorSnapshot is matched when that state is gone.
//
// https://sqlite.org/c3ref/snapshot_open.html
func (c *Conn) OpenSnapshot(schema string, s *Snapshot) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.s == 0 {
		return errSnapshotClosed
	}
	if rc := c.c.SnapshotOpen(schema, s.s); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}

// RecoverSnapshots is sqlite3_snapshot_recover: states that a WAL left behind by
// another process still holds can be opened again.
//
// https://sqlite.org/c3ref/snapshot_recover.html
func (c *Conn) RecoverSnapshots(schema string) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if rc := c.c.SnapshotRecover(schema); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}

var errSnapshotClosed = misuse("snapshot is closed")

// Compare is sqlite3_snapshot_cmp of two snapshots of one database file: -1 when
// s is the older one, 0 or 1.
//
// https://sqlite.org/c3ref/snapshot_cmp.html
func (s *Snapshot) Compare(t *Snapshot) (int, error) {
	if s == t {
		return 0, nil
	}
	a, err := s.handle()
	if err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	if !t.mu.TryLock() {
		return 0, misuse("snapshot is in use by another goroutine")
	}
	defer t.mu.Unlock()
	if t.s == 0 {
		return 0, errSnapshotClosed
	}
	n := a.Compare(t.s)
	return max(-1, min(n, 1)), nil
}

// handle locks the snapshot when it is open.
func (s *Snapshot) handle() (capi.Snapshot, error) {
	s.mu.Lock()
	if s.s == 0 {
		s.mu.Unlock()
		return 0, errSnapshotClosed
	}
	return s.s, nil
}

// Close is sqlite3_snapshot_free. A second Close does nothing.
//
// https://sqlite.org/c3ref/snapshot_free.html
func (s *Snapshot) Close() {
	if h, err := s.handle(); err == nil {
		h.Free()
		s.s = 0
		s.mu.Unlock()
	}
}
