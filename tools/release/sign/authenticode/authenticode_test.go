// SPDX-License-Identifier: MIT

package authenticode_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/authenticode"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/cms"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
	"github.com/gosqlite/gosqlite/tools/release/sign/timestamp"
)

var le = binary.LittleEndian

// Places in signtest's program.
const (
	checksumAt  = 64 + 24 + 64
	directoryAt = 64 + 24 + 112 + 4*8
)

func TestSignAndAttach(t *testing.T) {
	ca := signtest.CA(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rsaChain, err := ca.CodeSigner(&rsaKey.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]*identity.Identity{"ECDSA": signtest.Certified(t, ca), "RSA": {Key: rsaKey, Chain: rsaChain}} {
		t.Run(name, func(t *testing.T) {
			file := signtest.PE("text")
			before := bytes.Clone(file)
			signature, err := authenticode.Sign(context.Background(), file, id, nil)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := authenticode.Sign(context.Background(), file, id, nil); err != nil || !bytes.Equal(again, signature) {
				t.Errorf("a second signature differs: %v", err)
			}
			signed, err := authenticode.Attach(file, signature)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(file, before) {
				t.Error("the argument was changed")
			}
			checkSigned(t, file, signed, signature)
			checkMessage(t, file, signature)
		})
	}
}

// checkSigned holds a signed file against the format: only three things changed, and putting them back is the unsigned one.
func checkSigned(t *testing.T, file, signed, signature []byte) {
	t.Helper()
	at, size := le.Uint32(signed[directoryAt:]), le.Uint32(signed[directoryAt+4:])
	if int(at) != len(file) || int(at+size) != len(signed) || size%8 != 0 {
		t.Fatalf("certificate table of %d bytes at %d", size, at)
	}
	entry := signed[at:]
	if le.Uint32(entry) != size || le.Uint16(entry[4:]) != 0x200 || le.Uint16(entry[6:]) != 2 || !bytes.Equal(entry[8:8+len(signature)], signature) {
		t.Error("the entry of the certificate table is not as the format has it")
	}
	stripped := bytes.Clone(signed[:at])
	copy(stripped[directoryAt:], make([]byte, 8))
	copy(stripped[checksumAt:], file[checksumAt:checksumAt+4])
	if !bytes.Equal(stripped, file) {
		t.Error("stripping does not give the unsigned file")
	}
	// The checksum by its definition, word by word in 64 bits.
	var sum uint64
	for i := 0; i < len(signed); i += 2 {
		if i != checksumAt && i != checksumAt+2 {
			sum += uint64(le.Uint16(signed[i:]))
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	if got, want := le.Uint32(signed[checksumAt:]), uint32(sum)+uint32(len(signed)); got != want {
		t.Errorf("checksum %#x, want %#x", got, want)
	}
}

// checkMessage checks the message and the digest in it.
func checkMessage(t *testing.T, file, signature []byte) {
	t.Helper()
	s, err := cms.Parse(signature)
	if err != nil {
		t.Fatal(err)
	}
	covered := append(bytes.Clone(file[:checksumAt]), file[checksumAt+4:directoryAt]...)
	digest := sha256.Sum256(append(covered, file[directoryAt+8:]...))
	if !bytes.HasSuffix(s.Content, digest[:]) || s.Content[0] != 0x30 || s.Content[1] >= 0x80 {
		t.Errorf("content %x", s.Content)
	}
	if _, err := s.Verify(s.Content[2:], nil); err != nil {
		t.Error(err)
	}
}

func TestWithoutChecksum(t *testing.T) {
	id := signtest.Certified(t, signtest.CA(t))
	file := signtest.PE("text")
	le.PutUint32(file[checksumAt:], 0)
	signature, err := authenticode.Sign(context.Background(), file, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := authenticode.Attach(file, signature)
	if err != nil || le.Uint32(signed[checksumAt:]) != 0 {
		t.Errorf("a file without a checksum got one: %v", err)
	}
}

func TestTimestamp(t *testing.T) {
	ca := signtest.CA(t)
	key := signtest.Key(t)
	chain, err := ca.TimestampSigner(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	server := &timestamp.Server{Key: key, Chain: chain, Random: rand.Reader, Now: func() time.Time { return signtest.Now }}
	stamped := local{server}
	file := signtest.PE("text")
	signature, err := authenticode.Sign(context.Background(), file, signtest.Certified(t, ca), []bundle.Timestamper{stamped})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(signature, cms.Must(oid(1, 3, 6, 1, 4, 1, 311, 3, 3, 1))) {
		t.Error("there is no timestamp")
	}
	if _, err := authenticode.Attach(file, signature); err != nil {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	id := signtest.Certified(t, signtest.CA(t))
	file := signtest.PE("text")
	signature, err := authenticode.Sign(context.Background(), file, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := authenticode.Attach(file, signature)
	if err != nil {
		t.Fatal(err)
	}
	change := func(at int, value byte) []byte {
		b := signtest.PE("text")
		b[at] = value
		return b
	}
	for name, file := range map[string][]byte{
		"signed": signed, "nothing": nil, "odd size": append(signtest.PE("text"), 0), "header cut off": signtest.PE("text")[:0x48],
		"header far away": change(0x3e, 0xff), "no PE": change(64, 0), "bitness": change(64+24, 0), "few directories": change(64+24+108, 4),
		"ELF": []byte("\x7fELF" + string(make([]byte, 1020))),
	} {
		if _, err := authenticode.Sign(context.Background(), file, id, nil); err == nil {
			t.Errorf("%s: signed", name)
		}
		if _, err := authenticode.Attach(file, signature); err == nil {
			t.Errorf("%s: attached", name)
		}
	}
	if _, err := authenticode.Attach(signtest.PE("texT"), signature); err == nil {
		t.Error("attached to another file")
	}
	if _, err := authenticode.Attach(file, signature[1:]); err == nil {
		t.Error("attached what is no signature")
	}
	if _, err := authenticode.Sign(context.Background(), file, &identity.Identity{Key: signtest.Key(t)}, nil); err == nil {
		t.Error("signed without a certificate")
	}
}

func FuzzSign(f *testing.F) {
	f.Add(signtest.PE("text"))
	id := signtest.Certified(f, signtest.CA(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		signature, err := authenticode.Sign(context.Background(), file, id, nil)
		if err != nil {
			return
		}
		if _, err := authenticode.Attach(file, signature); err != nil {
			t.Error(err)
		}
	})
}
