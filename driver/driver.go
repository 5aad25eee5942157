// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/gosqlite/gosqlite/sqlite"
)

// Name is the name that the driver is registered under.
const Name = "gosqlite"

func init() { sql.Register(Name, &Driver{}) }

// ErrTxRolledBack is what the statements of a transaction return after SQLite
// rolled it back by itself, or after its COMMIT or ROLLBACK ran as a statement.
var ErrTxRolledBack = errors.New("gosqlite: the transaction has ended in SQLite: call Rollback and begin again")

// Driver is the database/sql driver; it is registered under [Name].
type Driver struct{}

var (
	_ driver.Driver        = (*Driver)(nil)
	_ driver.DriverContext = (*Driver)(nil)
)

// Open connects to the named database.
func (d *Driver) Open(dsn string) (driver.Conn, error) {
	cfg, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	c := newConnector(d, cfg, nil, nil)
	// A database in memory lives as long as this one connection.
	defer c.Close()
	return c.Connect(context.Background())
}

// OpenConnector checks dsn once for all connections.
func (d *Driver) OpenConnector(dsn string) (driver.Connector, error) {
	cfg, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	return newConnector(d, cfg, nil, nil), nil
}

// NewConnector is a connector for sql.OpenDB. init, which may be nil, runs on
// each new connection of the pool before its first use: the place for pragmas,
// functions and attached databases. When it fails the connection is closed.
func NewConnector(dsn string, init func(*sqlite.Conn) error, options ...Option) (driver.Connector, error) {
	cfg, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	return newConnector(&Driver{}, cfg, init, options), nil
}
