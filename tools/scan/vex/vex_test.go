// SPDX-License-Identifier: MIT

package vex

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/csaf"
	"github.com/gosqlite/gosqlite/tools/scan/feed"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/schema"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
)

func bills() []*component.Document {
	var all []*component.Document
	for i, platform := range []string{"linux_amd64_musl", "linux_arm64_musl"} {
		file := "gosqlite_0.1.0_" + platform + ".cdx.json"
		all = append(all, &component.Document{
			File: file, Subject: "root", Serial: "00000000-0000-8000-8000-" + strings.Repeat(string("ab"[i]), 12) + "/1", Version: "0.1.0",
			Components: []component.Component{
				{Document: file, ID: "musl", Name: "musl", Version: "1.2.5", PURL: "pkg:generic/musl@1.2.5", CPE: "cpe:2.3:a:musl-libc:musl:1.2.5:*:*:*:*:*:*:*"},
				{Document: file, ID: "root", Name: "gosqlite", Version: "0.1.0", PURL: "pkg:generic/gosqlite@0.1.0?platform=" + platform},
				{Document: file, ID: "sqlite", Name: "sqlite", Version: "3.54.1", PURL: "pkg:generic/sqlite@3.54.1"},
			},
		})
	}
	return all
}

func item(id, decision string, change func(i *gate.Item)) gate.Item {
	i := gate.Item{Finding: finding.Finding{
		Scanner: "c-feed", ID: id, Component: "pkg:generic/musl", Version: "1.2.5", Severity: "high", Score: 8.1, Summary: "bad",
		Vector: "CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:L", Where: []string{"gosqlite_0.1.0_linux_amd64_musl.cdx.json", "gosqlite_0.1.0_linux_arm64_musl.cdx.json"},
	}, Decision: decision, Reason: "because."}
	change(&i)
	return i
}

func document(t *testing.T, shuffle bool) *Document {
	t.Helper()
	v := &gate.Verdict{Items: []gate.Item{
		item("CVE-2026-0001", triage.NotAffected, func(i *gate.Item) { i.Justification = "vulnerable_code_not_present" }),
		item("CVE-2026-0002", triage.Affected, func(i *gate.Item) { i.Due = "2026-12-24" }),
		item("CVE-2026-0003", "none", func(i *gate.Item) { i.Aliases, i.Score, i.Vector = []string{"GHSA-xxxx-yyyy-zzzz"}, 0, "" }),
		item("G304", triage.NotAffected, func(i *gate.Item) { i.Scanner = "gosec" }),
		item("CVE-2026-0009", triage.NotAffected, func(i *gate.Item) { i.Where = []string{"a source folder"} }),
	}}
	f, err := feed.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	all := bills()
	var resolved []feed.Resolution
	for _, b := range all {
		r, err := f.Resolve(b.Components[2])
		if err != nil {
			t.Fatal(err)
		}
		resolved = append(resolved, r...)
	}
	if shuffle {
		slices.Reverse(all)
		slices.Reverse(v.Items)
		slices.Reverse(resolved)
	}
	d, err := New("0.1.0", "2026-11-23T00:00:00Z", all, v, resolved)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func formats(t *testing.T, d *Document) map[string][]byte {
	t.Helper()
	texts := map[string][]byte{}
	for name, write := range map[string]func() ([]byte, error){"openvex": d.OpenVEX, "cyclonedx": d.CycloneDX, "csaf": d.CSAF} {
		text, err := write()
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = text
	}
	return texts
}

func TestDeterministic(t *testing.T) {
	first, second := formats(t, document(t, false)), formats(t, document(t, true))
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s depends on the order of its input", name)
		}
	}
}

