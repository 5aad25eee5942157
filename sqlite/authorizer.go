// SPDX-License-Identifier: MIT

package sqlite

// AuthAction is what a statement that is being compiled wants to do.
//
// https://sqlite.org/c3ref/c_alter_table.html
type AuthAction int

// Actions, with what Arg1 and Arg2 of an [AuthRequest] hold.
const (
	AuthCreateIndex       AuthAction = 1  // SQLITE_CREATE_INDEX: index, table
	AuthCreateTable       AuthAction = 2  // SQLITE_CREATE_TABLE: table
	AuthCreateTempIndex   AuthAction = 3  // SQLITE_CREATE_TEMP_INDEX: index, table
	AuthCreateTempTable   AuthAction = 4  // SQLITE_CREATE_TEMP_TABLE: table
	AuthCreateTempTrigger AuthAction = 5  // SQLITE_CREATE_TEMP_TRIGGER: trigger, table
	AuthCreateTempView    AuthAction = 6  // SQLITE_CREATE_TEMP_VIEW: view
	AuthCreateTrigger     AuthAction = 7  // SQLITE_CREATE_TRIGGER: trigger, table
	AuthCreateView        AuthAction = 8  // SQLITE_CREATE_VIEW: view
	AuthDelete            AuthAction = 9  // SQLITE_DELETE: table
	AuthDropIndex         AuthAction = 10 // SQLITE_DROP_INDEX: index, table
	AuthDropTable         AuthAction = 11 // SQLITE_DROP_TABLE: table
	AuthDropTempIndex     AuthAction = 12 // SQLITE_DROP_TEMP_INDEX: index, table
	AuthDropTempTable     AuthAction = 13 // SQLITE_DROP_TEMP_TABLE: table
	AuthDropTempTrigger   AuthAction = 14 // SQLITE_DROP_TEMP_TRIGGER: trigger, table
	AuthDropTempView      AuthAction = 15 // SQLITE_DROP_TEMP_VIEW: view
	AuthDropTrigger       AuthAction = 16 // SQLITE_DROP_TRIGGER: trigger, table
	AuthDropView          AuthAction = 17 // SQLITE_DROP_VIEW: view
	AuthInsert            AuthAction = 18 // SQLITE_INSERT: table
	AuthPragma            AuthAction = 19 // SQLITE_PRAGMA: pragma, its argument or ""
	AuthRead              AuthAction = 20 // SQLITE_READ: table, column
	AuthSelect            AuthAction = 21 // SQLITE_SELECT
	AuthTransaction       AuthAction = 22 // SQLITE_TRANSACTION: BEGIN, COMMIT or ROLLBACK
	AuthUpdate            AuthAction = 23 // SQLITE_UPDATE: table, column
	AuthAttach            AuthAction = 24 // SQLITE_ATTACH: file name
	AuthDetach            AuthAction = 25 // SQLITE_DETACH: schema
	AuthAlterTable        AuthAction = 26 // SQLITE_ALTER_TABLE: schema, table
	AuthReindex           AuthAction = 27 // SQLITE_REINDEX: index
	AuthAnalyze           AuthAction = 28 // SQLITE_ANALYZE: table
	AuthCreateVTable      AuthAction = 29 // SQLITE_CREATE_VTABLE: table, module
	AuthDropVTable        AuthAction = 30 // SQLITE_DROP_VTABLE: table, module
	AuthFunction          AuthAction = 31 // SQLITE_FUNCTION: "", function
	AuthSavepoint         AuthAction = 32 // SQLITE_SAVEPOINT: operation, name
	AuthRecursive         AuthAction = 33 // SQLITE_RECURSIVE
)

// AuthResult is an authorizer's answer.
//
// https://sqlite.org/c3ref/c_deny.html
type AuthResult int

// Answers.
const (
	AuthAllow  AuthResult = 0 // SQLITE_OK
	AuthDeny   AuthResult = 1 // SQLITE_DENY: the statement does not compile
	AuthIgnore AuthResult = 2 // SQLITE_IGNORE: a column reads NULL, a change is left out
)

// AuthRequest is one action of a statement.
type AuthRequest struct {
	Action     AuthAction
	Arg1, Arg2 string // what the action is about, see the actions
	Schema     string // "main", "temp" or attached, where it matters
	Inner      string // the trigger or view that wants it, "" for the statement itself
}

// SetAuthorizer is sqlite3_set_authorizer: f is asked about each action of each
// statement that is compiled from now on; statements that are compiled already
// are compiled again. A denied statement fails with ErrAuth, and so does one
// whose authorizer panics. f must not use the connection. nil takes it away.
//
// https://sqlite.org/c3ref/set_authorizer.html
func (c *Conn) SetAuthorizer(f func(r AuthRequest) AuthResult) error {
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	c.hosted().Authorize = func(action int, a, b, schema, inner string) int {
		var answer AuthResult
		err := c.guard(func() error {
			answer = f(AuthRequest{AuthAction(action), a, b, schema, inner})
			return nil
		})
		if err != nil {
			c.throwSilent(err)
			return int(AuthDeny)
		}
		return int(answer)
	}
	if rc := c.c.SetAuthorizer(f != nil); rc != 0 {
		return c.fail(rc, "")
	}
	return nil
}
