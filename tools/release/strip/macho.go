// SPDX-License-Identifier: MIT

package strip

import (
	"bytes"
	"errors"
	"fmt"
)

// Load commands; see mach-o/loader.h of https://github.com/apple-oss-distributions/xnu
const (
	lcSymtab            = 0x2
	lcUnixThread        = 0x5
	lcDysymtab          = 0xb
	lcLoadDylib         = 0xc
	lcIDDylib           = 0xd
	lcLoadDylinker      = 0xe
	lcSegment64         = 0x19
	lcUUID              = 0x1b
	lcCodeSignature     = 0x1d
	lcSegmentSplitInfo  = 0x1e
	lcDyldInfo          = 0x22
	lcVersionMinMacOS   = 0x24
	lcFunctionStarts    = 0x26
	lcDyldEnvironment   = 0x27
	lcDataInCode        = 0x29
	lcSourceVersion     = 0x2a
	lcLinkerHint        = 0x2e
	lcBuildVersion      = 0x32
	lcLoadWeakDylib     = 0x80000018
	lcRpath             = 0x8000001c
	lcReexportDylib     = 0x8000001f
	lcDyldInfoOnly      = 0x80000022
	lcMain              = 0x80000028
	lcDyldExportsTrie   = 0x80000033
	lcDyldChainedFixups = 0x80000034
)

const (
	machoHeaderSize  = 32
	machoSegmentSize = 72
	machoSectionSize = 80
	machoExecute     = 2
	machoDylib       = 6
	machoCPUARM64    = 0x0100000c
	maxCommands      = 1 << 20 // bytes of all load commands
)

// smallest is the least size of a known load command. A command that is not here may point into what moves, so that a
// file with one is refused.
var smallest = map[uint32]int{
	lcSymtab: 24, lcUnixThread: 8, lcDysymtab: 80, lcLoadDylib: 24, lcIDDylib: 24, lcLoadDylinker: 12,
	lcSegment64: machoSegmentSize, lcUUID: 24, lcCodeSignature: 16, lcSegmentSplitInfo: 16, lcDyldInfo: 48,
	lcVersionMinMacOS: 16, lcFunctionStarts: 16, lcDyldEnvironment: 12, lcDataInCode: 16, lcSourceVersion: 16,
	lcLinkerHint: 16, lcBuildVersion: 24, lcLoadWeakDylib: 24, lcRpath: 12, lcReexportDylib: 24, lcDyldInfoOnly: 48,
	lcMain: 24, lcDyldExportsTrie: 16, lcDyldChainedFixups: 16,
}

// A machoFile is a Mach-O file taken apart. Commands are slices of data.
type machoFile struct {
	data                         []byte
	cpu, fileType                uint32
	commands                     [][]byte
	segments                     [][]byte // those of the commands, in order
	text, linkedit               []byte
	symtab, dysymtab, sign, uuid []byte // nil when there is none
}

// parseMachO reads the load commands, and checks that everything they name is in the file.
func parseMachO(data []byte) (*machoFile, error) {
	m := &machoFile{data: data, cpu: le.Uint32(data[4:]), fileType: le.Uint32(data[12:])}
	if m.fileType != machoExecute && m.fileType != machoDylib {
		return nil, fmt.Errorf("file type %d is neither a program nor a shared library", m.fileType)
	}
	n, size := le.Uint32(data[16:]), le.Uint32(data[20:])
	rest, ok := window(data, machoHeaderSize, uint64(size))
	if !ok || size > maxCommands || n > maxSections {
		return nil, fmt.Errorf("%d load commands of %d bytes, or they are cut off", n, size)
	}
	for range n {
		if len(rest) < 8 {
			return nil, errors.New("the load commands are cut off")
		}
		cmd, length := le.Uint32(rest), le.Uint32(rest[4:])
		least, known := smallest[cmd]
		if !known {
			return nil, fmt.Errorf("load command %#x is not known here, and may point into what moves", cmd)
		}
		if uint64(length) > uint64(len(rest)) || int(length) < least || length%8 != 0 {
			return nil, fmt.Errorf("load command %#x of %d bytes", cmd, length)
		}
		if err := m.add(cmd, rest[:length:length]); err != nil {
			return nil, err
		}
		rest = rest[length:]
	}
	if len(rest) > 0 {
		return nil, errors.New("the load commands do not fill the size in the header")
	}
	if m.linkedit == nil || m.text == nil || m.symtab == nil || m.dysymtab == nil {
		return nil, errors.New("a segment __TEXT or __LINKEDIT, LC_SYMTAB or LC_DYSYMTAB is missing")
	}
	return m, m.check()
}

