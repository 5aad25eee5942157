// SPDX-License-Identifier: MIT

package compare_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
)

func plainTar(t *testing.T, edit func(h *tar.Header)) []byte {
	t.Helper()
	b := new(bytes.Buffer)
	w := tar.NewWriter(b)
	for _, name := range []string{"a", "b"} {
		h := &tar.Header{Name: name, Mode: 0o644, Size: 1, Typeflag: tar.TypeReg}
		edit(h)
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(name)[:h.Size]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packed(t *testing.T, data []byte, edit func(h *gzip.Header)) []byte {
	t.Helper()
	b := new(bytes.Buffer)
	z := gzip.NewWriter(b)
	edit(&z.Header)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func plainZip(t *testing.T, edit func(w *zip.Writer, h *zip.FileHeader)) []byte {
	t.Helper()
	b := new(bytes.Buffer)
	w := zip.NewWriter(b)
	for _, name := range []string{"a", "b"} {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		edit(w, h)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("text of " + name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unpack(t *testing.T, data []byte) ([]compare.Content, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return compare.Unpack(path)
}

// TestUnpackSeesEverything: an archive with bytes that belong to no member, or that says two things of one, is refused.
func TestUnpackSeesEverything(t *testing.T) {
	same := func(*tar.Header) {}
	plain, text, bare := func(*gzip.Header) {}, plainTar(t, same), plainZip(t, func(*zip.Writer, *zip.FileHeader) {})
	at := func(data []byte, i int, b byte) []byte {
		out := bytes.Clone(data)
		out[i] = b
		return out
	}
	before := func(mark string, data []byte) []byte { // with the directory's place corrected
		i := bytes.Index(data, []byte(mark))
		out := append(append(bytes.Clone(data[:i]), "hidden"...), data[i:]...)
		at := out[len(out)-6:]
		binary.LittleEndian.PutUint32(at, binary.LittleEndian.Uint32(at)+6)
		return out
	}
	// The descriptor behind the first member tells the size of what is packed, and the directory tells it again.
	inside := func() []byte {
		out := before("PK\x07\x08", bare)
		for _, mark := range []string{"PK\x07\x08", "PK\x01\x02"} {
			at := out[bytes.Index(out, []byte(mark))+map[string]int{"PK\x07\x08": 8, "PK\x01\x02": 20}[mark]:]
			binary.LittleEndian.PutUint32(at, binary.LittleEndian.Uint32(at)+6)
		}
		second := out[bytes.LastIndex(out, []byte("PK\x01\x02"))+42:]
		binary.LittleEndian.PutUint32(second, binary.LittleEndian.Uint32(second)+6)
		return out
	}
	stored := plainZip(t, func(_ *zip.Writer, h *zip.FileHeader) { h.Method = zip.Store })
	// The sizes in front, too, with the descriptor behind.
	repeated := bytes.Clone(bare)
	copy(repeated[14:26], bare[bytes.Index(bare, []byte("PK\x07\x08"))+4:])
	// No descriptor, and the sizes in front.
	raw := func() []byte {
		b := new(bytes.Buffer)
		w := zip.NewWriter(b)
		for range 2 {
			f, err := w.CreateRaw(&zip.FileHeader{Name: "a", Method: zip.Store, CRC32: 0xe8b7be43, CompressedSize64: 1, UncompressedSize64: 1})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Write([]byte("a")); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}()
	for name, data := range map[string][]byte{
		"tar": text, "tar.gz": packed(t, text, plain), "zip": bare, "stored": stored, "sizes in front, too": repeated, "sizes in front only": raw,
	} {
		if got, err := unpack(t, data); err != nil || len(got) != 2 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for name, data := range map[string][]byte{
		"bytes after a tar":              append(bytes.Clone(text), "hidden"...),
		"zeros after a tar":              append(bytes.Clone(text), make([]byte, 512)...),
		"bytes between members of a tar": at(text, 512+4, 'x'),
		"bytes after a tar in gzip":      packed(t, append(bytes.Clone(text), "hidden"...), plain),
		"bytes after gzip":               append(packed(t, text, plain), "hidden"...),
		"a second gzip":                  append(packed(t, text, plain), packed(t, nil, plain)...),
		"a name in gzip":                 packed(t, text, func(h *gzip.Header) { h.Name = "hidden" }),
		"a comment in gzip":              packed(t, text, func(h *gzip.Header) { h.Comment = "hidden" }),
		"a field in gzip":                packed(t, text, func(h *gzip.Header) { h.Extra = []byte("hidden") }),
		"bytes before a zip":             append([]byte("PK hidden"), bare...),
		"bytes after a zip":              append(bytes.Clone(bare), "hidden"...),
		"bytes before its directory":     before("PK\x01\x02", bare),
		"bytes after what is packed":     inside(),
		"a comment on a zip": plainZip(t, func(w *zip.Writer, _ *zip.FileHeader) {
			if err := w.SetComment("hidden"); err != nil {
				t.Fatal(err)
			}
		}),
		"a comment on a member": plainZip(t, func(_ *zip.Writer, h *zip.FileHeader) { h.Comment = "hidden" }),
		"another name in front": at(bare, 30, 'z'),
	} {
		got, err := unpack(t, data)
		if err == nil || !strings.Contains(err.Error(), "belong to no member") && name != "another name in front" {
			t.Errorf("%s: %d members, %v", name, len(got), err)
		}
	}
	descriptor := bytes.Index(bare, []byte("PK\x07\x08"))
	for name, data := range map[string][]byte{
		"another version in front":               at(bare, 4, 45),
		"another flag in front":                  at(bare, 7, 8),
		"no descriptor, in front":                at(bare, 6, 0),
		"another method in front":                at(bare, 8, byte(zip.Store)),
		"another time in front":                  at(bare, 10, 1),
		"another date in front":                  at(bare, 12, 1),
		"another checksum in front":              at(repeated, 14, repeated[14]+1),
		"another size in front":                  at(repeated, 18, repeated[18]+1),
		"a size in front, and no more":           at(bare, 18, 1),
		"no checksum in front, and none behind":  at(at(at(at(raw, 14, 0), 15, 0), 16, 0), 17, 0),
		"another size in front, and none behind": at(raw, 22, 2),
		"another packed size behind":             at(bare, descriptor+8, bare[descriptor+8]+1),
		"another size behind":                    at(bare, descriptor+12, bare[descriptor+12]+1),
	} {
		if got, err := unpack(t, data); err == nil || !strings.Contains(err.Error(), "says two things of a member") {
			t.Errorf("%s: %d members, %v", name, len(got), err)
		}
	}
}

// TestHeadersTellOfTheArchive: what the header of gzip says is told of each member, and so is what a zip's says.
func TestHeadersTellOfTheArchive(t *testing.T) {
	text, bare := plainTar(t, func(*tar.Header) {}), plainZip(t, func(*zip.Writer, *zip.FileHeader) {})
	gz := packed(t, text, func(*gzip.Header) {})
	edited := func(data []byte, places ...int) []byte {
		out := bytes.Clone(data)
		for _, i := range places {
			out[i] ^= 1
		}
		return out
	}
	directory := bytes.Index(bare, []byte("PK\x01\x02"))
	for name, c := range map[string]struct{ as, other []byte }{
		"a time in gzip":     {gz, packed(t, text, func(h *gzip.Header) { h.ModTime = time.Unix(1, 0) })},
		"a system in gzip":   {gz, packed(t, text, func(h *gzip.Header) { h.OS = 3 })},
		"a flag in gzip":     {gz, edited(gz, 3)},
		"a level in gzip":    {gz, edited(gz, 8)},
		"a flag in a zip":    {bare, edited(bare, 6, directory+8)},
		"a version in a zip": {bare, edited(bare, 4, directory+6)},
		"who made a zip":     {bare, edited(bare, directory+4)},
	} {
		as, err := unpack(t, c.as)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpack(t, c.other)
		if err != nil || len(got) != len(as) || got[0].Header == as[0].Header {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// TestHeadersTellKinds: two members of one name and content that are not the same kind have other headers.
func TestHeadersTellKinds(t *testing.T) {
	plain, err := unpack(t, plainTar(t, func(*tar.Header) {}))
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(h *tar.Header){
		"a link":         func(h *tar.Header) { h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, "/etc", 0 },
		"a device":       func(h *tar.Header) { h.Typeflag, h.Size = tar.TypeChar, 0 },
		"a PAX record":   func(h *tar.Header) { h.PAXRecords = map[string]string{"SCHILY.xattr.user.x": "1"} },
		"a name of PAX":  func(h *tar.Header) { h.Format = tar.FormatPAX; h.PAXRecords = map[string]string{"VENDOR.x": "1"} },
		"another folder": func(h *tar.Header) { h.Typeflag, h.Size = tar.TypeDir, 0 },
	} {
		got, err := unpack(t, plainTar(t, edit))
		if err != nil || got[0].Header == plain[0].Header || strings.Split(got[0].Header, " type ")[1] == strings.Split(plain[0].Header, " type ")[1] {
			t.Errorf("%s: %q, %v", name, got[0].Header, err)
		}
	}
}
