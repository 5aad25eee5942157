// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"crypto/sha256"
	"debug/pe"
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestStripPE(t *testing.T) {
	for _, k := range peKinds {
		t.Run(k.name, func(t *testing.T) {
			in := buildPE(t, k)
			twin := openPE(t, in)
			if len(twin.Symbols) != 1 || twin.Section(".debug_info") == nil {
				t.Fatalf("the image has symbols %v, sections %v", twin.Symbols, twin.Sections)
			}
			before := bytes.Clone(in)
			out, err := Strip(in)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(in, before) {
				t.Error("the input was changed")
			}
			if bytes.Contains(out, []byte("secret")) {
				t.Error("bytes of a dropped section are still there")
			}
			f := openPE(t, out)
			if f.NumberOfSymbols != 0 || f.PointerToSymbolTable != 0 || len(f.StringTable) != 0 || f.TimeDateStamp != peStamp {
				t.Errorf("header = %+v", f.FileHeader)
			}
			checkSections(t, twin, f, out)
			checkOptional(t, k, f, out)
		})
	}
}

func checkSections(t *testing.T, twin, f *pe.File, out []byte) {
	t.Helper()
	want := []struct {
		name, old string
		size      uint32 // in memory
	}{{".text", ".text", 11}, {".rdata", ".rdata", 0x3000}, {".eh_fram", ".eh_frame", 6}, {".reloc", ".reloc", 11}}
	if len(f.Sections) != len(want) {
		t.Fatalf("sections = %v", f.Sections)
	}
	offset := uint32(1024)
	for i, s := range f.Sections {
		old := twin.Section(want[i].old)
		got, err := s.Data()
		body, err2 := old.Data()
		if err != nil || err2 != nil || !bytes.Equal(got, body) && s.Name != ".rdata" {
			t.Errorf("section %s = %q, want %q", s.Name, got, body)
		}
		if s.Name != want[i].name || s.VirtualAddress != old.VirtualAddress || s.VirtualSize != want[i].size || s.Offset != offset || s.Characteristics != old.Characteristics {
			t.Errorf("section %d = %+v, want %+v", i, s.SectionHeader, want[i])
		}
		offset += s.Size
		// Windows: the next section begins where this one ends.
		if next := (s.VirtualAddress + s.VirtualSize + 0xfff) &^ 0xfff; i+1 < len(want) && f.Sections[i+1].VirtualAddress != next {
			t.Errorf("there is a gap behind section %s", s.Name)
		}
	}
	if int(offset) != len(out) {
		t.Errorf("%d bytes, want %d", len(out), offset)
	}
}

func checkOptional(t *testing.T, k peKind, f *pe.File, out []byte) {
	t.Helper()
	var image, data, checksum uint32
	switch h := f.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		image, data, checksum = h.SizeOfImage, h.SizeOfInitializedData, h.CheckSum
	case *pe.OptionalHeader64:
		image, data, checksum = h.SizeOfImage, h.SizeOfInitializedData, h.CheckSum
	}
	if image != 0x7000 || data != 4*512 {
		t.Errorf("image of %#x, data of %#x", image, data)
	}
	if want := peSum(out); k.checksum && checksum != want || !k.checksum && checksum != 0 {
		t.Errorf("checksum %#x, want %#x", checksum, want)
	}
	// The debug directory, at its address and with what it points to.
	rdata, err := f.Section(".rdata").Data()
	if err != nil {
		t.Fatal(err)
	}
	for b := rdata[:56]; len(b) > 0; b = b[28:] {
		size, at := le.Uint32(b[16:]), le.Uint32(b[24:])
		if size > 0 && !bytes.HasPrefix(out[at:], []byte("RSDS")) && !bytes.HasPrefix(out[at+4:], []byte(peHash)) {
			t.Errorf("a debug entry points to %q", out[at:at+size])
		}
		if size == 0 && at != 0 {
			t.Errorf("an empty debug entry points to %#x", at)
		}
	}
}

