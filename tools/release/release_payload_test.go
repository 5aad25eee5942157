// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFacts: facts that are of another state of the tree, or missing, end the train before anything is built.
func TestFacts(t *testing.T) {
	for _, test := range []struct {
		name, facts, says string
		code              int
	}{
		{"stale", `{"version":"v1.2.3","level":"minor","changes":[]}`, "says something else", 3},
		{"of another version", `{"version":"v1.2.2","level":"patch","changes":[]}`, "says something else", 3},
		{"none", "", "the tree has no facts", 3},
		{"no JSON", "yaml: true", "read ", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			file := filepath.Join(m.root, "changes", "next", "facts", "semver.json")
			if m.write(file, test.facts); test.facts == "" {
				if err := os.Remove(file); err != nil {
					t.Fatal(err)
				}
			}
			code, said := m.all("--version", "v1.2.3", "--out", t.TempDir())
			if code != test.code || !strings.Contains(said, test.says) || !strings.Contains(said, "--facts, and commit") || !strings.Contains(said, "git tag -d v1.2.3") || len(m.lines(" build ")) != 0 {
				t.Errorf("exit code %d: %s", code, said)
			}
		})
	}
}

// TestLastBill: from the second release on the tree has to say what the last one was made of.
func TestLastBill(t *testing.T) {
	for _, test := range []struct {
		name, base, bill, says string
		code                   int
	}{
		{"first release", "", "", "", 0},
		{"none", "v1.2.2", "", "the tree does not say what v1.2.2 was made of", 3},
		{"the last", "v1.2.2", `{"version":"1.2.2"}`, "", 0},
		{"an older one", "v1.2.2", `{"version":"1.2.1"}`, "is of \"1.2.1\", and the last release is \"v1.2.2\"", 3},
		{"of no release", "", `{"version":"1.2.2"}`, "the last release is \"\"", 3},
		{"no JSON", "v1.2.2", "yaml: true", "read ", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, out := newMachine(t), t.TempDir()
			m.base = test.base
			facts := filepath.Join(m.root, "changes", "next", "facts")
			m.write(filepath.Join(facts, "semver.json"), `{"version":"v1.2.3","base":"`+test.base+`","level":"patch","changes":[]}`)
			if test.bill != "" {
				m.write(filepath.Join(facts, "bill.json"), test.bill)
			}
			code, said := m.all("--version", "v1.2.3", "--out", out, "--step", "facts")
			if code != test.code || !strings.Contains(said, test.says) {
				t.Errorf("exit code %d: %s", code, said)
			}
			if code != 0 {
				return
			}
			for _, step := range []string{"build", "notes"} {
				if code, said := m.all("--version", "v1.2.3", "--out", out, "--step", step); code != 0 {
					t.Fatal(said)
				}
			}
			if text, err := os.ReadFile(filepath.Join(out, "bill.json")); err != nil || string(text) != "the bill\n" {
				t.Errorf("bill.json for the next release is %q, %v", text, err)
			}
		})
	}
}

// TestNotesAreThePayloads: notes of the payload that this tree would not make, or none, end the train.
func TestNotesAreThePayloads(t *testing.T) {
	for _, ext := range []string{"md", "json"} {
		m, out := newMachine(t), t.TempDir()
		args := []string{"--version", "v1.2.3", "--out", out, "--step"}
		for _, step := range []string{"build", "notes"} {
			if code, said := m.all(append(args, step)...); code != 0 {
				t.Fatal(said)
			}
		}
		name := filepath.Join(out, "payload", "gosqlite_1.2.3_notes."+ext)
		m.write(name, "y")
		if code, said := m.all(append(args, "notes")...); code != 3 || !strings.Contains(said, "notes."+ext+" of the payload is not") {
			t.Errorf("exit code %d: %s", code, said)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		if code, said := m.all(append(args, "notes")...); code != 1 || !strings.Contains(said, "compare the notes") {
			t.Errorf("exit code %d: %s", code, said)
		}
	}
}
