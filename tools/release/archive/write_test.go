// SPDX-License-Identifier: MIT

package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var formats = []struct {
	name  string
	write func(*Archive, io.Writer) error
}{
	{"tar.gz", (*Archive).WriteTarGzip},
	{"zip", (*Archive).WriteZip},
}

func written(t *testing.T, a *Archive, write func(*Archive, io.Writer) error) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := write(a, &buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestTarHeaders(t *testing.T) {
	a := build(t, "bin/tool", "LICENSE")
	a.AddPrefix("p")
	data := written(t, a, (*Archive).WriteTarGzip)
	if want := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}; !bytes.Equal(data[:10], want) {
		t.Errorf("gzip header = % x, want % x", data[:10], want)
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	tr := tar.NewReader(zr)
	for _, want := range []struct {
		name string
		mode int64
	}{{"p/LICENSE", 0o644}, {"p/bin/tool", 0o755}} {
		h, err := tr.Next()
		if err != nil {
			t.Fatal(err)
		}
		if h.Name != want.name || h.Mode != want.mode || !h.ModTime.Equal(releaseDate) || h.Typeflag != tar.TypeReg ||
			h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" || h.Format != tar.FormatUSTAR || h.PAXRecords != nil {
			t.Errorf("header = %+v, want %+v", h, want)
		}
		if text, err := io.ReadAll(tr); string(text) != strings.TrimPrefix(want.name, "p/")+"\n" || err != nil {
			t.Errorf("%s holds %q, %v", want.name, text, err)
		}
	}
	if _, err := tr.Next(); err != io.EOF {
		t.Errorf("after the last file: %v", err)
	}
}