func (m *machoFile) add(cmd uint32, c []byte) error {
	m.commands = append(m.commands, c)
	single := map[uint32]*[]byte{lcSymtab: &m.symtab, lcDysymtab: &m.dysymtab, lcCodeSignature: &m.sign, lcUUID: &m.uuid}[cmd]
	switch {
	case single != nil:
		if *single != nil {
			return fmt.Errorf("load command %#x occurs twice", cmd)
		}
		*single = c
	case cmd == lcSegment64:
		return m.addSegment(c)
	}
	return nil
}

func (m *machoFile) addSegment(c []byte) error {
	name := segmentName(c)
	if _, ok := window(m.data, le.Uint64(c[40:]), le.Uint64(c[48:])); !ok {
		return fmt.Errorf("segment %s is cut off", name)
	}
	if n := le.Uint32(c[64:]); n > maxSections || machoSegmentSize+int(n)*machoSectionSize != len(c) {
		return fmt.Errorf("segment %s of %d sections", name, n)
	}
	if m.linkedit != nil && name != "__DWARF" {
		return fmt.Errorf("segment %s follows __LINKEDIT", name)
	}
	m.segments = append(m.segments, c)
	switch name {
	case "__LINKEDIT":
		m.linkedit = c
	case "__TEXT":
		m.text = c
	}
	return nil
}

func segmentName(c []byte) string {
	name, _, _ := bytes.Cut(c[8:24], []byte{0})
	return string(name)
}

// segmentRange is where a segment is in the file.
func segmentRange(c []byte) (from, to uint64) {
	return le.Uint64(c[40:]), le.Uint64(c[40:]) + le.Uint64(c[48:])
}

// A blob is a table in __LINKEDIT. Its offset and size, or count, are fields of a load command.
type blob struct {
	offset, count []byte
	unit          uint64 // bytes of one of count
}

func (b blob) at() uint64   { return uint64(le.Uint32(b.offset)) }
func (b blob) size() uint64 { return uint64(le.Uint32(b.count)) * b.unit }

// blobs are the tables of a command.
func blobs(c []byte) []blob {
	pair := func(at int, unit uint64) blob { return blob{c[at : at+4], c[at+4 : at+8], unit} }
	switch le.Uint32(c) {
	case lcDyldInfo, lcDyldInfoOnly:
		return []blob{pair(8, 1), pair(16, 1), pair(24, 1), pair(32, 1), pair(40, 1)}
	case lcCodeSignature, lcSegmentSplitInfo, lcFunctionStarts, lcDataInCode, lcLinkerHint, lcDyldExportsTrie, lcDyldChainedFixups:
		return []blob{pair(8, 1)}
	case lcSymtab:
		return []blob{pair(8, nlistSize), pair(16, 1)}
	case lcDysymtab: // those of object files and of formats before LC_DYLD_INFO are refused by check
		return []blob{pair(56, 4)}
	}
	return nil
}

// check holds the tables of __LINKEDIT against its bounds.
func (m *machoFile) check() error {
	if from, to := segmentRange(m.text); from != 0 || to < machoHeaderSize+uint64(le.Uint32(m.data[20:])) {
		return errors.New("__TEXT does not begin with the load commands")
	}
	from, to := segmentRange(m.linkedit)
	for _, c := range m.commands {
		for _, b := range blobs(c) {
			if b.size() > 0 && (b.at() < from || b.at() > to || b.size() > to-b.at()) {
				return fmt.Errorf("a table of load command %#x is not in __LINKEDIT", le.Uint32(c))
			}
		}
	}
	for _, at := range []int{36, 44, 52, 68, 76} { // counts of toc, modules, references, external and local relocations
		if le.Uint32(m.dysymtab[at:]) != 0 {
			return errors.New("LC_DYSYMTAB has tables of an object or an old format")
		}
	}
	if m.sign != nil {
		if b := blobs(m.sign)[0]; b.at()+b.size() != to || to != uint64(len(m.data)) {
			return errors.New("the signature is not at the end of the file")
		}
	}
	return nil
}

// pageSize is the alignment of segments in memory.
func (m *machoFile) pageSize() uint64 {
	if m.cpu == machoCPUARM64 {
		return 1 << 14
	}
	return 1 << 12
}
