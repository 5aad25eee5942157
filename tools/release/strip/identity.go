// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// An ID is the identity of a program, which its twin shares.
type ID struct {
	Format Format
	Bytes  []byte
}

// String is the identity in hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id.Bytes) }

// Equal reports whether both are the same identity of the same format.
func (id ID) Equal(other ID) bool {
	return id.Format == other.Format && bytes.Equal(id.Bytes, other.Bytes)
}

// ErrNoID is returned for a program that has no place for an identity.
var ErrNoID = errors.New("the program has no build identity")

// Identity reads the identity of a program. An identity of zeros is none.
func Identity(data []byte) (ID, error) {
	p, err := places(data)
	if err != nil {
		return ID{}, err
	}
	id := ID{Format: p.format, Bytes: bytes.Clone(p.id)}
	if len(bytes.Trim(id.Bytes, "\x00")) == 0 {
		return ID{}, fmt.Errorf("%w: it is zero", ErrNoID)
	}
	return id, nil
}

// An idPlaces is where the identity is in a file. All slices are parts of the file.
type idPlaces struct {
	format  Format
	id      []byte   // what Identity reads
	derived [][]byte // what else holds some of it or depends on it
	set     func(sum [sha256.Size]byte)
}

func places(data []byte) (*idPlaces, error) {
	format, err := Detect(data)
	if err != nil {
		return nil, err
	}
	var p *idPlaces
	switch format {
	case ELF:
		p, err = elfPlaces(data)
	case PE:
		p, err = pePlaces(data)
	case MachO:
		p, err = machoPlaces(data)
	}
	if err != nil {
		return nil, fmt.Errorf("read identity of %s: %w", format, err)
	}
	p.format = format
	return p, nil
}

// SetIdentity returns the program with an identity that follows from its contents. It leaves data as it is. Equal
// programs get equal identities, whatever theirs was before.
func SetIdentity(data []byte) ([]byte, error) {
	data = bytes.Clone(data)
	format, err := Detect(data)
	if err != nil {
		return nil, err
	}
	finish := func() error { return nil }
	switch format {
	case MachO:
		data, finish, err = unsign(data)
	case PE:
		err = addDebugDirectory(data)
	}
	if err != nil {
		return nil, fmt.Errorf("set identity of %s: %w", format, err)
	}
	p, err := places(data)
	if err != nil {
		return nil, err
	}
	clear(p.id)
	for _, b := range p.derived {
		clear(b)
	}
	p.set(sha256.Sum256(data))
	if err := finish(); err != nil {
		return nil, err
	}
	if _, err := Identity(data); err != nil {
		return nil, fmt.Errorf("the identity overwrote what says where it is: %w", err)
	}
	return data, nil
}

// unsign makes the place of the signature, if there is one, zero and of the size that the new one has. The returned
// function signs.
func unsign(data []byte) ([]byte, func() error, error) {
	m, err := parseMachO(data)
	if err != nil {
		return nil, nil, err
	}
	s, err := m.signature()
	if err != nil || s == nil {
		return data, func() error { return nil }, err
	}
	data, at, err := resizeSignature(data[:blobs(m.sign)[0].at()], s)
	return data, func() error { return writeSignature(data, at, s) }, err
}

// machoPlaces finds LC_UUID.
func machoPlaces(data []byte) (*idPlaces, error) {
	m, err := parseMachO(data)
	if err != nil {
		return nil, err
	}
	if m.uuid == nil {
		return nil, fmt.Errorf("%w: there is no LC_UUID", ErrNoID)
	}
	p := &idPlaces{id: m.uuid[8:24]}
	p.set = func(sum [sha256.Size]byte) {
		// Version 8, custom; https://www.rfc-editor.org/rfc/rfc9562#section-5.8
		sum[6] = sum[6]&0x0f | 0x80
		sum[8] = sum[8]&0x3f | 0x80
		copy(p.id, sum[:])
	}
	return p, nil
}
