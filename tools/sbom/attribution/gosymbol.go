// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"debug/buildinfo"
	"debug/gosym"
	"fmt"
	"path"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/objects"
)

// goTables says what the symbols are that Go's linker and compiler make without a package: a name, or with a star the
// begin of one. They are of cmd/link/internal/ld (symtab.go, data.go, pcln.go) and cmd/compile/internal/{reflectdata,ir}.
var goTables = []struct{ name, table string }{
	{"go:buildid", "build id"},
	{"go:buildinfo", "build information"},
	{"go:buildinfo.ref", "build information"},
	{"go:cuinfo.*", "debug information"},
	{"go:fipsinfo", "FIPS information"},
	{"go:string.*", "strings"},
	{"go:func.*", "function data"},
	{"go:funcdesc", "function values"},
	{"go:itab.*", "itabs"},
	{"go:(*struct *", "method wrappers"},
	{"go:struct *", "method wrappers"},
	{"go:interface *", "method wrappers"},
	{"go:main.inittasks", "initialisation order"},
	{"go:runtime.inittasks", "initialisation order"},
	{"go:plugin.*", "plugin tables"},
	{"type:.eq.*", "type algorithms"},
	{"type:.eqfunc.*", "type algorithms"},
	{"type:.hash.*", "type algorithms"},
	{"type:.hashfunc.*", "type algorithms"},
	{"type:*", "types"},
	{"$f32.*", "constants"},
	{"$f64.*", "constants"},
	{"$i64.*", "constants"},
	{"$i128.*", "constants"},
	{"runtime.pclntab", "pclntab"},
	{"runtime.pcheader", "pclntab"},
	{"runtime.funcnametab", "pclntab"},
	{"runtime.cutab", "pclntab"},
	{"runtime.filetab", "pclntab"},
	{"runtime.pctab", "pclntab"},
	{"runtime.functab", "pclntab"},
	{"runtime.findfunctab", "findfunctab"},
	{"runtime.gcbits.*", "gcbits"},
	{"runtime.gcdata", "gcdata"},
	{"runtime.gcbss", "gcdata"},
	{"runtime.typelink", "typelinks"},
	{"runtime.itablink", "itablinks"},
	{"runtime.firstmoduledata", "module data"},
	{"runtime.textsectionmap", "module data"},
	{"local.moduledata", "module data"},
}

// goMarks are the names of the ends of regions. They own no byte.
var goMarks = map[string]bool{
	"runtime.text": true, "runtime.etext": true, "runtime.rodata": true, "runtime.erodata": true, "runtime.types": true,
	"runtime.etypes": true, "runtime.epclntab": true, "runtime.data": true, "runtime.edata": true, "runtime.bss": true,
	"runtime.ebss": true, "runtime.noptrdata": true, "runtime.enoptrdata": true, "runtime.noptrbss": true,
	"runtime.enoptrbss": true, "runtime.end": true, "runtime.egcdata": true, "runtime.egcbss": true, "runtime.covctrs": true,
	"runtime.ecovctrs": true, "runtime.etypelink": true, "runtime.eitablink": true, "runtime.symtab": true,
	"runtime.esymtab": true, "go:textfipsstart": true, "go:textfipsend": true, "go:rodatafipsstart": true,
	"go:rodatafipsend": true, "go:datafipsstart": true, "go:datafipsend": true, "go:noptrdatafipsstart": true,
	"go:noptrdatafipsend": true,
}

