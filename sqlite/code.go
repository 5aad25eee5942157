// SPDX-License-Identifier: MIT

package sqlite

// Result codes: https://sqlite.org/rescode.html. The doc of each constant is its
// name in C, so that a search for it ends here.
const (
	ErrError      ErrorCode = 1  // SQLITE_ERROR
	ErrInternal   ErrorCode = 2  // SQLITE_INTERNAL
	ErrPerm       ErrorCode = 3  // SQLITE_PERM
	ErrAbort      ErrorCode = 4  // SQLITE_ABORT
	ErrBusy       ErrorCode = 5  // SQLITE_BUSY
	ErrLocked     ErrorCode = 6  // SQLITE_LOCKED
	ErrNoMem      ErrorCode = 7  // SQLITE_NOMEM
	ErrReadOnly   ErrorCode = 8  // SQLITE_READONLY
	ErrInterrupt  ErrorCode = 9  // SQLITE_INTERRUPT
	ErrIOErr      ErrorCode = 10 // SQLITE_IOERR
	ErrCorrupt    ErrorCode = 11 // SQLITE_CORRUPT
	ErrNotFound   ErrorCode = 12 // SQLITE_NOTFOUND
	ErrFull       ErrorCode = 13 // SQLITE_FULL
	ErrCantOpen   ErrorCode = 14 // SQLITE_CANTOPEN
	ErrProtocol   ErrorCode = 15 // SQLITE_PROTOCOL
	ErrEmpty      ErrorCode = 16 // SQLITE_EMPTY
	ErrSchema     ErrorCode = 17 // SQLITE_SCHEMA
	ErrTooBig     ErrorCode = 18 // SQLITE_TOOBIG
	ErrConstraint ErrorCode = 19 // SQLITE_CONSTRAINT
	ErrMismatch   ErrorCode = 20 // SQLITE_MISMATCH
	ErrMisuse     ErrorCode = 21 // SQLITE_MISUSE
	ErrNoLFS      ErrorCode = 22 // SQLITE_NOLFS
	ErrAuth       ErrorCode = 23 // SQLITE_AUTH
	ErrFormat     ErrorCode = 24 // SQLITE_FORMAT
	ErrRange      ErrorCode = 25 // SQLITE_RANGE
	ErrNotADB     ErrorCode = 26 // SQLITE_NOTADB
	ErrNotice     ErrorCode = 27 // SQLITE_NOTICE
	ErrWarning    ErrorCode = 28 // SQLITE_WARNING
)

