// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"cmp"
	"debug/dwarf"
	"debug/elf"
	"debug/pe"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

// lines are the line tables of C units, by address.
type lines struct {
	rows      []row
	functions map[uint64]string // sources in which functions are written, by their addresses
}

// row says which source the code from an address on was compiled from.
type row struct {
	addr uint64
	file string // without its folder; empty where a unit ends
}

// readLines reads the line tables of a program's C units. A program may have none, as those for macOS.
func readLines(data []byte) (l *lines, err error) {
	defer func() {
		if r := recover(); r != nil {
			l, err = nil, fmt.Errorf("read line tables: malformed: %v", r)
		}
	}()
	l = &lines{functions: map[uint64]string{}}
	var d *dwarf.Data
	var imageBase uint64
	switch binary.Detect(data) {
	case binary.ELF:
		f, err := elf.NewFile(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("read line tables: %w", err)
		}
		if f.Section(".debug_line") == nil {
			return l, nil
		}
		for _, s := range f.Sections {
			if s.Flags&elf.SHF_COMPRESSED != 0 && s.Size > maxProgram {
				return nil, fmt.Errorf("read line tables: section %s unpacks to %d bytes, and the limit is %d", s.Name, s.Size, maxProgram)
			}
		}
		if d, err = f.DWARF(); err != nil {
			return nil, fmt.Errorf("read line tables: %w", err)
		}
	case binary.PE:
		f, err := pe.NewFile(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("read line tables: %w", err)
		}
		if f.Section(".debug_line") == nil {
			return l, nil
		}
		switch o := f.OptionalHeader.(type) {
		case *pe.OptionalHeader64:
			imageBase = o.ImageBase
		case *pe.OptionalHeader32:
			imageBase = uint64(o.ImageBase)
		}
		if d, err = f.DWARF(); err != nil {
			return nil, fmt.Errorf("read line tables: %w", err)
		}
	default:
		return l, nil
	}
	if err := l.read(d, imageBase); err != nil {
		return nil, err
	}
	slices.SortStableFunc(l.rows, func(x, y row) int { return cmp.Compare(x.addr, y.addr) })
	return l, nil
}

func (l *lines) read(d *dwarf.Data, image uint64) error {
	const languageGo = 0x16
	for r := d.Reader(); ; r.SkipChildren() {
		unit, err := r.Next()
		if err != nil {
			return fmt.Errorf("read debug information: %w", err)
		}
		if unit == nil {
			return nil
		}
		language, _ := unit.Val(dwarf.AttrLanguage).(int64)
		if unit.Tag != dwarf.TagCompileUnit || language == languageGo {
			continue
		}
		rows, err := d.LineReader(unit)
		if err != nil {
			return fmt.Errorf("read line table: %w", err)
		}
		if rows == nil {
			continue
		}
		var entry dwarf.LineEntry
		for {
			err := rows.Next(&entry)
			if err == io.EOF {
				break
			}
			if err != nil {
				return fmt.Errorf("read line table: %w", err)
			}
			file := ""
			if entry.File != nil && !entry.EndSequence {
				file = base(entry.File.Name)
			}
			if n := len(l.rows); n == 0 || l.rows[n-1].file != file {
				l.rows = append(l.rows, row{entry.Address - image, file})
			}
		}
		if err := l.readFunctions(d, unit, rows.Files(), image); err != nil {
			return err
		}
	}
}

// readFunctions notes in which source the functions of a unit are written. One of which only code of others is left, that
// was inlined into it, has no line of its own; where it calls that code is written all the same.
func (l *lines) readFunctions(d *dwarf.Data, unit *dwarf.Entry, files []*dwarf.LineFile, image uint64) error {
	r := d.Reader()
	r.Seek(unit.Offset)
	var function *dwarf.Entry // whose children are read
	for {
		e, err := r.Next()
		if err != nil {
			return fmt.Errorf("read debug information: %w", err)
		}
		switch {
		case e == nil || e.Tag == 0 && function == nil:
			return nil
		case e.Tag == 0:
			function = nil
		case e.Offset == unit.Offset:
			if !e.Children {
				return nil
			}
		case function == nil && e.Tag == dwarf.TagSubprogram && e.Children:
			function = e
		default:
			l.note(function, e, files, image)
			r.SkipChildren()
		}
	}
}

// note takes the source of a function from what was inlined into it.
func (l *lines) note(function, inlined *dwarf.Entry, files []*dwarf.LineFile, image uint64) {
	if function == nil || inlined.Tag != dwarf.TagInlinedSubroutine {
		return
	}
	addr, placed := function.Val(dwarf.AttrLowpc).(uint64)
	file, called := inlined.Val(dwarf.AttrCallFile).(int64)
	if placed && called && file >= 0 && file < int64(len(files)) && files[file] != nil {
		l.functions[addr-image] = base(files[file].Name)
	}
}

// ofFunction returns the components whose sources have lines in the function at an address, in the order of the code, and
// the first source; nothing if there are no lines. The source in which the function is written comes last if it has none. There are several where code was inlined: SQLite's into shims, and
// callbacks of shims into SQLite's.
func (a *attribution) ofFunction(addr, size uint64) (components []string, source string) {
	i, exact := slices.BinarySearchFunc(a.lines.rows, addr, func(r row, addr uint64) int { return cmp.Compare(r.addr, addr) })
	if !exact {
		i--
	}
	for i = max(i, 0); i < len(a.lines.rows) && a.lines.rows[i].addr < addr+size; i++ {
		file := a.lines.rows[i].file
		c := a.sources[file]
		if c == "" || slices.Contains(components, c) {
			continue
		}
		if components = append(components, c); source == "" {
			source = file
		}
	}
	if c := a.sources[a.lines.functions[addr]]; c != "" && len(components) > 0 && !slices.Contains(components, c) {
		components = append(components, c)
	}
	return components, source
}

// listSources notes which component lists which source. A name that several list tells nothing.
func (a *attribution) listSources() {
	twice := map[string]bool{}
	for _, id := range a.linked {
		for _, f := range a.in.Graph.Component(id).Files {
			name := base(f.Path)
			if before, have := a.sources[name]; have && before != id {
				twice[name] = true
			}
			a.sources[name] = id
		}
	}
	for name := range twice {
		delete(a.sources, name)
	}
}

// rule returns the component that a rule gives a C symbol to, or nothing. The longest prefix counts.
func (a *attribution) rule(name string) string {
	var best Rule
	for _, r := range a.in.Symbols {
		if strings.HasPrefix(name, r.Prefix) && len(r.Prefix) > len(best.Prefix) {
			best = r
		}
	}
	return best.Component
}
