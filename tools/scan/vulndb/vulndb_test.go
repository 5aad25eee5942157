// SPDX-License-Identifier: MIT

package vulndb

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func record(id, module, modified string) string {
	return `{ "id": "` + id + `", "modified": "` + modified + `", "affected": [ { "package": { "ecosystem": "Go", "name": "` + module + `" },
 "ranges": [ { "type": "SEMVER", "events": [ { "introduced": "0" } ] } ], "ecosystem_specific": { "imports": [] } } ], "unknown_to_us": "kept" }`
}

func whole() map[string]string {
	return map[string]string{
		"GO-2026-0001.json": record("GO-2026-0001", "stdlib", "2026-05-01T10:00:00Z"),
		"GO-2026-0002.json": record("GO-2026-0002", "example.org/used", "2026-06-01T10:00:00Z"),
		"GO-2026-0003.json": record("GO-2026-0003", "example.org/foreign", "2026-07-01T10:00:00Z"),
	}
}

func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func withIndex() map[string]string {
	files := map[string]string{
		"index/db.json":      `{"modified":"2026-08-20T00:00:00Z"}`,
		"index/modules.json": `[{"path":"stdlib","vulns":[{"id":"GO-2026-0001"}]},{"path":"example.org/used","vulns":[{"id":"GO-2026-0002"}]},{"path":"example.org/foreign","vulns":[{"id":"GO-2026-0003"}]}]`,
	}
	for name, text := range whole() {
		files["ID/"+name] = text
	}
	return files
}

// TestForms: every form of the same database gives the same records and the same digest.
func TestForms(t *testing.T) {
	modules := []string{"example.org/used"}
	flatDir, indexDir := lay(t, whole()), lay(t, withIndex())
	server := httptest.NewServer(http.FileServer(http.Dir(indexDir)))
	defer server.Close()
	first, err := Open(t.Context(), nil, flatDir, modules)
	if err != nil {
		t.Fatal(err)
	}
	if ids := ids(first); !slices.Equal(ids, []string{"GO-2026-0001", "GO-2026-0002"}) {
		t.Errorf("chosen: %v", ids)
	}
	kept := t.TempDir()
	if err := first.Write(kept); err != nil {
		t.Fatal(err)
	}
	for name, place := range map[string]string{"index": indexDir, "file address": "file://" + filepath.ToSlash(flatDir), "server": server.URL, "kept": kept} {
		db, err := Open(t.Context(), server.Client(), place, modules)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if db.Meta.SHA256 != first.Meta.SHA256 {
			t.Errorf("%s: digest %s, the folder has %s", name, db.Meta.SHA256, first.Meta.SHA256)
		}
		if db.Meta.License != "CC-BY-4.0" || !strings.Contains(db.Meta.Attribution, "Go Authors") {
			t.Errorf("%s: attribution lost: %+v", name, db.Meta)
		}
	}
	records, err := os.ReadFile(filepath.Join(kept, RecordsFile))
	if err != nil || !bytes.Contains(records, []byte(`"unknown_to_us":"kept"`)) {
		t.Errorf("a field was lost: %s, %v", records, err)
	}
	again := t.TempDir()
	if err := first.Write(again); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{MetaFile, RecordsFile} {
		a, _ := os.ReadFile(filepath.Join(kept, name))
		b, _ := os.ReadFile(filepath.Join(again, name))
		if len(a) == 0 || !bytes.Equal(a, b) {
			t.Errorf("%s differs between two writes", name)
		}
	}
	exported := t.TempDir()
	if err := first.Export(exported); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(exported, "GO-2026-0002.json")); err != nil {
		t.Error(err)
	}
}

func ids(db *Database) []string {
	var all []string
	for _, r := range db.Records {
		all = append(all, r.ID)
	}
	return all
}

func TestOpenRefuses(t *testing.T) {
	keep := func(change func(files map[string]string)) string {
		db, err := Open(t.Context(), nil, lay(t, whole()), nil)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := db.Write(dir); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, name := range []string{MetaFile, RecordsFile} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			files[name] = string(data)
		}
		change(files)
		return lay(t, files)
	}
	meta := func(files map[string]string, change func(m *Meta)) {
		var m Meta
		if err := json.Unmarshal([]byte(files[MetaFile]), &m); err != nil {
			t.Fatal(err)
		}
		change(&m)
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		files[MetaFile] = string(text)
	}
	lost := withIndex()
	delete(lost, "ID/GO-2026-0001.json")
	for _, c := range []struct {
		name, place string
		modules     []string
		want        string
	}{
		{"an empty folder", t.TempDir(), nil, "holds 0 records"},
		{"an edited record", keep(func(f map[string]string) { f[RecordsFile] = strings.Replace(f[RecordsFile], "introduced", "fixed", 1) }), nil, "its SHA-256 is"},
		{"another number", keep(func(f map[string]string) { meta(f, func(m *Meta) { m.Records = 7 }) }), nil, "another order or form"},
		{"no attribution", keep(func(f map[string]string) { meta(f, func(m *Meta) { m.Attribution = "" }) }), nil, "attribution"},
		{"another schema", keep(func(f map[string]string) { meta(f, func(m *Meta) { m.Schema = "x/1" }) }), nil, "is not known"},
		{"no records", keep(func(f map[string]string) { delete(f, RecordsFile) }), nil, RecordsFile},
		{"a module that it was not made for", keep(func(map[string]string) {}), []string{"example.org/new"}, "was not made for example.org/new"},
		{"an index without its record", lay(t, lost), nil, "GO-2026-0001"},
		{"a record that is none", lay(t, map[string]string{"x.json": "{}"}), nil, "is no id"},
		{"an address without a network", "https://vuln.invalid", nil, "no network"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Open(t.Context(), nil, c.place, c.modules); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestModules(t *testing.T) {
	sum := "example.org/b v1.0.0 h1:x=\nexample.org/b v1.0.0/go.mod h1:y=\nexample.org/a v0.1.0/go.mod h1:z=\n"
	files := []string{
		filepath.Join(lay(t, map[string]string{"tool.mod": "module m\nrequire x", "tool.sum": sum}), "tool.mod"),
		filepath.Join(lay(t, map[string]string{"go.mod": "module n\n"}), "go.mod"),
	}
	got, err := Modules(files)
	if err != nil || !slices.Equal(got, []string{"example.org/a", "example.org/b"}) {
		t.Errorf("%v, %v", got, err)
	}
	for name, files := range map[string]map[string]string{
		"no go.sum":  {"go.mod": "module m\nrequire example.org/a v1.0.0\n"},
		"bad go.sum": {"go.mod": "module m\n", "go.sum": "cut off"},
		"no go.mod":  {},
	} {
		if _, err := Modules([]string{filepath.Join(lay(t, files), "go.mod")}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
