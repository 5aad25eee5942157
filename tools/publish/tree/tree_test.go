// SPDX-License-Identifier: MIT

package tree

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// release is what a test publishes as one version.
func release(version string) (Version, []Item) {
	folder := ReleaseFolder("v" + version)
	return Version{"v" + version, action.DigestOf([]byte("manifest " + version))}, []Item{
		Bytes(folder+"/manifest.json", []byte("manifest "+version), true),
		Bytes(folder+"/embedded/a/b.macho", []byte("signature"), true),
		Bytes("go/m/@v/v"+version+".zip", []byte("module "+version), true),
		Bytes("go/m/@v/list", []byte("list up to "+version), false),
	}
}

// publish plans upon what is there, and commits.
func (s *Store) publish(t *testing.T, v Version, items []Item) (*Change, error) {
	t.Helper()
	base, generation, err := s.Current()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Plan(base, generation, v, items)
	if err != nil {
		return nil, err
	}
	return c, s.Commit(t.Context(), c)
}

func must(t *testing.T, c *Change, err error) *Change {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// view is everything that a reader sees, after it was held against the index. Nothing else may be there.
func view(t *testing.T, dir string) map[string]string {
	t.Helper()
	s := &Store{Dir: dir}
	index, generation, err := s.Current()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	if generation == "" {
		return seen
	}
	root := filepath.Join(dir, "current")
	if root, err = filepath.EvalSymlinks(root); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		if f, listed := index.find(filepath.ToSlash(rel)); rel != IndexName && (!listed || f.SHA256 != action.DigestOf(text) || f.Size != int64(len(text))) {
			t.Errorf("%s is not what the index lists", rel)
		}
		seen[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != len(index.Files)+1 {
		t.Errorf("%d files, and %d in the index", len(seen), len(index.Files))
	}
	return seen
}

func TestPublish(t *testing.T) {
	s := &Store{Dir: filepath.Join(t.TempDir(), "tree")}
	v1, one := release("1.0.0")
	c, err := s.publish(t, v1, one)
	must(t, c, err)
	v2, two := release("1.1.0")
	c, err = s.publish(t, v2, two)
	must(t, c, err)
	seen := view(t, s.Dir)
	for path, want := range map[string]string{"releases/v1.0.0/manifest.json": "manifest 1.0.0", "releases/v1.1.0/manifest.json": "manifest 1.1.0",
		"go/m/@v/v1.0.0.zip": "module 1.0.0", "go/m/@v/list": "list up to 1.1.0", "releases/v1.1.0/embedded/a/b.macho": "signature"} {
		if seen[path] != want {
			t.Errorf("%s is %q, want %q", path, seen[path], want)
		}
	}
	changes := map[string]string{}
	for _, d := range c.Files {
		changes[d.Path] = d.Change
	}
	if changes["go/m/@v/list"] != Replace || changes["releases/v1.1.0/manifest.json"] != New {
		t.Errorf("changes %v", changes)
	}
	base, generation, err := s.Current()
	must(t, nil, err)
	if got := base.Names(); !slices.Equal(got, []string{"v1.0.0", "v1.1.0"}) {
		t.Errorf("versions %v", got)
	}
	again, err := Plan(base, generation, v2, two)
	if must(t, again, err); !again.Nothing() {
		t.Error("the same release once more is a change")
	}
}

// TestReuse publishes 1.0.0 again, each time with one thing that differs.
func TestReuse(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	v, items := release("1.0.0")
	_, err := s.publish(t, v, items)
	must(t, nil, err)
	before := view(t, s.Dir)
	other := Bytes("releases/v1.0.0/embedded/a/b.macho", []byte("another"), true)
	module := Bytes("go/m/@v/v1.0.0.zip", []byte("another"), true)
	more := Bytes("releases/v1.0.0/more", []byte("more"), true)
	for name, plant := range map[string]struct {
		version Version
		items   []Item
		path    string
	}{
		"other manifest":   {Version{v.Version, action.DigestOf(nil)}, items, "manifest.json"},
		"other bytes":      {v, []Item{items[0], other, items[2], items[3]}, "embedded/a/b.macho"},
		"other module":     {v, []Item{items[0], items[1], module, items[3]}, "go/m/@v/v1.0.0.zip"},
		"a file more":      {v, append(slices.Clone(items), more), "lacks more"},
		"a file less":      {v, []Item{items[0], items[2], items[3]}, "has embedded/a/b.macho"},
		"other module, v2": {Version{"v2.0.0", action.DigestOf(nil)}, []Item{module}, "go/m/@v/v1.0.0.zip"},
	} {
		_, err := s.publish(t, plant.version, plant.items)
		var reuse *ReuseError
		if !errors.As(err, &reuse) || !strings.Contains(reuse.Path, plant.path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after := view(t, s.Dir); len(after) != len(before) {
		t.Errorf("%d files, before %d", len(after), len(before))
	}
}

// TestRefusals are folders and files that can't be published.
func TestRefusals(t *testing.T) {
	v, items := release("1.0.0")
	changed := items[0]
	changed.Open = Bytes("x", []byte("manifest 1.0.1"), true).Open
	longer := items[0]
	longer.Open = Bytes("x", []byte("manifest 1.0.0 and more"), true).Open
	for name, plant := range map[string]struct {
		prepare func(s *Store)
		version Version
		items   []Item
		want    string
	}{
		"changed bytes":     {nil, v, []Item{changed}, "changed after it was verified"},
		"more bytes":        {nil, v, []Item{longer}, "changed after it was verified"},
		"two of a name":     {nil, v, []Item{items[0], items[0]}, "two files"},
		"out of the folder": {nil, v, []Item{Bytes("../x", nil, true)}, "no plain relative"},
		"a backslash":       {nil, v, []Item{Bytes(`a\..\x`, nil, true)}, "no plain relative"},
		"the index":         {nil, v, []Item{Bytes("index.json", nil, true)}, "lists itself"},
		"a file as folder":  {nil, v, []Item{Bytes("a", nil, true), Bytes("a/b", nil, true)}, "a is a file"},
		"no version":        {nil, Version{"v1", ""}, items, "no canonical version"},
		"a damaged object": {func(s *Store) {
			write(t, filepath.Join(s.Dir, "objects", items[0].SHA256), "else")
		}, v, items, "the storage is damaged"},
	} {
		s := &Store{Dir: t.TempDir()}
		if plant.prepare != nil {
			plant.prepare(s)
		}
		_, err := s.publish(t, plant.version, plant.items)
		if err == nil || !strings.Contains(err.Error(), plant.want) || (action.Code(err) == action.Rejected) != (name == "a damaged object") {
			t.Errorf("%s: %v with exit code %d, want %q", name, err, action.Code(err), plant.want)
		}
		if seen := view(t, s.Dir); len(seen) != 0 {
			t.Errorf("%s: readers see %v", name, seen)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestForeign are folders that nothing may be published into, and indexes that were changed or are gone, which is damage.
func TestForeign(t *testing.T) {
	for name, plant := range map[string]struct {
		code  int
		spoil func(dir string)
	}{
		"somebody's files": {action.Failure, func(dir string) { write(t, filepath.Join(dir, "thesis.tex"), "x") }},
		"a file":           {action.Failure, func(dir string) { write(t, filepath.Join(dir, "current"), "x") }},
		"a link elsewhere": {action.Rejected, func(dir string) { os.Symlink("/", filepath.Join(dir, "current")) }},
		"a link nearby":    {action.Rejected, func(dir string) { os.Symlink("generations/../..", filepath.Join(dir, "current")) }},
		"a lost generation": {action.Rejected, func(dir string) {
			os.Symlink("generations/"+strings.Repeat("0", 64), filepath.Join(dir, "current"))
		}},
		"an index that can't be read": {action.Failure, func(dir string) {
			os.Symlink("generations/"+strings.Repeat("0", 64), filepath.Join(dir, "current"))
			must(t, nil, os.MkdirAll(filepath.Join(dir, "generations", strings.Repeat("0", 64), IndexName), 0o755))
		}},
		"a changed index": {action.Rejected, func(dir string) {
			s := &Store{Dir: dir}
			v, items := release("1.0.0")
			_, err := s.publish(t, v, items)
			must(t, nil, err)
			name := filepath.Join(dir, "current", IndexName)
			text, err := os.ReadFile(name)
			must(t, nil, err)
			must(t, nil, os.Remove(name))
			write(t, name, strings.Replace(string(text), "v1.0.0", "v1.0.1", 1))
		}},
	} {
		dir := t.TempDir()
		plant.spoil(dir)
		if _, _, err := (&Store{Dir: dir}).Current(); action.Code(err) != plant.code {
			t.Errorf("%s: %v with exit code %d, want %d", name, err, action.Code(err), plant.code)
		}
	}
}
