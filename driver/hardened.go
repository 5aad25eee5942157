// SPDX-License-Identifier: MIT

package driver

import (
	"fmt"

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

// harden makes a connection fit for SQL and files that somebody else wrote. It
// runs last, so that the program's own set-up is not bound by it.
func harden(c *sqlite.Conn) error {
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
			return fmt.Errorf("gosqlite: harden: %w", err)
		}
	}
	if err := c.Exec("PRAGMA cell_size_check = 1; PRAGMA mmap_size = 0"); err != nil {
		return fmt.Errorf("gosqlite: harden: %w", err)
	}
	for _, l := range hardenedLimits {
		c.Limit(l.id, l.value)
	}
	return nil
}
