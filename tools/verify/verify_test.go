// SPDX-License-Identifier: MIT

package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

var keys = releasetest.NewKeys()

// optionsFor writes a release and gives the options that check it.
func optionsFor(t testing.TB, r *releasetest.Release) Options {
	t.Helper()
	dir := t.TempDir()
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r.Policy)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Dir: dir, Policy: p, Now: releasetest.Now}
}

func run(t testing.TB, o Options) *Report {
	t.Helper()
	report, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func table(r *Report) string {
	var b bytes.Buffer
	_ = r.Table(&b)
	return b.String()
}

// TestHealthy: releases by key and by certificate pass with everything demanded.
func TestHealthy(t *testing.T) {
	for _, certificate := range []bool{false, true} {
		r := releasetest.Build(keys, releasetest.Hooks{Config: func(c *releasetest.Config) { c.Certificate = certificate }})
		if report := run(t, optionsFor(t, r)); !report.OK {
			t.Errorf("certificate %v:\n%s", certificate, table(report))
		}
	}
}

// TestObjects: upstream objects are bound until the inputs are there. Each of six documents names an archive, two programs
// and a library, and the amalgamation.
func TestObjects(t *testing.T) {
	o := optionsFor(t, releasetest.Build(keys, releasetest.Hooks{}))
	if r := run(t, o); r.Objects != (Objects{Recomputed: 24, Bound: 6}) || !strings.Contains(table(r), "24 objects recomputed, 6 upstream objects bound") {
		t.Errorf("without inputs: %+v\n%s", r.Objects, table(r))
	}
	o.Inputs = t.TempDir()
	if err := os.WriteFile(filepath.Join(o.Inputs, "sqlite3.c"), []byte(releasetest.Upstream), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := run(t, o); r.Objects != (Objects{Recomputed: 30}) {
		t.Errorf("with inputs: %+v", r.Objects)
	}
}

// TestInputsDemanded: a policy can demand that no upstream object is bound by the signature alone.
func TestInputsDemanded(t *testing.T) {
	o := optionsFor(t, releasetest.Build(keys, releasetest.Hooks{}))
	o.Policy.Evidence = append(o.Policy.Evidence, policy.Inputs)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "sqlite3.c"), []byte(releasetest.Upstream), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, inputs, want string }{
		{"none", "", "inputs: they are demanded and were not given: --inputs"},
		{"an empty folder", t.TempDir(), "inputs: 6 upstream objects are not among them, such as sqlite3.c of component of sqlite3.c in gosqlite_1.2.0_darwin_arm64.cdx.json"},
		{"all", full, ""},
	} {
		o.Inputs = c.inputs
		r := run(t, o)
		missing := slices.ContainsFunc(r.Faults, func(f Fault) bool {
			return f.Rule == "evidence" && f.Class == "evidence-missing" && f.Detail == c.want
		})
		if missing != (c.want != "") || r.OK != (c.want == "") {
			t.Errorf("%s:\n%s", c.name, table(r))
		}
	}
	// Without a bill of materials there is nothing that could be recomputed, and that is not enough.
	o = optionsFor(t, releasetest.Build(keys, releasetest.Hooks{Payload: func(files map[string]*releasetest.Payload) {
		maps.DeleteFunc(files, func(name string, _ *releasetest.Payload) bool {
			return strings.Contains(name, ".cdx.") || strings.Contains(name, ".spdx.")
		})
	}}))
	o.Policy.Evidence, o.Inputs = []policy.Evidence{policy.Inputs}, full
	if r := run(t, o); !strings.Contains(table(r), "inputs: no bill of materials names an object") {
		t.Errorf("no bills:\n%s", table(r))
	}
}
