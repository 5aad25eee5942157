// SPDX-License-Identifier: MIT

package verify

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// FuzzStatement: a statement that can be read can be judged.
func FuzzStatement(f *testing.F) {
	for name, data := range releasetest.Build(keys, releasetest.Hooks{}).Files {
		if strings.HasSuffix(name, statementSuffix) {
			f.Add(data)
		}
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		s, _, err := parseStatement(data)
		if err != nil {
			return
		}
		r := &release{documented: documented{statements: map[string]*statement{provenanceName: s}, manifest: &manifest.Manifest{}}}
		r.options.Policy = &policy.Policy{}
		f := &file{name: provenanceName}
		r.form(f)
		r.subjects(f)
		_, _ = r.provenance()
		r.build()
		r.counts(s)
		r.statements[ledgerName] = s
		_, _ = r.ledger()
	})
}

// FuzzModuleInfo: an .info that passes says the version and time of the release, to every reader of JSON alike.
func FuzzModuleInfo(f *testing.F) {
	m := &manifest.Manifest{Version: "1.2.0", Time: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	f.Add([]byte(`{"Version":"v1.2.0","Time":"2026-11-23T00:00:00Z","Origin":{"VCS":"git"}}`))
	f.Add([]byte(`{"Version":"v1.2.0","Time":"2026-11-23T01:00:00+01:00"}`))
	f.Add([]byte(`{"Version":"v1.1.0","version":"v1.2.0","Time":"2026-11-23T00:00:00Z"}`))
	f.Add([]byte(`{"Version":"v1.2.0"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if otherInfo(data, m) != "" {
			return
		}
		var first map[string]json.RawMessage
		if err := json.Unmarshal(data, &first); err != nil || string(first["Version"]) == "" || string(first["Time"]) == "" {
			t.Errorf("%q passes: %v", data, err)
		}
	})
}

// FuzzSignedManifest: names of the list stay in the folder.
func FuzzSignedManifest(f *testing.F) {
	f.Add(releasetest.Build(keys, releasetest.Hooks{}).Files[signedManifestName])
	f.Fuzz(func(t *testing.T, data []byte) {
		m, _, err := parseSignedManifest(data)
		if err != nil {
			return
		}
		for _, f := range m.Files {
			if strings.Contains(f.Name, "/") {
				t.Errorf("name %q", f.Name)
			}
		}
	})
}
