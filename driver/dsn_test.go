// SPDX-License-Identifier: MIT

package driver_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // a sandbox has none

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
		{name: "fragment of a path", dsn: "file:a#b.db", want: "write %23"},
		{name: "host", dsn: "file://server/a.db", want: `"server" is no host`},
		{name: "host that is a folder", dsn: "file://data.db", want: `"data.db" is no host`},
		{name: "escape in a path", dsn: "file:100%.db", want: "write %25"},
		{name: "short escape in a path", dsn: "file:a%20b%4", want: "write %25"},
		{name: "NUL in a path", dsn: "file:a%00b.db", want: "NUL"},
		{name: "time", dsn: "a.db?_time=julian", want: "want text, rfc3339"},
		{name: "pragma of two statements", dsn: "a.db?_pragma=user_version(1);DROP", want: "parameters"},
		{name: "pragma of two statements, escaped", dsn: "a.db?_pragma=user_version(1)%3BDROP+TABLE+t", want: "want name(value)"},
		{name: "pragma with an assignment", dsn: "a.db?_pragma=user_version%3D1", want: "want name(value)"},
		{name: "page size", dsn: "a.db?_page_size=1000", want: "power of two"},
		{name: "secure delete", dsn: "a.db?_secure_delete=slow", want: "or fast"},
		{name: "location", dsn: "a.db?_loc=Nowhere/City", want: "want auto or a name"},
		{name: "shared memory with a file's parameter", dsn: "file:m?mode=memory&cache=shared&nolock=1", want: "takes no nolock"},
		{name: "shared memory without a name", dsn: "file:?mode=memory&cache=shared", want: "needs a name"},
		{name: "shared memory whose name is a slash", dsn: "file:/?mode=memory&cache=shared", want: "needs a name"},
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
		{name: "auto vacuum of a new file", params: "_auto_vacuum=incremental&_journal_mode=wal", pragma: "auto_vacuum", want: "2"},
		{name: "page size before the journal mode", params: "_page_size=8192&_journal_mode=wal", pragma: "page_size", want: "8192"},
		{name: "secure delete", params: "_secure_delete=FAST", pragma: "secure_delete", want: "2"},
		{name: "recursive triggers", params: "_recursive_triggers=on", pragma: "recursive_triggers", want: "1"},
		{name: "temp store", params: "_temp_store=memory", pragma: "temp_store", want: "2"},
		{name: "locking mode", params: "_locking_mode=EXCLUSIVE", pragma: "locking_mode", want: "exclusive"},
		{name: "any pragma", params: "_pragma=user_version(7)&_pragma=cache_spill(0)", pragma: "user_version", want: "7"},
		{name: "busy_timeout by pragma", params: "_pragma=busy_timeout(1234)", pragma: "busy_timeout", want: "1234"},
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

// TestEscapesInPaths opens one file by every way to write its name.
func TestEscapesInPaths(t *testing.T) {
	dir := t.TempDir()
	exec(t, open(t, filepath.Join(dir, "a b%#.db")), "CREATE TABLE t(x)")
	for _, dsn := range []string{"file:" + dir + "/a%20b%25%23.db", "file://" + dir + "/a b%25%23.db", "file://localhost" + dir + "/%61%20b%25%23.db?mode=rw"} {
		if n := count(t, open(t, dsn), "SELECT count(*) FROM sqlite_schema"); n != 1 {
			t.Errorf("%s is another file", dsn)
		}
	}
}

func TestSharedMemoryHasOneName(t *testing.T) {
	for _, dsn := range []string{"file::memory:?cache=shared", "file:shared-name?mode=memory&cache=shared", "file:/shared-name-2?mode=memory&cache=shared"} {
		a, b := open(t, dsn), open(t, dsn)
		exec(t, a, "CREATE TABLE t(x)")
		exec(t, b, "INSERT INTO t VALUES(1)")
		if n := count(t, a, "SELECT count(*) FROM t"); n != 1 {
			t.Errorf("%s: %d rows", dsn, n)
		}
	}
	a, b := open(t, "file:same?mode=memory"), open(t, "file:same?mode=memory")
	exec(t, a, "CREATE TABLE t(x)")
	if _, err := b.Exec("INSERT INTO t VALUES(1)"); err == nil {
		t.Error("two pools share a database in memory that is not shared")
	}
}

func TestDoubleQuotes(t *testing.T) {
	if _, err := open(t, ":memory:").Exec(`SELECT "text"`); err == nil {
		t.Error("a double-quoted text is no error")
	}
	exec(t, open(t, ":memory:?_dqs=1"), `SELECT "text"`)
}

func TestLocation(t *testing.T) {
	db := open(t, ":memory:?_loc=Asia/Kathmandu")
	exec(t, db, "CREATE TABLE t(at DATETIME); INSERT INTO t VALUES('2024-01-01 00:00:00')")
	var at time.Time
	if err := db.QueryRow("SELECT at FROM t").Scan(&at); err != nil || at.Format(time.RFC3339) != "2024-01-01T05:45:00+05:45" {
		t.Errorf("%v, %v", at, err)
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

// SQLite knows no plus for a blank: it gets the name as it is.
func TestBlankInAParameter(t *testing.T) {
	db := open(t, "file:x.db?vfs=my%20box%2B1")
	if err := db.Ping(); err == nil || !strings.Contains(err.Error(), "no such vfs: my box+1") {
		t.Errorf("%v", err)
	}
}
