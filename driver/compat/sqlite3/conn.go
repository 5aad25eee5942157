// SPDX-License-Identifier: MIT

package sqlite3

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"

	gosqlite "github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

// SQLiteConn is a connection, which sql.Conn.Raw and ConnectHook give. Its
// SQLite method leads to all of SQLite.
type SQLiteConn struct{ *gosqlite.Conn }

// SQLiteTimestampFormats are the layouts that were read from columns declared
// DATE, DATETIME and TIMESTAMP; package driver reads a superset and takes no
// notice of changes.
var SQLiteTimestampFormats = []string{
	"2006-01-02 15:04:05.999999999-07:00",
	"2006-01-02T15:04:05.999999999-07:00",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04",
	"2006-01-02T15:04",
	"2006-01-02",
}

// Version gives SQLite's version, its number and its source.
func Version() (libVersion string, libVersionNumber int, sourceID string) {
	number := 0
	for _, part := range strings.SplitN(sqlite.Version(), ".", 3) {
		n, err := strconv.Atoi(part)
		if err != nil {
			n = 0
		}
		number = number*1000 + n
	}
	return sqlite.Version(), number, sqlite.SourceID()
}

// Exec runs query with arguments by position.
func (c *SQLiteConn) Exec(query string, args []driver.Value) (driver.Result, error) {
	return c.ExecContext(context.Background(), query, named(args))
}

// Query runs query with arguments by position.
func (c *SQLiteConn) Query(query string, args []driver.Value) (driver.Rows, error) {
	return c.QueryContext(context.Background(), query, named(args))
}

func named(args []driver.Value) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}

// AutoCommit tells whether no transaction is open.
func (c *SQLiteConn) AutoCommit() bool { return c.SQLite().AutoCommit() }

// GetFilename is the absolute path of a schema's file, "" without one.
func (c *SQLiteConn) GetFilename(schema string) string { return c.SQLite().Filename(schema) }

// GetLimit gives one of the SQLITE_LIMIT_ values.
func (c *SQLiteConn) GetLimit(id int) int { return c.SQLite().Limit(sqlite.Limit(id), -1) }

// SetLimit sets one of the SQLITE_LIMIT_ values and returns the one before.
func (c *SQLiteConn) SetLimit(id, newVal int) int {
	return c.SQLite().Limit(sqlite.Limit(id), newVal)
}

// Serialize gives the bytes of a schema's file, of "main" for "".
func (c *SQLiteConn) Serialize(schema string) ([]byte, error) {
	if schema == "" {
		schema = "main"
	}
	b, err := c.SQLite().Serialize(schema)
	return b, mapError(err)
}

// Deserialize replaces a schema by the bytes of a file, "main" for "".
func (c *SQLiteConn) Deserialize(b []byte, schema string) error {
	if schema == "" {
		schema = "main"
	}
	return mapError(c.SQLite().Deserialize(schema, b, false))
}

// LoadExtension loads a library; SQL itself cannot, before and after.
func (c *SQLiteConn) LoadExtension(lib, entry string) error {
	return mapError(loadExtension(c.SQLite(), lib, entry))
}

func loadExtension(c *sqlite.Conn, lib, entry string) error {
	if err := c.DBConfig(sqlite.DBConfigEnableLoadExtension, true); err != nil {
		return err
	}
	err := c.LoadExtension(lib, entry)
	if err != nil {
		err = fmt.Errorf("sqlite3: load extension %q: %w", lib, err)
	}
	return errors.Join(err, c.DBConfig(sqlite.DBConfigEnableLoadExtension, false))
}

// SQLiteBackup copies a database while others use it.
type SQLiteBackup struct{ b *sqlite.Backup }

// Backup begins to copy schema src of srcConn into schema dest of c.
func (c *SQLiteConn) Backup(dest string, srcConn *SQLiteConn, src string) (*SQLiteBackup, error) {
	b, err := srcConn.SQLite().Backup(c.SQLite(), dest, src)
	if err != nil {
		return nil, mapError(err)
	}
	return &SQLiteBackup{b}, nil
}

// Step copies up to p pages, all of them when p is negative. It is not done and
// no error while a lock is in the way.
func (b *SQLiteBackup) Step(p int) (done bool, err error) {
	done, err = b.b.Step(p)
	if errors.Is(err, sqlite.ErrBusy) || errors.Is(err, sqlite.ErrLocked) {
		return false, nil
	}
	return done, mapError(err)
}

// Remaining is how many pages were left after the last step.
func (b *SQLiteBackup) Remaining() int { return b.b.Remaining() }

// PageCount is how many pages the source had at the last step.
func (b *SQLiteBackup) PageCount() int { return b.b.PageCount() }

// Finish ends the backup; one that was not done is undone.
func (b *SQLiteBackup) Finish() error { return mapError(b.b.Close()) }

// Close is Finish.
func (b *SQLiteBackup) Close() error { return b.Finish() }
