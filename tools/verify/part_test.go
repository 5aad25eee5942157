// SPDX-License-Identifier: MIT

package verify

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// part is a release with what belongs to linux_amd64 alone; without says which files are missing beside those of others.
func part(t *testing.T, debug bool, without func(name string) bool) Options {
	t.Helper()
	o := optionsFor(t, releasetest.Build(keys, releasetest.Hooks{}))
	o.Platform = "linux_amd64"
	if !debug {
		o.Policy.Evidence = slices.DeleteFunc(slices.Clone(o.Policy.Evidence), func(e policy.Evidence) bool { return e == policy.Debug })
	}
	err := filepath.WalkDir(o.Dir, func(name string, d os.DirEntry, err error) error {
		rel, _ := filepath.Rel(o.Dir, name)
		if err != nil || d.IsDir() {
			return err
		}
		other := strings.Contains(rel, "windows_amd64") || strings.Contains(rel, "darwin_arm64")
		if other || without != nil && without(rel) {
			return os.Remove(name)
		}
		return nil
	})
	if err == nil {
		err = os.RemoveAll(filepath.Join(o.Dir, "embedded"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestPart(t *testing.T) {
	debug := func(name string) bool { return strings.Contains(name, "_debug") }
	for _, o := range []Options{part(t, true, nil), part(t, false, nil), part(t, false, debug)} {
		r := run(t, o)
		if !r.OK || !strings.Contains(table(r), "a part for linux_amd64 was asked for") || r.Objects.Recomputed != 8 {
			t.Errorf("a part:\n%s", table(r))
		}
		o.Platform = ""
		if r := run(t, o); r.OK || !slices.Contains(r.Classes(), "missing-file") {
			t.Errorf("the whole, of which a part is there:\n%s", table(r))
		}
	}
	whole := optionsFor(t, releasetest.Build(keys, releasetest.Hooks{}))
	whole.Platform = "linux_amd64"
	if r := run(t, whole); !r.OK || strings.Contains(table(r), "a part") {
		t.Errorf("a part was asked for and the whole is there:\n%s", table(r))
	}
}

// TestPartIsWhole: nothing that belongs to the platform may be missing, and what is there has to be right.
func TestPartIsWhole(t *testing.T) {
	missing := func(end string) func(string) bool {
		return func(name string) bool { return strings.HasSuffix(name, end) }
	}
	for _, test := range []struct {
		name, class string
		options     Options
	}{
		{"archive", "missing-file", part(t, false, missing("linux_amd64.tar.gz"))},
		{"its signature", "missing-bundle", part(t, false, missing("linux_amd64.tar.gz.sigstore.json"))},
		{"its bill of materials", "missing-file", part(t, false, missing("linux_amd64.cdx.json"))},
		{"notes", "missing-file", part(t, false, missing("notes.md"))},
		{"manifest", "missing-file", part(t, false, missing("/manifest.json"))},
		{"provenance", "missing-file", part(t, false, missing("provenance.intoto.json"))},
		{"a debug twin that is demanded", "missing-file", part(t, true, missing("linux_amd64_debug.tar.gz"))},
		{"the signature of a debug twin that is there", "missing-bundle", part(t, false, missing("linux_amd64_debug.tar.gz.sigstore.json"))},
	} {
		if test.name == "manifest" {
			if err := os.Remove(filepath.Join(test.options.Dir, "manifest.json")); err != nil {
				t.Fatal(err)
			}
		}
		if r := run(t, test.options); r.OK || !slices.Contains(r.Classes(), test.class) {
			t.Errorf("%s: want %s\n%s", test.name, test.class, table(r))
		}
	}
	for name, text := range map[string]string{"gosqlite_1.2.0_linux_amd64.tar.gz": "other", "gosqlite_1.2.0_darwin_arm64.tar.gz": "other", "more": ""} {
		o := part(t, false, nil)
		if err := os.WriteFile(filepath.Join(o.Dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := run(t, o); r.OK {
			t.Errorf("%s with other bytes:\n%s", name, table(r))
		}
	}
	o := part(t, false, nil)
	o.Platform = "linux_arm64"
	if r := run(t, o); r.OK || !strings.Contains(table(r), "no archive for") {
		t.Errorf("a platform that there is none of:\n%s", table(r))
	}
}
