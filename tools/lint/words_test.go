// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// treeOf writes files and lists them.
func treeOf(t *testing.T, files map[string]string) *Tree {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := Walked(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

const work = "/" + "work" // in one piece, this file would be a finding

func TestPathBoundary(t *testing.T) {
	for _, c := range []struct {
		name, text string
		found      int
	}{
		{"at the start", work + "/main", 1},
		{"quoted", `"` + work + `/main"`, 1},
		{"the folder itself", "HOME=" + work, 1},
		{"in a URL", "file://" + work + "/main", 1},
		{"other letters", "SEE /" + "WORK/MAIN", 1},
		{"twice", work + "/a " + work + "/b", 2},
		{"relative", "a" + work + "/main", 0},
		{"below a variable", "${dir}" + work + "/main", 0},
		{"a longer name", work + "space/main", 0},
		{"a file's name", work + ".go", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := len(occurrences([]byte(c.text), work, pathBoundary)); got != c.found {
				t.Errorf("%q: %d occurrences, want %d", c.text, got, c.found)
			}
		})
	}
}

func TestHostBoundary(t *testing.T) {
	for _, c := range []struct {
		name, text, host string
		found            int
	}{
		{"in a URL", "https://mirror.invalid/x", "mirror.invalid", 1},
		{"alone", "see mirror.invalid.", "mirror.invalid", 1},
		{"with a port", "mirror.invalid:8080", "mirror.invalid", 1},
		{"a host below", "go.mirror.invalid", "mirror.invalid", 1},
		{"another domain", "mirror.invalid.example", "mirror.invalid", 0},
		{"a longer name", "my-mirror.invalid", "mirror.invalid", 0},
		{"a word", "the proxy is slow", "proxy", 0},
		{"a word as host", "http://proxy:3128", "proxy", 1},
		{"a word with a user", "http://me@proxy/", "proxy", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := len(occurrences([]byte(c.text), c.host, hostBoundary)); got != c.found {
				t.Errorf("%q: %d occurrences, want %d", c.text, got, c.found)
			}
		})
	}
}

func TestAllowances(t *testing.T) {
	none := func(context.Context) ([]Secret, error) { return nil, nil }
	tree := treeOf(t, map[string]string{"a.txt": work + "/x\n", "b.txt": "clean\n"})
	for _, c := range []struct {
		name    string
		allowed []Allowance
		want    string // file of the finding
	}{
		{"not allowed", nil, "a.txt"},
		{"allowed", []Allowance{{"a.txt", work, "a reason"}}, ""},
		{"allowed for nothing", []Allowance{{"a.txt", work, "a reason"}, {"b.txt", work, "a reason"}}, "b.txt"},
		{"allowed for another file", []Allowance{{"b.txt", work, "a reason"}}, "a.txt b.txt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			findings, err := words{Paths("", ""), none, c.allowed}.check(t.Context(), tree)
			if err != nil {
				t.Fatal(err)
			}
			if got := filesOf(findings); got != c.want {
				t.Errorf("findings in %q, want %q", got, c.want)
			}
		})
	}
	broken := func(context.Context) ([]Secret, error) { return nil, errors.New("no go") }
	if _, err := (words{nil, broken, nil}).check(t.Context(), tree); err == nil {
		t.Error("unknown hosts pass as checked")
	}
}

func filesOf(findings []Finding) string {
	text := ""
	for i, f := range findings {
		if i > 0 {
			text += " "
		}
		text += f.File
	}
	return text
}

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		name, home, root string
		more             int
	}{
		{"nothing known", "", "", 0},
		{"slash", "/", "/", 0},
		{"single elements", "/home", "/src", 0},
		{"a home and a clone in it", "/home/me", "/home/me/clone", 1},
		{"two places", "/home/me/", "/src/clone", 2},
		{"covered", work + "/home", work + "/main", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := len(Paths(c.home, c.root)) - len(Paths("", "")); got != c.more {
				t.Errorf("%d more paths, want %d", got, c.more)
			}
		})
	}
}

func TestHosts(t *testing.T) {
	machine := fstest.MapFS{
		"etc/apt/sources.list.d/debian.sources": {Data: []byte("# http://old.invalid/\nURIs: http://apt.invalid:8080/debian https://www.sqlite.org/debian\n")},
		"etc/apt/sources.list.d/x.disabled":     {Data: []byte("deb https://disabled.invalid/ x main\n")},
		"home/me/.cargo/config.toml":            {Data: []byte("registry = \"sparse+https://cargo.invalid/index/\"\n")},
		"home/me/.config/pip/pip.conf":          {Data: []byte("[global]\nindex-url = https://user:word@pip.invalid/simple\n")},
	}
	env := map[string]string{"HOME": "/home/me"}
	c := Clients{
		Runner:  script{"GOPROXY": {Stdout: []byte("https://go.invalid|https://pkg.go.dev,direct\n")}, "GOVCS": {Stdout: []byte("https://go.invalid|https://pkg.go.dev,direct\n")}},
		Getenv:  func(name string) string { return env[name] },
		Environ: []string{"HTTPS_PROXY=http://squid:3128", "no_proxy=localhost", "PIP_INDEX_URL=https://127.0.0.1/simple", "EDITOR=https://other.invalid"},
		FS:      machine,
	}
	got, err := c.Hosts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"apt.invalid", "cargo.invalid", "go.invalid", "pip.invalid", "squid"}
	if len(got) != len(want) {
		t.Fatalf("hosts %v, want %v", got, want)
	}
	for i := range want {
		if got[i].Text != want[i] {
			t.Errorf("host %d is %q, want %q", i, got[i].Text, want[i])
		}
	}
	c.Runner = script{}
	if _, err := c.Hosts(t.Context()); err == nil {
		t.Error("a machine without go passes as read")
	}
	c.Runner = script{"GOVCS": {Exit: 1, Stderr: []byte("go: broken\n")}}
	if _, err := c.Hosts(t.Context()); err == nil {
		t.Error("a failing go env passes as read")
	}
}

func TestPublic(t *testing.T) {
	for host, want := range map[string]bool{
		"sqlite.org": true, "www.sqlite.org": true, "pkg.go.dev": true, "localhost": true, "127.0.0.1": true, "::1": true,
		"notsqlite.org": false, "golang.org": false, "10.0.0.1": false, "go.dev.invalid": false,
	} {
		if got := public(host); got != want {
			t.Errorf("public(%q) = %v", host, got)
		}
	}
}
