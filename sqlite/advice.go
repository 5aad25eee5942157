// SPDX-License-Identifier: MIT

package sqlite

// Advice is what to do about an error with this code, in one sentence; "" when
// the message says it all. An extended code without advice of its own gives
// that of its primary code.
//
// https://sqlite.org/rescode.html
func (c ErrorCode) Advice() string {
	if a, ok := advice[c]; ok {
		return a
	}
	return advice[c.Primary()]
}

// Advice is what to do about the error, in one sentence, or "".
//
// https://sqlite.org/rescode.html
func (e *Error) Advice() string { return e.Code.Advice() }

var advice = map[ErrorCode]string{
	ErrBusy:         "another connection holds the lock: raise the busy timeout, keep transactions short, use WAL so that readers and a writer do not wait for each other",
	ErrBusySnapshot: "another connection has written since this transaction read: roll back and run it again; transactions that will write should begin with BEGIN IMMEDIATE",
	ErrBusyRecovery: "another process recovers the WAL after a crash: try again",
	ErrLocked:       "the same connection is still reading or writing the table: end its rows and statements first",

	ErrReadOnly:          "the connection or the transaction is read-only: look at mode=, _query_only, TxOptions.ReadOnly and the permissions of file and folder",
	ErrReadOnlyDBMoved:   "the database file was moved or deleted while it was open: close the connection and open the new file",
	ErrReadOnlyDirectory: "SQLite cannot create its journal: give the process the right to write to the folder, not only to the file",

	ErrCantOpen:      "look at the path, that its folder exists, and at the permissions of file and folder; mode=ro and mode=rw create nothing",
	ErrCantOpenIsDir: "the name is that of a folder: append the name of a file",

	ErrFull:         "free some space on the disk, or raise PRAGMA max_page_count; the transaction may have been rolled back",
	ErrIOErr:        "the operating system failed to read or write: look at the disk, the file system and the kernel's log; network file systems are not safe",
	ErrIOErrShmMap:  "WAL needs shared memory next to the file: network file systems have none; use another journal mode there",
	ErrNoMem:        "the process is out of memory or a value is larger than what is left",
	ErrCorrupt:      "run PRAGMA integrity_check, restore a backup or save what can be read with .recover; https://sqlite.org/howtocorrupt.html names causes",
	ErrCorruptIndex: "rebuild the indexes with REINDEX, then run PRAGMA integrity_check",
	ErrNotADB:       "the file is no SQLite database, or it is encrypted",
	ErrSchema:       "the schema changed between two attempts: run the statement again",
	ErrTooBig:       "a value or the SQL text is longer than the connection's limit: store large data in parts or outside, or raise the limit",
	ErrMisuse:       "the program uses a handle after Close or from two goroutines at once",
	ErrInterrupt:    "the context ended or Interrupt was called; an interrupted write has rolled back its transaction",
	ErrAuth:         "the connection's authorizer refuses the statement: _hardened=1 does so with what a foreign statement should not do",
	ErrRange:        "parameters count from 1 to Stmt.BindCount, columns from 0",
	ErrMismatch:     "the value does not fit: an INTEGER PRIMARY KEY takes integers alone",

	ErrConstraintForeignKey: "a row refers to one that does not exist, or is referred to and cannot go",
	ErrConstraintDataType:   "the table is STRICT: the value must have the column's type",
	ErrAbortRollback:        "another statement of the connection rolled the transaction back while this one ran: begin again",
}
