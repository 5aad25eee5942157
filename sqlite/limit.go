// SPDX-License-Identifier: MIT

package sqlite

// Limit names a run-time limit of one connection.
//
// https://sqlite.org/c3ref/c_limit_attached.html
type Limit int

// Limits of [Conn.Limit].
const (
	LimitLength            Limit = 0  // SQLITE_LIMIT_LENGTH, bytes of a value or row
	LimitSQLLength         Limit = 1  // SQLITE_LIMIT_SQL_LENGTH, bytes
	LimitColumn            Limit = 2  // SQLITE_LIMIT_COLUMN
	LimitExprDepth         Limit = 3  // SQLITE_LIMIT_EXPR_DEPTH
	LimitCompoundSelect    Limit = 4  // SQLITE_LIMIT_COMPOUND_SELECT
	LimitVDBEOp            Limit = 5  // SQLITE_LIMIT_VDBE_OP
	LimitFunctionArg       Limit = 6  // SQLITE_LIMIT_FUNCTION_ARG
	LimitAttached          Limit = 7  // SQLITE_LIMIT_ATTACHED
	LimitLikePatternLength Limit = 8  // SQLITE_LIMIT_LIKE_PATTERN_LENGTH, bytes
	LimitVariableNumber    Limit = 9  // SQLITE_LIMIT_VARIABLE_NUMBER
	LimitTriggerDepth      Limit = 10 // SQLITE_LIMIT_TRIGGER_DEPTH
	LimitWorkerThreads     Limit = 11 // SQLITE_LIMIT_WORKER_THREADS
	LimitParserDepth       Limit = 12 // SQLITE_LIMIT_PARSER_DEPTH
	LimitSchema            Limit = 13 // SQLITE_LIMIT_SCHEMA, objects of a schema
	LimitTriggerSteps      Limit = 14 // SQLITE_LIMIT_TRIGGER_STEPS, statements of a trigger
)

// Limit is sqlite3_limit: it sets a limit and returns the one before; a
// negative newVal only asks. SQLite lowers what is above its compiled bound. It
// is -1 for an unknown id and on a closed connection.
//
// https://sqlite.org/c3ref/limit.html
func (c *Conn) Limit(id Limit, newVal int) int {
	if c.enter() != nil {
		return -1
	}
	defer c.leave()
	return c.c.Limit(int(id), min(max(newVal, -1), 1<<31-1))
}