// Extended result codes: https://sqlite.org/rescode.html#extrc
const (
	ErrErrorMissingCollSeq    ErrorCode = 1<<8 | ErrError       // SQLITE_ERROR_MISSING_COLLSEQ
	ErrErrorRetry             ErrorCode = 2<<8 | ErrError       // SQLITE_ERROR_RETRY
	ErrErrorSnapshot          ErrorCode = 3<<8 | ErrError       // SQLITE_ERROR_SNAPSHOT
	ErrErrorReserveSize       ErrorCode = 4<<8 | ErrError       // SQLITE_ERROR_RESERVESIZE
	ErrErrorKey               ErrorCode = 5<<8 | ErrError       // SQLITE_ERROR_KEY
	ErrErrorUnable            ErrorCode = 6<<8 | ErrError       // SQLITE_ERROR_UNABLE
	ErrIOErrRead              ErrorCode = 1<<8 | ErrIOErr       // SQLITE_IOERR_READ
	ErrIOErrShortRead         ErrorCode = 2<<8 | ErrIOErr       // SQLITE_IOERR_SHORT_READ
	ErrIOErrWrite             ErrorCode = 3<<8 | ErrIOErr       // SQLITE_IOERR_WRITE
	ErrIOErrFSync             ErrorCode = 4<<8 | ErrIOErr       // SQLITE_IOERR_FSYNC
	ErrIOErrDirFSync          ErrorCode = 5<<8 | ErrIOErr       // SQLITE_IOERR_DIR_FSYNC
	ErrIOErrTruncate          ErrorCode = 6<<8 | ErrIOErr       // SQLITE_IOERR_TRUNCATE
	ErrIOErrFStat             ErrorCode = 7<<8 | ErrIOErr       // SQLITE_IOERR_FSTAT
	ErrIOErrUnlock            ErrorCode = 8<<8 | ErrIOErr       // SQLITE_IOERR_UNLOCK
	ErrIOErrRdLock            ErrorCode = 9<<8 | ErrIOErr       // SQLITE_IOERR_RDLOCK
	ErrIOErrDelete            ErrorCode = 10<<8 | ErrIOErr      // SQLITE_IOERR_DELETE
	ErrIOErrBlocked           ErrorCode = 11<<8 | ErrIOErr      // SQLITE_IOERR_BLOCKED
	ErrIOErrNoMem             ErrorCode = 12<<8 | ErrIOErr      // SQLITE_IOERR_NOMEM
	ErrIOErrAccess            ErrorCode = 13<<8 | ErrIOErr      // SQLITE_IOERR_ACCESS
	ErrIOErrCheckReservedLock ErrorCode = 14<<8 | ErrIOErr      // SQLITE_IOERR_CHECKRESERVEDLOCK
	ErrIOErrLock              ErrorCode = 15<<8 | ErrIOErr      // SQLITE_IOERR_LOCK
	ErrIOErrClose             ErrorCode = 16<<8 | ErrIOErr      // SQLITE_IOERR_CLOSE
	ErrIOErrDirClose          ErrorCode = 17<<8 | ErrIOErr      // SQLITE_IOERR_DIR_CLOSE
	ErrIOErrShmOpen           ErrorCode = 18<<8 | ErrIOErr      // SQLITE_IOERR_SHMOPEN
	ErrIOErrShmSize           ErrorCode = 19<<8 | ErrIOErr      // SQLITE_IOERR_SHMSIZE
	ErrIOErrShmLock           ErrorCode = 20<<8 | ErrIOErr      // SQLITE_IOERR_SHMLOCK
	ErrIOErrShmMap            ErrorCode = 21<<8 | ErrIOErr      // SQLITE_IOERR_SHMMAP
	ErrIOErrSeek              ErrorCode = 22<<8 | ErrIOErr      // SQLITE_IOERR_SEEK
	ErrIOErrDeleteNoEnt       ErrorCode = 23<<8 | ErrIOErr      // SQLITE_IOERR_DELETE_NOENT
	ErrIOErrMMap              ErrorCode = 24<<8 | ErrIOErr      // SQLITE_IOERR_MMAP
	ErrIOErrGetTempPath       ErrorCode = 25<<8 | ErrIOErr      // SQLITE_IOERR_GETTEMPPATH
	ErrIOErrConvPath          ErrorCode = 26<<8 | ErrIOErr      // SQLITE_IOERR_CONVPATH
	ErrIOErrVNode             ErrorCode = 27<<8 | ErrIOErr      // SQLITE_IOERR_VNODE
	ErrIOErrAuth              ErrorCode = 28<<8 | ErrIOErr      // SQLITE_IOERR_AUTH
	ErrIOErrBeginAtomic       ErrorCode = 29<<8 | ErrIOErr      // SQLITE_IOERR_BEGIN_ATOMIC
	ErrIOErrCommitAtomic      ErrorCode = 30<<8 | ErrIOErr      // SQLITE_IOERR_COMMIT_ATOMIC
	ErrIOErrRollbackAtomic    ErrorCode = 31<<8 | ErrIOErr      // SQLITE_IOERR_ROLLBACK_ATOMIC
	ErrIOErrData              ErrorCode = 32<<8 | ErrIOErr      // SQLITE_IOERR_DATA
	ErrIOErrCorruptFS         ErrorCode = 33<<8 | ErrIOErr      // SQLITE_IOERR_CORRUPTFS
	ErrIOErrInPage            ErrorCode = 34<<8 | ErrIOErr      // SQLITE_IOERR_IN_PAGE
	ErrIOErrBadKey            ErrorCode = 35<<8 | ErrIOErr      // SQLITE_IOERR_BADKEY
	ErrIOErrCodec             ErrorCode = 36<<8 | ErrIOErr      // SQLITE_IOERR_CODEC
	ErrLockedSharedCache      ErrorCode = 1<<8 | ErrLocked      // SQLITE_LOCKED_SHAREDCACHE
	ErrLockedVTab             ErrorCode = 2<<8 | ErrLocked      // SQLITE_LOCKED_VTAB
	ErrBusyRecovery           ErrorCode = 1<<8 | ErrBusy        // SQLITE_BUSY_RECOVERY
	ErrBusySnapshot           ErrorCode = 2<<8 | ErrBusy        // SQLITE_BUSY_SNAPSHOT
	ErrBusyTimeout            ErrorCode = 3<<8 | ErrBusy        // SQLITE_BUSY_TIMEOUT
	ErrCantOpenNoTempDir      ErrorCode = 1<<8 | ErrCantOpen    // SQLITE_CANTOPEN_NOTEMPDIR
	ErrCantOpenIsDir          ErrorCode = 2<<8 | ErrCantOpen    // SQLITE_CANTOPEN_ISDIR
	ErrCantOpenFullPath       ErrorCode = 3<<8 | ErrCantOpen    // SQLITE_CANTOPEN_FULLPATH
	ErrCantOpenConvPath       ErrorCode = 4<<8 | ErrCantOpen    // SQLITE_CANTOPEN_CONVPATH
	ErrCantOpenDirtyWAL       ErrorCode = 5<<8 | ErrCantOpen    // SQLITE_CANTOPEN_DIRTYWAL
	ErrCantOpenSymlink        ErrorCode = 6<<8 | ErrCantOpen    // SQLITE_CANTOPEN_SYMLINK
	ErrCorruptVTab            ErrorCode = 1<<8 | ErrCorrupt     // SQLITE_CORRUPT_VTAB
	ErrCorruptSequence        ErrorCode = 2<<8 | ErrCorrupt     // SQLITE_CORRUPT_SEQUENCE
	ErrCorruptIndex           ErrorCode = 3<<8 | ErrCorrupt     // SQLITE_CORRUPT_INDEX
	ErrReadOnlyRecovery       ErrorCode = 1<<8 | ErrReadOnly    // SQLITE_READONLY_RECOVERY
	ErrReadOnlyCantLock       ErrorCode = 2<<8 | ErrReadOnly    // SQLITE_READONLY_CANTLOCK
	ErrReadOnlyRollback       ErrorCode = 3<<8 | ErrReadOnly    // SQLITE_READONLY_ROLLBACK
	ErrReadOnlyDBMoved        ErrorCode = 4<<8 | ErrReadOnly    // SQLITE_READONLY_DBMOVED
	ErrReadOnlyCantInit       ErrorCode = 5<<8 | ErrReadOnly    // SQLITE_READONLY_CANTINIT
	ErrReadOnlyDirectory      ErrorCode = 6<<8 | ErrReadOnly    // SQLITE_READONLY_DIRECTORY
	ErrAbortRollback          ErrorCode = 2<<8 | ErrAbort       // SQLITE_ABORT_ROLLBACK
	ErrConstraintCheck        ErrorCode = 1<<8 | ErrConstraint  // SQLITE_CONSTRAINT_CHECK
	ErrConstraintCommitHook   ErrorCode = 2<<8 | ErrConstraint  // SQLITE_CONSTRAINT_COMMITHOOK
	ErrConstraintForeignKey   ErrorCode = 3<<8 | ErrConstraint  // SQLITE_CONSTRAINT_FOREIGNKEY
	ErrConstraintFunction     ErrorCode = 4<<8 | ErrConstraint  // SQLITE_CONSTRAINT_FUNCTION
	ErrConstraintNotNull      ErrorCode = 5<<8 | ErrConstraint  // SQLITE_CONSTRAINT_NOTNULL
	ErrConstraintPrimaryKey   ErrorCode = 6<<8 | ErrConstraint  // SQLITE_CONSTRAINT_PRIMARYKEY
	ErrConstraintTrigger      ErrorCode = 7<<8 | ErrConstraint  // SQLITE_CONSTRAINT_TRIGGER
	ErrConstraintUnique       ErrorCode = 8<<8 | ErrConstraint  // SQLITE_CONSTRAINT_UNIQUE
	ErrConstraintVTab         ErrorCode = 9<<8 | ErrConstraint  // SQLITE_CONSTRAINT_VTAB
	ErrConstraintRowID        ErrorCode = 10<<8 | ErrConstraint // SQLITE_CONSTRAINT_ROWID
	ErrConstraintPinned       ErrorCode = 11<<8 | ErrConstraint // SQLITE_CONSTRAINT_PINNED
	ErrConstraintDataType     ErrorCode = 12<<8 | ErrConstraint // SQLITE_CONSTRAINT_DATATYPE
	ErrNoticeRecoverWAL       ErrorCode = 1<<8 | ErrNotice      // SQLITE_NOTICE_RECOVER_WAL
	ErrNoticeRecoverRollback  ErrorCode = 2<<8 | ErrNotice      // SQLITE_NOTICE_RECOVER_ROLLBACK
	ErrNoticeRBU              ErrorCode = 3<<8 | ErrNotice      // SQLITE_NOTICE_RBU
	ErrWarningAutoIndex       ErrorCode = 1<<8 | ErrWarning     // SQLITE_WARNING_AUTOINDEX
	ErrAuthUser               ErrorCode = 1<<8 | ErrAuth        // SQLITE_AUTH_USER
)
