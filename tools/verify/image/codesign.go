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

// Magic numbers and slots of code signatures; see osfmk/kern/cs_blobs.h of
// https://github.com/apple-oss-distributions/xnu
const (
	magicSuperBlob = 0xfade0cc0
	magicDirectory = 0xfade0c02
	magicWrapper   = 0xfade0b01
	slotDirectory  = 0
	slotCMS        = 0x10000
	maxBlobs       = 16
)

// A CodeSignature is the signature of a Mach-O program.
type CodeSignature struct {
	Directory  []byte // the blob that a CMS signature is over
	CMS        []byte // nil for an ad hoc signature
	Identifier string

	limit    int64 // bytes of the program that are hashed
	pageSize int64
	pages    []byte // digests
	special  []byte // digests of the other blobs, by slot from 1 on
	blobs    map[uint32][]byte
}

// ParseCodeSignature reads a super blob.
func ParseCodeSignature(blob []byte) (*CodeSignature, error) {
	be := binary.BigEndian
	if len(blob) < 12 || be.Uint32(blob) != magicSuperBlob || uint64(be.Uint32(blob[4:])) > uint64(len(blob)) {
		return nil, errors.New("code signature: no super blob")
	}
	count := be.Uint32(blob[8:])
	if count > maxBlobs || uint64(len(blob)) < 12+8*uint64(count) {
		return nil, fmt.Errorf("code signature: %d blobs", count)
	}
	c := &CodeSignature{blobs: map[uint32][]byte{}}
	for i := range count {
		slot, at := be.Uint32(blob[12+8*i:]), uint64(be.Uint32(blob[16+8*i:]))
		if at+8 > uint64(len(blob)) || uint64(be.Uint32(blob[at+4:])) > uint64(len(blob))-at || be.Uint32(blob[at+4:]) < 8 {
			return nil, errors.New("code signature: a blob is cut off")
		}
		if c.blobs[slot] != nil {
			return nil, fmt.Errorf("code signature: slot %#x stands twice", slot)
		}
		c.blobs[slot] = blob[at : at+uint64(be.Uint32(blob[at+4:]))]
	}
	if w := c.blobs[slotCMS]; len(w) > 8 && be.Uint32(w) == magicWrapper {
		c.CMS = w[8:]
	}
	c.Directory = c.blobs[slotDirectory]
	return c, c.directory()
}

func (c *CodeSignature) directory() error {
	be := binary.BigEndian
	d := c.Directory
	if len(d) < 44 || be.Uint32(d) != magicDirectory {
		return errors.New("code signature: no code directory")
	}
	hashes, identifier := uint64(be.Uint32(d[16:])), uint64(be.Uint32(d[20:]))
	special, slots := uint64(be.Uint32(d[24:])), uint64(be.Uint32(d[28:]))
	c.limit = int64(be.Uint32(d[32:]))
	if d[36] != sha256.Size || d[37] != 2 || d[39] < 12 || d[39] > 16 {
		return errors.New("code signature: pages of 4 to 64 KiB by SHA-256 are needed")
	}
	c.pageSize = 1 << d[39]
	size := uint64(len(d))
	if hashes > size || slots*sha256.Size > size-hashes || special > maxBlobs || special*sha256.Size > hashes || identifier >= size {
		return errors.New("code signature: the code directory is cut off")
	}
	if uint64(c.limit+c.pageSize-1)/uint64(c.pageSize) != slots {
		return fmt.Errorf("code signature: %d pages for %d bytes", slots, c.limit)
	}
	c.pages = d[hashes : hashes+slots*sha256.Size]
	c.special = d[hashes-special*sha256.Size : hashes]
	name, _, ok := bytes.Cut(d[identifier:], []byte{0})
	if !ok {
		return errors.New("code signature: the identifier is cut off")
	}
	c.Identifier = string(name)
	return nil
}

// Check compares the digests of the code directory with the program, whose signature begins at byte end, and with the
// other blobs.
func (c *CodeSignature) Check(end int64, source Source) error {
	if c.limit != end {
		return fmt.Errorf("code signature: it is over %d bytes of %d", c.limit, end)
	}
	count := len(c.special) / sha256.Size
	for slot, blob := range c.blobs {
		if slot == slotDirectory || slot == slotCMS {
			continue
		}
		at := len(c.special) - int(slot)*sha256.Size
		if slot > uint32(count) || at < 0 || sha256.Sum256(blob) != [32]byte(c.special[at:at+sha256.Size]) {
			return fmt.Errorf("code signature: the blob of slot %#x is not the one that was signed", slot)
		}
	}
	return source(func(r io.Reader) error {
		r = io.LimitReader(r, end)
		for i := 0; i < len(c.pages); i += sha256.Size {
			h := sha256.New()
			if _, err := io.CopyN(h, r, c.pageSize); err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			if !bytes.Equal(h.Sum(nil), c.pages[i:i+sha256.Size]) {
				return fmt.Errorf("code signature: page %d was changed", i/sha256.Size)
			}
		}
		return nil
	})
}
