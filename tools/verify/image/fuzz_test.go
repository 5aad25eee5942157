// SPDX-License-Identifier: MIT

package image_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/image"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// FuzzImage: headers that lie cost neither a panic nor memory.
func FuzzImage(f *testing.F) {
	keys := releasetest.NewKeys()
	pe, macho := releasetest.PE("id", "code"), releasetest.MachO("id", "code")
	for _, data := range [][]byte{
		releasetest.ELF(releasetest.AMD64, "0123456789", "code"), pe, macho,
		releasetest.AttachPE(pe, keys.CodeLeaf), releasetest.AttachMachO(macho, keys.CodeLeaf), releasetest.AttachMachO(macho, nil),
	} {
		f.Add(data)
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		source := func(use func(io.Reader) error) error { return use(bytes.NewReader(data)) }
		_, _ = image.Read(data, source)
		s, err := image.Strip(data, int64(len(data)), source)
		if err != nil || s.Signature == nil {
			return
		}
		if c, err := image.ParseCodeSignature(s.Signature); err == nil {
			_ = c.Check(int64(len(data)-len(s.Signature)), source)
		}
	})
}

// TestStrip: signed and unsigned are the same, stripped; another program is not.
func TestStrip(t *testing.T) {
	keys := releasetest.NewKeys()
	strip := func(data []byte) *image.Stripped {
		s, err := image.Strip(data[:min(len(data), 64<<10)], int64(len(data)), func(use func(io.Reader) error) error { return use(bytes.NewReader(data)) })
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	large := string(bytes.Repeat([]byte("code"), 50_000))
	for _, code := range []string{"code", large} {
		pe, macho := releasetest.PE("id", code), releasetest.MachO("id", code)
		for _, pair := range [][3][]byte{
			{pe, releasetest.AttachPE(pe, keys.CodeLeaf), releasetest.PE("id", code+"x")},
			{macho, releasetest.AttachMachO(macho, keys.CodeLeaf), releasetest.MachO("id", code+"x")},
			{macho, releasetest.AttachMachO(macho, nil), releasetest.MachO("other", code)},
		} {
			plain, signed, other := strip(pair[0]), strip(pair[1]), strip(pair[2])
			if plain.Signature != nil || signed.Signature == nil {
				t.Error("signatures are not where they should be")
			}
			if plain.SHA256 != signed.SHA256 || plain.SHA256 == other.SHA256 {
				t.Errorf("stripped: %x, signed %x, other %x", plain.SHA256, signed.SHA256, other.SHA256)
			}
		}
	}
}
