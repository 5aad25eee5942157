// SPDX-License-Identifier: MIT

package container_test

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

func fuzz(f *testing.F, name string) {
	for file, data := range releasetest.Build(releasetest.NewKeys(), releasetest.Hooks{}).Files {
		if strings.HasSuffix(file, name) {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := container.Open(bytes.NewReader(data), int64(len(data)), name)
		if err != nil {
			t.Fatal(err)
		}
		entries, faults, err := a.Walk()
		if err != nil {
			t.Fatalf("a file in memory can be read: %v", err)
		}
		if len(faults) > 0 {
			return
		}
		seen := map[string]bool{}
		for _, e := range entries {
			if seen[strings.ToLower(e.Name)] || strings.Contains(e.Name, "..") || strings.HasPrefix(e.Name, "/") || !e.Mode.IsRegular() {
				t.Errorf("no fault, and the entry %q", e.Name)
			}
			seen[strings.ToLower(e.Name)] = true
			size := int64(-1)
			if err := a.Read(e.Name, func(r io.Reader) (err error) { size, err = io.Copy(io.Discard, r); return err }); err != nil || size != e.Size {
				t.Errorf("%q: %d bytes of %d, %v", e.Name, size, e.Size, err)
			}
		}
	})
}

// FuzzTar: what has no fault has plain names, and can be read again.
func FuzzTar(f *testing.F) {
	t := &releasetest.Tree{}
	t.Add(releasetest.Entry{Name: "a/b", Mode: 0o644, Data: []byte("x")})
	f.Add(releasetest.Gzip(t.Tar(tar.FormatPAX)))
	fuzz(f, ".tar.gz")
}

// FuzzZip is the same for zip files.
func FuzzZip(f *testing.F) { fuzz(f, ".zip") }

// TestReadPassesErrorsOn: what the reader of an entry says is no fault of the archive, and is not lost.
func TestReadPassesErrorsOn(t *testing.T) {
	tree := &releasetest.Tree{}
	tree.Add(releasetest.Entry{Name: "a", Mode: 0o644, Data: []byte("x")})
	for _, name := range []string{"a.zip", "a.tar.gz"} {
		data := tree.Pack(name)
		a, err := container.Open(bytes.NewReader(data), int64(len(data)), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Read("a", func(io.Reader) error { return io.ErrNoProgress }); err != io.ErrNoProgress {
			t.Errorf("%s: %v", name, err)
		}
		if err := a.Read("b", func(io.Reader) error { return nil }); err == nil {
			t.Errorf("%s: an entry that is not there", name)
		}
	}
	if _, err := container.Open(nil, 0, "a.rar"); err == nil {
		t.Error("a format that nobody knows")
	}
}
