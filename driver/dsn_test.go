// SPDX-License-Identifier: MIT

package driver_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/driver"
)

func TestRefusedNames(t *testing.T) {
	tests := []struct {
		name string
		dsn  string
		want string
	}{
		{name: "unknown", dsn: "a.db?_busy=1", want: `unknown parameter "_busy"`},
		{name: "of SQLite, without file:", dsn: "a.db?mode=ro", want: `unknown parameter "mode"`},
		{name: "twice", dsn: "a.db?_txlock=deferred&_txlock=immediate", want: "given 2 times"},
		{name: "word", dsn: "a.db?_journal_mode=wall", want: "want one of delete"},
		{name: "switch", dsn: "a.db?_foreign_keys=maybe", want: "want 1 or 0"},
		{name: "wait", dsn: "a.db?_busy_timeout=-1s", want: "want a duration"},
		{name: "number", dsn: "a.db?_stmt_cache=many", want: "want a number"},
		{name: "injection", dsn: "a.db?_cache_size=1;DROP", want: "parameters"},
		{name: "mode", dsn: "file:a.db?mode=rx", want: "want ro, rw, rwc or memory"},
		{name: "shared cache of a file", dsn: "file:a.db?cache=shared", want: "only for mode=memory"},
		{name: "fragment", dsn: "file:a.db?mode=ro#x", want: "fragment"},
		{name: "NUL", dsn: "a\x00.db", want: "NUL"},
		{name: "escape", dsn: "a.db?_txlock=%zz", want: "invalid URL escape"},
		{name: "time", dsn: "a.db?_time=julian", want: "want text, rfc3339"},
		{name: "preset", dsn: "a.db?_preset=fast", want: "want app"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := driver.NewConnector(tt.dsn, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestParametersTakeEffect(t *testing.T) {
	tests := []struct {
		name   string
		params string
		pragma string
		want   string
	}{
		{name: "safe: foreign keys", pragma: "foreign_keys", want: "1"},
		{name: "safe: trusted schema", pragma: "trusted_schema", want: "0"},
		{name: "safe: synchronous full", pragma: "synchronous", want: "2"},
		{name: "safe: journal", pragma: "journal_mode", want: "delete"},
		{name: "safe: wait", pragma: "busy_timeout", want: "5000"},
		{name: "wal", params: "_journal_mode=WAL", pragma: "journal_mode", want: "wal"},
		{name: "wal stays full", params: "_journal_mode=wal", pragma: "synchronous", want: "2"},
		{name: "preset", params: "_preset=app", pragma: "synchronous", want: "1"},
		{name: "preset overridden", params: "_synchronous=extra&_preset=app", pragma: "synchronous", want: "3"},
		{name: "wait", params: "_busy_timeout=250ms", pragma: "busy_timeout", want: "250"},
		{name: "wait in ms", params: "_busy_timeout=250", pragma: "busy_timeout", want: "250"},
		{name: "foreign keys off", params: "_foreign_keys=0", pragma: "foreign_keys", want: "0"},
		{name: "query only", params: "_query_only=1", pragma: "query_only", want: "1"},
		{name: "cache size", params: "_cache_size=-512", pragma: "cache_size", want: "-512"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db := open(t, file(t)+"?"+tt.params)
			var got string
			if err := db.QueryRow("PRAGMA " + tt.pragma).Scan(&got); err != nil || got != tt.want {
				t.Errorf("%s = %s, %v; want %s", tt.pragma, got, err, tt.want)
			}
		})
	}
}

func TestReadOnlyFile(t *testing.T) {
	name := file(t)
	if err := open(t, "file:"+name+"?mode=ro").Ping(); err == nil {
		t.Error("a missing file opens read-only")
	}
	exec(t, open(t, name), "CREATE TABLE t(x)")
	ro, err := sql.Open(driver.Name, "file:"+name+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Close()
	if _, err := ro.Exec("INSERT INTO t VALUES(1)"); err == nil {
		t.Error("a read-only connection writes")
	}
}
