// SPDX-License-Identifier: MIT

package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folderOf is a release of files with so many bytes each, which are listed.
func folderOf(t testing.TB, sizes map[string]int) *release {
	t.Helper()
	dir := t.TempDir()
	for name, size := range sizes {
		text := strings.Repeat(name+"\n", size/(len(name)+1)+1)[:size]
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := &release{ctx: context.Background(), options: Options{Dir: dir}, byName: map[string]*file{}, folded: map[string]int{}}
	if err := r.list(); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDigestsAtOnce: however many files are read at once, each has its own digests, and all bytes are counted.
func TestDigestsAtOnce(t *testing.T) {
	sizes := map[string]int{"empty": 0}
	all := 0
	for i := range 50 {
		sizes[fmt.Sprintf("f%d", i)] = 1 + i*i*97
		all += 1 + i*i*97
	}
	r := folderOf(t, sizes)
	if err := r.steps(r.digest, r.longDigest); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.files {
		text, err := os.ReadFile(r.path(f.name))
		if err != nil || f.sha256 != sha256.Sum256(text) || f.size != int64(len(text)) || f.sha512 == [64]byte{} {
			t.Errorf("%s: %d bytes, SHA-256 %x, SHA-512 %x, %v", f.name, f.size, f.sha256, f.sha512, err)
		}
	}
	if r.bytes != int64(all) {
		t.Errorf("%d bytes, want %d", r.bytes, all)
	}
	changed := r.byName["f7"]
	changed.sha256[0]++
	if err := r.longDigest(); err == nil || !strings.Contains(err.Error(), "f7 changed while it was read") {
		t.Errorf("a file that changed: %v", err)
	}
}

// TestFirstError: the error is the one of the first file by name, whichever was read first, and none is lost.
func TestFirstError(t *testing.T) {
	r := folderOf(t, map[string]int{"a": 10, "b": 1000, "c": 100000, "d": 1})
	fails := func(names ...string) error {
		return r.eachFile(func(f *file, _ io.Reader, _ []byte) error {
			for _, name := range names {
				if f.name == name {
					return errors.New("planted in " + name)
				}
			}
			return nil
		})
	}
	for want, names := range map[string][]string{"b": {"c", "b", "d"}, "a": {"a", "c"}, "d": {"d"}} {
		if err := fails(names...); err == nil || !strings.Contains(err.Error(), "planted in "+want) {
			t.Errorf("%q: %v", names, err)
		}
	}
	if err := fails(); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.ctx = ctx
	if err := fails(); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// BenchmarkOuter lists and digests what 24 platforms have in a release, 400 MB: what the outer checks wait for.
func BenchmarkOuter(b *testing.B) {
	sizes := map[string]int{}
	for i := range 24 {
		sizes[fmt.Sprintf("archive%d", i)], sizes[fmt.Sprintf("debug%d", i)] = 7<<20+i<<16, 9<<20+i<<16
		for j := range 4 {
			sizes[fmt.Sprintf("bill%d.%d", i, j)] = 200 << 10
		}
	}
	r := folderOf(b, sizes)
	for b.Loop() {
		fresh := &release{ctx: r.ctx, options: r.options, byName: map[string]*file{}, folded: map[string]int{}}
		if err := fresh.steps(fresh.list, fresh.digest); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(fresh.bytes)
	}
}
