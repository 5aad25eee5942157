// SPDX-License-Identifier: MIT

package checks

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/govuln"
	"github.com/gosqlite/gosqlite/tools/scan/vulndb"
)

// plantedDatabase has one record: function Bad of package example.org/dep/bad, fixed in v1.1.0.
func plantedDatabase(t *testing.T) *vulndb.Database {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{"GO-2026-9001.json": plantedRecord})
	db, err := vulndb.Open(t.Context(), nil, dir, []string{"example.org/dep"})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

const plantedRecord = `{"schema_version":"1.3.1","id":"GO-2026-9001","modified":"2026-08-01T00:00:00Z","published":"2026-08-01T00:00:00Z","summary":"Bad is bad",
"aliases":["CVE-2026-9001"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"}],
"affected":[{"package":{"name":"example.org/dep","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.1.0"}]}],
"ecosystem_specific":{"imports":[{"path":"example.org/dep/bad","symbols":["Bad"]}]}}]}`

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

// plantedModule lays out a program that depends on a vulnerable module, which lies in its vendor folder.
func plantedModule(t *testing.T, main string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"go.mod":                           "module example.org/planted\n\ngo 1.26.0\n\nrequire example.org/dep v1.0.0\n",
		"go.sum":                           "example.org/dep v1.0.0 h1:x=\n",
		"main.go":                          main,
		"vendor/modules.txt":               "# example.org/dep v1.0.0\n## explicit; go 1.26.0\nexample.org/dep/bad\nexample.org/dep/good\n",
		"vendor/example.org/dep/bad/b.go":  "package bad\n\nfunc Bad() {}\nfunc Fine() {}\n",
		"vendor/example.org/dep/good/g.go": "package good\n\nfunc Good() {}\n",
	})
	return dir
}

const (
	called   = "package main\n\nimport \"example.org/dep/bad\"\n\nfunc main() { step() }\n\nfunc step() { bad.Bad() }\n"
	imported = "package main\n\nimport \"example.org/dep/bad\"\n\nfunc main() { bad.Fine() }\n"
	required = "package main\n\nimport \"example.org/dep/good\"\n\nfunc main() { good.Good() }\n"
)

// offline is the environment of a go command that fetches nothing.
func offline() []string {
	return append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=vendor", "GOPROXY=off", "GOTOOLCHAIN=local")
}

func TestSource(t *testing.T) {
	for _, c := range []struct {
		name, main string
		rank       finding.Rank
		trace      string
	}{
		{"reachable", called, finding.Called, "example.org/planted.main (main.go:5) > example.org/planted.step (main.go:7) > example.org/dep/bad.Bad"},
		{"imported", imported, finding.Imported, ""},
		{"required", required, finding.Required, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := govuln.Scan{Database: plantedDatabase(t), Env: offline(), Temp: t.TempDir()}
			r, err := s.Source(t.Context(), plantedModule(t, c.main), "planted")
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Findings) != 1 || r.GoVersion == "" {
				t.Fatalf("%+v", r)
			}
			f := r.Findings[0]
			trace := strings.Join(f.Trace, " > ")
			if f.Rank != c.rank || f.ID != "GO-2026-9001" || f.Fixed != "v1.1.0" || f.Score != 7.8 || f.Severity != "high" || !strings.HasPrefix(trace, c.trace) {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestSourceFails(t *testing.T) {
	s := govuln.Scan{Database: plantedDatabase(t), Env: offline(), Temp: t.TempDir()}
	if _, err := s.Source(t.Context(), plantedModule(t, "package main\n\nfunc main() { undefined() }\n"), "planted"); err == nil {
		t.Error("a module that does not compile was scanned")
	}
	if _, err := s.Binary(t.Context(), os.DevNull, "planted"); err == nil {
		t.Error("a file that is no program was scanned")
	}
}

func TestBinary(t *testing.T) {
	program := filepath.Join(t.TempDir(), "planted")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-l", "-o", program, ".")
	cmd.Dir, cmd.Env = plantedModule(t, called), append(offline(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s := govuln.Scan{Database: plantedDatabase(t), Env: offline(), Temp: t.TempDir()}
	r, err := s.Binary(t.Context(), program, "bin/planted")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || r.Findings[0].Rank != finding.Called || !slices.Equal(r.Findings[0].Where, []string{"bin/planted"}) {
		t.Errorf("%+v", r.Findings)
	}
}