// goBare are the variables and functions of Go that are written without their package, because C sees them
// (src/runtime/cgo/{asm_*.s,callbacks*.go}, src/runtime/{rt0,asm}_*.s) or because they are an assembly file's own data. An
// assembly file's own functions need no line: the pclntab says which file they are of.
var goBare = map[string]string{
	"crosscall2":            "runtime/cgo",
	"crosscall2_trampoline": "runtime/cgo",
	"_cgo_panic":            "runtime/cgo",
	"_cgo_topofstack":       "runtime",
	"main":                  "runtime",
	"_main":                 "runtime",
	"setg_gcc":              "runtime",

	"_cgo_bindm":                    "runtime/cgo",
	"_cgo_call_symbolizer_function": "runtime/cgo",
	"_cgo_call_traceback_function":  "runtime/cgo",
	"_cgo_callers":                  "runtime/cgo",
	"_cgo_getstackbound":            "runtime/cgo",
	"_cgo_init":                     "runtime/cgo",
	"_cgo_mmap":                     "runtime/cgo",
	"_cgo_munmap":                   "runtime/cgo",
	"_cgo_notify_runtime_init_done": "runtime/cgo",
	"_cgo_pthread_key_created":      "runtime/cgo",
	"_cgo_set_traceback_functions":  "runtime/cgo",
	"_cgo_sigaction":                "runtime/cgo",
	"_cgo_stub_export":              "runtime/cgo",
	"_cgo_sys_thread_create":        "runtime/cgo",
	"_cgo_thread_start":             "runtime/cgo",
	"_crosscall2_ptr":               "runtime/cgo",

	"bad_cpu_msg":            "runtime",
	"bad_proc_msg":           "runtime",
	"block_size":             "runtime",
	"debugCallFrameTooLarge": "runtime",
	"exitStack":              "runtime",
	"fast_udiv_tab":          "runtime",
	"masks":                  "runtime",
	"no_lse_msg":             "runtime",
	"shifts":                 "runtime",
	"timebase":               "runtime",
	"zeroTLS":                "runtime",
	"byteswap":               "internal/bytealg",
	"countbytemask":          "internal/bytealg",
	"indexbytevbperm":        "internal/bytealg",
	"r2r1":                   "hash/crc32",
	"r4r3":                   "hash/crc32",
	"r5":                     "hash/crc32",
	"rupoly":                 "hash/crc32",
}

// goTable returns the table that a symbol is, or the empty text.
func goTable(name string) string {
	for _, t := range goTables {
		if begin, many := strings.CutSuffix(t.name, "*"); name == t.name || many && strings.HasPrefix(name, begin) {
			return t.table
		}
	}
	return ""
}

// goProgram is what a Go program says about its packages.
type goProgram struct {
	main    string            // import path of package main
	folders map[string]string // of source files, to packages
	text    [2]uint64
	table   *gosym.Table
}

// readGo returns nil for a program without Go.
func readGo(p *program) (g *goProgram, err error) {
	defer func() {
		if r := recover(); r != nil {
			g, err = nil, fmt.Errorf("read pclntab: malformed: %v", r)
		}
	}()
	at := map[string]uint64{}
	for _, s := range p.symbols {
		switch s.name {
		case "runtime.text", "runtime.etext", "runtime.pclntab":
			at[s.name] = s.addr
		}
	}
	if _, ok := at["runtime.text"]; !ok {
		return nil, nil
	}
	info, err := buildinfo.Read(bytes.NewReader(p.data))
	if err != nil {
		return nil, fmt.Errorf("read build information: %w", err)
	}
	g = &goProgram{main: info.Path, folders: map[string]string{}, text: [2]uint64{at["runtime.text"], at["runtime.etext"]}}
	g.table, err = gosym.NewTable(nil, gosym.NewLineTable(p.bytesAt(at["runtime.pclntab"]), g.text[0]))
	if err != nil {
		return nil, fmt.Errorf("read pclntab: %w", err)
	}
	for _, s := range p.symbols {
		if name := objects.Package(s.name); name != "" && g.inText(s.addr) {
			g.folders[g.folder(s.addr)] = name
		}
	}
	return g, nil
}

func (g *goProgram) inText(addr uint64) bool { return addr >= g.text[0] && addr < g.text[1] }

// folder returns the folder of the source file that a function was compiled from.
func (g *goProgram) folder(addr uint64) string {
	file, _, _ := g.table.PCToLine(addr)
	return path.Dir(file)
}

// packageOf returns the import path of the package that a symbol is of, or the empty text for a symbol of C.
func (g *goProgram) packageOf(s symbol) string {
	name := objects.Package(s.name)
	if name == "" {
		name = goBare[s.name]
	}
	if name == "" && g.inText(s.addr) {
		name = g.folders[g.folder(s.addr)]
	}
	if name == "main" && g.main != "" {
		return g.main
	}
	return name
}
