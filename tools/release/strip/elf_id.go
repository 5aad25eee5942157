// SPDX-License-Identifier: MIT

package strip

import (
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
)

// ntBuildID is the type of the note, whose name is GNU; see https://fedoraproject.org/wiki/Releases/FeatureBuildId
const ntBuildID = 3

// elfPlaces finds the note with the build id, in the segments and the sections of notes: the segment that Go's own linker
// makes holds only the note of Go.
func elfPlaces(data []byte) (*idPlaces, error) {
	e, err := parseELF(data)
	if err != nil {
		return nil, err
	}
	p := &idPlaces{}
	add := func(offset, size, align uint64) error {
		notes, _ := window(data, offset, size)
		desc, err := e.buildID(notes, align)
		switch {
		case err != nil || desc == nil:
			return err
		case p.id != nil && &p.id[0] != &desc[0]:
			return errors.New("there are two build ids")
		}
		p.id = desc
		return nil
	}
	for _, prog := range e.progs {
		if elf.ProgType(prog.Type) == elf.PT_NOTE {
			if err := add(prog.Off, prog.Filesz, prog.Align); err != nil {
				return nil, err
			}
		}
	}
	for _, s := range e.sections {
		if elf.SectionType(s.Type) == elf.SHT_NOTE && elf.SectionFlag(s.Flags)&elf.SHF_ALLOC != 0 {
			if err := add(s.Off, s.Size, s.Addralign); err != nil {
				return nil, err
			}
		}
	}
	if p.id == nil {
		return nil, fmt.Errorf("%w: there is no GNU build id; link with -Wl,--build-id=sha1, or Go's own linker with -B", ErrNoID)
	}
	p.set = func(sum [sha256.Size]byte) { copy(p.id, sum[:]) }
	return p, nil
}

// buildID is the description of the note with the build id; nil when it is not among the notes.
func (e *elfFile) buildID(notes []byte, align uint64) ([]byte, error) {
	if align != 8 {
		align = 4
	}
	for len(notes) > 0 {
		if len(notes) < 12 {
			return nil, errors.New("a note is cut off")
		}
		nameSize, descSize := uint64(e.order.Uint32(notes)), uint64(e.order.Uint32(notes[4:]))
		start := roundUp(12+nameSize, align)
		desc, ok := window(notes, start, descSize)
		if !ok {
			return nil, errors.New("a note is cut off")
		}
		if e.order.Uint32(notes[8:]) == ntBuildID && string(notes[12:12+nameSize]) == "GNU\x00" {
			if descSize < 8 || descSize > sha256.Size {
				return nil, fmt.Errorf("the build id has %d bytes", descSize)
			}
			return desc, nil
		}
		notes = notes[min(uint64(len(notes)), roundUp(start+descSize, align)):]
	}
	return nil, nil
}
