// SPDX-License-Identifier: MIT

package driver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// hardenedLimits are those that SQLite's authors recommend where somebody else
// writes the SQL: https://sqlite.org/security.html
var hardenedLimits = []struct {
	id    sqlite.Limit
	value int
}{
	{sqlite.LimitLength, 1_000_000},
	{sqlite.LimitSQLLength, 100_000},
	{sqlite.LimitColumn, 100},
	{sqlite.LimitExprDepth, 10},
	{sqlite.LimitCompoundSelect, 3},
	{sqlite.LimitVDBEOp, 25_000},
	{sqlite.LimitFunctionArg, 8},
	{sqlite.LimitAttached, 0},
	{sqlite.LimitLikePatternLength, 50},
	{sqlite.LimitVariableNumber, 10},
	{sqlite.LimitTriggerDepth, 10},
}

// readingPragmas only tell, given without a value or with the name of a table.
var readingPragmas = []string{
	"application_id", "collation_list", "compile_options", "data_version", "encoding", "foreign_key_check", "foreign_key_list",
	"foreign_keys", "freelist_count", "function_list", "index_info", "index_list", "index_xinfo", "integrity_check",
	"module_list", "page_count", "page_size", "quick_check", "schema_version", "table_info", "table_list", "table_xinfo",
	"user_version",
}

// withArgument are those of readingPragmas whose value is a name or a number
// and sets nothing.
var withArgument = []string{
	"foreign_key_check", "foreign_key_list", "index_info", "index_list", "index_xinfo", "integrity_check", "quick_check",
	"table_info", "table_list", "table_xinfo",
}

// guarded is the authorizer of a hardened connection. It lets through what reads
// and writes the database's own tables.
type guarded struct{ own bool } // own: the driver itself is at work

func (g *guarded) authorize(r sqlite.AuthRequest) sqlite.AuthResult {
	if g.own || g.allowed(r) {
		return sqlite.AuthAllow
	}
	return sqlite.AuthDeny
}

func (g *guarded) allowed(r sqlite.AuthRequest) bool {
	switch r.Action {
	case sqlite.AuthAttach, sqlite.AuthDetach:
		return false
	case sqlite.AuthPragma:
		name := strings.ToLower(r.Arg1)
		return slices.Contains(readingPragmas, name) && (r.Arg2 == "" || slices.Contains(withArgument, name))
	case sqlite.AuthCreateTempTable, sqlite.AuthCreateTempView, sqlite.AuthCreateTempTrigger, sqlite.AuthCreateTempIndex:
		// They would stand before the real tables of the connection's next user.
		return false
	case sqlite.AuthCreateVTable:
		return slices.Contains([]string{"fts5", "rtree", "rtree_i32", "geopoly"}, strings.ToLower(r.Arg2))
	case sqlite.AuthRead:
		// They show what others run on the connection.
		return !slices.Contains([]string{"sqlite_stmt", "bytecode", "tables_used"}, strings.ToLower(r.Arg1))
	}
	return true
}

// harden makes a connection fit for SQL and files that somebody else wrote. It
// runs last, so that the program's own set-up is not bound by it.
func harden(c *sqlite.Conn) (*guarded, error) {
	for _, o := range []struct {
		option sqlite.DBConfigOption
		on     bool
	}{
		{sqlite.DBConfigDefensive, true},
		{sqlite.DBConfigTrustedSchema, false},
		{sqlite.DBConfigWritableSchema, false},
		{sqlite.DBConfigEnableLoadExtension, false},
		{sqlite.DBConfigEnableAttachCreate, false},
		{sqlite.DBConfigEnableAttachWrite, false},
	} {
		if err := c.DBConfig(o.option, o.on); err != nil {
			return nil, fmt.Errorf("gosqlite: harden: %w", err)
		}
	}
	if err := c.Exec("PRAGMA cell_size_check = 1; PRAGMA mmap_size = 0"); err != nil {
		return nil, fmt.Errorf("gosqlite: harden: %w", err)
	}
	for _, l := range hardenedLimits {
		c.Limit(l.id, l.value)
	}
	g := &guarded{}
	if err := c.SetAuthorizer(g.authorize); err != nil {
		return nil, fmt.Errorf("gosqlite: harden: %w", err)
	}
	return g, nil
}