// peSum is the checksum, written after the description in another way than the code: in 64 bits, carries added at last.
func peSum(out []byte) uint32 {
	var sum uint64
	at := 0x84 + peFileHeaderSize + peChecksum
	for i := 0; i+1 < len(out); i += 2 {
		if i != at && i != at+2 {
			sum += uint64(binary.LittleEndian.Uint16(out[i:]))
		}
	}
	if len(out)%2 == 1 {
		sum += uint64(out[len(out)-1])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint32(sum) + uint32(len(out))
}

func TestIdentityPE(t *testing.T) {
	for _, k := range peKinds {
		t.Run(k.name, func(t *testing.T) {
			in := buildPE(t, k)
			first := string(le.AppendUint32(nil, peStamp))
			switch {
			case k.guid:
				first = peGUID
			case k.repro:
				first = peHash
			}
			checkIdentity(t, in, first)
			set, err := SetIdentity(in)
			if err != nil {
				t.Fatal(err)
			}
			// Recomputed by hand: the digest of the file with zeros for all that is derived.
			zeros := func(s string) string { return strings.Repeat("\x00", len(s)) }
			stamp := string(le.AppendUint32(nil, peStamp))
			checksum := 0x84 + peFileHeaderSize + peChecksum
			blank := string(in[:checksum]) + "\x00\x00\x00\x00" + string(in[checksum+4:])
			plain := strings.NewReplacer(peGUID, zeros(peGUID), peHash, zeros(peHash), stamp, zeros(stamp)).Replace(blank)
			sum := sha256.Sum256([]byte(plain))
			want := []byte(strings.NewReplacer(peGUID, string(sum[:16])+"\x01\x00\x00\x00", peHash, string(sum[:]), stamp, string(sum[:4])).Replace(blank))
			if k.checksum {
				le.PutUint32(want[checksum:], peSum(want))
			}
			if !bytes.Equal(set, want) {
				t.Error("more than the identity changed, or it is another")
			}
			if got, want := openPE(t, set).FileHeader, openPE(t, in).FileHeader; got.TimeDateStamp == want.TimeDateStamp {
				t.Error("the time stamp stays")
			} else if want.TimeDateStamp = got.TimeDateStamp; !reflect.DeepEqual(got, want) {
				t.Errorf("header = %+v, want %+v", got, want)
			}
		})
	}
}

func TestPEErrors(t *testing.T) {
	const coff, optional = 0x84, 0x84 + peFileHeaderSize
	const dirs = optional + 112
	table := func(i int) int { return optional + 240 + i*peSectionHeaderSize }
	for _, test := range []struct {
		name  string
		plant func(b []byte) []byte
		want  string
	}{
		{"DOS program", func(b []byte) []byte { b[0x3c] = 0; return b }, "DOS"},
		{"far header", func(b []byte) []byte { b[0x3f] = 0xff; return b }, "DOS"},
		{"object", func(b []byte) []byte { b[coff+18] = 0; return b }, "not marked as linked"},
		{"optional header", func(b []byte) []byte { b[optional] = 0; return b }, "neither PE32"},
		{"short optional header", func(b []byte) []byte { b[coff+16] = 96; return b }, "cut off"},
		{"many directories", func(b []byte) []byte { b[dirs-4] = 17; return b }, "17 data"},
		{"alignment", func(b []byte) []byte { b[optional+36] = 3; return b }, "alignments"},
		{"signed", func(b []byte) []byte { b[dirs+4*8+4] = 1; return b }, "signed"},
		{"far symbols", func(b []byte) []byte { b[coff+11] = 0xff; return b }, "COFF symbols"},
		{"no sections", func(b []byte) []byte { b[coff+2] = 0; return b }, "section headers"},
		{"many sections", func(b []byte) []byte { b[coff+3] = 1; return b }, "section headers"},
		{"small headers", func(b []byte) []byte { b[optional+61] = 1; return b }, "headers of"},
		{"far section", func(b []byte) []byte { b[table(0)+23] = 0xff; return b }, "section 1 is cut off"},
		{"overlap", func(b []byte) []byte { b[table(1)+13] = 0x10; return b }, "section 2 overlaps"},
		{"overlap in the file", func(b []byte) []byte { le.PutUint32(b[table(3)+16:], 2048); return b }, "overlap in the file"},
		{"tail", func(b []byte) []byte { return append(b, "data"...) }, "4 bytes follow"},
		{"directory in debug information", func(b []byte) []byte { le.PutUint32(b[dirs:], 0x3000); return b }, "holds data directory 0"},
		{"debug directory nowhere", func(b []byte) []byte { b[dirs+6*8+2] = 9; return b }, "in no section"},
		{"debug entry nowhere", func(b []byte) []byte { b[1024+512+22] = 9; return b }, "points out"},
		{"debug information first", func(b []byte) []byte { copy(b[table(0):], ".stab\x00"); return b }, "comes first"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := test.plant(buildPE(t, peKinds[0]))
			if _, err := Strip(in); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Strip = %v, want an error with %q", err, test.want)
			}
		})
	}
	t.Run("no REPRO entry", func(t *testing.T) {
		in := buildPE(t, peKinds[0])
		in[1024+512+28+12] = 99
		if _, err := SetIdentity(in); !errors.Is(err, ErrNoID) {
			t.Errorf("SetIdentity = %v", err)
		}
	})
	t.Run("zeros behind are no data", func(t *testing.T) {
		if _, err := Strip(append(buildPE(t, peKinds[0]), 0, 0, 0)); err != nil {
			t.Error(err)
		}
	})
}

