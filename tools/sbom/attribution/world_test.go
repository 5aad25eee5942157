// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing/fstest"

	"github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// A world is a small ELF program of Go and C with all that Attribute reads about it. Tests change a part of it.
type world struct {
	sections []binarytest.ELFSection // of the program, by the order of their addresses
	symbols  []binarytest.ELFSymbol
	extra    []byte              // behind the program
	lib      []byte              // the one library
	runtime  map[string][]byte   // files
	listed   map[string][]string // files of the runtime that a component lists
	packages map[string][]string // Go packages that a component lists
	links    []string
	ceiling  float64
	released func(binarytest.ELF) binarytest.ELF
	digest   func([]byte) string // of a file of the runtime
}

// Addresses of the program.
const (
	textAt, rodataAt, pclntabAt, buildinfoAt, dataAt = 0x401000, 0x402000, 0x403000, 0x404000, 0x405000

	text, rodata, pclntab, data = binarytest.FirstSection, binarytest.FirstSection + 1, binarytest.FirstSection + 2, binarytest.FirstSection + 4
)

func code(n int, seed byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = seed + byte(i)
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func words(values ...uint64) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// The library's object: two functions, the first with an address that the linker fills in, a variable, a text, and a table
// of addresses without name.
var (
	libText = join(code(4, 0x10), make([]byte, 8), code(20, 0x30))
	libData = code(8, 0x50)
	libStr  = []byte("a text of C\x00")
	crtText = code(16, 0x70)
)

func libObject() []byte {
	const text, str, table, data = binarytest.FirstSection, binarytest.FirstSection + 1, binarytest.FirstSection + 2, binarytest.FirstSection + 3
	sections := []binarytest.ELFSection{
		{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Data: libText},
		{Name: ".rodata.str1.1", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_MERGE | elf.SHF_STRINGS, Data: libStr, Entry: 1},
		{Name: ".data.rel.ro", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Data: make([]byte, 16)},
		{Name: ".data", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_WRITE, Data: libData},
	}
	sections = append(sections, binarytest.SymbolTable(
		binarytest.ELFSymbol{Name: "lib.c", File: true},
		binarytest.ELFSymbol{Name: ".Lstr", Local: true, Section: str},
		binarytest.ELFSymbol{Name: "helper", Local: true, Section: text, Value: 16, Size: 16},
		binarytest.ELFSymbol{Name: "lib_open", Section: text, Size: 16},
		binarytest.ELFSymbol{Name: "lib_data", Section: data, Size: 8},
	)...)
	sections = append(sections, binarytest.Relocations(text, []uint64{4}, []uint64{5}),
		binarytest.Relocations(table, []uint64{0, 8}, []uint64{2, 4}))
	return binarytest.ELF{Type: elf.ET_REL, Machine: elf.EM_X86_64, Sections: sections}.Bytes()
}

// startObject is an object of one function.
func startObject(function string) []byte {
	sections := []binarytest.ELFSection{{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Data: crtText}}
	sections = append(sections, binarytest.SymbolTable(binarytest.ELFSymbol{Name: function, Section: binarytest.FirstSection, Size: 16})...)
	return binarytest.ELF{Type: elf.ET_REL, Machine: elf.EM_X86_64, Sections: sections}.Bytes()
}

func newWorld() *world {
	const libAt, crtAt, strAt, tableAt = textAt + 48, textAt + 80, rodataAt + 16, dataAt + 16
	alloc := elf.SHF_ALLOC
	linked := bytes.Clone(libText)
	copy(linked[4:], words(dataAt+8))
	w := &world{
		sections: []binarytest.ELFSection{
			{Name: ".text", Type: elf.SHT_PROGBITS, Flags: alloc | elf.SHF_EXECINSTR, Addr: textAt,
				Data: join(code(12, 1), []byte{0xcc, 0xcc, 0xcc, 0xcc}, code(32, 0x80), linked, crtText)},
			{Name: ".rodata", Type: elf.SHT_PROGBITS, Flags: alloc, Addr: rodataAt, Data: join([]byte("texts of Go 1234"), libStr)},
			{Name: ".gopclntab", Type: elf.SHT_PROGBITS, Flags: alloc, Addr: pclntabAt, Data: goTable118(
				goFunction{0, 16, "main.go"}, goFunction{16, 32, "sdk/src/runtime/proc.go"}, goFunction{32, 48, "sdk/src/runtime/asm.s"})},
			{Name: ".go.buildinfo", Type: elf.SHT_PROGBITS, Flags: alloc | elf.SHF_WRITE, Addr: buildinfoAt, Data: buildInfo("example.org/cmd")},
			{Name: ".data", Type: elf.SHT_PROGBITS, Flags: alloc | elf.SHF_WRITE, Addr: dataAt,
				Data: join(code(8, 0x90), libData, words(strAt, libAt))},
		},
		symbols: []binarytest.ELFSymbol{
			{Name: "go.go", File: true},
			{Name: "runtime.text", Local: true, Section: text, Value: textAt},
			{Name: "main.main", Local: true, Section: text, Value: textAt, Size: 12},
			{Name: "runtime.f", Local: true, Section: text, Value: textAt + 16, Size: 16},
			{Name: "gogo", Local: true, Section: text, Value: textAt + 32, Size: 16},
			{Name: "runtime.etext", Local: true, Section: text, Value: libAt},
			{Name: "go:string.*", Local: true, Section: rodata, Value: rodataAt},
			{Name: "runtime.erodata", Local: true, Section: rodata, Value: strAt},
			{Name: "runtime.pclntab", Local: true, Section: pclntab, Value: pclntabAt},
			{Name: "runtime.x", Local: true, Section: data, Value: dataAt, Size: 8},
			{Name: "lib.c", File: true},
			{Name: "helper", Local: true, Section: text, Value: libAt + 16, Size: 16},
			{Name: "lib_open", Section: text, Value: libAt, Size: 16},
			{Name: "_start", Section: text, Value: crtAt, Size: 16},
			{Name: "lib_data", Section: data, Value: dataAt + 8, Size: 8},
		},
		lib:      binarytest.Ar(binarytest.Member{Name: "lib.o/", Data: libObject()}),
		runtime:  map[string][]byte{"crt1.o": startObject("_start")},
		listed:   map[string][]string{"libc": {"crt1.o"}},
		packages: map[string][]string{"cmd": {"example.org/cmd"}, "std": {"runtime"}},
		links:    []string{"cmd", "std", "lib", "libc"},
		ceiling:  100,
		released: func(e binarytest.ELF) binarytest.ELF { return e },
		digest:   sha256Hex,
	}
	return w
}

// input puts the world together.
func (w *world) input() Input {
	plain := binarytest.ELF{Type: elf.ET_EXEC, Machine: elf.EM_X86_64, Sections: w.sections}
	twin := plain
	twin.Sections = append(append([]binarytest.ELFSection{}, w.sections...), binarytest.SymbolTable(w.symbols...)...)
	in := Input{
		Program: append(twin.Bytes(), w.extra...), Released: append(w.released(plain).Bytes(), w.extra...), Runtime: fstest.MapFS{},
		Libraries: []Library{{"lib.a", w.lib, "lib"}}, Ceiling: w.ceiling,
	}
	for name, b := range w.runtime {
		in.Runtime.(fstest.MapFS)[name] = &fstest.MapFile{Data: b}
	}
	d := &graph.Document{Platform: "linux_amd64", Components: []graph.Component{{ID: "program", Role: graph.Delivered,
		Digests: []graph.Digest{{Object: graph.ReleasedFile, Name: "bin/program", Alg: graph.SHA256, Value: sha256Hex(in.Released)}}}}}
	for _, id := range w.links {
		c := graph.Component{ID: id, Role: graph.Linked, Packages: w.packages[id]}
		for _, f := range w.listed[id] {
			c.Files = append(c.Files, graph.File{Path: f, SHA256: w.digest(w.runtime[f])})
		}
		d.Components = append(d.Components, c)
		d.Relations = append(d.Relations, graph.Relation{From: "program", To: id, Kind: graph.Links})
	}
	in.Graph = d
	return in
}

type goFunction struct {
	from, to uint32 // from the begin of Go's code
	file     string
}

// goTable118 is a pclntab as Go writes it since 1.20, for functions that lie one behind the other; see debug/gosym.
func goTable118(functions ...goFunction) []byte {
	u32 := binary.LittleEndian.AppendUint32
	var cu, files, pc, table, records []byte
	pc = []byte{0} // offset 0 says that there is no table
	for i, f := range functions {
		cu, files = u32(cu, uint32(len(files))), append(append(files, f.file...), 0)
		at := uint32(len(pc))
		// From value -1 up by i+1, in zigzag form, for as many bytes of code.
		pc = append(pc, byte(2*(i+1)), byte(f.to-f.from), 0)
		table = u32(u32(table, f.from), uint32(8*len(functions)+4+len(records)))
		for _, v := range []uint32{f.from, 0, 0, 0, 0, at, at, 0, 0, 0, 0} {
			records = u32(records, v)
		}
	}
	table = append(u32(table, functions[len(functions)-1].to), records...)
	name := []byte("f\x00")
	const header = 8 + 8*8
	out := append([]byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}, words(uint64(len(functions)), uint64(len(functions)), 0)...)
	at := uint64(header)
	for _, part := range [][]byte{name, cu, files, pc, table} {
		out = append(out, words(at)...)
		at += uint64(len(part))
	}
	return join(out, name, cu, files, pc, table)
}

// buildInfo is what debug/buildinfo reads.
func buildInfo(path string) []byte {
	out := append([]byte("\xff Go buildinf:\x08\x02"), make([]byte, 16)...)
	mark := code(16, 0xe0)
	for _, text := range []string{"go1.27.4", string(mark) + "path\t" + path + "\n" + string(mark)} {
		out = append(binary.AppendUvarint(out, uint64(len(text))), text...)
	}
	return out
}
