// SPDX-License-Identifier: MIT

package attach_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/attach"
	"github.com/gosqlite/gosqlite/tools/release/sign/authenticode"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

func read(t *testing.T, name string) (*attach.Archive, []byte) {
	t.Helper()
	text := signtest.Archives(t)[name]
	_, format, err := attach.SplitName(name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := attach.Read(text, format)
	if err != nil {
		t.Fatal(err)
	}
	return a, text
}

// An archive that nothing is attached to comes out as it went in: names, modes, times and compression are kept.
func TestNothingAttached(t *testing.T) {
	for _, name := range []string{signtest.Windows, signtest.Darwin, signtest.Linux} {
		a, text := read(t, name)
		var b bytes.Buffer
		if err := a.Write(&b); err != nil || !bytes.Equal(b.Bytes(), text) {
			t.Errorf("%s came out changed: %v", name, err)
		}
		if n := len(a.Programs()); (n == 0) != (name == signtest.Linux) {
			t.Errorf("%s: %d programs to sign", name, n)
		}
	}
}

func TestAttach(t *testing.T) {
	a, text := read(t, signtest.Windows)
	programs := a.Programs()
	if len(programs) != 1 || programs[0].Path != "gosqlite_1.2.3/bin/gosqlite.exe" || programs[0].Extension != ".authenticode" {
		t.Fatalf("programs %v", programs)
	}
	signature, err := authenticode.Sign(context.Background(), programs[0].Contents, signtest.Certified(t, signtest.CA(t)), nil)
	if err != nil {
		t.Fatal(err)
	}
	good := attach.Signature{Path: programs[0].Path, Extension: ".authenticode", Text: signature}
	for name, bad := range map[string][]attach.Signature{
		"not there":    {{Path: "x", Extension: ".authenticode", Text: signature}},
		"twice":        {good, good},
		"another kind": {{Path: good.Path, Extension: ".macho", Text: signature}},
		"unknown kind": {{Path: good.Path, Extension: ".asc", Text: signature}},
		"not of it":    {{Path: good.Path, Extension: ".authenticode", Text: signature[1:]}},
	} {
		fresh, _ := read(t, signtest.Windows)
		if err := fresh.Attach(bad); err == nil {
			t.Errorf("%s: attached", name)
		}
	}
	if err := a.Attach([]attach.Signature{good}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := a.Write(&b); err != nil || bytes.Equal(b.Bytes(), text) {
		t.Fatalf("Write = %v, or nothing changed", err)
	}
	again, err := attach.Read(b.Bytes(), attach.Zip)
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Programs()[0].Contents; !bytes.Contains(got, signature) {
		t.Error("the signature is not in the archive")
	}
}

func TestReadRefuses(t *testing.T) {
	pack := func(headers ...tar.Header) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		w := tar.NewWriter(z)
		for _, h := range headers {
			h.ModTime = signtest.ReleaseTime
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
			io.CopyN(w, bytes.NewReader(make([]byte, h.Size)), h.Size)
		}
		w.Close()
		z.Close()
		return b.Bytes()
	}
	file := func(name string) tar.Header { return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644} }
	if _, err := attach.Read(pack(file("a/b"), file("a/c")), attach.TarGzip); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for name, text := range map[string][]byte{
		"empty":    pack(),
		"no gzip":  []byte("x"),
		"outside":  pack(file("../a")),
		"absolute": pack(file("/a")),
		"order":    pack(file("b"), file("a")),
		"twice":    pack(file("a"), file("a")),
		"mode":     pack(tar.Header{Typeflag: tar.TypeReg, Name: "a", Mode: 0o600}),
		"link":     pack(tar.Header{Typeflag: tar.TypeSymlink, Name: "a", Linkname: "b", Mode: 0o644}),
		"folder":   pack(tar.Header{Typeflag: tar.TypeDir, Name: "a/", Mode: 0o755}),
	} {
		if _, err := attach.Read(text, attach.TarGzip); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := attach.Read(pack(file("a")), "rar"); err == nil {
		t.Error("an unknown format was accepted")
	}
	if _, err := attach.SignedName("a.rar"); err == nil {
		t.Error("an unknown extension was accepted")
	}
}

func TestList(t *testing.T) {
	l := &attach.List{Version: "1.0.0", Manifest: "00", Files: []attach.Signed{
		{Name: "b", Signatures: []attach.Embedded{{Path: "z"}, {Path: "y"}}}, {Name: "a", Signatures: []attach.Embedded{{Path: "x"}}},
	}}
	text, err := l.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var got attach.List
	if err := json.Unmarshal(text, &got); err != nil || got.Files[0].Name != "a" || got.Files[1].Signatures[0].Path != "y" || got.Schema != "gosqlite-signed/1" {
		t.Errorf("%s, %v", text, err)
	}
	for name, bad := range map[string]*attach.List{
		"empty": {}, "no signature": {Files: []attach.Signed{{Name: "a"}}}, "twice": {Files: append(l.Files, l.Files...)},
	} {
		if _, err := bad.Encode(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range signtest.Archives(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, format := range []attach.Format{attach.Zip, attach.TarGzip} {
			if a, err := attach.Read(text, format); err == nil {
				a.Programs()
				if err := a.Write(io.Discard); err != nil {
					t.Error(err)
				}
			}
		}
	})
}
