// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/published"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// manual is the page about this program, from this folder.
func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../../docs/reproducing.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestManualNamesVariations holds the page's table against the program's: each row has its plant.
func TestManualNamesVariations(t *testing.T) {
	rows := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|.*\\| `(leak_\\w+)` \\|").FindAllStringSubmatch(manual(t), -1) {
		rows[m[1]] = m[2]
	}
	for _, v := range variation.Table {
		if rows[v.Name] != v.Plant {
			t.Errorf("%s: the page's plant is %q, the program's %s", v.Name, rows[v.Name], v.Plant)
		}
	}
	if len(rows) != len(variation.Table) {
		t.Errorf("the page has %d rows, the program %d", len(rows), len(variation.Table))
	}
}

// TestManualHasAnchors: predicate types lead to headings of the page, and every field is explained.
func TestManualHasAnchors(t *testing.T) {
	page := manual(t)
	for kind, heading := range map[string]string{ledger.StatementType: "## Ledger 1\n", published.StatementType: "## Reproduced 1\n"} {
		anchor := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(strings.TrimPrefix(heading, "## "))), " ", "-")
		if !strings.HasSuffix(kind, "docs/reproducing.md#"+anchor) || !strings.Contains(page, heading) {
			t.Errorf("%s has no heading %q", kind, heading)
		}
	}
	whole := ledger.Ledger{Full: "x", Build: ledger.Build{
		Files:   []ledger.File{{Parts: []ledger.Part{{}}}},
		Actions: []ledger.Action{{Outputs: []ledger.Output{{SHA256: "x", Link: "x", Absent: true, Files: 1}}}},
		Inputs:  []ledger.Input{{}},
	}, Side: ledger.Side{Runners: map[string]int{"x": 1}}}
	for _, v := range []any{whole, published.Reproduction{Files: []published.Agreed{{}}}} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(string(text), -1) {
			if name := m[1]; name != "x" && !strings.Contains(page, "`"+name+"`") && !strings.Contains(page, "."+name+"`") && name != "build" {
				t.Errorf("field %s is not explained", name)
			}
		}
	}
}

// TestManualNamesFlags: every flag on the page is one of the program, of Bazel, or of the programs named beside it.
func TestManualNamesFlags(t *testing.T) {
	_, _, help := runs(t, nil, "--help")
	_, _, more := runs(t, nil, "ledger", "--help")
	_, _, cellFlags := runs(t, nil, "cells", "--help")
	_, _, sides := runs(t, nil, "compare", "--help")
	known := help + more + cellFlags + sides
	for line := range strings.Lines(manual(t)) {
		_, args, ok := strings.Cut(line, "//:reproduce -- ")
		if !ok {
			continue
		}
		for _, f := range regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(args, -1) {
			if !strings.Contains(known, "-"+f[1]) {
				t.Errorf("--%s is no flag of reproduce: %s", f[1], line)
			}
		}
	}
}

// TestManualNamesTheKeptLedger reads the ledger of a named commit that later builds are held against: its file stays readable,
// and its digest is the page's.
func TestManualNamesTheKeptLedger(t *testing.T) {
	page := manual(t)
	m := regexp.MustCompile(`\(\.\./(tools/reproduce/ledgers/([0-9a-f]{12})\.(\w+)\.json)\)`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page names no ledger")
	}
	l, err := ledger.ReadFile("../../../../" + m[1])
	if err != nil {
		t.Fatal(err)
	}
	digest, err := l.Digest()
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprintf("%d files, %d actions", len(l.Build.Files), len(l.Build.Actions))
	if !strings.Contains(page, "`"+digest+"`") || !strings.Contains(page, "commit "+m[2]) || !strings.Contains(page, said) {
		t.Errorf("ledger %s of %s: the page has another digest, commit or number than %s", digest, m[2], said)
	}
	if l.Side.Cached > 0 || len(l.Unmade()) > 0 {
		t.Errorf("made by %s, files that no action made: %v", l.Side, l.Unmade())
	}
}
