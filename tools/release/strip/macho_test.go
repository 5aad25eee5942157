// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"crypto/sha256"
	"debug/macho"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestStripMachO(t *testing.T) {
	for _, k := range machoKinds {
		t.Run(k.name, func(t *testing.T) {
			in := buildMachO(t, k)
			twin := openMachO(t, in)
			if len(twin.Symtab.Syms) != len(machoSymbols) || (twin.Segment("__DWARF") != nil) != k.dwarf {
				t.Fatalf("the image has symbols %v", twin.Symtab.Syms)
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
				t.Error("names or bytes that go are still there")
			}
			f := openMachO(t, out)
			checkSegments(t, twin, f, len(out))
			checkSymbols(t, f)
			checkTables(t, in, out)
			if k.signed {
				if err := checkSignature(out, "org.example.program"); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func checkSegments(t *testing.T, twin, f *macho.File, size int) {
	t.Helper()
	if f.Segment("__DWARF") != nil || f.Section("__debug_info") != nil {
		t.Error("__DWARF is still there")
	}
	for _, name := range []string{"__PAGEZERO", "__TEXT", "__DATA"} {
		got, want := f.Segment(name), twin.Segment(name)
		if got.SegmentHeader != want.SegmentHeader {
			t.Errorf("segment %s = %+v, want %+v", name, got.SegmentHeader, want.SegmentHeader)
		}
	}
	for _, name := range []string{"__text", "__got"} {
		got, err := f.Section(name).Data()
		want, err2 := twin.Section(name).Data()
		if err != nil || err2 != nil || !bytes.Equal(got, want) || f.Section(name).SectionHeader != twin.Section(name).SectionHeader {
			t.Errorf("section %s = %q, want %q", name, got, want)
		}
	}
	last, old := f.Segment("__LINKEDIT"), twin.Segment("__LINKEDIT")
	if last.Offset != 0x8000 || last.Offset+last.Filesz != uint64(size) || last.Addr != old.Addr || last.Memsz < last.Filesz || last.Memsz%0x1000 != 0 {
		t.Errorf("__LINKEDIT = %+v, the file has %d bytes", last.SegmentHeader, size)
	}
}

func checkSymbols(t *testing.T, f *macho.File) {
	t.Helper()
	var names []string
	for _, s := range f.Symtab.Syms {
		names = append(names, fmt.Sprintf("%s %d", s.Name, s.Sect))
	}
	if want := []string{"_main 1", "_exit 0", "_write 0"}; !slices.Equal(names, want) {
		t.Errorf("symbols = %q, want %q", names, want)
	}
	d := f.Dysymtab
	if d.Nlocalsym != 0 || d.Iextdefsym != 0 || d.Nextdefsym != 1 || d.Iundefsym != 1 || d.Nundefsym != 2 {
		t.Errorf("LC_DYSYMTAB = %+v", d.DysymtabCmd)
	}
	if want := []uint32{2, 0x80000000, 0x80000000, 1}; !slices.Equal(d.IndirectSyms, want) {
		t.Errorf("indirect symbols = %#x, want %#x", d.IndirectSyms, want)
	}
}

// checkTables compares the tables of __LINKEDIT that dyld reads, command by command.
func checkTables(t *testing.T, in, out []byte) {
	t.Helper()
	tables := func(data []byte) map[string]string {
		found := map[string]string{}
		for b := data[32 : 32+le.Uint32(data[20:])]; len(b) > 0; b = b[le.Uint32(b[4:]):] {
			fields := 0
			switch le.Uint32(b) {
			case lcDyldInfoOnly:
				fields = 5
			case lcDyldChainedFixups, lcDyldExportsTrie, lcFunctionStarts:
				fields = 1
			}
			for i := range fields {
				at, size := le.Uint32(b[8+8*i:]), le.Uint32(b[12+8*i:])
				found[fmt.Sprintf("%#x %d", le.Uint32(b), i)] = string(data[at : at+size])
			}
		}
		return found
	}
	got, want := tables(out), tables(in)
	if fmt.Sprint(got) != fmt.Sprint(want) || len(want) == 0 {
		t.Errorf("tables = %q, want %q", got, want)
	}
}

// checkSignature holds the code directory against the file. It is written after the description of the format, and shares
// nothing with the code under test.
func checkSignature(data []byte, identifier string) error {
	f, err := macho.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	for _, load := range f.Loads {
		raw := load.Raw()
		if f.ByteOrder.Uint32(raw) != 0x1d {
			continue
		}
		at, size := f.ByteOrder.Uint32(raw[8:]), f.ByteOrder.Uint32(raw[12:])
		if int(at+size) != len(data) {
			return errors.New("the signature does not end the file")
		}
		return checkBlob(f, data[:at], data[at:], identifier)
	}
	return errors.New("there is no signature")
}

func checkBlob(f *macho.File, code, blob []byte, identifier string) error {
	be := binary.BigEndian
	if be.Uint32(blob) != 0xfade0cc0 || int(be.Uint32(blob[4:])) > len(blob) || be.Uint32(blob[8:]) != 1 || be.Uint32(blob[12:]) != 0 {
		return fmt.Errorf("super blob % x", blob[:20])
	}
	d := blob[be.Uint32(blob[16:]):]
	text := f.Segment("__TEXT")
	switch {
	case be.Uint32(d) != 0xfade0c02 || be.Uint32(d[8:]) != 0x20400 || be.Uint32(d[24:]) != 0:
		return fmt.Errorf("code directory % x", d[:44])
	case be.Uint32(d[12:])&2 == 0:
		return errors.New("not ad hoc")
	case int(be.Uint32(d[32:])) != len(code) || d[36] != 32 || d[37] != 2 || d[39] != 12:
		return errors.New("limit or hash")
	case be.Uint64(d[64:]) != text.Offset || be.Uint64(d[72:]) != text.Filesz || be.Uint64(d[80:]) != 1:
		return errors.New("executable segment")
	}
	if name, _, _ := bytes.Cut(d[be.Uint32(d[20:]):], []byte{0}); string(name) != identifier {
		return fmt.Errorf("identifier %q", name)
	}
	hashes, n := d[be.Uint32(d[16:]):], 0
	for page := range slices.Chunk(code, 4096) {
		if sum := sha256.Sum256(page); !bytes.Equal(hashes[32*n:32*n+32], sum[:]) {
			return fmt.Errorf("page %d does not match", n)
		}
		n++
	}
	if n != int(be.Uint32(d[28:])) || int(be.Uint32(d[4:])) != int(be.Uint32(d[16:]))+32*n {
		return fmt.Errorf("%d pages", n)
	}
	return nil
}

// TestSignatureCheckSees plants a changed byte in each page and in the directory.
func TestSignatureCheckSees(t *testing.T) {
	out, err := Strip(buildMachO(t, machoKinds[0]))
	if err != nil {
		t.Fatal(err)
	}
	if err := checkSignature(out, "org.example.program"); err != nil {
		t.Fatal(err)
	}
	for at := 0xf00; at < len(out)-300; at += 4096 {
		changed := bytes.Clone(out)
		changed[at] ^= 1
		if err := checkSignature(changed, "org.example.program"); err == nil {
			t.Errorf("a changed byte at %#x is not seen", at)
		}
	}
	if err := checkSignature(out, "a.out"); err == nil {
		t.Error("another identifier is not seen")
	}
}

func TestIdentityMachO(t *testing.T) {
	for _, k := range machoKinds {
		t.Run(k.name, func(t *testing.T) {
			in := buildMachO(t, k)
			checkIdentity(t, in, machoUUID)
			set, err := SetIdentity(in)
			if err != nil {
				t.Fatal(err)
			}
			id, err := Identity(set)
			if err != nil || id.Bytes[6]>>4 != 8 || id.Bytes[8]>>6 != 2 {
				t.Errorf("UUID %v, %v is not of version 8", id, err)
			}
			// Recomputed by hand: the digest of the file with zeros for the UUID and the signature.
			plain := bytes.Replace(set, id.Bytes, make([]byte, 16), 1)
			if k.signed {
				if err := checkSignature(set, "org.example.program"); err != nil {
					t.Error(err)
				}
				clear(plain[bytes.Index(plain, []byte("\xfa\xde\x0c\xc0")):])
			}
			sum := sha256.Sum256(plain)
			sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
			if !bytes.Equal(id.Bytes, sum[:16]) {
				t.Errorf("UUID %v, want %x", id, sum[:16])
			}
		})
	}
}

func TestMachOErrors(t *testing.T) {
	k := machoKinds[0]
	be := binary.BigEndian
	image := buildMachO(t, k)
	// at is where a load command begins.
	at := func(cmd uint32) int {
		for i := 32; ; i += int(le.Uint32(image[i+4:])) {
			if le.Uint32(image[i:]) == cmd {
				return i
			}
		}
	}
	sign := int(le.Uint32(image[at(lcCodeSignature)+8:]))
	for _, test := range []struct {
		name  string
		plant func(b []byte)
		want  string
	}{
		{"object", func(b []byte) { b[12] = 1 }, "file type"},
		{"many commands", func(b []byte) { b[17] = 0xff }, "load commands"},
		{"one command more", func(b []byte) { b[16]++ }, "cut off"},
		{"one command less", func(b []byte) { b[16]-- }, "do not fill"},
		{"long commands", func(b []byte) { b[22] = 0xff }, "load commands"},
		{"unknown command", func(b []byte) { b[at(lcMain)] = 0x77 }, "not known"},
		{"size of command", func(b []byte) { b[at(lcMain)+4]++ }, "load command"},
		{"no command size", func(b []byte) { b[at(lcMain)+4] = 0 }, "load command"},
		{"second UUID", func(b []byte) { le.PutUint32(b[at(lcMain):], lcUUID) }, "twice"},
		{"no symbols", func(b []byte) { le.PutUint32(b[at(lcSymtab):], lcSourceVersion) }, "missing"},
		{"no __TEXT", func(b []byte) { copy(b[32+72+8:], "__TEXX") }, "missing"},
		{"far segment", func(b []byte) { b[32+72+47] = 0xff }, "cut off"},
		{"segment of more sections", func(b []byte) { b[32+72+64] = 2 }, "2 sections"},
		{"short __TEXT", func(b []byte) { le.PutUint64(b[32+72+48:], 64) }, "load commands"},
		{"far symbols", func(b []byte) { b[at(lcSymtab)+11] = 0x7f }, "not in __LINKEDIT"},
		{"many symbols", func(b []byte) { b[at(lcSymtab)+15] = 0xff }, "not in __LINKEDIT"},
		{"local relocations", func(b []byte) { b[at(lcDysymtab)+76] = 1 }, "old format"},
		{"far name", func(b []byte) { b[int(le.Uint32(b[at(lcSymtab)+8:]))+4*16+2] = 1 }, "not in the string table"},
		{"signature before the end", func(b []byte) { b[at(lcCodeSignature)+12]-- }, "not at the end"},
		{"no super blob", func(b []byte) { b[sign] = 0 }, "super blob"},
		{"many blobs", func(b []byte) { b[sign+8] = 1 }, "blobs"},
		{"far directory", func(b []byte) { b[sign+16] = 1 }, "cut off"},
		{"long directory", func(b []byte) { b[sign+36+4] = 1 }, "cut off"},
		{"with a certificate", func(b []byte) { be.PutUint32(b[sign+36+12:], 0) }, "certificate"},
		{"entitlements", func(b []byte) { b[sign+23] = 5 }, "slot 0x5"},
		{"far identifier", func(b []byte) { b[sign+36+20] = 1 }, "identifier"},
		{"no identifier", func(b []byte) { b[sign+36+44] = 0 }, "identifier"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := bytes.Clone(image)
			test.plant(in)
			if _, err := Strip(in); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Strip = %v, want an error with %q", err, test.want)
			}
		})
	}
	t.Run("no UUID", func(t *testing.T) {
		in := bytes.Clone(image)
		le.PutUint32(in[at(lcUUID):], lcMain)
		if _, err := SetIdentity(in); !errors.Is(err, ErrNoID) {
			t.Errorf("SetIdentity = %v", err)
		}
	})
}
