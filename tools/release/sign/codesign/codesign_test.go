// SPDX-License-Identifier: MIT

package codesign_test

import (
	"bytes"
	"crypto/sha256"
	"debug/macho"
	"encoding/binary"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/cms"
	"github.com/gosqlite/gosqlite/tools/release/sign/codesign"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

var be, le = binary.BigEndian, binary.LittleEndian

func TestSignAndAttach(t *testing.T) {
	id := signtest.Certified(t, signtest.CA(t))
	for name, test := range map[string]struct{ identifier, want string }{
		"signed ad hoc": {"org.example.shell", "org.example.shell"},
		"not signed":    {"", "gosqlite"},
	} {
		t.Run(name, func(t *testing.T) {
			file := signtest.MachO("text", test.identifier)
			before := bytes.Clone(file)
			signature, err := codesign.Sign(file, "gosqlite", id)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := codesign.Sign(file, "gosqlite", id); err != nil || !bytes.Equal(again, signature) {
				t.Errorf("a second signature differs: %v", err)
			}
			signed, err := codesign.Attach(file, signature)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(file, before) {
				t.Error("the argument was changed")
			}
			checkSigned(t, signed, signature, test.want, id)
		})
	}
}

// checkSigned reads a signed file by Go's own reader, and its signature by the format.
func checkSigned(t *testing.T, signed, signature []byte, identifier string, id *identity.Identity) {
	t.Helper()
	f, err := macho.NewFile(bytes.NewReader(signed))
	if err != nil {
		t.Fatal(err)
	}
	linkedit := f.Segment("__LINKEDIT")
	if linkedit == nil || linkedit.Offset+linkedit.Filesz != uint64(len(signed)) || linkedit.Memsz < linkedit.Filesz {
		t.Errorf("__LINKEDIT %+v", linkedit)
	}
	var at, size uint32
	for _, l := range f.Loads {
		if raw := l.Raw(); le.Uint32(raw) == 0x1d {
			at, size = le.Uint32(raw[8:]), le.Uint32(raw[12:])
		}
	}
	if int(at+size) != len(signed) || at%16 != 0 || !bytes.Equal(signed[at:], signature) {
		t.Fatalf("signature of %d bytes at %d in %d", size, at, len(signed))
	}
	blobs := map[uint32][]byte{}
	for i := range be.Uint32(signature[8:]) {
		slot, offset := be.Uint32(signature[12+8*i:]), be.Uint32(signature[16+8*i:])
		blobs[slot] = signature[offset : offset+be.Uint32(signature[offset+4:])]
	}
	code, requirements, message := blobs[0], blobs[2], blobs[0x10000]
	if be.Uint32(code[32:]) != at {
		t.Errorf("the code directory is about %d bytes, and there are %d", be.Uint32(code[32:]), at)
	}
	name, _, _ := bytes.Cut(code[be.Uint32(code[20:]):], []byte{0})
	if string(name) != identifier {
		t.Errorf("identifier %q, want %q", name, identifier)
	}
	hashes := code[be.Uint32(code[16:]):]
	for page := range int(be.Uint32(code[28:])) {
		sum := sha256.Sum256(signed[page*4096 : min(page*4096+4096, int(at))])
		if !bytes.Equal(sum[:], hashes[page*32:page*32+32]) {
			t.Errorf("the hash of page %d is wrong", page)
		}
	}
	special := sha256.Sum256(requirements)
	if start := be.Uint32(code[16:]) - 64; !bytes.Equal(code[start:start+32], special[:]) {
		t.Error("the hash of the requirements is wrong")
	}
	s, err := cms.Parse(message[8:])
	if err != nil {
		t.Fatal(err)
	}
	if leaf, err := s.Verify(code, nil); err != nil || !leaf.Equal(id.Chain[0]) || s.Content != nil {
		t.Errorf("message: %v", err)
	}
}

func TestRefuses(t *testing.T) {
	id := signtest.Certified(t, signtest.CA(t))
	file := signtest.MachO("text", "shell")
	signature, err := codesign.Sign(file, "", id)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := codesign.Attach(file, signature)
	if err != nil {
		t.Fatal(err)
	}
	change := func(at int, value byte) []byte {
		b := signtest.MachO("text", "shell")
		b[at] = value
		return b
	}
	full := signtest.MachO("text", "")
	le.PutUint32(full[32+72+48:], uint32(32+le.Uint32(full[20:])+8)) // contents right behind the load commands
	for name, file := range map[string][]byte{
		"signed": signed, "nothing": nil, "longer": append(bytes.Clone(file), 0), "shorter": file[:len(file)-1],
		"32 bits": change(0, 0xce), "commands cut off": change(22, 0xff), "many commands": change(17, 0xff),
		"command of no size": change(36, 0), "no place": full,
	} {
		if _, err := codesign.Sign(file, "x", id); err == nil {
			t.Errorf("%s: signed", name)
		}
		if _, err := codesign.Attach(file, signature); err == nil {
			t.Errorf("%s: attached", name)
		}
	}
	if _, err := codesign.Attach(signtest.MachO("texT", "shell"), signature); err == nil {
		t.Error("attached to another file")
	}
	if _, err := codesign.Attach(file, signature[:16]); err == nil {
		t.Error("attached what is no signature")
	}
	if _, err := codesign.Sign(signtest.MachO("text", ""), "", id); err == nil {
		t.Error("signed without an identifier")
	}
	if _, err := codesign.Sign(file, "x", &identity.Identity{Key: signtest.Key(t)}); err == nil {
		t.Error("signed without a certificate")
	}
}

func FuzzSign(f *testing.F) {
	f.Add(signtest.MachO("text", "shell"))
	f.Add(signtest.MachO("text", ""))
	id := signtest.Certified(f, signtest.CA(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		signature, err := codesign.Sign(file, "x", id)
		if err != nil {
			return
		}
		if _, err := codesign.Attach(file, signature); err != nil {
			t.Error(err)
		}
	})
}
