// SPDX-License-Identifier: MIT
//
// The only place for SQLITE_ options. Both forms of the library read it:
//
//   libsqlite3.a     stock sqlite3.c compiled with
//                    -DSQLITE_CUSTOM_INCLUDE=sqlite3_options.h
//   the Go driver    internal/capi/amalgamation.c includes it, then sqlite3.c
//
// Rules: no system header may be included here or before (the first lines set
// what the C library's headers read); one option per line with its reason;
// options that were weighed and left out stay as commented lines. A test holds
// each `#define SQLITE_...` against sqlite3_compileoption_used().
// Reference: https://sqlite.org/compile.html
#ifndef GOSQLITE_SQLITE3_OPTIONS_H
#define GOSQLITE_SQLITE3_OPTIONS_H

// ---- Platform ------------------------------------------------------------
// sqlite3.c sets these three on its first lines as well. They are repeated so
// that a file which includes this header first has 64-bit offsets on 32-bit
// rows too; internal/capi/amalgamation.c asserts sizeof(off_t) == 8.
#ifndef _FILE_OFFSET_BITS
# define _FILE_OFFSET_BITS 64
#endif
#ifndef _LARGE_FILE
# define _LARGE_FILE 1
#endif
#ifndef _LARGEFILE_SOURCE
# define _LARGEFILE_SOURCE 1
#endif

// This header stands in for the configure script's sqlite_cfg.h, whether or
// not _HAVE_SQLITE_CONFIG_H is given.
#ifndef SQLITECONFIG_H
# define SQLITECONFIG_H 1
#endif

#ifdef _WIN32
# define HAVE_LOCALTIME_S 1  // thread-safe local time
#else
# define HAVE_LOCALTIME_R 1  // thread-safe local time
# define HAVE_GMTIME_R 1     // thread-safe strftime
# define HAVE_USLEEP 1       // lock waits of milliseconds even without nanosleep
# define HAVE_PREAD 1        // one system call per page instead of lseek + read
# define HAVE_PWRITE 1       // the same for writes; 64-bit by _FILE_OFFSET_BITS
# ifdef __linux__
#  define HAVE_FDATASYNC 1   // flushes data and size, spares the inode's times
# endif
#endif

// ---- Threads and memory ----------------------------------------------------
// A connection belongs to one goroutine at a time; the Go layer turns misuse
// into an error, so the per-connection mutex of THREADSAFE=1 buys nothing.
#define SQLITE_THREADSAFE 2
// Memory statistics take one global mutex on every allocation. Consequence:
// sqlite3_memory_used() is 0 and hard_heap_limit has no effect.
#define SQLITE_DEFAULT_MEMSTATUS 0
// Shared-cache mode is discouraged by its authors and costs every b-tree
// operation a check. Named in-memory databases use the memdb VFS instead.
#define SQLITE_OMIT_SHARED_CACHE 1
// Temporary tables and sorters start on disk, `PRAGMA temp_store` may change it.
#define SQLITE_TEMP_STORE 1
// Pages that a page cache takes in one piece at first (default 20: 90,112 bytes).
// musl maps a piece of that size for each DISTINCT, IN list or ORDER BY with LIMIT
// and unmaps it afterwards, which makes these seven times as slow; with four it is
// as fast as glibc, which does not tell four from twenty.
#define SQLITE_DEFAULT_PCACHE_INITSZ 4
// A memdb database may grow to this many bytes (default 1 GiB). It is a limit,
// not an allocation; 32-bit rows stop at what their address space gives.
#define SQLITE_MEMDB_DEFAULT_MAXSIZE 1099511627776

// Rejected: frames of up to seven pages (458 KiB) on a thread's stack, which is
// 128 KiB by default where a plain `go build` links musl.
// #define SQLITE_USE_ALLOCA 1
// Rejected: joins all page caches into one group behind one mutex.
// #define SQLITE_ENABLE_MEMORY_MANAGEMENT 1
// Rejected: checks arguments that only the Go layer passes.
// #define SQLITE_ENABLE_API_ARMOR 1
// Rejected: sqlite3_initialize() is called by open anyway; nothing is gained.
// #define SQLITE_OMIT_AUTOINIT 1

// ---- Durability ------------------------------------------------------------
// FULL in every journal mode: a power cut harms no database. What COMMIT reported
// survives it in the modes wal, truncate and persist. In mode delete, which is the
// default, the journal's name may come back and undo the last transaction, unless
// synchronous is EXTRA: https://sqlite.org/pragma.html#pragma_synchronous. These are
// SQLite's own defaults, said here so that no build flag changes them.
#define SQLITE_DEFAULT_SYNCHRONOUS 2
#define SQLITE_DEFAULT_WAL_SYNCHRONOUS 2
// Rejected: NORMAL in WAL mode may lose the last commits at a power cut.
// #define SQLITE_DEFAULT_WAL_SYNCHRONOUS 1

