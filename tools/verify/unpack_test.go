// SPDX-License-Identifier: MIT

package verify

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/container"
)

// TestUnpackKeepsByName holds that of a release with more than is kept the same archives are kept each time, the first ones by
// name, although small ones after them are read sooner.
func TestUnpackKeepsByName(t *testing.T) {
	r := &release{ctx: t.Context(), options: Options{Dir: t.TempDir()}}
	for i := range 20 {
		f := &file{name: fmt.Sprintf("%02d.zip", i), role: RoleModule}
		entries := 1
		if i == 0 {
			entries = 3000
		}
		f.size = zipOf(t, filepath.Join(r.options.Dir, f.name), entries)
		r.files = append(r.files, f)
	}
	first, err := r.unpackOne(r.files[0])
	if err != nil || len(first.entries) != 3000 {
		t.Fatal(first, err)
	}
	for range 10 {
		r.kept = maxKept - first.size()
		if err := r.unpack(); err != nil {
			t.Fatal(err)
		}
		for _, f := range r.files {
			tooMuch := slices.ContainsFunc(r.archives[f.name].faults, func(f container.Fault) bool { return f.Class == "archive-bomb" })
			if tooMuch != (f != r.files[0]) {
				t.Fatalf("%s is too much: %v", f.name, tooMuch)
			}
		}
	}
}

func zipOf(t *testing.T, path string, entries int) (size int64) {
	t.Helper()
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := zip.NewWriter(out)
	for i := range entries {
		if _, err := w.Create(fmt.Sprintf("folder/%05d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := out.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
