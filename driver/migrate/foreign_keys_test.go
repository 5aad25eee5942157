// SPDX-License-Identifier: MIT

package migrate

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/gosqlite/gosqlite/driver"
)

// SQLite leaves foreign keys as they are while a transaction is open, and says nothing: nobody else may get the connection.
func TestForeignKeysInATransaction(t *testing.T) {
	ctx := context.Background()
	db, err := sql.Open(driver.Name, filepath.Join(t.TempDir(), "m.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	restore, err := foreignKeysOff(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		t.Fatal(err)
	}
	if err := restore(); err == nil {
		t.Error("foreign keys stay off, without an error")
	}
	_ = conn.Close()
	var on bool
	if err := db.QueryRowContext(ctx, "PRAGMA foreign_keys").Scan(&on); err != nil || !on {
		t.Errorf("the next user has foreign keys: %t, %v", on, err)
	}
}