// withoutDirectory is an image as Go's linker makes it: no debug directory, and no time stamp.
func withoutDirectory(t *testing.T) []byte {
	t.Helper()
	in := buildPE(t, peKinds[1])
	const dirs = 0x84 + peFileHeaderSize + 96
	clear(in[dirs+6*8 : dirs+7*8])
	clear(in[0x84+4 : 0x84+8])
	return in
}

func TestAddDebugDirectory(t *testing.T) {
	in := withoutDirectory(t)
	if _, err := Identity(in); !errors.Is(err, ErrNoID) {
		t.Fatalf("Identity = %v", err)
	}
	twin, err := SetIdentity(in)
	if err != nil {
		t.Fatal(err)
	}
	id, err := Identity(twin)
	if err != nil || len(id.Bytes) != 20 {
		t.Fatalf("Identity = %v, %v", id, err)
	}
	if again, err := SetIdentity(twin); err != nil || !bytes.Equal(again, twin) {
		t.Errorf("setting it twice gives something else: %v", err)
	}
	f, old := openPE(t, twin), openPE(t, in)
	dir := f.OptionalHeader.(*pe.OptionalHeader32).DataDirectory[6]
	rdata := f.Section(".rdata")
	if s := rdata.SectionHeader; dir.Size != 56 || dir.VirtualAddress < s.VirtualAddress+old.Section(".rdata").VirtualSize || dir.VirtualAddress+56+25 != s.VirtualAddress+s.VirtualSize {
		t.Errorf("directory %+v in section %+v", dir, s)
	}
	stripped, err := Strip(twin)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Identity(stripped); err != nil || !got.Equal(id) {
		t.Errorf("Identity of the stripped = %v, %v, want %v", got, err, id)
	}
	for _, test := range []struct {
		name  string
		plant func(b []byte)
	}{
		{"a time stamp that is a time", func(b []byte) { b[0x84+4] = 1 }},
		{"no room", func(b []byte) {
			for at := 1024; at < 1024+peSections*512; at += 64 { // a byte in every room
				b[at] |= 1
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := withoutDirectory(t)
			test.plant(in)
			if _, err := SetIdentity(in); !errors.Is(err, ErrNoID) {
				t.Errorf("SetIdentity = %v", err)
			}
		})
	}
}
