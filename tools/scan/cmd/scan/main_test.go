// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/scan/report"
	"github.com/gosqlite/gosqlite/tools/scan/schema"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
	"github.com/gosqlite/gosqlite/tools/scan/vulndb"
)

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const goRecord = `{"id":"GO-2026-9001","modified":"2026-08-01T00:00:00Z","summary":"Bad is bad","affected":[{"package":{"name":"example.org/dep","ecosystem":"Go"},
"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.1.0"}]}],"ecosystem_specific":{"imports":[{"path":"example.org/dep/bad"}]}}]}`

// tree lays out what a scan of a release reads of the tree.
func tree(t *testing.T, decisions ...triage.Decision) string {
	t.Helper()
	root := t.TempDir()
	file, err := json.Marshal(triage.File{Schema: triage.Schema, Policy: triage.Policy{
		Deadlines:    map[string]int{"critical": 7, "high": 30, "unknown": 30, "medium": 90, "low": 180},
		DecisionDays: 365, DatabaseDays: 14, DatabaseWhy: "it changes every week", Owners: []string{"security"}, Analysis: "medium",
	}, Decisions: decisions})
	if err != nil {
		t.Fatal(err)
	}
	put(t, root, map[string]string{"MODULE.bazel": "", "tools/scan/triage.json": string(file), "whole/GO-2026-9001.json": goRecord})
	db, err := vulndb.Open(t.Context(), nil, filepath.Join(root, "whole"), []string{"example.org/dep"})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "tools", "scan", "db")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(dir); err != nil {
		t.Fatal(err)
	}
	return root
}

// bill is a CycloneDX document of a release with the components.
func bill(components ...string) string {
	return `{"bomFormat":"CycloneDX","serialNumber":"urn:uuid:00000000-0000-8000-8000-000000000000","version":1,"metadata":{"component":{"bom-ref":"root","name":"gosqlite","version":"0.1.0","purl":"pkg:generic/gosqlite@0.1.0"}},"components":[` + strings.Join(components, ",") + `]}`
}

func sqlite(version string, options ...string) string {
	var p []string
	for _, o := range options {
		p = append(p, `{"name":"compile:option","value":"`+o+`"}`)
	}
	return `{"bom-ref":"sqlite","name":"SQLite","version":"` + version + `","purl":"pkg:generic/sqlite@` + version + `","properties":[` + strings.Join(p, ",") + `]}`
}

const (
	musl = `{"bom-ref":"musl","name":"musl","version":"1.2.1","purl":"pkg:generic/musl@1.2.1","evidence":{"occurrences":[{"location":"libc.a/memcpy.o"}]}}`
	dep  = `{"bom-ref":"dep","name":"example.org/dep","version":"v1.0.0","purl":"pkg:golang/example.org/dep@v1.0.0","properties":[{"name":"golang:package","value":"example.org/dep/bad"}]}`
)

func decide(id, component, version string, change func(d *triage.Decision)) triage.Decision {
	d := triage.Decision{
		Scanner: triage.Vulnerability, ID: id, Component: component, Versions: []string{version}, Status: triage.NotAffected, Justification: "vulnerable_code_not_present",
		Reason: "not linked", Owner: "security", Decided: "2026-11-01", Expires: "2027-01-01", Evidence: []triage.Evidence{{Kind: "no-object", Objects: []string{"iconv.o"}}},
	}
	change(&d)
	return d
}

func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, environment{&out, &errs, []string{"PATH=" + t.TempDir()}, nil, os.Executable, time.Now})
	return code, out.String(), errs.String()
}

func muslDecisions(change func(d *triage.Decision)) []triage.Decision {
	var all []triage.Decision
	for _, id := range []string{"CVE-2025-26519", "CVE-2026-6042", "CVE-2026-40200", "CVE-2020-28928"} {
		all = append(all, decide(id, "pkg:generic/musl", "1.2.1", change))
	}
	return all
}

