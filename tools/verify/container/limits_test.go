// SPDX-License-Identifier: MIT

package container_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

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

// TestSparse: the zeros of a sparse file, which archive/tar makes by itself, are not read, however many it promises.
func TestSparse(t *testing.T) {
	for _, size := range []string{"4096", "4611686018427387904"} {
		records := ""
		for _, r := range []string{"GNU.sparse.major=0", "GNU.sparse.minor=1", "GNU.sparse.numblocks=0", "GNU.sparse.realsize=" + size} {
			records += fmt.Sprintf("%d %s\n", len(r)+4, r)
		}
		tree := &releasetest.Tree{}
		tree.Add(releasetest.Entry{Name: "a/x", Mode: 0o644, Data: []byte(records)})
		tree.Add(releasetest.Entry{Name: "a/b", Mode: 0o644})
		raw := tree.Tar(tar.FormatUSTAR)
		raw[156] = tar.TypeXHeader
		copy(raw[148:156], "        ")
		total := 0
		for _, b := range raw[:512] {
			total += int(b)
		}
		copy(raw[148:156], fmt.Sprintf("%06o\x00 ", total))
		checked := make(chan []container.Check, 1)
		go func() {
			_, checks := walk(t, "a.tar.gz", releasetest.Gzip(raw))
			checked <- checks
		}()
		select {
		case checks := <-checked:
			if len(checks) == 0 {
				t.Errorf("%s bytes: no fault", size)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s bytes: it does not end", size)
		}
	}
}

// zip64 is a file whose end record leads to another one, and that to a directory of so many entries.
type zip64 struct{ entries, size int64 }

func (z zip64) ReadAt(p []byte, off int64) (int, error) {
	le := binary.LittleEndian
	record, end := make([]byte, 56), make([]byte, 42)
	le.PutUint32(record, 0x06064b50)
	le.PutUint64(record[24:], uint64(z.entries))
	le.PutUint64(record[32:], uint64(z.entries))
	le.PutUint64(record[40:], uint64(z.entries*46))
	le.PutUint32(end, 0x07064b50)
	le.PutUint64(end[8:], uint64(z.entries*46))
	le.PutUint32(end[16:], 1)
	le.PutUint32(end[20:], 0x06054b50)
	le.PutUint16(end[28:], 1)
	le.PutUint16(end[30:], 1)
	le.PutUint32(end[32:], 20)
	le.PutUint32(end[36:], 1<<32-1)
	for i := range p {
		at := off + int64(i)
		switch {
		case at >= z.size:
			return i, io.EOF
		case at >= z.size-42:
			p[i] = end[at-(z.size-42)]
		case at < z.entries*46 && at%46 < 4:
			p[i] = "PK\x01\x02"[at%46]
		case at >= z.entries*46 && at < z.entries*46+56:
			p[i] = record[at-z.entries*46]
		default:
			p[i] = 0
		}
	}
	return len(p), nil
}

// TestZip64Directory: nor is one that a record for larger files names.
func TestZip64Directory(t *testing.T) {
	z := zip64{1 << 19, 1<<32 - 1 + 42}
	a, err := container.Open(z, z.size, "a.zip")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, faults, err := a.Walk()
	runtime.ReadMemStats(&after)
	if err != nil || len(faults) == 0 || after.TotalAlloc-before.TotalAlloc > 16<<20 {
		t.Errorf("%v, %v after %d bytes", faults, err, after.TotalAlloc-before.TotalAlloc)
	}
}
