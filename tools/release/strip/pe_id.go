// SPDX-License-Identifier: MIT

package strip

import (
	"crypto/sha256"
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
)

// Types of debug entries.
const (
	debugCodeView = 2
	debugRepro    = 16
)

// Sizes in the data of debug entries.
const (
	rsdsHead  = 4 + 16 + 4 // signature, identifier, age; a file name follows
	reproHead = 4          // length of the hash that follows
)

// pePlaces finds the identifier of CodeView, the hash of REPRO, and all time stamps.
func pePlaces(data []byte) (*idPlaces, error) {
	f, err := parsePE(data)
	if err != nil {
		return nil, err
	}
	stamps := [][]byte{data[f.coff+4 : f.coff+8]}
	if rva, size := f.dir(pe.IMAGE_DIRECTORY_ENTRY_EXPORT); size >= 8 {
		at, ok := offset(f.sections, uint64(rva), 8)
		if !ok {
			return nil, errors.New("the export directory is in no section")
		}
		stamps = append(stamps, data[at+4:at+8])
	}
	var repro bool
	var guid, hash []byte
	table, err := f.debugTable(data, f.sections)
	if err != nil {
		return nil, err
	}
	for ; len(table) > 0; table = table[debugEntrySize:] {
		var d debugEntry
		if _, err := binary.Decode(table, le, &d); err != nil {
			return nil, err
		}
		stamps = append(stamps, table[4:8])
		body, ok := window(data, uint64(d.PointerToRawData), uint64(d.SizeOfData))
		switch {
		case !ok:
			return nil, fmt.Errorf("debug entry of type %d is cut off", d.Type)
		case d.Type == debugCodeView && len(body) >= rsdsHead && string(body[:4]) == "RSDS":
			guid = body[4:rsdsHead]
		case d.Type == debugRepro && len(body) > reproHead:
			hash = body[reproHead:]
		}
		repro = repro || d.Type == debugRepro
	}
	return peIdentity(f, stamps, repro, guid, hash)
}

// peIdentity chooses among the places.
func peIdentity(f *peFile, stamps [][]byte, repro bool, guid, hash []byte) (*idPlaces, error) {
	if !repro {
		return nil, fmt.Errorf("%w: there is no REPRO entry, so that time stamps are times; link with -Wl,-Brepro", ErrNoID)
	}
	p := &idPlaces{id: stamps[0], derived: stamps}
	checksum := f.optional[peChecksum : peChecksum+4]
	summed := le.Uint32(checksum) != 0
	switch {
	case guid != nil:
		p.id = guid
	case hash != nil:
		p.id = hash
	}
	p.derived = append(p.derived, checksum)
	for _, b := range [][]byte{guid, hash} {
		if b != nil {
			p.derived = append(p.derived, b)
		}
	}
	p.set = func(sum [sha256.Size]byte) {
		if guid != nil {
			copy(guid[:16], sum[:])
			le.PutUint32(guid[16:], 1) // the age of a file that nothing rewrote
		}
		copy(hash, sum[:])
		for _, b := range stamps {
			copy(b, sum[:4])
		}
		if summed {
			checksum[0] = 1 // present
			setChecksum(f.data, f.coff+peFileHeaderSize+peChecksum)
		}
	}
	return p, nil
}
