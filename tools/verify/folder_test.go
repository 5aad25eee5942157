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
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

// TestFailedRead: of files that fail together the error is the one of the first by name, nothing is begun after a failure, and
// the sizes are those of the files in the order of names.
func TestFailedRead(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	r := folderOf(t, map[string]int{"a": 10, "b": 100, "c": 1000, "d": 1, "e": 1, "f": 1})
	// The three largest files are begun together, and those that are named fail when all three are: earlier, one of the three
	// would never be begun, and the others would wait for it.
	fails := func(names ...string) (visited int, err error) {
		var begun sync.WaitGroup
		begun.Add(3)
		var count atomic.Int32
		sizes, err := r.eachFile(func(f *file, in io.Reader, buffer []byte) (int64, error) {
			count.Add(1)
			large, fails := strings.Contains("abc", f.name), slices.Contains(names, f.name)
			if large {
				begun.Done()
			}
			if large || fails {
				begun.Wait()
			}
			if fails {
				return 0, errors.New("planted in " + f.name)
			}
			return io.CopyBuffer(io.Discard, in, buffer)
		})
		if want := []int64{10, 100, 1000, 1, 1, 1}; err == nil && !slices.Equal(sizes, want) {
			t.Errorf("%d bytes, want %d", sizes, want)
		}
		return int(count.Load()), err
	}
	for want, names := range map[string][]string{"b": {"c", "b"}, "a": {"a", "c"}, "d": {"d"}} {
		if _, err := fails(names...); err == nil || err.Error() != "read release: planted in "+want {
			t.Errorf("%q: %v", names, err)
		}
	}
	if visited, err := fails(); err != nil || visited != 6 {
		t.Errorf("%d files, %v", visited, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.ctx = ctx
	if visited, err := fails(); !errors.Is(err, context.Canceled) || visited != 0 {
		t.Errorf("after the end: %d files, %v", visited, err)
	}
}

// TestFailedReadEnds: one reader fails, and neither goes it on with another file nor another reader with its own.
func TestFailedReadEnds(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	r := folderOf(t, map[string]int{"a": 1000, "b": 900, "c": 10, "d": 1})
	begun, visited := make(chan bool), []string{}
	var mu sync.Mutex
	_, err := r.eachFile(func(f *file, in io.Reader, _ []byte) (int64, error) {
		mu.Lock()
		visited = append(visited, f.name)
		mu.Unlock()
		if f.name != "a" {
			<-begun
			return 0, errors.New("planted in " + f.name)
		}
		begun <- true
		// It reads without an end, as a large file is read, until somebody ends it.
		for {
			if _, err := in.Read(nil); err != nil {
				return 0, err
			}
		}
	})
	if err == nil || err.Error() != "read release: planted in b" || len(visited) != 2 {
		t.Errorf("%v, after %q", err, visited)
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

// TestListingIsBounded: of a folder with more files than a release can have, no more is listed.
func TestListingIsBounded(t *testing.T) {
	dir := t.TempDir()
	r := &release{options: Options{Dir: dir}}
	if entries, err := r.readFolder("", 2); err != nil || len(entries) != 0 {
		t.Errorf("an empty folder: %v, %v", entries, err)
	}
	for i, want := range []bool{true, true, false} {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if entries, err := r.readFolder("", 2); (err == nil) != want || want && len(entries) != i+1 {
			t.Errorf("%d files: %v, %v", i+1, entries, err)
		}
	}
	if _, err := r.readFolder("none", 2); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}
