// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"encoding/json"
	"testing"
)

func TestErrorAsJSON(t *testing.T) {
	c := openTest(t, ":memory:")
	exec(t, c, "CREATE TABLE t(x UNIQUE); INSERT INTO t VALUES('secret')")
	b, err := json.Marshal(c.Exec("INSERT INTO t VALUES('secret')"))
	const want = `{"Code":19,"ExtendedCode":2067,"Name":"SQLITE_CONSTRAINT_UNIQUE","Message":"UNIQUE constraint failed: t.x","Offset":-1}`
	if err != nil || string(b) != want {
		t.Errorf("%s, %v; want %s", b, err, want)
	}
}
