// SPDX-License-Identifier: MIT

package compare

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"testing"
)

// packed are small archives of each kind, and spoilt ones.
func packed(f *testing.F) [][]byte {
	f.Helper()
	var inTar, inZip, inGzip bytes.Buffer
	t := tar.NewWriter(&inTar)
	z := zip.NewWriter(&inZip)
	for _, name := range []string{"a/bin/x", "a/LICENSE"} {
		if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: 3, Format: tar.FormatUSTAR}); err != nil {
			f.Fatal(err)
		}
		member, err := z.Create(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, w := range []io.Writer{t, member} {
			if _, err := io.WriteString(w, "abc"); err != nil {
				f.Fatal(err)
			}
		}
	}
	g := gzip.NewWriter(&inGzip)
	for _, step := range []func() error{t.Close, z.Close, func() error { _, err := g.Write(inTar.Bytes()); return err }, g.Close} {
		if err := step(); err != nil {
			f.Fatal(err)
		}
	}
	list := [][]byte{inTar.Bytes(), inZip.Bytes(), inGzip.Bytes()}
	for _, whole := range list[:3:3] {
		list = append(list, append(bytes.Clone(whole), 'x'), whole[:len(whole)/2], append([]byte("x"), whole...))
	}
	return append(list, []byte("PK\x05\x06"), []byte("\x1f\x8b"), nil)
}

// FuzzUnpack: an archive whose members are told has nothing beside them: one byte more is refused. Nothing about it changes
// what was read.
func FuzzUnpack(f *testing.F) {
	for _, data := range packed(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		members, err := wholeMembers(data)
		var parted []Member
		parts("", data, 0, &parted)
		if !bytes.Equal(data, before) {
			t.Error("the archive itself was changed")
		}
		if err != nil {
			return
		}
		if again, err := wholeMembers(data); err != nil || len(again) != len(members) {
			t.Errorf("the second reading has %d members, the first %d: %v", len(again), len(members), err)
		}
		for _, more := range [][]byte{append(slices.Clip(data), 'x'), append([]byte("x"), data...)} {
			if _, err := wholeMembers(more); err == nil {
				t.Error("a byte beside the members is not seen")
			}
		}
	})
}