// TestRelease scans releases from their bills of materials alone; each plant has its exit code and its words.
func TestRelease(t *testing.T) {
	keep := func(*triage.Decision) {}
	forMusl := func(d *triage.Decision) { d.Platforms = []string{"linux_*_musl"} }
	onAMD64 := func(bill string) string {
		return strings.Replace(bill, `"metadata":{`, `"metadata":{"properties":[{"name":"gosqlite:platform","value":"linux_amd64"}],`, 1)
	}
	for _, c := range []struct {
		name      string
		bill      string
		decisions []triage.Decision
		code      int
		want      string
	}{
		{"nothing known", bill(sqlite("3.54.1", "SQLITE_ENABLE_FTS5")), nil, 0, "PASS"},
		{"SQLite in range, feature in", bill(sqlite("3.53.1", "SQLITE_ENABLE_FTS5")), nil, 3, "untriaged: CVE-2026-11824 in pkg:generic/sqlite@3.53.1"},
		{"SQLite in range, feature out", bill(sqlite("3.53.1", "SQLITE_THREADSAFE=2")), nil, 0, "not_affected"},
		{"musl in range", bill(musl), nil, 3, "untriaged: CVE-2020-28928 in pkg:generic/musl@1.2.1"},
		{"musl in range, decided", bill(musl), muslDecisions(keep), 0, "not_affected"},
		{"a decision that expired", bill(musl), muslDecisions(func(d *triage.Decision) { d.Expires = "2026-11-20" }), 3, "expired-decision: vulnerability CVE-2020-28928"},
		{"evidence that is true no more", bill(musl), muslDecisions(func(d *triage.Decision) { d.Evidence[0].Objects = []string{"memcpy.o"} }), 3, "evidence-broken: vulnerability CVE-2020-28928"},
		{"a decision about other platforms", onAMD64(bill(sqlite("3.54.1"))), muslDecisions(forMusl), 0, "not applicable here: vulnerability CVE-2020-28928 in pkg:generic/musl: component absent"},
		{"a component of other platforms", onAMD64(bill(musl)), muslDecisions(forMusl), 3, "other-platform: vulnerability CVE-2020-28928 in pkg:generic/musl: it is about linux_*_musl alone"},
		{"the same, which is undecided there", onAMD64(bill(musl)), muslDecisions(forMusl), 3, "untriaged: CVE-2020-28928 in pkg:generic/musl@1.2.1"},
		{"a linked Go package", bill(dep), nil, 3, "untriaged: GO-2026-9001 in pkg:golang/example.org/dep@v1.0.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			release := t.TempDir()
			put(t, release, map[string]string{"gosqlite_0.1.0_linux_amd64.cdx.json": c.bill})
			code, stdout, stderr := call(t, "--release", release, "--date", "2026-11-26", "--root", tree(t, c.decisions...))
			if code != c.code || !strings.Contains(stdout, c.want) {
				t.Errorf("exit code %d, want %d; stdout %s; stderr %s", code, c.code, stdout, stderr)
			}
		})
	}
}

