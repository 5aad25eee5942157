// SPDX-License-Identifier: MIT

package container_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// walk returns what an archive in memory holds and the checks that said no.
func walk(t *testing.T, name string, data []byte) (entries []container.Entry, checks []container.Check) {
	t.Helper()
	a, err := container.Open(bytes.NewReader(data), int64(len(data)), name)
	if err != nil {
		t.Fatal(err)
	}
	entries, faults, err := a.Walk()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		checks = append(checks, f.Check)
	}
	return entries, checks
}

// TestLongNames: a walk ends at a name that is too long, so that ten thousand of a megabyte are never kept.
func TestLongNames(t *testing.T) {
	for name, long := range map[string]string{"a.tar.gz": strings.Repeat("x", 1<<19), "a.zip": strings.Repeat("x", 1<<15)} {
		tree := &releasetest.Tree{}
		tree.Add(releasetest.Entry{Name: "a/first", Mode: 0o644})
		tree.Add(releasetest.Entry{Name: "a/" + long, Mode: 0o644})
		tree.Add(releasetest.Entry{Name: "a/last", Mode: 0o644})
		pack := tree.Zip
		if name == "a.tar.gz" {
			pack = func() []byte { return releasetest.Gzip(tree.Tar(tar.FormatPAX)) }
		}
		entries, checks := walk(t, name, pack())
		if len(entries) != 1 || !slices.Contains(checks, container.CheckNames) {
			t.Errorf("%s: %d entries, %v", name, len(entries), checks)
		}
	}
}

// TestOneCheckHidesNoOther: whoever is excused from one check, as modules are from modes, still sees what the others say.
func TestOneCheckHidesNoOther(t *testing.T) {
	tree := &releasetest.Tree{}
	for i := range 40 {
		tree.Add(releasetest.Entry{Name: "a/" + strings.Repeat("x", i+1), Mode: 0o666})
	}
	tree.Add(releasetest.Entry{Name: "a/../b", Mode: 0o644})
	if _, checks := walk(t, "a.zip", tree.Zip()); !slices.Contains(checks, container.CheckNames) || len(checks) > 40 {
		t.Errorf("%d faults: %v", len(checks), checks)
	}
}

// TestLargeDirectory: a zip file's directory is not read into memory if it is larger than its entries need.
func TestLargeDirectory(t *testing.T) {
	for comment, fits := range map[int]bool{0: true, 60_000: false} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for i := range 100 {
			h := &zip.FileHeader{Name: "a/" + strings.Repeat("b", i+1), Comment: strings.Repeat("c", comment)}
			h.SetMode(0o644)
			if _, err := w.CreateHeader(h); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		entries, checks := walk(t, "a.zip", b.Bytes())
		if fits != (len(entries) == 100 && len(checks) == 0) || !fits && !slices.Equal(checks, []container.Check{container.CheckLimits}) {
			t.Errorf("comments of %d bytes: %d entries, %v", comment, len(entries), checks)
		}
	}
}