// TestSame: the three formats say the same of the same components.
func TestSame(t *testing.T) {
	texts := formats(t, document(t, false))
	want := map[string]int{"not_affected": 2, "affected": 2, "under_investigation": 2}
	var o openVEX
	if err := json.Unmarshal(texts["openvex"], &o); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, s := range o.Statements {
		for _, p := range s.Products {
			got[s.Status] += len(p.Subcomponents)
		}
		if (s.Status == "not_affected") != (s.Justification != "") || (s.Status == "affected") != (s.Action != "") {
			t.Errorf("openvex: %+v", s)
		}
	}
	want["fixed"] = got["fixed"]
	if got["fixed"] < 10 {
		t.Errorf("openvex: %d fixed", got["fixed"])
	}
	check := func(name string, got map[string]int) {
		t.Helper()
		for status, n := range want {
			if got[status] != n {
				t.Errorf("%s: %s %d times, want %d", name, status, got[status], n)
			}
		}
	}
	check("openvex", got)
	var c cycloneDX
	if err := json.Unmarshal(texts["cyclonedx"], &c); err != nil {
		t.Fatal(err)
	}
	got = map[string]int{}
	for _, v := range c.Vulnerabilities {
		for status, state := range cdxStates {
			if state == v.Analysis.State {
				got[status] += len(v.Affects)
			}
		}
		for _, a := range v.Affects {
			if !strings.HasPrefix(a.Ref, "urn:cdx:00000000-") || !strings.HasSuffix(a.Ref, "#musl") && !strings.HasSuffix(a.Ref, "#sqlite") {
				t.Errorf("cyclonedx: %s is bound to %q", v.ID, a.Ref)
			}
		}
	}
	check("cyclonedx", got)
	if err := schema.Check(schema.CSAF, texts["csaf"]); err != nil {
		t.Error(err)
	}
	var f struct {
		Vulnerabilities []struct {
			Status map[string][]string `json:"product_status"`
		} `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(texts["csaf"], &f); err != nil {
		t.Fatal(err)
	}
	got = map[string]int{}
	for _, v := range f.Vulnerabilities {
		for status, ids := range v.Status {
			got[map[string]string{"fixed": "fixed", "known_affected": "affected", "known_not_affected": "not_affected"}[status]] += len(ids)
			if status == "under_investigation" {
				got[status] += len(ids)
			}
		}
	}
	check("csaf", got)
}

// TestOneItem: CSAF has one item for a CVE, whose products two decisions share, and each decision stands at its own.
func TestOneItem(t *testing.T) {
	decided := func(platform, decision string, change func(i *gate.Item)) gate.Item {
		return item("CVE-2026-0001", decision, func(i *gate.Item) {
			i.Where = []string{"gosqlite_0.1.0_" + platform + ".cdx.json"}
			change(i)
		})
	}
	v := &gate.Verdict{Items: []gate.Item{
		decided("linux_amd64_musl", triage.NotAffected, func(i *gate.Item) { i.Justification = "vulnerable_code_not_present" }),
		decided("linux_arm64_musl", triage.Affected, func(i *gate.Item) { i.Due = "2026-12-24" }),
	}}
	d, err := New("0.1.0", "2026-11-23T00:00:00Z", bills(), v, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.CSAF()
	if err != nil {
		t.Fatal(err)
	}
	var got csaf.Document
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Vulnerabilities) != 1 {
		t.Fatalf("%d items, want one:\n%s", len(got.Vulnerabilities), text)
	}
	one := got.Vulnerabilities[0]
	amd, arm := []string{"product:gosqlite_0.1.0_linux_amd64_musl.cdx.json:musl"}, []string{"product:gosqlite_0.1.0_linux_arm64_musl.cdx.json:musl"}
	if !slices.Equal(one.Status.NotAffected, amd) || !slices.Equal(one.Flags[0].IDs, amd) || !slices.Equal(one.Status.Affected, arm) || !slices.Equal(one.Remediations[0].IDs, arm) {
		t.Errorf("%s", text)
	}
	if err := schema.Check(schema.CSAF, text); err != nil {
		t.Error(err)
	}
}

// TestDoubt: a decision that does not count is under investigation in each format, with no word of its justification.
func TestDoubt(t *testing.T) {
	v := &gate.Verdict{Items: []gate.Item{item("CVE-2026-0001", triage.NotAffected, func(i *gate.Item) {
		i.Justification, i.Doubt = "vulnerable_code_not_present", "the decision expired on 2026-11-01"
	})}}
	d, err := New("0.1.0", "2026-11-23T00:00:00Z", bills(), v, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range formats(t, d) {
		open := bytes.Contains(text, []byte(triage.UnderInvestigation)) || bytes.Contains(text, []byte(cdxStates[triage.UnderInvestigation]))
		if !open || bytes.Contains(text, []byte("code_not_present")) || bytes.Contains(text, []byte(`"not_affected"`)) {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	if !strings.Contains(d.Statements[0].Reason, "expired on 2026-11-01") {
		t.Errorf("%+v", d.Statements[0])
	}
}

// TestBefore: a version before the affected range was never affected, and one after it is fixed.
func TestBefore(t *testing.T) {
	f, err := feed.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{"3.8.0": triage.NotAffected, "3.54.1": triage.Fixed} {
		b := bills()[0]
		b.Components[2].Version = version
		resolved, err := f.Resolve(b.Components[2])
		if err != nil {
			t.Fatal(err)
		}
		d, err := New("0.1.0", "2026-11-23T00:00:00Z", []*component.Document{b}, &gate.Verdict{}, resolved)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(d.Statements, func(s Statement) bool { return s.ID == "CVE-2025-29088" })
		if i < 0 || d.Statements[i].Status != want || (d.Statements[i].Justification != "") != (want == triage.NotAffected) {
			t.Errorf("%s: %+v", version, d.Statements)
		}
	}
}

// TestBasis: what judged is written and read again; a document that says less is none.
func TestBasis(t *testing.T) {
	d := document(t, false)
	d.Basis = Basis{Triage: "aa", Database: "bb", Feed: "cc"}
	text, err := d.CycloneDX()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadBasis(text); err != nil || got != d.Basis {
		t.Errorf("%+v, %v", got, err)
	}
	for name, edit := range map[string][2]string{
		"no database":     {databaseProperty, "x"},
		"decisions twice": {feedProperty, triageProperty},
		"another format":  {"CycloneDX", "x"},
		"no JSON":         {"{", "["},
	} {
		if _, err := ReadBasis(bytes.ReplaceAll(text, []byte(edit[0]), []byte(edit[1]))); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}

func TestContradiction(t *testing.T) {
	v := &gate.Verdict{Items: []gate.Item{
		item("CVE-2026-0001", triage.NotAffected, func(i *gate.Item) { i.Justification = "vulnerable_code_not_present" }),
		item("CVE-2026-0001", triage.Affected, func(i *gate.Item) { i.Due = "2026-12-24" }),
	}}
	if _, err := New("0.1.0", "2026-11-23T00:00:00Z", bills(), v, nil); err == nil || !strings.Contains(err.Error(), "is both") {
		t.Errorf("%v", err)
	}
}
