// SPDX-License-Identifier: MIT

package sqlite

// CheckpointMode says how much a checkpoint waits for.
//
// https://sqlite.org/c3ref/c_checkpoint_full.html
type CheckpointMode int

// Modes of [Conn.Checkpoint].
const (
	CheckpointPassive  CheckpointMode = 0 // SQLITE_CHECKPOINT_PASSIVE: what is possible without waiting
	CheckpointFull     CheckpointMode = 1 // SQLITE_CHECKPOINT_FULL: wait for writers and for readers of old pages
	CheckpointRestart  CheckpointMode = 2 // SQLITE_CHECKPOINT_RESTART: and let the next writer start the file anew
	CheckpointTruncate CheckpointMode = 3 // SQLITE_CHECKPOINT_TRUNCATE: and make the file empty
)

// Checkpoint is sqlite3_wal_checkpoint_v2 of one schema, or of all when schema
// is "". log and moved count the frames in the log and those that are in the
// database file by now; both are -1 without WAL. ErrBusy means that the mode's
// wait was in vain; what could be moved was.
//
// https://sqlite.org/c3ref/wal_checkpoint_v2.html
func (c *Conn) Checkpoint(schema string, mode CheckpointMode) (log, moved int, err error) {
	if err := c.enter(); err != nil {
		return -1, -1, err
	}
	defer c.leave()
	log, moved, rc := c.c.Checkpoint(schema, int(mode))
	if rc != 0 {
		return log, moved, c.fail(rc, "")
	}
	return log, moved, nil
}

// CacheFlush is sqlite3_db_cacheflush: it writes dirty pages of an open
// transaction to disk, where that is possible without waiting.
//
// https://sqlite.org/c3ref/db_cacheflush.html
func (c *Conn) CacheFlush() error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	if rc := c.c.CacheFlush(); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}

// TxnState is how far a transaction has gone.
//
// https://sqlite.org/c3ref/c_txn_none.html
type TxnState int

// States of [Conn.TxnState].
const (
	TxnNone  TxnState = 0 // SQLITE_TXN_NONE: nothing is read or written
	TxnRead  TxnState = 1 // SQLITE_TXN_READ
	TxnWrite TxnState = 2 // SQLITE_TXN_WRITE
)

// TxnState is sqlite3_txn_state of one schema, or the highest of all when schema
// is "". It is -1 for an unknown schema and on a closed connection.
//
// https://sqlite.org/c3ref/txn_state.html
func (c *Conn) TxnState(schema string) TxnState {
	if c.enter() != nil {
		return -1
	}
	defer c.leave()
	return TxnState(c.c.TxnState(schema))
}
