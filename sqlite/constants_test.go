// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

// constants are what package sqlite copies from sqlite3.h.
var constants = map[string]int{
	"SQLITE_CREATE_INDEX":                 int(sqlite.AuthCreateIndex),
	"SQLITE_CREATE_TABLE":                 int(sqlite.AuthCreateTable),
	"SQLITE_CREATE_TEMP_INDEX":            int(sqlite.AuthCreateTempIndex),
	"SQLITE_CREATE_TEMP_TABLE":            int(sqlite.AuthCreateTempTable),
	"SQLITE_CREATE_TEMP_TRIGGER":          int(sqlite.AuthCreateTempTrigger),
	"SQLITE_CREATE_TEMP_VIEW":             int(sqlite.AuthCreateTempView),
	"SQLITE_CREATE_TRIGGER":               int(sqlite.AuthCreateTrigger),
	"SQLITE_CREATE_VIEW":                  int(sqlite.AuthCreateView),
	"SQLITE_DELETE":                       int(sqlite.AuthDelete),
	"SQLITE_DROP_INDEX":                   int(sqlite.AuthDropIndex),
	"SQLITE_DROP_TABLE":                   int(sqlite.AuthDropTable),
	"SQLITE_DROP_TEMP_INDEX":              int(sqlite.AuthDropTempIndex),
	"SQLITE_DROP_TEMP_TABLE":              int(sqlite.AuthDropTempTable),
	"SQLITE_DROP_TEMP_TRIGGER":            int(sqlite.AuthDropTempTrigger),
	"SQLITE_DROP_TEMP_VIEW":               int(sqlite.AuthDropTempView),
	"SQLITE_DROP_TRIGGER":                 int(sqlite.AuthDropTrigger),
	"SQLITE_DROP_VIEW":                    int(sqlite.AuthDropView),
	"SQLITE_INSERT":                       int(sqlite.AuthInsert),
	"SQLITE_PRAGMA":                       int(sqlite.AuthPragma),
	"SQLITE_READ":                         int(sqlite.AuthRead),
	"SQLITE_SELECT":                       int(sqlite.AuthSelect),
	"SQLITE_TRANSACTION":                  int(sqlite.AuthTransaction),
	"SQLITE_UPDATE":                       int(sqlite.AuthUpdate),
	"SQLITE_ATTACH":                       int(sqlite.AuthAttach),
	"SQLITE_DETACH":                       int(sqlite.AuthDetach),
	"SQLITE_ALTER_TABLE":                  int(sqlite.AuthAlterTable),
	"SQLITE_REINDEX":                      int(sqlite.AuthReindex),
	"SQLITE_ANALYZE":                      int(sqlite.AuthAnalyze),
	"SQLITE_CREATE_VTABLE":                int(sqlite.AuthCreateVTable),
	"SQLITE_DROP_VTABLE":                  int(sqlite.AuthDropVTable),
	"SQLITE_FUNCTION":                     int(sqlite.AuthFunction),
	"SQLITE_SAVEPOINT":                    int(sqlite.AuthSavepoint),
	"SQLITE_RECURSIVE":                    int(sqlite.AuthRecursive),
	"SQLITE_OK":                           int(sqlite.AuthAllow),
	"SQLITE_DENY":                         int(sqlite.AuthDeny),
	"SQLITE_IGNORE":                       int(sqlite.AuthIgnore),
	"SQLITE_LIMIT_LENGTH":                 int(sqlite.LimitLength),
	"SQLITE_LIMIT_SQL_LENGTH":             int(sqlite.LimitSQLLength),
	"SQLITE_LIMIT_COLUMN":                 int(sqlite.LimitColumn),
	"SQLITE_LIMIT_EXPR_DEPTH":             int(sqlite.LimitExprDepth),
	"SQLITE_LIMIT_COMPOUND_SELECT":        int(sqlite.LimitCompoundSelect),
	"SQLITE_LIMIT_VDBE_OP":                int(sqlite.LimitVDBEOp),
	"SQLITE_LIMIT_FUNCTION_ARG":           int(sqlite.LimitFunctionArg),
	"SQLITE_LIMIT_ATTACHED":               int(sqlite.LimitAttached),
	"SQLITE_LIMIT_LIKE_PATTERN_LENGTH":    int(sqlite.LimitLikePatternLength),
	"SQLITE_LIMIT_VARIABLE_NUMBER":        int(sqlite.LimitVariableNumber),
	"SQLITE_LIMIT_TRIGGER_DEPTH":          int(sqlite.LimitTriggerDepth),
	"SQLITE_LIMIT_WORKER_THREADS":         int(sqlite.LimitWorkerThreads),
	"SQLITE_LIMIT_PARSER_DEPTH":           int(sqlite.LimitParserDepth),
	"SQLITE_LIMIT_SCHEMA":                 int(sqlite.LimitSchema),
	"SQLITE_LIMIT_TRIGGER_STEPS":          int(sqlite.LimitTriggerSteps),
	"SQLITE_DBSTATUS_LOOKASIDE_USED":      int(sqlite.StatusLookasideUsed),
	"SQLITE_DBSTATUS_CACHE_USED":          int(sqlite.StatusCacheUsed),
	"SQLITE_DBSTATUS_SCHEMA_USED":         int(sqlite.StatusSchemaUsed),
	"SQLITE_DBSTATUS_STMT_USED":           int(sqlite.StatusStmtUsed),
	"SQLITE_DBSTATUS_LOOKASIDE_HIT":       int(sqlite.StatusLookasideHit),
	"SQLITE_DBSTATUS_LOOKASIDE_MISS_SIZE": int(sqlite.StatusLookasideMissSize),
	"SQLITE_DBSTATUS_LOOKASIDE_MISS_FULL": int(sqlite.StatusLookasideMissFull),
	"SQLITE_DBSTATUS_CACHE_HIT":           int(sqlite.StatusCacheHit),
	"SQLITE_DBSTATUS_CACHE_MISS":          int(sqlite.StatusCacheMiss),
	"SQLITE_DBSTATUS_CACHE_WRITE":         int(sqlite.StatusCacheWrite),
	"SQLITE_DBSTATUS_DEFERRED_FKS":        int(sqlite.StatusDeferredFKs),
	"SQLITE_DBSTATUS_CACHE_USED_SHARED":   int(sqlite.StatusCacheUsedShared),
	"SQLITE_DBSTATUS_CACHE_SPILL":         int(sqlite.StatusCacheSpill),
	"SQLITE_DBSTATUS_TEMPBUF_SPILL":       int(sqlite.StatusTempBufSpill),
	"SQLITE_STATUS_PAGECACHE_OVERFLOW":    int(sqlite.GlobalPageCacheOverflow),
	"SQLITE_STATUS_PAGECACHE_SIZE":        int(sqlite.GlobalPageCacheSize),
	"SQLITE_FCNTL_LOCKSTATE":              int(sqlite.FileLockState),
	"SQLITE_FCNTL_LAST_ERRNO":             int(sqlite.FileLastErrno),
	"SQLITE_FCNTL_SIZE_HINT":              int(sqlite.FileSizeHint),
	"SQLITE_FCNTL_CHUNK_SIZE":             int(sqlite.FileChunkSize),
	"SQLITE_FCNTL_PERSIST_WAL":            int(sqlite.FilePersistWAL),
	"SQLITE_FCNTL_POWERSAFE_OVERWRITE":    int(sqlite.FilePowersafeOverwrite),
	"SQLITE_FCNTL_MMAP_SIZE":              int(sqlite.FileMmapSize),
	"SQLITE_FCNTL_HAS_MOVED":              int(sqlite.FileHasMoved),
	"SQLITE_FCNTL_DATA_VERSION":           int(sqlite.FileDataVersion),
	"SQLITE_FCNTL_SIZE_LIMIT":             int(sqlite.FileSizeLimit),
	"SQLITE_FCNTL_RESERVE_BYTES":          int(sqlite.FileReserveBytes),
	"SQLITE_FCNTL_EXTERNAL_READER":        int(sqlite.FileExternalReader),
	"SQLITE_FCNTL_RESET_CACHE":            int(sqlite.FileResetCache),
	"SQLITE_FCNTL_VFSNAME":                int(sqlite.FileVFSName),
	"SQLITE_FCNTL_TEMPFILENAME":           int(sqlite.FileTempFileName),
	"SQLITE_CHANGESET_DATA":               int(sqlite.ConflictData),
	"SQLITE_CHANGESET_NOTFOUND":           int(sqlite.ConflictNotFound),
	"SQLITE_CHANGESET_CONFLICT":           int(sqlite.ConflictConflict),
	"SQLITE_CHANGESET_CONSTRAINT":         int(sqlite.ConflictConstraint),
	"SQLITE_CHANGESET_FOREIGN_KEY":        int(sqlite.ConflictForeignKey),
	"SQLITE_CHANGESET_OMIT":               int(sqlite.ConflictOmit),
	"SQLITE_CHANGESET_REPLACE":            int(sqlite.ConflictReplace),
	"SQLITE_CHANGESET_ABORT":              int(sqlite.ConflictAbort),
	"SQLITE_CHANGESETAPPLY_NOSAVEPOINT":   int(sqlite.ApplyNoSavepoint),
	"SQLITE_CHANGESETAPPLY_INVERT":        int(sqlite.ApplyInvert),
	"SQLITE_CHANGESETAPPLY_IGNORENOOP":    int(sqlite.ApplyIgnoreNoop),
	"SQLITE_CHANGESETAPPLY_FKNOACTION":    int(sqlite.ApplyFKNoAction),
	"SQLITE_TRACE_STMT":                   int(sqlite.TraceStmt),
	"SQLITE_TRACE_PROFILE":                int(sqlite.TraceProfile),
	"SQLITE_TRACE_ROW":                    int(sqlite.TraceRow),
	"SQLITE_TRACE_CLOSE":                  int(sqlite.TraceClose),
	"SQLITE_PREPARE_PERSISTENT":           int(sqlite.PreparePersistent),
	"SQLITE_PREPARE_NO_VTAB":              int(sqlite.PrepareNoVTab),
	"SQLITE_STMTSTATUS_FULLSCAN_STEP":     int(sqlite.StmtStatusFullScanStep),
	"SQLITE_STMTSTATUS_SORT":              int(sqlite.StmtStatusSort),
	"SQLITE_STMTSTATUS_AUTOINDEX":         int(sqlite.StmtStatusAutoIndex),
	"SQLITE_STMTSTATUS_VM_STEP":           int(sqlite.StmtStatusVMStep),
	"SQLITE_STMTSTATUS_REPREPARE":         int(sqlite.StmtStatusReprepare),
	"SQLITE_STMTSTATUS_RUN":               int(sqlite.StmtStatusRun),
	"SQLITE_STMTSTATUS_FILTER_MISS":       int(sqlite.StmtStatusFilterMiss),
	"SQLITE_STMTSTATUS_FILTER_HIT":        int(sqlite.StmtStatusFilterHit),
	"SQLITE_STMTSTATUS_MEMUSED":           int(sqlite.StmtStatusMemUsed),
	"SQLITE_CHECKPOINT_PASSIVE":           int(sqlite.CheckpointPassive),
	"SQLITE_CHECKPOINT_FULL":              int(sqlite.CheckpointFull),
	"SQLITE_CHECKPOINT_RESTART":           int(sqlite.CheckpointRestart),
	"SQLITE_CHECKPOINT_TRUNCATE":          int(sqlite.CheckpointTruncate),
	"SQLITE_TXN_NONE":                     int(sqlite.TxnNone),
	"SQLITE_TXN_READ":                     int(sqlite.TxnRead),
	"SQLITE_TXN_WRITE":                    int(sqlite.TxnWrite),
	"SQLITE_DETERMINISTIC":                int(sqlite.Deterministic),
	"SQLITE_INNOCUOUS":                    int(sqlite.Innocuous),
}

