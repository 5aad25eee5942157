// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// arguments are those of a good run.
func arguments(t *testing.T) (args []string, out string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	m := &manifest.Manifest{Version: "1.0.0", Time: time.Unix(0, 0), Files: []manifest.File{{Name: "notes.md", Kind: manifest.Notes}}}
	text, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "out"), 0o755); err != nil {
		t.Fatal(err)
	}
	out = filepath.Join(dir, "out", "provenance.intoto.json")
	return []string{
		"--out", out, "--manifest", write("manifest.json", string(text)), "--target", "//:release",
		"--pins", write("pins.json", `{"schema":1,"modules":{"m":{"version":"1","tree":"`+strings.Repeat("ab", 32)+`","channels":[]}}}`),
		"--debs", write("debs", ""), "--gosum", write("go.sum", "m v1.0.0/go.mod h1:x\n"),
		"--source", "a.go=" + write("source", "package a\n"),
	}, out
}

func TestProvenance(t *testing.T) {
	args, out := arguments(t)
	var stderr bytes.Buffer
	if code := run(context.Background(), args, io.Discard, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Subject   []struct{ Name string }
		Predicate struct {
			BuildDefinition struct{ ResolvedDependencies []struct{ Name string } }
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	d := s.Predicate.BuildDefinition.ResolvedDependencies
	if len(s.Subject) != 1 || s.Subject[0].Name != "notes.md" || len(d) != 2 || d[0].Name != "m" || d[1].Name != "source" {
		t.Errorf("statement %s", text)
	}
}

func TestProvenanceRefuses(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		more []string
		code int
		want string
	}{
		{"no out", []string{"--out="}, 2, "--out"},
		{"target", []string{"--target", "release"}, 1, "label"},
		{"manifest", []string{"--manifest", bad}, 1, bad},
		{"pins", []string{"--pins", bad}, 1, "pins: schema"},
		{"go.sum", []string{"--gosum", bad}, 1, bad},
		{"missing", []string{"--debs", bad + "2"}, 1, bad + "2"},
		{"source", []string{"--source", "x"}, 2, "PATH=FILE"},
		{"source twice", []string{"--source", "a.go=" + bad}, 2, "twice"},
		{"source missing", []string{"--source", "b.go=" + bad + "2"}, 1, "b.go"},
		{"source outside", []string{"--source", "../b.go=" + bad}, 1, "../b.go"},
	} {
		t.Run(test.name, func(t *testing.T) {
			args, out := arguments(t)
			var stderr bytes.Buffer
			code := run(context.Background(), append(args, test.more...), io.Discard, &stderr)
			if code != test.code || !strings.Contains(stderr.String(), test.want) {
				t.Errorf("exit code %d, want %d; stderr: %s", code, test.code, &stderr)
			}
			if left, err := os.ReadDir(filepath.Dir(out)); len(left) != 0 || err != nil {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