// TestOutputs: the same inputs give the same bytes, and each file keeps its schema.
func TestOutputs(t *testing.T) {
	release, root := t.TempDir(), tree(t, muslDecisions(func(*triage.Decision) {})...)
	put(t, release, map[string]string{"a.cdx.json": bill(musl, sqlite("3.54.1", "SQLITE_ENABLE_FTS5"))})
	one, two := t.TempDir(), t.TempDir()
	for _, out := range []string{one, two} {
		if code, stdout, stderr := call(t, "--release", release, "--date", "2026-11-26", "--root", root, "--out", out); code != 0 {
			t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
		}
	}
	for name, schemaName := range map[string]string{"scan.json": "", "scan.html": "", "scan.sarif": schema.SARIF, "gosqlite-vex-0_1_0.json": schema.CSAF, "vex.openvex.json": "", "vex.cdx.json": ""} {
		a, err := os.ReadFile(filepath.Join(one, name))
		if err != nil {
			t.Error(err)
			continue
		}
		b, err := os.ReadFile(filepath.Join(two, name))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs between two runs: %v", name, err)
		}
		if schemaName != "" {
			if err := schema.Check(schemaName, a); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(one, "scan.json"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := report.Parse(text)
	if err != nil || r.Complete || !r.Pass {
		t.Errorf("a scan of bills alone: complete %v, pass %v, %v", r.Complete, r.Pass, err)
	}
	if code, _, stderr := call(t, "pass", "--root", root, "--report", filepath.Join(one, "scan.json"), "--date", "2026-11-26", filepath.Join(release, "a.cdx.json")); code != 3 || !strings.Contains(stderr, "not every scanner") {
		t.Errorf("pass: exit code %d: %s", code, stderr)
	}
}

// TestPass: a report lets out what it read and judged by the tree's decisions and database, and nothing else.
func TestPass(t *testing.T) {
	root, release := tree(t), t.TempDir()
	put(t, release, map[string]string{"a.cdx.json": "bill", "a_debug.tar.gz": "twin"})
	basis, err := treeBasis(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	files := []string{filepath.Join(release, "a.cdx.json"), filepath.Join(release, "a_debug.tar.gz")}
	pass := func(edit func(r *report.Report), files ...string) (int, string) {
		r := report.Report{Schema: report.Schema, Day: "2026-11-26", Release: true, Complete: true, Pass: true, Triage: basis.Triage,
			Database: report.Database{SHA256: basis.Database}, Feed: report.Feed{SHA256: basis.Feed},
			Bills: []report.Bill{{File: "a.cdx.json", SHA256: action.DigestOf([]byte("bill")), Twin: "a_debug.tar.gz"}},
			Twins: []report.Twin{{File: "a_debug.tar.gz", SHA256: action.DigestOf([]byte("twin")), Programs: 1}}}
		edit(&r)
		text, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		put(t, release, map[string]string{"scan.json": string(text)})
		code, _, stderr := call(t, append([]string{"pass", "--root", root, "--report", filepath.Join(release, "scan.json"), "--date", "2026-11-26"}, files...)...)
		return code, stderr
	}
	keep := func(*report.Report) {}
	if code, says := pass(keep, files...); code != 0 {
		t.Errorf("exit code %d: %s", code, says)
	}
	for _, c := range []struct {
		name, want string
		edit       func(r *report.Report)
		files      []string
		code       int
	}{
		{"other decisions", "another form of triage.json", func(r *report.Report) { r.Triage = action.DigestOf(nil) }, files, 3},
		{"another database", "another form of the vulnerability database", func(r *report.Report) { r.Database.SHA256 = action.DigestOf(nil) }, files, 3},
		{"no twin", "is not released so", keep, files[:1], 3},
		{"another twin", "did not read a_debug.tar.gz", func(r *report.Report) { r.Twins[0].SHA256 = action.DigestOf(nil) }, files, 3},
		{"a file twice", "have the name", keep, append(slices.Clone(files), files[0]), 2},
		{"no such file", "no such file", keep, append(slices.Clone(files), filepath.Join(release, "b.cdx.json")), 1},
	} {
		if code, says := pass(c.edit, c.files...); code != c.code || !strings.Contains(says, c.want) {
			t.Errorf("%s: exit code %d, want %d: %s", c.name, code, c.code, says)
		}
	}
}

// TestTwins: the binary scan runs with the debug twin of each platform, and not with some of them.
func TestTwins(t *testing.T) {
	bills := []report.Bill{{File: "x_a.cdx.json", Twin: "x_a_debug.tar.gz"}, {File: "x_b.cdx.json", Twin: "x_b_debug.tar.gz"}, {File: "x.cdx.json"}}
	for _, c := range []struct {
		name, want string
		twins      []string
	}{
		{"each", "", []string{"out/x_a_debug.tar.gz", "out/x_b_debug.tar.gz"}},
		{"none", "no debug twin was given", nil},
		{"one of two", "1 bills of materials have no debug twin: --twin x_b_debug.tar.gz", []string{"out/x_a_debug.tar.gz"}},
		{"one twice", "two debug twins have the name", []string{"out/x_a_debug.tar.gz", "other/x_a_debug.tar.gz"}},
	} {
		s := &session{options: options{twins: c.twins}, report: report.Report{Bills: bills}}
		if err := s.twinsGiven(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	// What is not given closes the gate.
	s := &session{options: options{twins: action.List{"out/x_a_debug.tar.gz"}}, report: report.Report{Bills: bills}, env: environment{stderr: io.Discard}}
	if r, err := s.runTwins(t.Context(), nil, nil); r != nil || err == nil || !strings.Contains(err.Error(), "x_b_debug.tar.gz") {
		t.Errorf("%+v, %v", r, err)
	}
	s.add("go-binary", "", "", nil, nil, errors.New("planted"))
	if len(s.report.Scanners) != 1 || s.report.Scanners[0].Error != "planted" || len(s.facts.Ran) != 0 {
		t.Errorf("%+v", s.report.Scanners)
	}
}

// gitKnows stands for git in a tree whose files it knows.
type gitKnows []string

func (names gitKnows) Run(context.Context, lint.Command) (lint.Result, error) {
	return lint.Result{Stdout: []byte(strings.Join(names, "\x00"))}, nil
}

// TestModFiles: somebody's clone below the tree, which git does not descend into, is no part of it.
func TestModFiles(t *testing.T) {
	root := t.TempDir()
	known := gitKnows{"e2e/consumer/go.mod", "go.mod", "tools/go.mod", "tools/x/testdata/go.mod", "tools/x/go.mod.txt"}
	for _, name := range append(known, "vulndb/go.mod") {
		put(t, root, map[string]string{name: "module example.org/x\n"})
	}
	files, err := modFiles(t.Context(), append(known, "vulndb/"), root)
	want := []string{filepath.Join(root, "go.mod"), filepath.Join(root, "tools", "go.mod"), gitleaksMod(root)}
	if err != nil || !slices.Equal(files, want) {
		t.Errorf("%q, %v, want %q", files, err, want)
	}
}

// TestBounds: a file without an end, as a device is, is refused before it fills the memory, wherever one is read.
func TestBounds(t *testing.T) {
	const endless = "/dev/zero"
	release, advisories, root := t.TempDir(), t.TempDir(), tree(t)
	for _, link := range []string{filepath.Join(release, "a.cdx.json"), filepath.Join(advisories, "x_GOSQLITE-2026-0001.json")} {
		if err := os.Symlink(endless, link); err != nil {
			t.Fatal(err)
		}
	}
	for name, args := range map[string][]string{
		"a bill of materials":  {"--release", release, "--date", "2026-11-26", "--root", root},
		"decisions":            {"--release", release, "--date", "2026-11-26", "--root", root, "--triage", endless},
		"a report":             {"pass", "--report", endless, "--date", "2026-11-26"},
		"an advisory's source": {"advisory", "build", "--in", advisories, "--out", t.TempDir()},
	} {
		if code, _, stderr := call(t, args...); code != 1 || !strings.Contains(stderr, "larger than") {
			t.Errorf("%s: exit code %d: %s", name, code, stderr)
		}
	}
}

func TestUsage(t *testing.T) {
	empty := t.TempDir()
	root := tree(t)
	put(t, root, map[string]string{"damaged/database.json": "{}", "damaged/records.jsonl": ""})
	release := t.TempDir()
	put(t, release, map[string]string{"a.cdx.json": bill(sqlite("3.54.1"))})
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"no day", []string{"--root", root}, 2, "--date"},
		{"a word", []string{"everything"}, 2, "is no command"},
		{"an unknown flag", []string{"--fast"}, 2, "fast"},
		{"an unknown gate", []string{"--date", "2026-11-26", "--gate", "none"}, 2, "tree or release"},
		{"an unknown scanner", []string{"--date", "2026-11-26", "--only", "spelling"}, 2, "no such scanner; there are"},
		{"a release and a twin", []string{"--date", "2026-11-26", "--release", empty, "--twin", "x"}, 2, "alone"},
		{"a release without bills", []string{"--date", "2026-11-26", "--release", empty, "--root", root}, 1, "no bill of materials"},
		{"a damaged database", []string{"--date", "2026-11-26", "--release", release, "--root", root, "--db", filepath.Join(root, "damaged")}, 1, "is not known"},
		{"no triage", []string{"--date", "2026-11-26", "--release", release, "--root", empty}, 1, "read triage"},
		{"import of nothing", []string{"db", "import", "--root", root}, 2, "takes one database"},
		{"import of an empty folder", []string{"db", "import", "--root", root, empty}, 1, ""},
		{"advisories of nowhere", []string{"advisory", "build"}, 2, "--in DIR"},
		{"no advisories", []string{"advisory", "build", "--in", empty, "--out", empty}, 1, "there are none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, stderr := call(t, c.args...)
			if code != c.code || !strings.Contains(stderr, c.stderr) || stderr == "" {
				t.Errorf("exit code %d, want %d; %s", code, c.code, stderr)
			}
		})
	}
	if code, stdout, _ := call(t, "--help"); code != 0 || !strings.Contains(stdout, "usage: scan") || !strings.Contains(stdout, "db import --out DIR [--root DIR] [--source ADDRESS]") {
		t.Errorf("help: %d %s", code, stdout)
	}
}
