// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Constants of code signatures; see osfmk/kern/cs_blobs.h of https://github.com/apple-oss-distributions/xnu
const (
	magicSuperBlob     = 0xfade0cc0
	magicDirectory     = 0xfade0c02
	magicWrapper       = 0xfade0b01 // of a CMS signature
	magicRequirements  = 0xfade0c01
	slotDirectory      = 0
	slotRequirements   = 2
	slotCMS            = 0x10000
	flagAdHoc          = 2
	hashSHA256         = 2
	mainBinary         = 1       // execSegFlags
	directoryVersion   = 0x20400 // the first with the executable segment, which macOS 11 on arm64 asks for
	directorySize      = 88
	signaturePageShift = 12
	maxIdentifier      = 256
)

// A signature is what is taken over from an ad hoc signature.
type signature struct {
	identifier string
	flags      uint32
}

// signature reads the file's signature; nil when it has none. One by a certificate is refused: it would not survive.
func (m *machoFile) signature() (*signature, error) {
	if m.sign == nil {
		return nil, nil
	}
	b := blobs(m.sign)[0]
	blob, _ := window(m.data, b.at(), b.size())
	if len(blob) < 12 || binary.BigEndian.Uint32(blob) != magicSuperBlob {
		return nil, errors.New("the code signature is no super blob")
	}
	n := binary.BigEndian.Uint32(blob[8:])
	index, ok := window(blob, 12, uint64(n)*8)
	if !ok || n > 16 {
		return nil, fmt.Errorf("the code signature has %d blobs", n)
	}
	var directory []byte
	for ; len(index) > 0; index = index[8:] {
		part, err := signaturePart(blob, uint64(binary.BigEndian.Uint32(index[4:])))
		if err != nil {
			return nil, err
		}
		switch slot, magic := binary.BigEndian.Uint32(index), binary.BigEndian.Uint32(part); {
		case slot == slotDirectory && magic == magicDirectory:
			directory = part
		case slot == slotRequirements && magic == magicRequirements && len(part) == 12: // an empty list
		case slot == slotCMS && magic == magicWrapper && len(part) == 8: // an empty wrapper
		default:
			return nil, fmt.Errorf("the code signature has a blob for slot %#x: strip the file before it is signed", slot)
		}
	}
	return parseDirectory(directory)
}

// signaturePart is the blob at an offset.
func signaturePart(blob []byte, at uint64) ([]byte, error) {
	head, ok := window(blob, at, 8)
	if ok {
		head, ok = window(blob, at, uint64(binary.BigEndian.Uint32(head[4:])))
	}
	if !ok || len(head) < 8 {
		return nil, errors.New("the code signature is cut off")
	}
	return head, nil
}

func parseDirectory(d []byte) (*signature, error) {
	if len(d) < 44 {
		return nil, errors.New("the code signature has no code directory")
	}
	s := &signature{flags: binary.BigEndian.Uint32(d[12:])}
	if s.flags&flagAdHoc == 0 {
		return nil, errors.New("the file is signed with a certificate; strip it before it is signed")
	}
	at := uint64(binary.BigEndian.Uint32(d[20:]))
	if at > uint64(len(d)) {
		return nil, errors.New("the identifier of the code signature is cut off")
	}
	identifier, _, ok := bytes.Cut(d[at:], []byte{0})
	if !ok || len(identifier) == 0 || len(identifier) > maxIdentifier {
		return nil, errors.New("the identifier of the code signature is cut off")
	}
	s.identifier = string(identifier)
	return s, nil
}

// signatureSize is the size of the signature of n bytes, rounded up so that the file ends at a multiple of 16.
func signatureSize(n uint64, s *signature) uint64 {
	pages := roundUp(n, 1<<signaturePageShift) >> signaturePageShift
	return roundUp(20+directorySize+uint64(len(s.identifier))+1+pages*sha256.Size, 16)
}

// resizeSignature makes room at the end of data, which has LC_CODE_SIGNATURE and nothing after __LINKEDIT's tables, for
// a signature, and corrects the load commands. The signature's place is zero.
func resizeSignature(data []byte, s *signature) ([]byte, uint64, error) {
	data = pad(data, 16)
	at := uint64(len(data))
	size := signatureSize(at, s)
	data = append(data, make([]byte, size)...)
	// The commands still name the old place of the signature, which check would refuse: they are found without it.
	m, err := findSigned(data)
	if err != nil {
		return nil, 0, err
	}
	le.PutUint32(m.sign[8:], uint32(at))
	le.PutUint32(m.sign[12:], uint32(size))
	m.resizeLinkedit(uint64(len(data)))
	return data, at, nil
}

// findSigned finds the commands that signing changes, in load commands that were parsed before. Ranges are not checked:
// that of __LINKEDIT is about to be set.
func findSigned(data []byte) (*machoFile, error) {
	m := &machoFile{data: data, cpu: le.Uint32(data[4:]), fileType: le.Uint32(data[12:])}
	rest := data[machoHeaderSize : machoHeaderSize+le.Uint32(data[20:])]
	for len(rest) >= 8 {
		c := rest[:le.Uint32(rest[4:])]
		switch cmd := le.Uint32(c); {
		case cmd == lcCodeSignature:
			m.sign = c
		case cmd == lcSegment64 && segmentName(c) == "__TEXT":
			m.text = c
		case cmd == lcSegment64 && segmentName(c) == "__LINKEDIT":
			m.linkedit = c
		}
		rest = rest[len(c):]
	}
	if m.sign == nil || m.text == nil || m.linkedit == nil {
		return nil, errors.New("there is no place for a code signature")
	}
	return m, nil
}

// sign appends an ad hoc signature to data, which ends where its signature begins.
func sign(data []byte, s *signature) ([]byte, error) {
	data, at, err := resizeSignature(data, s)
	if err != nil {
		return nil, err
	}
	return data, writeSignature(data, at, s)
}

// writeSignature fills the place of the signature from offset at on.
func writeSignature(data []byte, at uint64, s *signature) error {
	m, err := findSigned(data)
	if err != nil {
		return err
	}
	pages := roundUp(at, 1<<signaturePageShift) >> signaturePageShift
	hashes := directorySize + uint32(len(s.identifier)) + 1
	length := hashes + uint32(pages)*sha256.Size
	be := binary.BigEndian
	b := data[at:at:len(data)]
	for _, n := range []uint32{magicSuperBlob, 20 + length, 1, slotDirectory, 20,
		magicDirectory, length, directoryVersion, s.flags, hashes, directorySize, 0, uint32(pages), uint32(at)} {
		b = be.AppendUint32(b, n)
	}
	b = append(b, sha256.Size, hashSHA256, 0, signaturePageShift)
	b = append(b, make([]byte, 24)...) // spare, scatter, team, spare, 64-bit limit
	from, to := segmentRange(m.text)
	var flags uint64
	if m.fileType == machoExecute {
		flags = mainBinary
	}
	for _, n := range []uint64{from, to - from, flags} {
		b = be.AppendUint64(b, n)
	}
	b = append(append(b, s.identifier...), 0)
	for page := uint64(0); page < at; page += 1 << signaturePageShift {
		sum := sha256.Sum256(data[page:min(page+1<<signaturePageShift, at)])
		b = append(b, sum[:]...)
	}
	return nil
}
