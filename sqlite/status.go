// SPDX-License-Identifier: MIT

package sqlite

import "github.com/gosqlite/gosqlite/internal/capi"

// Status names a counter of one connection.
//
// https://sqlite.org/c3ref/c_dbstatus_options.html
type Status int

// Counters of [Conn.Status].
const (
	StatusLookasideUsed     Status = 0  // SQLITE_DBSTATUS_LOOKASIDE_USED
	StatusCacheUsed         Status = 1  // SQLITE_DBSTATUS_CACHE_USED, bytes
	StatusSchemaUsed        Status = 2  // SQLITE_DBSTATUS_SCHEMA_USED, bytes
	StatusStmtUsed          Status = 3  // SQLITE_DBSTATUS_STMT_USED, bytes
	StatusLookasideHit      Status = 4  // SQLITE_DBSTATUS_LOOKASIDE_HIT
	StatusLookasideMissSize Status = 5  // SQLITE_DBSTATUS_LOOKASIDE_MISS_SIZE
	StatusLookasideMissFull Status = 6  // SQLITE_DBSTATUS_LOOKASIDE_MISS_FULL
	StatusCacheHit          Status = 7  // SQLITE_DBSTATUS_CACHE_HIT
	StatusCacheMiss         Status = 8  // SQLITE_DBSTATUS_CACHE_MISS
	StatusCacheWrite        Status = 9  // SQLITE_DBSTATUS_CACHE_WRITE
	StatusDeferredFKs       Status = 10 // SQLITE_DBSTATUS_DEFERRED_FKS: 0 when none is violated
	StatusCacheUsedShared   Status = 11 // SQLITE_DBSTATUS_CACHE_USED_SHARED, bytes
	StatusCacheSpill        Status = 12 // SQLITE_DBSTATUS_CACHE_SPILL
	StatusTempBufSpill      Status = 13 // SQLITE_DBSTATUS_TEMPBUF_SPILL, bytes of sorters and the like that went to disk
)

// Status is sqlite3_db_status64: the value now and the highest so far; reset
// starts the highest anew.
//
// https://sqlite.org/c3ref/db_status.html
func (c *Conn) Status(counter Status, reset bool) (now, highest int64, err error) {
	if err := c.enter(); err != nil {
		return 0, 0, err
	}
	defer c.leave()
	now, highest, rc := c.c.Status(int(counter), reset)
	if rc != 0 {
		return 0, 0, c.fail(rc, "")
	}
	return now, highest, nil
}

// GlobalStatus names a counter of SQLite as a whole.
//
// https://sqlite.org/c3ref/c_status_malloc_count.html
type GlobalStatus int

// Counters of [ReadGlobalStatus]: those that move. The built-in SQLite is compiled
// without memory statistics, whose mutex every connection would wait for, and
// without a page cache of its own; the counters of these stay 0.
const (
	GlobalPageCacheOverflow GlobalStatus = 2 // SQLITE_STATUS_PAGECACHE_OVERFLOW, bytes of pages in memory
	GlobalPageCacheSize     GlobalStatus = 7 // SQLITE_STATUS_PAGECACHE_SIZE, the largest page asked for: the highest value alone
)

// ReadGlobalStatus is sqlite3_status64: the value now and the highest so far;
// reset starts the highest anew.
//
// https://sqlite.org/c3ref/status.html
func ReadGlobalStatus(counter GlobalStatus, reset bool) (now, highest int64, err error) {
	now, highest, rc := capi.GlobalStatus(int(counter), reset)
	if rc != 0 {
		return 0, 0, coded(ErrorCode(rc), "no such counter")
	}
	return now, highest, nil
}