func TestZipHeaders(t *testing.T) {
	a := build(t, "bin/tool", "LICENSE")
	a.SetTime(time.Date(2026, 11, 23, 13, 45, 58, 0, time.FixedZone("east", 3600)))
	if err := a.Add("empty", Bytes(nil)); err != nil {
		t.Fatal(err)
	}
	a.SetTime(a.Files[0].Time)
	data := written(t, a, (*Archive).WriteZip)
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range zr.File {
		names = append(names, f.Name)
		if want := ModeOf(f.Name); f.Mode() != want || f.CreatorVersion>>8 != 3 || len(f.Extra) != 0 || f.Comment != "" || f.Method != zip.Deflate {
			t.Errorf("header = %+v", f.FileHeader)
		}
		if want := time.Date(2026, 11, 23, 12, 45, 58, 0, time.UTC); !f.Modified.Equal(want) {
			t.Errorf("%s: time %v, want %v", f.Name, f.Modified, want)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		want := f.Name + "\n"
		if f.Name == "empty" {
			want = ""
		}
		if text, err := io.ReadAll(r); string(text) != want || err != nil {
			t.Errorf("%s holds %q, %v", f.Name, text, err)
		}
	}
	if want := []string{"LICENSE", "bin/tool", "empty"}; !slices.Equal(names, want) {
		t.Errorf("names = %v, want %v", names, want)
	}
}

// TestBytes pins the bytes of both formats but for the compressor's, which change with the Go release (1.27 has another
// than 1.26).
func TestBytes(t *testing.T) {
	a := &Archive{}
	if err := a.Add("bin/a", Bytes("x")); err != nil {
		t.Fatal(err)
	}
	a.SetTime(releaseDate)
	zr, err := gzip.NewReader(bytes.NewReader(written(t, a, (*Archive).WriteTarGzip)))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	const tarDigest = "43b34223e10f9b378f00e4999c248e8a4877318772de4f46dc64dcabd6e87858" // of a header, a block and two empty ones
	if sum := sha256.Sum256(plain); hex.EncodeToString(sum[:]) != tarDigest {
		t.Errorf("tar: digest %x\n%q", sum, plain)
	}
	var deflated bytes.Buffer
	fw, err := flate.NewWriter(&deflated, 9)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fw.Write([]byte("x")); err != nil || fw.Close() != nil {
		t.Fatal(err)
	}
	name, n := hex.EncodeToString([]byte("bin/a")), byte(deflated.Len())
	sizes := fmt.Sprintf("8316dc8c%02x00000001000000", n)
	want := "504b0304" + "1400" + "0800" + "0800" + "0000775d" + strings.Repeat("00", 12) + "0500" + "0000" + name +
		hex.EncodeToString(deflated.Bytes()) + "504b0708" + sizes +
		"504b0102" + "1403" + "1400" + "0800" + "0800" + "0000775d" + sizes + "0500" + "0000" + "0000" + "0000" + "0000" +
		"0000ed81" + "00000000" + name +
		"504b0506" + "00000000" + "0100" + "0100" + "33000000" + fmt.Sprintf("%02x000000", 30+5+n+16) + "0000"
	if got := hex.EncodeToString(written(t, a, (*Archive).WriteZip)); got != want {
		t.Errorf("zip\n got %s\nwant %s", got, want)
	}
}

// TestSameBytes writes one archive that was made in different ways.
func TestSameBytes(t *testing.T) {
	names := []string{"LICENSE", "bin/tool", "lib/libx.a"}
	for _, format := range formats {
		t.Run(format.name, func(t *testing.T) {
			want := written(t, build(t, names...), format.write)
			back := slices.Clone(names)
			slices.Reverse(back)
			if !bytes.Equal(written(t, build(t, back...), format.write), want) {
				t.Error("the order of Add shows")
			}
			// From files whose own time and mode differ.
			dir, a := t.TempDir(), &Archive{}
			for _, name := range names {
				path := filepath.Join(dir, filepath.Base(name))
				if err := os.WriteFile(path, []byte(name+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
					t.Fatal(err)
				}
				if err := a.Add(name, Path(path)); err != nil {
					t.Fatal(err)
				}
			}
			a.SetTime(releaseDate.In(time.FixedZone("west", -7*3600)))
			if !bytes.Equal(written(t, a, format.write), want) {
				t.Error("the file's metadata or the time zone shows")
			}
			// The plants: one byte, one name, one mode and one time each change the archive.
			for name, plant := range map[string]func(*Archive){
				"byte": func(a *Archive) { a.Files[0].Source = Bytes("LICENSE!") },
				"name": func(a *Archive) { a.Files[0].Name = "LICENCE" },
				"mode": func(a *Archive) { a.Files[0].Mode = 0o755 },
				"time": func(a *Archive) { a.Files[0].Time = releaseDate.Add(2 * time.Second) },
			} {
				b := build(t, names...)
				plant(b)
				if bytes.Equal(written(t, b, format.write), want) {
					t.Errorf("a changed %s does not show", name)
				}
			}
		})
	}
}

// liar is a source whose size is not what it says.
type liar struct {
	text string
	size int64
}

func (l liar) Open() (io.ReadCloser, int64, error) {
	return io.NopCloser(strings.NewReader(l.text)), l.size, nil
}

// broken is a writer that takes n bytes.
type broken struct{ n int }

func (b *broken) Write(p []byte) (int, error) {
	if len(p) > b.n {
		return b.n, errors.New("disk full")
	}
	b.n -= len(p)
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	for _, format := range formats {
		for _, test := range []struct {
			name   string
			source Source
			want   string
		}{
			{"none", nil, "no contents"},
			{"missing", Path(filepath.Join(t.TempDir(), "none")), "no such file"},
			{"folder", Path(t.TempDir()), "not a regular file"},
			{"shrunk", liar{"abc", 4}, "changed"},
			{"grown", liar{"abcde", 4}, ""}, // tar's writer has its own words
			{"negative", liar{"", -1}, "limit"},
			{"too large", liar{"", MaxFileSize + 1}, "limit"},
		} {
			t.Run(format.name+"/"+test.name, func(t *testing.T) {
				a := build(t, "a")
				a.Files[0].Source = test.source
				err := format.write(a, io.Discard)
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("error = %v, want %q", err, test.want)
				}
			})
		}
		t.Run(format.name+"/unchecked", func(t *testing.T) {
			a := build(t, "a", "b")
			slices.Reverse(a.Files)
			if err := format.write(a, io.Discard); err == nil {
				t.Error("an unsorted archive was written")
			}
		})
		t.Run(format.name+"/disk full", func(t *testing.T) {
			a := build(t, "a", "b")
			for n := range len(written(t, a, format.write)) {
				if err := format.write(a, &broken{n}); err == nil {
					t.Errorf("no error after %d bytes", n)
				}
			}
		})
	}
}
