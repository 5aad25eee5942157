// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
)

// Go's linker puts the section headers where the first segment loads them.
func TestStripELFClearsOldHeaders(t *testing.T) {
	for _, k := range elfKinds {
		if !k.wide || k.order != binary.LittleEndian {
			continue
		}
		in := buildELF(t, k)
		le := binary.LittleEndian
		from, first := le.Uint64(in[0x28:]), le.Uint64(in[0x20:]) // e_shoff, e_phoff
		for _, field := range []uint64{32, 40} {                  // p_filesz, p_memsz
			le.PutUint64(in[first+field:], uint64(len(in))-le.Uint64(in[first+8:]))
		}
		out, err := Strip(in)
		if err != nil {
			t.Fatalf("%s: %v", k.name, err)
		}
		if got := out[from:len(in)]; len(bytes.Trim(got, "\x00")) != 0 {
			t.Errorf("%s: of the old section headers stays %x", k.name, got)
		}
		return
	}
	t.Fatal("no kind is 64-bit and little-endian")
}

func TestStripELF(t *testing.T) {
	for _, k := range elfKinds {
		t.Run(k.name, func(t *testing.T) {
			in := buildELF(t, k)
			twin := openELF(t, in)
			if symbols, err := twin.Symbols(); err != nil || len(symbols) != 1 {
				t.Fatalf("the image has symbols %v, %v", symbols, err)
			}
			before := bytes.Clone(in)
			out, err := Strip(in)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(in, before) {
				t.Error("the input was changed")
			}
			f := openELF(t, out)
			var names []string
			for _, s := range f.Sections {
				names = append(names, s.Name)
			}
			want := []string{"", ".note.gnu.build-id", ".dynsym", ".dynstr", ".text", ".bss", ".riscv.attributes", ".shstrtab"}
			if !slices.Equal(names, want) {
				t.Errorf("sections = %q, want %q", names, want)
			}
			if bytes.Contains(out, []byte("secret")) {
				t.Error("bytes of a dropped section are still there")
			}
			if _, err := f.Symbols(); !errors.Is(err, elf.ErrNoSymbols) {
				t.Errorf("Symbols = %v", err)
			}
			sameELF(t, twin, f)
		})
	}
}

// sameELF reports a difference in what is mapped.
func sameELF(t *testing.T, twin, f *elf.File) {
	t.Helper()
	if f.Entry != twin.Entry || f.Machine != twin.Machine || f.Type != twin.Type || len(f.Progs) != len(twin.Progs) {
		t.Errorf("header = %+v, want %+v", f.FileHeader, twin.FileHeader)
	}
	for i, p := range f.Progs {
		if i == 2 { // without an address, it moves with its section
			body := make([]byte, p.Filesz)
			if _, err := p.ReadAt(body, 0); err != nil || string(body) != "attributes" || p.Off >= twin.Progs[i].Off {
				t.Errorf("segment of attributes = %+v, %q, %v", p.ProgHeader, body, err)
			}
			continue
		}
		if p.ProgHeader != twin.Progs[i].ProgHeader {
			t.Errorf("segment %d = %+v, want %+v", i, p.ProgHeader, twin.Progs[i].ProgHeader)
		}
	}
	for _, s := range f.Sections {
		if s.Name == ".shstrtab" || s.Name == "" || s.Name == ".bss" {
			continue
		}
		old := twin.Section(s.Name)
		got, err := s.Data()
		want, err2 := old.Data()
		if err != nil || err2 != nil || s.Addr != old.Addr || s.Type != old.Type || s.Name != ".dynsym" && !bytes.Equal(got, want) {
			t.Errorf("section %s = %q %+v, want %q %+v", s.Name, got, s.SectionHeader, want, old.SectionHeader)
		}
	}
	symbols, err := f.DynamicSymbols()
	if err != nil || len(symbols) != 1 || symbols[0].Name != "exported" || f.Sections[symbols[0].Section].Name != ".text" {
		t.Errorf("dynamic symbols = %+v, %v", symbols, err)
	}
}

func TestIdentityELF(t *testing.T) {
	for _, k := range elfKinds {
		t.Run(k.name, func(t *testing.T) {
			in := buildELF(t, k)
			checkIdentity(t, in, elfID)
			// Recomputed by hand: the digest of the file with zeros for the id.
			sum := sha256.Sum256(bytes.Replace(in, []byte(elfID), make([]byte, len(elfID)), 1))
			set, err := SetIdentity(in)
			if err != nil {
				t.Fatal(err)
			}
			if want := bytes.Replace(in, []byte(elfID), sum[:len(elfID)], 1); !bytes.Equal(set, want) {
				t.Error("more than the id changed, or it is another")
			}
		})
	}
}

