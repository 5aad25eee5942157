// SPDX-License-Identifier: MIT

package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// MaxSignature bounds an embedded signature, in bytes.
const MaxSignature = 4 << 20

// A Stripped is a program without its embedded signature.
type Stripped struct {
	// SHA256 is over the program as it was before a signature was attached, in a form that does not depend on whether one
	// ever was: PE with CheckSum and the entry of the certificate table zero, Mach-O without the load command of the
	// signature and with the sizes of __LINKEDIT zero, both padded as signers pad.
	SHA256 [32]byte
	// Authenticode is the digest that an Authenticode signature is over, by SHA-256; PE only.
	Authenticode [32]byte
	// Signature is the PKCS #7 of a PE file or the super blob of a Mach-O file; nil if there is none.
	Signature []byte
}

// Strip takes the embedded signature off a program.
func Strip(head []byte, size int64, source Source) (*Stripped, error) {
	switch {
	case bytes.HasPrefix(head, []byte("MZ")):
		return stripPE(head, size, source)
	case bytes.HasPrefix(head, []byte("\xcf\xfa\xed\xfe")):
		return stripMachO(head, size, source)
	}
	return nil, ErrFormat
}

func stripPE(head []byte, size int64, source Source) (*Stripped, error) {
	l, err := layoutPE(head)
	if err != nil {
		return nil, err
	}
	end := size
	if l.certs[0] != 0 || l.certs[1] != 0 {
		end = int64(l.certs[0])
		if l.certs[1] > MaxSignature || end+int64(l.certs[1]) != size {
			return nil, fmt.Errorf("the certificate table of %d bytes at %d is not the end of the file", l.certs[1], end)
		}
	}
	if end < int64(l.security)+8 {
		return nil, errors.New("the certificate table lies in the header")
	}
	clean := bytes.Clone(head[:min(int64(len(head)), end)])
	clear(clean[l.checksum : l.checksum+4])
	clear(clean[l.security : l.security+8])
	s := &Stripped{}
	err = source(func(r io.Reader) error {
		whole, authenticode := sha256.New(), sha256.New()
		if _, err := io.CopyN(io.Discard, r, int64(len(clean))); err != nil {
			return err
		}
		whole.Write(clean)
		authenticode.Write(clean[:l.checksum])
		authenticode.Write(clean[l.checksum+4 : l.security])
		authenticode.Write(clean[l.security+8:])
		both := io.MultiWriter(whole, authenticode)
		if _, err := io.CopyN(both, r, end-int64(len(clean))); err != nil {
			return err
		}
		both.Write(make([]byte, (8-end%8)%8))
		whole.Sum(s.SHA256[:0])
		authenticode.Sum(s.Authenticode[:0])
		table := make([]byte, size-end)
		if _, err := io.ReadFull(r, table); err != nil {
			return err
		}
		s.Signature, err = certificateEntry(table)
		return err
	})
	return s, err
}

// certificateEntry is the PKCS #7 of a certificate table that holds one and nothing else.
func certificateEntry(table []byte) ([]byte, error) {
	if len(table) == 0 {
		return nil, nil
	}
	le := binary.LittleEndian
	if len(table) < 8 {
		return nil, errors.New("the certificate table is cut off")
	}
	size := le.Uint32(table)
	switch {
	case size < 8 || uint64(size) > uint64(len(table)) || uint64(size+7)&^7 != uint64(len(table)+7)&^7:
		return nil, fmt.Errorf("the certificate table of %d bytes holds more than its one entry of %d", len(table), size)
	case le.Uint16(table[4:]) != 0x200 || le.Uint16(table[6:]) != 2:
		return nil, errors.New("the certificate table holds no PKCS #7")
	case len(bytes.Trim(table[size:], "\x00")) > 0:
		return nil, errors.New("bytes after the certificate")
	}
	// The signature may be padded inside of the entry, too.
	return bytes.Clone(Unpadded(table[8:size])), nil
}

// Unpadded cuts off the zeros after a signature: a value in DER, or a super blob, both of which say their length.
func Unpadded(b []byte) []byte {
	n := 0
	switch {
	case len(b) >= 4 && b[0] == 0x30 && b[1] == 0x82:
		n = 4 + int(b[2])<<8 + int(b[3])
	case len(b) >= 8 && binary.BigEndian.Uint32(b) == magicSuperBlob:
		n = int(binary.BigEndian.Uint32(b[4:]))
	}
	if n <= 0 || n > len(b) || len(bytes.Trim(b[n:], "\x00")) > 0 {
		return b
	}
	return b[:n]
}

func stripMachO(head []byte, size int64, source Source) (*Stripped, error) {
	le := binary.LittleEndian
	clean := bytes.Clone(head)
	end, blob, found := size, int64(0), false
	err := machoCommands(head, func(at uint64, command []byte) error {
		switch cmd := le.Uint32(command); {
		case cmd == lcCodeSignature && (found || len(command) != 16):
			return errors.New("malformed load command of the code signature")
		case cmd == lcCodeSignature:
			found = true
			end, blob = int64(le.Uint32(command[8:])), int64(le.Uint32(command[12:]))
			clear(clean[at : at+16])
			le.PutUint32(clean[16:], le.Uint32(clean[16:])-1)
			le.PutUint32(clean[20:], le.Uint32(clean[20:])-16)
		case cmd == lcSegment64 && len(command) >= 72 && string(command[8:24]) == "__LINKEDIT\x00\x00\x00\x00\x00\x00":
			clear(clean[at+32 : at+40]) // size in memory
			clear(clean[at+48 : at+56]) // size in the file
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if blob > MaxSignature || found && end+blob != size || end < machoHeader+int64(le.Uint32(head[20:])) {
		return nil, fmt.Errorf("the code signature of %d bytes at %d is not the end of the file", blob, end)
	}
	clean = clean[:min(int64(len(clean)), end)]
	s := &Stripped{}
	err = source(func(r io.Reader) error {
		h := sha256.New()
		if _, err := io.CopyN(io.Discard, r, int64(len(clean))); err != nil {
			return err
		}
		h.Write(clean)
		if _, err := io.CopyN(h, r, end-int64(len(clean))); err != nil {
			return err
		}
		h.Write(make([]byte, (16-end%16)%16))
		h.Sum(s.SHA256[:0])
		if found {
			s.Signature = make([]byte, blob)
			_, err := io.ReadFull(r, s.Signature)
			return err
		}
		return nil
	})
	return s, err
}
