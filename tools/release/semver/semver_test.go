// SPDX-License-Identifier: MIT

package semver

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/gosqlite/gosqlite/tools/release/api"
	"github.com/gosqlite/gosqlite/tools/release/changes"
)

var tree = map[string]string{
	"go.mod":                "module example.com/m\n\ngo 1.25.0\n\nrequire golang.org/x/term v0.47.0\n",
	"m/m.go":                "package m\n\n// F does.\nfunc F() {}\n\n// H does not.\nfunc H() {}\n",
	"api/v1.txt":            "pkg m, func F()\npkg m, func H()\n",
	"api/next.txt":          "",
	"api/defaults.txt":      "# Defaults.\npragma synchronous = 2\n",
	"api/dsn.txt":           "_txlock\n_txlock takes deferred\n",
	"api/errors.txt":        "SQLITE_BUSY = 5\n",
	"api/options.txt":       "SQLite = 3.54.1\noption ENABLE_FTS5\noption MAX_COLUMN = 2000\noption OMIT_DEPRECATED\n",
	"api/shell.txt":         "command .dump = [PATTERN]\nexit code of help = 0\nflag --timeout = \"5s\"\n",
	"platforms/matrix.bzl":  "    _row(\"linux_amd64\", \"linux\", \"amd64\", \"glibc\", \"x\", \"glibc 2.28\", \"tested\"),\n    _row(\"linux_386\", \"linux\", \"386\", \"glibc\", \"x\", \"glibc 2.28\", \"smoke\"),\n",
	"notes/not/a/thing.txt": "",
}

