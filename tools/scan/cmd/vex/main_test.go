// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const bill = `{"bomFormat":"CycloneDX","serialNumber":"urn:uuid:00000000-0000-8000-8000-000000000000","version":1,` +
	`"metadata":{"component":{"bom-ref":"root","name":"gosqlite","version":"0.1.0","purl":"pkg:generic/gosqlite@0.1.0"}},"components":[` +
	`{"bom-ref":"sqlite","name":"SQLite","version":"3.54.1","purl":"pkg:generic/sqlite@3.54.1"},` +
	`{"bom-ref":"musl","name":"musl","version":"1.2.5","purl":"pkg:generic/musl@1.2.5","evidence":{"occurrences":[{"location":"libc.a/memcpy.o"}]}}]}`

func put(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// documents runs the program with the tree's decisions and database.
func documents(t *testing.T, edit func(args []string) []string) (files map[string]string, says string, code int) {
	t.Helper()
	dir := t.TempDir()
	tree := filepath.Join("..", "..")
	args := []string{
		"--version", "0.1.0", "--time", "2026-11-27T00:00:00Z", "--triage", filepath.Join(tree, "triage.json"), "--db", filepath.Join(tree, "db"),
		"--openvex", filepath.Join(dir, "openvex"), "--cyclonedx", filepath.Join(dir, "cyclonedx"), "--csaf", filepath.Join(dir, "gosqlite-vex-0_1_0.json"),
		"--sbom", put(t, t.TempDir(), "b.cdx.json", bill), "--sbom", put(t, t.TempDir(), "a.cdx.json", strings.Replace(bill, "8000-0", "8000-1", 1)),
	}
	if edit != nil {
		args = edit(args)
	}
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(text)
	}
	return files, errs.String(), code
}

// TestDocuments: the three are JSON, say what is decided and what is fixed, and are the same whatever the order of the bills.
func TestDocuments(t *testing.T) {
	files, says, code := documents(t, nil)
	if code != 0 || len(files) != 3 {
		t.Fatalf("exit code %d, %d files: %s", code, len(files), says)
	}
	for name, text := range files {
		if !json.Valid([]byte(text)) || !strings.Contains(text, "CVE-2025-26519") || !strings.Contains(text, "CVE-2025-6965") {
			t.Errorf("%s:\n%.2000s", name, text)
		}
	}
	if !strings.Contains(files["cyclonedx"], "gosqlite:triage-sha256") {
		t.Errorf("it does not say by which decisions:\n%.500s", files["cyclonedx"])
	}
	again, _, _ := documents(t, func(args []string) []string {
		n := len(args)
		args[n-3], args[n-1] = args[n-1], args[n-3]
		return args
	})
	for name, text := range files {
		if again[name] != text {
			t.Errorf("%s depends on the order of the bills", name)
		}
	}
	// Plant: without its decision the vulnerability is under investigation.
	undecided, _, _ := documents(t, func(args []string) []string {
		text, err := os.ReadFile(args[5])
		if err != nil {
			t.Fatal(err)
		}
		args[5] = put(t, t.TempDir(), "triage.json", strings.ReplaceAll(string(text), "CVE-2025-26519", "CVE-1999-0001"))
		return args
	})
	if strings.Contains(files["openvex"], "under_investigation") || !strings.Contains(undecided["openvex"], "under_investigation") {
		t.Errorf("undecided:\n%.2000s", undecided["openvex"])
	}
}

// TestDoubt: evidence that these bills break, and decisions that have expired, leave nothing that is not affected.
func TestDoubt(t *testing.T) {
	broken, says, code := documents(t, func(args []string) []string {
		text, err := os.ReadFile(args[5])
		if err != nil {
			t.Fatal(err)
		}
		args[5] = put(t, t.TempDir(), "triage.json", strings.ReplaceAll(string(text), `"iconv.o"`, `"memcpy.o"`))
		return args
	})
	if code != 0 || strings.Count(broken["openvex"], "under_investigation") != 2 || !strings.Contains(broken["openvex"], "holds libc.a/memcpy.o") {
		t.Errorf("exit code %d: %s\n%.3000s", code, says, broken["openvex"])
	}
	expired, says, code := documents(t, func(args []string) []string { args[3] = "2030-01-01T00:00:00Z"; return args })
	if code != 0 || strings.Contains(expired["openvex"], `"not_affected"`) || !strings.Contains(expired["openvex"], "the decision expired on") {
		t.Errorf("exit code %d: %s\n%.3000s", code, says, expired["openvex"])
	}
	// The decision about musl is of other platforms than this bill.
	elsewhere, says, code := documents(t, func(args []string) []string {
		of := strings.Replace(bill, `"metadata":{`, `"metadata":{"properties":[{"name":"gosqlite:platform","value":"linux_amd64"}],`, 1)
		args[len(args)-1] = put(t, t.TempDir(), "a.cdx.json", strings.Replace(of, "8000-0", "8000-1", 1))
		return args
	})
	if code != 0 || !strings.Contains(elsewhere["openvex"], `"not_affected"`) || !strings.Contains(elsewhere["openvex"], "under_investigation") {
		t.Errorf("exit code %d: %s\n%.3000s", code, says, elsewhere["openvex"])
	}
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		name, says string
		code       int
		edit       func(args []string) []string
	}{
		{"no bill", "one --sbom at least", 2, func(args []string) []string { return args[:14] }},
		{"another name", "has to be called gosqlite-vex-0_1_0.json", 2, func(args []string) []string { args[13] += ".txt"; return args }},
		{"no time", "write it as", 2, func(args []string) []string { args[3] = "today"; return args }},
		{"a bill that is none", "b.cdx.json", 1, func(args []string) []string { args[15] = put(t, t.TempDir(), "b.cdx.json", "[]"); return args }},
		{"no database", "", 1, func(args []string) []string { args[7] = t.TempDir(); return args }},
		{"no decisions", "read the decisions", 1, func(args []string) []string { args[5] += ".none"; return args }},
	} {
		t.Run(test.name, func(t *testing.T) {
			files, says, code := documents(t, func(args []string) []string { return test.edit(slices.Clone(args)) })
			if code != test.code || !strings.Contains(says, test.says) || len(files) != 0 {
				t.Errorf("exit code %d, %d files: %s", code, len(files), says)
			}
		})
	}
}
