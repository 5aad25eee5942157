// SPDX-License-Identifier: MIT

package verify

import (
	"strings"
	"testing"

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
