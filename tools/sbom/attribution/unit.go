// SPDX-License-Identifier: MIT

package attribution

import (
	"errors"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/release/binary"
	"github.com/gosqlite/gosqlite/tools/sbom/objects"
)

// unit is what a linker moves as a whole: a section of an object file, for macOS an atom of one.
type unit struct {
	object   *object
	section  string
	data     []byte // empty where nothing is stored
	size     uint64
	code     bool
	literal  int // size of the literals that it is made of, which the linker unites; of texts that a zero ends -1 times that of a character
	patched  []uint64
	pointers []pointer
	symbols  []symbol // addr counts from the unit's begin
	placed   uint64   // its address in the program; 0 if it is not known
}

// pointer is a place in a unit that holds an address: 8 bytes of it, or 4 of how far it is from a place.
type pointer struct {
	at       uint64
	relative bool
	from     uint64 // the place, counted from at
	name     string // of another object's symbol, if the unit is nil
	unit     *unit
	offset   uint64 // in the unit, or from the symbol
}

// object is an object file of a component.
type object struct {
	name    string
	owner   uint16 // index into owners
	units   []*unit
	symbols []symbol // all that it defines, those without a unit too
}

// readObjects reads the object files of a file. Members of another format, as the Go code in the archive of a Go package,
// are left out.
func readObjects(name string, data []byte) ([]*object, error) {
	list, err := objects.Read(data)
	if err != nil {
		return nil, fmt.Errorf("read objects of %s: %w", name, err)
	}
	var out []*object
	for _, o := range list {
		read, err := readObject(o.Data)
		if errors.Is(err, binary.ErrFormat) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read object %s of %s: %w", o.Name, name, err)
		}
		read.name = name
		if o.Name != "" {
			read.name += "/" + o.Name
		}
		out = append(out, read)
	}
	return out, nil
}

func readObject(data []byte) (o *object, err error) {
	defer func() {
		if r := recover(); r != nil {
			o, err = nil, fmt.Errorf("malformed file: %v", r)
		}
	}()
	switch binary.Detect(data) {
	case binary.ELF:
		return elfObject(data)
	case binary.COFF:
		return coffObject(data)
	case binary.MachO:
		return machoObject(data)
	}
	return nil, binary.ErrFormat
}

// define notes a symbol, in the unit of its section if there is one.
func (o *object) define(s symbol, section int, units []*unit) {
	o.symbols = append(o.symbols, s)
	if section < len(units) && units[section] != nil {
		units[section].symbols = append(units[section].symbols, s)
	}
}