// complete are the families of which package sqlite has every member, but for
// those that the map names with a reason.
var complete = map[string]string{
	"SQLITE_LIMIT_":      "",
	"SQLITE_DBSTATUS_":   "MAX",
	"SQLITE_STMTSTATUS_": "",
	"SQLITE_TRACE_":      "",
	"SQLITE_CHANGESET_":  "",
}

var defineLine = regexp.MustCompile(`(?m)^#define (SQLITE_[A-Z0-9_]+) +(0x[0-9a-fA-F]+|-?[0-9]+)\b`)

func checkConstants(header string, constants map[string]int) error {
	values := map[string]int{}
	for _, m := range defineLine.FindAllStringSubmatch(header, -1) {
		v, err := strconv.ParseInt(m[2], 0, 64)
		if err != nil {
			return err
		}
		values[m[1]] = int(v)
		for family, but := range complete {
			rest, member := strings.CutPrefix(m[1], family)
			if _, ok := constants[m[1]]; member && !ok && rest != but {
				return fmt.Errorf("%s is missing", m[1])
			}
		}
	}
	for name, v := range constants {
		if h, ok := values[name]; !ok || h != v {
			return fmt.Errorf("%s is %d, in the header %d", name, v, h)
		}
	}
	return nil
}

func TestConstantsAreThoseOfTheHeader(t *testing.T) {
	header := source(t, "GOSQLITE_SQLITE3_H", "../internal/capi/sqlite3.h")
	if err := checkConstants(header, constants); err != nil {
		t.Error(err)
	}
	if checkConstants(strings.Replace(header, "#define SQLITE_TRACE_ROW        0x04", "#define SQLITE_TRACE_ROW 0x40", 1), constants) == nil {
		t.Error("plant: another value was not noticed")
	}
	if checkConstants(header+"#define SQLITE_LIMIT_NEW 99\n", constants) == nil {
		t.Error("plant: a new member was not noticed")
	}
}