// checkIdentity checks what holds for the identity of every format.
func checkIdentity(t *testing.T, in []byte, first string) {
	t.Helper()
	id, err := Identity(in)
	if err != nil || string(id.Bytes) != first {
		t.Fatalf("Identity = %q, %v, want %q", id.Bytes, err, first)
	}
	twin, err := SetIdentity(in)
	if err != nil {
		t.Fatal(err)
	}
	id, err = Identity(twin)
	if err != nil || string(id.Bytes) == first {
		t.Fatalf("Identity of the twin = %q, %v", id.Bytes, err)
	}
	again, err := SetIdentity(twin)
	if err != nil || !bytes.Equal(again, twin) {
		t.Errorf("setting it twice gives something else: %v", err)
	}
	stripped, err := Strip(twin)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Identity(stripped); err != nil || !got.Equal(id) {
		t.Errorf("Identity of the stripped = %v, %v, want %v", got, err, id)
	}
	// The plant: another program gets another identity.
	other := bytes.Replace(in, []byte("the program"), []byte("The program"), 1)
	if bytes.Equal(other, in) {
		t.Fatal("nothing is planted")
	}
	if other, err = SetIdentity(other); err != nil {
		t.Fatal(err)
	}
	if got, err := Identity(other); err != nil || got.Equal(id) {
		t.Errorf("two programs have the identity %v, %v", got, err)
	}
}

func TestELFErrors(t *testing.T) {
	k := elfKinds[0]
	for _, test := range []struct {
		name  string
		plant func(b []byte)
		want  string
	}{
		{"object file", func(b []byte) { le.PutUint16(b[16:], uint16(elf.ET_REL)) }, "file type"},
		{"class", func(b []byte) { b[4] = 3 }, "class"},
		{"byte order", func(b []byte) { b[5] = 3 }, "byte order"},
		{"no segments", func(b []byte) { le.PutUint16(b[56:], 0) }, "segment headers"},
		{"no sections", func(b []byte) { le.PutUint16(b[60:], 0) }, "section headers"},
		{"far segment headers", func(b []byte) { b[39] = 0xff }, "segment headers are cut off"},
		{"far section headers", func(b []byte) { b[47] = 0xff }, "section headers are cut off"},
		{"far segment", func(b []byte) { b[64+8+7] = 0xff }, "segment 0 is cut off"},
		{"long segment", func(b []byte) { b[64+32+7] = 0xff }, "segment 0 is cut off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := buildELF(t, k)
			test.plant(in)
			if _, err := Strip(in); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Strip = %v, want an error with %q", err, test.want)
			}
		})
	}
	t.Run("two build ids", func(t *testing.T) {
		in := buildELF(t, k)
		at := bytes.Index(in, []byte("Go\x00\x00redacted"))
		le.PutUint32(in[at-4:], ntBuildID) // type; the owner's name takes as many bytes
		le.PutUint32(in[at-12:], 4)
		copy(in[at:], "GNU\x00")
		if id, err := Identity(in); err != nil || string(id.Bytes) != "redacted" {
			t.Errorf("Identity = %v, %v", id, err)
		}
		le.PutUint64(in[64+56+8:], le.Uint64(in[64+56+8:])+24) // the segment holds only the second
		le.PutUint64(in[64+56+32:], 36)
		if _, err := Identity(in); err == nil || !strings.Contains(err.Error(), "two build ids") {
			t.Errorf("Identity = %v", err)
		}
	})
	t.Run("build id outside of the segment of notes", func(t *testing.T) {
		in := buildELF(t, k)
		le.PutUint64(in[64+56+32:], 24) // only the note of Go
		if id, err := Identity(in); err != nil || string(id.Bytes) != elfID {
			t.Errorf("Identity = %v, %v", id, err)
		}
	})
	t.Run("no build id", func(t *testing.T) {
		in := bytes.Replace(buildELF(t, k), []byte("GNU\x00"), []byte("GNV\x00"), 1)
		if _, err := Identity(in); !errors.Is(err, ErrNoID) {
			t.Errorf("Identity = %v", err)
		}
	})
	t.Run("zero build id", func(t *testing.T) {
		in := bytes.Replace(buildELF(t, k), []byte(elfID), make([]byte, len(elfID)), 1)
		if _, err := Identity(in); !errors.Is(err, ErrNoID) {
			t.Errorf("Identity = %v", err)
		}
		if _, err := SetIdentity(in); err != nil {
			t.Errorf("SetIdentity = %v", err)
		}
	})
}
