// SPDX-License-Identifier: MIT

package govuln

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/vulndb"
)

// planted is a database with one record: function Bad of package example.org/dep/bad, fixed in v1.1.0.
func planted(t *testing.T) *vulndb.Database {
	t.Helper()
	dir := t.TempDir()
	record := `{"schema_version":"1.3.1","id":"GO-2026-9001","modified":"2026-08-01T00:00:00Z","published":"2026-08-01T00:00:00Z","summary":"Bad is bad",
"aliases":["CVE-2026-9001"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"}],
"affected":[{"package":{"name":"example.org/dep","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.1.0"}]}],
"ecosystem_specific":{"imports":[{"path":"example.org/dep/bad","symbols":["Bad"]}]}}]}`
	write(t, dir, map[string]string{"GO-2026-9001.json": record})
	db, err := vulndb.Open(t.Context(), nil, dir, []string{"example.org/dep"})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestByComponents(t *testing.T) {
	dep := func(version string, packages []string) component.Component {
		return component.Component{Document: "a.cdx.json", ID: "d", Name: "dep", Version: version, PURL: "pkg:golang/example.org/dep@" + version, Packages: packages}
	}
	for _, c := range []struct {
		name string
		in   component.Component
		want []finding.Rank
	}{
		{"packages not said", dep("v1.0.0", nil), []finding.Rank{finding.Required}},
		{"linked", dep("v1.0.0", []string{"example.org/dep/bad"}), []finding.Rank{finding.Imported}},
		{"not linked", dep("v1.0.0", []string{"example.org/dep/good"}), nil},
		{"fixed", dep("v1.1.0", nil), nil},
		{"not Go", component.Component{ID: "s", Name: "s", Version: "1", PURL: "pkg:generic/dep@1"}, nil},
	} {
		got, err := ByComponents(planted(t), []component.Component{c.in}, BillScanner)
		var ranks []finding.Rank
		for _, f := range got {
			ranks = append(ranks, f.Rank)
		}
		if err != nil || !slices.Equal(ranks, c.want) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	if _, err := ByComponents(planted(t), []component.Component{dep("unknown", nil)}, BillScanner); err == nil {
		t.Error("a version that is none was looked up")
	}
}

func TestParseRefuses(t *testing.T) {
	for name, stream := range map[string]string{
		"nothing":          "",
		"cut off":          `{"config":{"protocol_version":"v1.0.0"`,
		"another protocol": `{"config":{"protocol_version":"v2.0.0","scan_level":"symbol","go_version":"go1.27.4"}}`,
		"a coarser level":  `{"config":{"protocol_version":"v1.0.0","scan_level":"module","go_version":"go1.27.4"}}`,
		"no record":        `{"config":{"protocol_version":"v1.0.0","scan_level":"symbol","go_version":"go1.27.4"}}{"finding":{"osv":"GO-1","trace":[{"module":"m"}]}}`,
	} {
		if _, err := parse(strings.NewReader(stream), SourceScanner, "x", nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
