// SPDX-License-Identifier: MIT

package schema

import "testing"

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name, schema, document string
		good                   bool
	}{
		{"an OSV record", OSV, `{"id":"CVE-2026-1","modified":"2026-01-01T00:00:00Z"}`, true},
		{"an own prefix", OSV, `{"id":"x_GOSQLITE-2026-1","modified":"2026-01-01T00:00:00Z"}`, true},
		{"an unknown prefix", OSV, `{"id":"GOSQLITE-2026-1","modified":"2026-01-01T00:00:00Z"}`, false},
		{"a date that is none", OSV, `{"id":"CVE-2026-1","modified":"yesterday"}`, false},
		{"an unknown field", OSV, `{"id":"CVE-2026-1","modified":"2026-01-01T00:00:00Z","planted":1}`, false},
		{"no JSON", OSV, `{`, false},
		{"an empty CSAF document", CSAF, `{}`, false},
		{"a CSAF document", CSAF, `{"document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"category":"vendor","name":"n","namespace":"https://n.invalid"},"title":"t","tracking":{"current_release_date":"2026-01-01T00:00:00Z","id":"1","initial_release_date":"2026-01-01T00:00:00Z","revision_history":[{"date":"2026-01-01T00:00:00Z","number":"1","summary":"s"}],"status":"final","version":"1"}}}`, true},
		{"an empty SARIF log", SARIF, `{"version":"2.1.0","runs":[]}`, true},
		{"another SARIF version", SARIF, `{"version":"2.0.0","runs":[]}`, false},
		{"an unknown schema", "spelling", `{}`, false},
	} {
		if err := Check(c.schema, []byte(c.document)); (err == nil) != c.good {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
