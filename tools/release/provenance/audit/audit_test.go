// SPDX-License-Identifier: MIT

package audit

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
)

var (
	sumA = strings.Repeat("a1", 32)
	sumB = strings.Repeat("b2", 32)
	h1   = "h1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xc3}, 32))
)

const archive = "gosqlite_1.2.3_linux_amd64.tar.gz"

func write(t *testing.T, dir, name string, text []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// world is a tree, and a set that was built of it with the provenance that the program of real releases writes.
func world(t *testing.T) (set, tree string) {
	t.Helper()
	set, tree = t.TempDir(), t.TempDir()
	files := map[string]string{
		"driver/driver.go": "package driver\n", "go.sum": "golang.org/x/sys v0.1.0 " + h1 + "\ngolang.org/x/sys v0.1.0/go.mod " + h1 + "\n",
		"pins/pins.json": `{"schema":1,"bazel":{"version":"7"},"sdk":{"version":"1","tree":"` + sumA + `","channels":[
 {"name":"origin","kind":"archive","url":"https://example.org/a.zip","sha256":null},{"name":"bcr","kind":"bcr","module":"m"},
 {"name":"index","kind":"wheel","package":"ziglang","version":"1","platform":"x","sha256":"` + sumB + `"},
 {"name":"proxy","kind":"go_module","module":"example.org/m","version":"v1.0.0","h1":"` + h1 + `","nested":{"module":"example.org/m/v2","version":"v2.0.0","h1":"` + h1 + `"}}]},
"modules":{"rules":{"version":"2","tree":"` + sumB + `","channels":[{"name":"debian","kind":"debian","package":"bazel-rules","version":"2"}]},
 "mine":{"version":"0","tree":"` + sumB + `","channels":[{"name":"this tree","kind":"own"}]}}}`,
	}
	for _, name := range Everywhere {
		if files[name] == "" {
			files[name] = name
		}
	}
	sources := map[string][32]byte{}
	for name, text := range files {
		write(t, tree, name, []byte(text))
		sources[name] = sha256.Sum256([]byte(text))
	}
	debs := sumA + "  bazel-rules_2-1_all.deb\n"
	write(t, tree, "pins/debs.sha256", []byte(debs))
	write(t, tree, "tools/go.sum", []byte("example.org/tool v1.0.0 "+h1+"\n"))
	var module bytes.Buffer
	z := zip.NewWriter(&module)
	for _, name := range append([]string{"driver/driver.go"}, made...) {
		w, err := z.Create("github.com/gosqlite/gosqlite@v1.2.3/" + name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(files[name]))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	m := &manifest.Manifest{Version: "1.2.3", Time: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	for _, f := range []struct {
		name, platform string
		kind           manifest.Kind
		text           []byte
	}{{archive, "linux_amd64", manifest.Archive, []byte("x")}, {"gosqlite_v1.2.3.zip", "", manifest.Module, module.Bytes()}} {
		write(t, set, f.name, f.text)
		m.Files = append(m.Files, manifest.File{Name: f.name, Kind: f.kind, Platform: f.platform, Size: int64(len(f.text)), SHA256: sha256.Sum256(f.text)})
	}
	text, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	write(t, set, "manifest.json", text)
	dependencies, err := provenance.Pins([]byte(files["pins/pins.json"]), []byte(debs))
	if err != nil {
		t.Fatal(err)
	}
	for _, sum := range []string{files["go.sum"], "example.org/tool v1.0.0 " + h1 + "\n"} {
		modules, err := provenance.GoSum([]byte(sum))
		if err != nil {
			t.Fatal(err)
		}
		dependencies = append(dependencies, modules...)
	}
	source, err := provenance.Source(sources)
	if err != nil {
		t.Fatal(err)
	}
	s, err := provenance.New(m, "//:release", append(dependencies, source))
	if err != nil {
		t.Fatal(err)
	}
	if text, err = s.Encode(); err != nil {
		t.Fatal(err)
	}
	write(t, set, "provenance.intoto.json", text)
	return set, tree
}

func TestRun(t *testing.T) {
	set, tree := world(t)
	c, faults, err := Run(set, tree)
	if err != nil || len(faults) > 0 {
		t.Fatalf("%q, %v", faults, err)
	}
	if want := (Counts{Subjects: 2, Pins: 3, Archives: 4, Modules: 2, Sources: len(Everywhere) + 1}); c != want {
		t.Errorf("counts %+v, want %+v", c, want)
	}
}

// object is a part of a statement.
type object = map[string]any

// TestPlants: each planted defect is reported, and nothing beside it.
func TestPlants(t *testing.T) {
	dependency := func(s object, name string) object {
		for _, d := range s["predicate"].(object)["buildDefinition"].(object)["resolvedDependencies"].([]any) {
			if d.(object)["name"] == name {
				return d.(object)
			}
		}
		t.Fatalf("no dependency %s", name)
		return nil
	}
	parameters := func(s object) object {
		return s["predicate"].(object)["buildDefinition"].(object)["externalParameters"].(object)
	}
	digest := func(name, algorithm string) func(object) {
		return func(s object) { dependency(s, name)["digest"].(object)[algorithm] = strings.Repeat("0", 64) }
	}
	listed := func(from, to string) func(object) {
		return func(s object) {
			d := dependency(s, "source")
			text, _ := base64.StdEncoding.DecodeString(d["content"].(string))
			if !bytes.Contains(text, []byte(from)) {
				t.Fatalf("no %q in the list of sources", from)
			}
			text = bytes.Replace(text, []byte(from), []byte(to), 1)
			d["content"] = base64.StdEncoding.EncodeToString(text)
			d["digest"] = object{"sha256": hexSum(text), "dirHash": hexSum(text)}
		}
	}
	for _, test := range []struct {
		name, want string
		statement  func(s object)
		file       string // of the tree, or of the set below set/
	}{
		{name: "type", want: "types:", statement: func(s object) { s["_type"] = "x" }},
		{name: "predicate type", want: "types:", statement: func(s object) { s["predicateType"] = "x" }},
		{name: "build type", want: "types:", statement: func(s object) { s["predicate"].(object)["buildDefinition"].(object)["buildType"] = "x" }},
		{name: "version", want: "parameters:", statement: func(s object) { parameters(s)["version"] = "1.2.4" }},
		{name: "time", want: "parameters:", statement: func(s object) { parameters(s)["time"] = "2026-11-24T00:00:00Z" }},
		{name: "platforms", want: "parameters:", statement: func(s object) { parameters(s)["platforms"] = []any{} }},
		{name: "target", want: "parameters:", statement: func(s object) { parameters(s)["target"] = "release" }},
		{name: "a subject less", want: "subjects: 1", statement: func(s object) { s["subject"] = s["subject"].([]any)[:1] }},
		{name: "a subject's digest", want: "subject " + archive, statement: func(s object) { s["subject"].([]any)[0].(object)["digest"].(object)["sha256"] = sumA }},
		{name: "a subject's second digest", want: "subject " + archive, statement: func(s object) { s["subject"].([]any)[0].(object)["digest"].(object)["sha512"] = sumA }},
		{name: "a subject's name", want: "subject x", statement: func(s object) { s["subject"].([]any)[0].(object)["name"] = "x" }},
		{name: "a file that changed", want: "subject " + archive, file: "set/" + archive},
		{name: "a pin's tree", want: "dependency sdk:", statement: digest("sdk", "sha256sumTree")},
		{name: "a pin of a group", want: "dependency rules:", statement: digest("rules", "sha256sumTree")},
		{name: "a wheel", want: "dependency sdk by index:", statement: digest("sdk by index", "sha256")},
		{name: "a module's hash", want: "dependency sdk by proxy:", statement: digest("sdk by proxy", "dirHash")},
		{name: "a nested module's hash", want: "dependency sdk by proxy: example.org/m/v2:", statement: digest("sdk by proxy: example.org/m/v2", "dirHash")},
		{name: "a Debian package", want: "dependency rules by debian:", statement: digest("rules by debian", "sha256")},
		{name: "an unknown archive", want: "dependency sdk: it names", statement: func(s object) { delete(dependency(s, "sdk")["annotations"].(object), "archivesWithoutDigest") }},
		{name: "a line of go.sum", want: "dependency golang.org/x/sys@v0.1.0:", statement: digest("golang.org/x/sys@v0.1.0", "dirHash")},
		{name: "a line of tools/go.sum", want: "dependency example.org/tool@v1.0.0:", statement: digest("example.org/tool@v1.0.0", "dirHash")},
		{name: "a dependency of nothing", want: "dependency other:", statement: func(s object) {
			b := s["predicate"].(object)["buildDefinition"].(object)
			b["resolvedDependencies"] = append(b["resolvedDependencies"].([]any), object{"name": "other", "digest": object{"sha256": sumA}})
		}},
		{name: "a dependency twice", want: "dependency mine: listed twice", statement: func(s object) {
			b := s["predicate"].(object)["buildDefinition"].(object)
			b["resolvedDependencies"] = append(b["resolvedDependencies"].([]any), dependency(s, "mine"))
		}},
		{name: "no sources", want: "source: ", statement: func(s object) { dependency(s, "source")["name"] = "mine by this tree" }},
		{name: "the list's digest", want: "source: its digests", statement: digest("source", "dirHash")},
		{name: "a source that changed", want: "source: driver/driver.go is not that file", file: "driver/driver.go"},
		{name: "a source that is not listed", want: "source: MODULE.bazel is not listed", statement: listed(hexSum([]byte("MODULE.bazel"))+"  MODULE.bazel\n", "")},
		{name: "a file of the module that is not listed", want: "source: driver/driver.go of the Go module", statement: listed(hexSum([]byte("package driver\n"))+"  driver/driver.go\n", "")},
		{name: "a list that is not sorted", want: "source: the list is not sorted", statement: listed(
			hexSum([]byte(".bazelrc"))+"  .bazelrc\n"+hexSum([]byte(".bazelversion"))+"  .bazelversion\n",
			hexSum([]byte(".bazelversion"))+"  .bazelversion\n"+hexSum([]byte(".bazelrc"))+"  .bazelrc\n")},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, tree := world(t)
			if test.statement != nil {
				text, err := os.ReadFile(filepath.Join(set, "provenance.intoto.json"))
				if err != nil {
					t.Fatal(err)
				}
				var s object
				if err := json.Unmarshal(text, &s); err != nil {
					t.Fatal(err)
				}
				test.statement(s)
				if text, err = json.Marshal(s); err != nil {
					t.Fatal(err)
				}
				write(t, set, "provenance.intoto.json", text)
			} else if name, ok := strings.CutPrefix(test.file, "set/"); ok {
				write(t, set, name, []byte("other"))
			} else {
				write(t, tree, test.file, []byte("other"))
			}
			_, faults, err := Run(set, tree)
			if err != nil || len(faults) == 0 {
				t.Fatalf("faults %q, %v", faults, err)
			}
			for _, f := range faults {
				// What lost its name is missing, and the other name stands for nothing.
				if !strings.HasPrefix(f, test.want) && !strings.Contains(f, "mine by this tree") {
					t.Errorf("fault %q beside %q", f, test.want)
				}
			}
		})
	}
}

// TestUnreadable: what can't be read is an error, and no verdict.
func TestUnreadable(t *testing.T) {
	for _, name := range []string{"set/manifest.json", "set/provenance.intoto.json", "pins/pins.json", "pins/debs.sha256", "go.sum", "tools/go.sum"} {
		set, tree := world(t)
		dir, rest := tree, name
		if inSet, ok := strings.CutPrefix(name, "set/"); ok {
			dir, rest = set, inSet
		}
		if err := os.Remove(filepath.Join(dir, rest)); err != nil {
			t.Fatal(err)
		}
		if _, faults, err := Run(set, tree); err == nil {
			t.Errorf("without %s: %q", name, faults)
		}
	}
}