// state reads a tree in which one text of one file is replaced. The module imports nothing, so that no standard library is
// read.
func state(t *testing.T, file, old, text string) *State {
	t.Helper()
	files := maps.Clone(tree)
	if !strings.Contains(files[file], old) {
		t.Fatalf("%q is not in %s", old, file)
	}
	files[file] = strings.Replace(files[file], old, text, 1)
	root := t.TempDir()
	for name, text := range files {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Read(api.NewSources(root), root, []api.Platform{{OS: "linux", Arch: "386"}, {OS: "linux", Arch: "amd64"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCompare(t *testing.T) {
	base := state(t, "go.mod", "", "")
	for _, test := range []struct {
		name, file, old, text string
		level                 Level
		key                   string // of the only change; "" for none
		note                  bool
	}{
		{"nothing", "go.mod", "", "", Patch, "", false},
		{"a comment", "m/m.go", "F does", "F still does", Patch, "", false},
		{"a removed function", "m/m.go", "func F() {}", "func f() {}", Major, "api: m.F", false},
		{"a new function", "m/m.go", "func F() {}", "func F() {}\n\nfunc G() {}", Minor, "api: m.G", false},
		{"a changed default", "api/defaults.txt", "= 2", "= 1", Minor, "default: pragma synchronous", true},
		{"a removed word", "api/dsn.txt", "_txlock takes deferred\n", "", Major, "parameter: _txlock takes deferred", false},
		{"a new word", "api/dsn.txt", "deferred\n", "deferred\n_txlock takes immediate\n", Minor, "parameter: _txlock takes immediate", false},
		{"another code", "api/errors.txt", "= 5", "= 6", Major, "error: SQLITE_BUSY", false},
		{"another exit code", "api/shell.txt", "= 0", "= 1", Major, "shell: exit code of help", false},
		{"another default of a flag", "api/shell.txt", "5s", "6s", Minor, "shell: flag --timeout", true},
		{"other arguments", "api/shell.txt", "[PATTERN]", "[PATTERN]...", Minor, "shell: command .dump", false},
		{"a flag less", "api/shell.txt", "flag --timeout = \"5s\"\n", "", Major, "shell: flag --timeout", false},
		{"an option less", "api/options.txt", "option ENABLE_FTS5\n", "", Major, "option: option ENABLE_FTS5", false},
		{"an option more", "api/options.txt", "FTS5\n", "FTS5\noption ENABLE_RTREE\n", Minor, "option: option ENABLE_RTREE", false},
		{"an omission more", "api/options.txt", "FTS5\n", "FTS5\noption OMIT_JSON\n", Major, "option: option OMIT_JSON", false},
		{"an omission less", "api/options.txt", "option OMIT_DEPRECATED\n", "", Minor, "option: option OMIT_DEPRECATED", false},
		{"another limit", "api/options.txt", "2000", "1000", Minor, "option: option MAX_COLUMN", true},
		{"SQLite's next patch", "api/options.txt", "3.54.1", "3.54.2", Patch, "sqlite: SQLite", false},
		{"SQLite's next minor version", "api/options.txt", "3.54.1", "3.55.0", Minor, "sqlite: SQLite", false},
		{"an older SQLite", "api/options.txt", "3.54.1", "3.54.0", Major, "sqlite: SQLite", false},
		{"a newer Go", "go.mod", "1.25.0", "1.26.0", Minor, "go: minimum", false},
		{"an older Go", "go.mod", "1.25.0", "1.24.0", Patch, "go: minimum", false},
		{"a module more", "go.mod", "require", "require golang.org/x/sys v0.49.0\n\nrequire", Minor, "module: requires golang.org/x/sys", false},
		{"a newer module", "go.mod", "v0.47.0", "v0.48.0", Patch, "module: requires golang.org/x/term", false},
		{"a platform less", "platforms/matrix.bzl", "    _row(\"linux_386\", \"linux\", \"386\", \"glibc\", \"x\", \"glibc 2.28\", \"smoke\"),\n", "", Minor, "platform: linux_386", true},
		{"a newer system", "platforms/matrix.bzl", "glibc 2.28", "glibc 2.34", Minor, "platform: linux_amd64", true},
		{"a lower tier", "platforms/matrix.bzl", `"tested"`, `"linked"`, Minor, "platform: linux_amd64", true},
		{"a higher tier", "platforms/matrix.bzl", `"smoke"`, `"tested"`, Patch, "platform: linux_386", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Compare(base, state(t, test.file, test.old, test.text))
			if test.key == "" {
				if len(got) != 0 {
					t.Errorf("found %v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Key() != test.key || got[0].Level != test.level || got[0].Note != test.note {
				t.Errorf("found %v (note %v), want one %v change of %q", got, len(got) > 0 && got[0].Note, test.level, test.key)
			}
		})
	}
}

func TestLeast(t *testing.T) {
	for _, test := range []struct {
		base  string
		level Level
		want  string
	}{
		{"v1.2.3", Patch, "v1.2.4"}, {"v1.2.3", Minor, "v1.3.0"}, {"v1.2.3", Major, "v2.0.0"},
		{"v0.2.3", Patch, "v0.2.4"}, {"v0.2.3", Minor, "v0.2.4"}, {"v0.2.3", Major, "v0.3.0"},
	} {
		if got, err := Least(test.base, test.level); got != test.want || err != nil {
			t.Errorf("Least(%s, %s) = %s, %v; want %s", test.base, test.level, got, err, test.want)
		}
	}
	if _, err := Least("v1.2.3-rc.1", Patch); err == nil {
		t.Error("a pre-release was taken for a release")
	}
}

func TestBase(t *testing.T) {
	tags := []string{"v0.9.0", "v1.0.0", "v1.1.0-rc.1", "v1.1.0", "v1.2.0", "v1.3.0-rc.1"}
	mod := &modfile.File{Retract: []*modfile.Retract{{VersionInterval: modfile.VersionInterval{Low: "v1.2.0", High: "v1.2.0"}}}}
	for version, want := range map[string]string{
		"": "v1.1.0", "v1.3.0": "v1.1.0", "v1.3.0-rc.2": "v1.1.0", "v1.1.0": "v1.0.0", "v1.1.0-rc.2": "v1.0.0", "v1.0.1": "v1.0.0", "v0.1.0": "",
	} {
		if got := Base(version, tags, mod); got != want {
			t.Errorf("Base(%q) = %q, want %q", version, got, want)
		}
	}
}

func TestJudge(t *testing.T) {
	none := [3]string{"go.mod", "", ""}
	removed := [3]string{"m/m.go", "func F() {}", "func f() {}"}
	added := [3]string{"m/m.go", "func F() {}", "func F() {}\n\nfunc G() {}"}
	newer := [3]string{"go.mod", "1.25.0", "1.26.0"}
	fallback := [3]string{"api/defaults.txt", "= 2", "= 1"}
	dropped := [3]string{"api/v1.txt", "pkg m, func F()\n", ""}
	for _, test := range []struct {
		name    string
		version string
		change  [3]string
		tags    string
		dirty   []string
		names   []string
		want    string // in the reasons; "" lets it pass
	}{
		{"a patch", "v1.0.1", none, "v1.0.0", nil, nil, ""},
		{"a minor version for a new function", "v1.1.0", added, "v1.0.0", nil, nil, ""},
		{"its pre-release", "v1.1.0-rc.1", added, "v1.0.0", nil, nil, ""},
		{"more than is needed", "v1.2.0", none, "v1.0.0", nil, nil, ""},
		{"a patch for a new function", "v1.0.1", added, "v1.0.0", nil, nil, "need v1.1.0 or higher"},
		{"a removed function as a patch", "v1.0.1", removed, "v1.0.0", nil, nil, "need v2.0.0 or higher"},
		{"a removed function as a minor version", "v1.1.0", removed, "v1.0.0", nil, nil, "an exported name stays"},
		{"a removed function before 1.0.0", "v0.2.0", removed, "v0.1.0", nil, nil, ""},
		{"the same as a patch", "v0.1.1", removed, "v0.1.0", nil, nil, "need v0.2.0 or higher"},
		{"a raised Go as a patch", "v1.0.1", newer, "v1.0.0", nil, nil, "go: minimum (1.25.0 -> 1.26.0)"},
		{"a default without a note", "v1.1.0", fallback, "v1.0.0", nil, nil, `no change entry names "default: pragma synchronous"`},
		{"a default with one", "v1.1.0", fallback, "v1.0.0", nil, []string{"default: pragma synchronous"}, ""},
		{"a dirty tree", "v1.0.1", none, "v1.0.0", []string{" M go.mod"}, nil, "the tree is dirty:  M go.mod"},
		{"a reused version", "v1.0.0", none, "v0.9.0 v1.0.0", nil, nil, "never used twice"},
		{"an older pre-release", "v1.1.0-rc.1", added, "v1.0.0 v1.1.0-rc.2", nil, nil, "comes before v1.1.0-rc.2"},
		{"a version below every release", "v0.2.0", none, "v1.0.0", nil, nil, "v0.2.0 comes before every release"},
		{"an edited baseline", "v1.0.1", dropped, "v1.0.0", nil, nil, `api/v1.txt lost the line "pkg m, func F()"`},
		{"another major version", "v2.0.0", removed, "v1.0.0", nil, nil, "not that of v2.0.0"},
		{"a pseudo-version", "v1.0.1-0.20261123000000-abcdef123456", none, "v1.0.0", nil, nil, "pseudo-version"},
		{"no version", "1.0.1", none, "v1.0.0", nil, nil, "canonical"},
		{"a short version", "v1.1", none, "v1.0.0", nil, nil, "canonical"},
		{"build metadata", "v1.0.1+linux", none, "v1.0.0", nil, nil, "canonical"},
		{"a retracted version", "v1.0.1", [3]string{"go.mod", "require", "retract v1.0.1 // It lost data.\n\nrequire"}, "v1.0.0", nil, nil, "is in it"},
		{"a retraction without a reason", "v1.0.2", [3]string{"go.mod", "require", "retract v1.0.1\n\nrequire"}, "v1.0.0 v1.0.1", nil, nil, "without a reason"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := Input{Version: test.version, Tags: strings.Fields(test.tags), Dirty: test.dirty,
				Now: state(t, test.change[0], test.change[1], test.change[2]), Base: state(t, "go.mod", "", ""),
				Entries: []changes.Entry{{Names: test.names}}}
			_, reasons := Judge(in)
			text := strings.Join(reasons, "\n")
			if test.want == "" && text != "" || !strings.Contains(text, test.want) {
				t.Errorf("reasons %q, want %q", text, test.want)
			}
		})
	}
}

// Without tags there is no base, and any version would pass.
func TestJudgeMissesTags(t *testing.T) {
	for _, test := range []struct {
		name string
		in   Input
		want string
	}{
		{"no release yet", Input{Version: "v0.1.0"}, ""},
		{"a shallow clone", Input{Version: "v0.1.0", Shallow: true}, "git fetch --unshallow --tags"},
		{"a shallow clone, and no version asked for", Input{Shallow: true}, "git fetch --unshallow --tags"},
		{"entries of a release without its tag", Input{Version: "v0.1.0", Noted: []string{"v0.0.9"}}, "changes/v0.0.9 is there, and no tag v0.0.9"},
		{"entries of a release with its tag", Input{Version: "v0.1.0", Noted: []string{"v0.0.9"}, Tags: []string{"v0.0.9"}}, ""},
		{"below every release", Input{Version: "v0.1.0", Tags: []string{"v0.2.0", "v0.3.0"}}, "choose one above v0.3.0"},
		{"below a candidate alone", Input{Version: "v0.1.0", Tags: []string{"v0.2.0-rc.1"}}, ""},
	} {
		test.in.Now, test.in.Commit = state(t, "go.mod", "", ""), "abc"
		r, reasons := Judge(test.in)
		if text := strings.Join(reasons, "\n"); test.want == "" && text != "" || !strings.Contains(text, test.want) || r.Commit != "abc" {
			t.Errorf("%s: %q of %s, want %q", test.name, text, r.Commit, test.want)
		}
	}
}

func TestNoted(t *testing.T) {
	root := t.TempDir()
	if got, err := Noted(root); len(got) != 0 || err != nil {
		t.Errorf("no folder: %v, %v", got, err)
	}
	for _, name := range []string{"next", "v1.0.0", "v1.1.0"} {
		if err := os.MkdirAll(filepath.Join(root, "changes", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Noted(root); strings.Join(got, " ") != "v1.0.0 v1.1.0" || err != nil {
		t.Errorf("found %v, %v", got, err)
	}
}

func TestListIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(file, make([]byte, maxList+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readList(file); err == nil || !strings.Contains(err.Error(), "read "+file+": it is larger than") {
		t.Errorf("a list without end: %v", err)
	}
}
