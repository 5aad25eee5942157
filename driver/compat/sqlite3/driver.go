// SPDX-License-Identifier: MIT

package sqlite3

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"runtime/debug"
	"slices"

	gosqlite "github.com/gosqlite/gosqlite/driver"
	"github.com/gosqlite/gosqlite/sqlite"
)

// name is what both drivers register.
const name = "sqlite3"

// other is the module that this package stands in for.
const other = "github.com/mattn/go-sqlite3"

func init() {
	info, _ := debug.ReadBuildInfo()
	if why := conflict(sql.Drivers(), info); why != "" {
		panic(why)
	}
	sql.Register(name, &SQLiteDriver{})
}

// conflict says why the name cannot be registered. Which of two packages is
// initialized first is not ours to choose, so the program's modules are looked
// at as well.
func conflict(registered []string, info *debug.BuildInfo) string {
	const advice = ": import one of the two. Whatever imports " + other + " for itself, such as an ORM's dialect, can be" +
		" given a *sql.DB of the driver \"gosqlite\" instead of this package; see docs/moving-from-mattn.md"
	if slices.Contains(registered, name) {
		return "sqlite3: another driver is registered as \"sqlite3\", most likely that of " + other + advice
	}
	if info != nil && slices.ContainsFunc(info.Deps, func(m *debug.Module) bool { return m.Path == other }) {
		return "sqlite3: " + other + " is in this program and registers the name \"sqlite3\" as well" + advice
	}
	return ""
}

// SQLiteDriver is the driver; the zero value is registered as "sqlite3". A
// program may register its own under another name.
type SQLiteDriver struct {
	// Extensions are loaded into each new connection.
	Extensions []string
	// ConnectHook runs on each new connection after that.
	ConnectHook func(*SQLiteConn) error
}

var (
	_ driver.Driver        = (*SQLiteDriver)(nil)
	_ driver.DriverContext = (*SQLiteDriver)(nil)
)

// Open connects to the named database.
func (d *SQLiteDriver) Open(dsn string) (driver.Conn, error) {
	c, err := d.OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	// A database in memory lives as long as this one connection.
	defer c.(io.Closer).Close()
	return c.Connect(context.Background())
}

// OpenConnector translates dsn for package driver.
func (d *SQLiteDriver) OpenConnector(dsn string) (driver.Connector, error) {
	dsn, err := translate(dsn)
	if err != nil {
		return nil, err
	}
	inner, err := gosqlite.NewConnector(dsn, d.load, gosqlite.WithErrors(mapError))
	if err != nil {
		return nil, err
	}
	return &connector{d, inner}, nil
}

func (d *SQLiteDriver) load(c *sqlite.Conn) error {
	for _, file := range d.Extensions {
		if err := loadExtension(c, file, ""); err != nil {
			return err
		}
	}
	return nil
}

type connector struct {
	driver *SQLiteDriver
	inner  driver.Connector
}

var _ io.Closer = (*connector)(nil)

func (c *connector) Driver() driver.Driver { return c.driver }

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.inner.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn := &SQLiteConn{inner.(*gosqlite.Conn)}
	if c.driver.ConnectHook != nil {
		if err := c.driver.ConnectHook(conn); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

// Close lets a database in memory go.
func (c *connector) Close() error { return c.inner.(io.Closer).Close() }
