// SPDX-License-Identifier: MIT

package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

func text(t testing.TB, change func(f *policy.File)) []byte {
	t.Helper()
	f := releasetest.Build(releasetest.NewKeys(), releasetest.Hooks{}).Policy
	if change != nil {
		change(f)
	}
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParse(t *testing.T) {
	p, err := policy.Parse(text(t, nil))
	if err != nil || len(p.Trust.Keys) != 3 || len(p.Trust.Stamps) != 2 || p.Trust.MinStamps != 2 || !p.Demands(policy.SBOM) {
		t.Errorf("Parse = %+v, %v", p, err)
	}
	for _, e := range []policy.Evidence{policy.VEX, policy.Notes, policy.API, policy.Inputs} {
		p, err := policy.Parse(text(t, func(f *policy.File) { f.Require.Evidence = []policy.Evidence{e} }))
		if err != nil || !p.Demands(e) || p.Demands(policy.SBOM) {
			t.Errorf("%s: %v", e, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(f *policy.File)
		want   string
	}{
		{"schema", func(f *policy.File) { f.Schema = "x" }, "schema"},
		{"no signer", func(f *policy.File) { f.Keys = f.Keys[1:] }, "role release"},
		{"a key twice", func(f *policy.File) { f.Keys = append(f.Keys, f.Keys[0]) }, "twice"},
		{"a key without a name", func(f *policy.File) { f.Keys[0].Name = "" }, "name"},
		{"a key without a role", func(f *policy.File) { f.Keys[0].Roles = nil }, "role"},
		{"an unknown role", func(f *policy.File) { f.Keys[0].Roles[0] = "root" }, "role"},
		{"no PEM", func(f *policy.File) { f.Keys[0].PEM = "x" }, "PEM"},
		{"two PEM blocks", func(f *policy.File) { f.Keys[0].PEM += f.Keys[1].PEM }, "more than one"},
		{"a private key", func(f *policy.File) { f.Keys[0].PEM = strings.ReplaceAll(f.Keys[0].PEM, "PUBLIC", "PRIVATE") }, "PEM"},
		{"a time", func(f *policy.File) { f.Keys[0].From = "2026" }, "time"},
		{"an authority's time", func(f *policy.File) { f.Authorities[0].Until = "2026" }, "time"},
		{"no certificates", func(f *policy.File) { f.Authorities[0].Certificates = nil }, "certificates"},
		{"more timestamps than authorities", func(f *policy.File) { f.Require.Timestamps = 3 }, "timestamps"},
		{"an authority twice", func(f *policy.File) { f.Timestamps[1].Name = f.Timestamps[0].Name }, "twice"},
		{"more reproductions than reproducers", func(f *policy.File) { f.Require.Reproduced = 3 }, "reproduc"},
		{"less than none", func(f *policy.File) { f.Require.Reproduced = -1 }, "reproduc"},
		{"more log entries than logs", func(f *policy.File) { f.Require.LogEntries = 1 }, "log entries"},
		{"more log entries than origins", func(f *policy.File) {
			f.Logs = []policy.Log{{Name: "a", Origin: "x", PEM: f.Keys[0].PEM}, {Name: "b", Origin: "x", PEM: f.Keys[1].PEM}}
			f.Require.LogEntries = 2
		}, "2 log entries by 1 logs"},
		{"a log without an origin", func(f *policy.File) { f.Logs = []policy.Log{{Name: "a", PEM: f.Keys[0].PEM}} }, "origin"},
		{"a log's key", func(f *policy.File) { f.Logs = []policy.Log{{Name: "a", Origin: "x", PEM: "x"}} }, "PEM"},
		{"a log's time", func(f *policy.File) {
			f.Logs = []policy.Log{{Name: "a", Origin: "x", PEM: f.Keys[0].PEM, Until: "2026"}}
		}, "time"},
		{"a log twice", func(f *policy.File) {
			l := policy.Log{Name: "a", Origin: "x", PEM: f.Keys[0].PEM}
			f.Logs = []policy.Log{l, l}
		}, "twice"},
		{"evidence", func(f *policy.File) { f.Require.Evidence = []policy.Evidence{"x"} }, "evidence"},
		{"version", func(f *policy.File) { f.Require.MinimumVersion = "v1" }, "version"},
		{"too many", func(f *policy.File) { f.Keys = make([]policy.Key, 100) }, "more than"},
	} {
		if _, err := policy.Parse(text(t, test.change)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	for name, b := range map[string]string{
		"unknown field": strings.Replace(string(text(t, nil)), "{", `{"trust":"all",`, 1),
		"duplicate":     strings.Replace(string(text(t, nil)), "{", `{"schema":"x",`, 1),
		"empty":         "",
		"large":         strings.Repeat(" ", policy.MaxSize+1),
	} {
		if _, err := policy.Parse([]byte(b)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestVersions(t *testing.T) {
	order := []string{"0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"}
	for i, a := range order {
		for j, b := range order {
			x, err := policy.ParseVersion(a)
			if err != nil {
				t.Fatal(err)
			}
			y, err := policy.ParseVersion(b + "+build")
			if err != nil {
				t.Fatal(err)
			}
			if got := x.Compare(y); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s to %s: %d", a, b, got)
			}
		}
	}
	for _, bad := range []string{"", "1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.-1", "1.0.0.0", "99999999999999999999.0.0"} {
		if _, err := policy.ParseVersion(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(text(f, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := policy.Parse(b); err == nil && len(p.Trust.Keys)+len(p.Trust.Authorities) == 0 {
			t.Error("a policy that trusts nobody")
		}
	})
}