// ---- Safe language ---------------------------------------------------------
// A double-quoted string is an error instead of a silent literal when a column
// name is mistyped.
#define SQLITE_DQS 0
// Functions and virtual tables that are not marked innocuous cannot be reached
// from the schema of a file that somebody else wrote. Open sets it again.
#define SQLITE_TRUSTED_SCHEMA 0
// A function that sets a result subtype must say so; catches wrong extensions.
#define SQLITE_STRICT_SUBTYPE 1
// LIKE and GLOB on a blob are false, which lets the optimizer skip a test.
#define SQLITE_LIKE_DOESNT_MATCH_BLOBS 1

// Rejected: URI file names are a flag of each open, not a process-wide setting.
// #define SQLITE_USE_URI 1
// Rejected: 0 removes the depth check; 1000 keeps foreign SQL off the stack's end.
// #define SQLITE_MAX_EXPR_DEPTH 0
// Rejected: a build option would also reach libsqlite3.a, whose users expect
// SQLite's default. The Go layer turns foreign keys on at open.
// #define SQLITE_DEFAULT_FOREIGN_KEYS 1

// ---- Planner -----------------------------------------------------------------
// Rejected after measuring: with STAT4, once ANALYZE has run, every change of a
// bound value in a range or equality on an indexed column makes the next step
// parse and plan again (one re-prepare per execution), so that the statement
// cache is worth nothing for exactly the queries that use it: 1,000 times in
// 1,000 executions, where it is never without (e2e/libsqlite3, planner_test.go).
// #define SQLITE_ENABLE_STAT4 1
// Rejected as a compiled default: the stability guarantee stops re-prepares (0
// of 1,000 with STAT4), but also the planner's use of partial indexes and LIKE prefixes with bound
// values. It is a choice of one connection: DBConfigEnableQPSG, `_qpsg=1`.
// #define SQLITE_ENABLE_QPSG 1

// ---- Features that are on without a build tag --------------------------------
#define SQLITE_ENABLE_FTS5 1             // full-text search
#define SQLITE_ENABLE_RTREE 1            // r-tree index
#define SQLITE_ENABLE_GEOPOLY 1          // polygons over r-tree
#define SQLITE_ENABLE_MATH_FUNCTIONS 1   // sin(), ln(), ceil(), ...
#define SQLITE_ENABLE_PERCENTILE 1       // median(), percentile()
#define SQLITE_ENABLE_CARRAY 1           // Go slices as IN lists
#define SQLITE_ENABLE_DBSTAT_VTAB 1      // space per table and index
#define SQLITE_ENABLE_STMTVTAB 1         // sqlite_stmt: what is prepared, how often it ran
#define SQLITE_ENABLE_BYTECODE_VTAB 1    // bytecode(), tables_used()
#define SQLITE_ENABLE_COLUMN_METADATA 1  // origin of a result column: table, NOT NULL
#define SQLITE_ENABLE_PREUPDATE_HOOK 1   // values before a change; sessions need it
#define SQLITE_ENABLE_SESSION 1          // changesets
#define SQLITE_ENABLE_SNAPSHOT 1         // read a WAL database as of a commit
#define SQLITE_SOUNDEX 1                 // soundex(), a few hundred bytes

// Rejected: FTS5 replaces them; their shadow tables add attack surface.
// #define SQLITE_ENABLE_FTS3 1
// #define SQLITE_ENABLE_FTS4 1
// Rejected: writes raw pages; DEFENSIVE would have to guard it.
// #define SQLITE_ENABLE_DBPAGE_VTAB 1
// Rejected: needs a parser made with the option; with the stock amalgamation
// `DELETE ... LIMIT` stays a syntax error.
// #define SQLITE_ENABLE_UPDATE_DELETE_LIMIT 1
// Rejected: blocks inside a system call, where a context cannot end the wait.
// #define SQLITE_ENABLE_SETLK_TIMEOUT 1
// Rejected: only shared-cache mode has use for it.
// #define SQLITE_ENABLE_UNLOCK_NOTIFY 1
// Rejected: counters in every loop of every statement.
// #define SQLITE_ENABLE_STMT_SCANSTATUS 1

// ---- Left out ------------------------------------------------------------------
#define SQLITE_OMIT_DEPRECATED 1  // interfaces that the Go layer never calls

// Rejected: the driver decides BOOLEAN and DATETIME by declared types.
// #define SQLITE_OMIT_DECLTYPE 1
// Rejected: cancellation polls in the progress handler.
// #define SQLITE_OMIT_PROGRESS_CALLBACK 1
// Rejected: kept for those who turn it on; off by default and only by C API.
// #define SQLITE_OMIT_LOAD_EXTENSION 1

#endif // GOSQLITE_SQLITE3_OPTIONS_H
