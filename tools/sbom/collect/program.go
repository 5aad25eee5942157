// SPDX-License-Identifier: MIT

package collect

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/binary"
	"github.com/gosqlite/gosqlite/tools/sbom/objects"
)

// program is what a linked program says about itself.
type program struct {
	label    string
	name     string // of the file
	sha256   string
	format   binary.Format
	kind     string            // of its link, as the toolchain's runtime names it: exe or pie
	symbols  []string          // that it defines
	packages []string          // Go packages with code or data in it
	modules  map[string]string // Go modules and versions of its build information, the main one left out
}

func readProgram(o Output) (*program, error) {
	data, err := readFile(o.Path)
	if err != nil {
		return nil, fmt.Errorf("read program: %w", err)
	}
	p := &program{label: o.Label, name: filepath.Base(o.Path), sha256: sha256Hex(data), format: binary.Detect(data), kind: "exe", modules: map[string]string{}}
	if p.format == binary.ELF {
		f, err := elf.NewFile(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("read program %s: %w", p.name, err)
		}
		if f.Type == elf.ET_DYN {
			p.kind = "pie"
		}
	}
	if p.symbols, err = objects.Symbols(data, false); err != nil {
		return nil, fmt.Errorf("read program %s: %w", p.name, err)
	}
	if len(p.symbols) == 0 {
		return nil, fmt.Errorf("read program %s: it has no symbols: name the program as it was linked, before it was stripped", p.name)
	}
	p.packages = packagesOf(p.symbols)
	// A program without Go has no build information.
	if info, err := buildinfo.Read(bytes.NewReader(data)); err == nil {
		for _, m := range info.Deps {
			p.modules[m.Path] = m.Version
		}
	} else if len(p.packages) > 0 {
		return nil, fmt.Errorf("read build information of %s: %w", p.name, err)
	}
	return p, nil
}

// packagesOf returns the import paths of the Go packages whose symbols a program holds.
func packagesOf(symbols []string) []string {
	prefix := ""
	switch {
	case slices.Contains(symbols, "runtime.text"):
	case slices.Contains(symbols, "_runtime.text"):
		prefix = "_" // as C's compilers write names for macOS and 32-bit Windows
	default:
		return nil // no Go
	}
	seen := map[string]bool{}
	for _, s := range symbols {
		if p := packageOf(strings.TrimPrefix(s, prefix)); p != "" {
			seen[p] = true
		}
	}
	out := make([]string, 0, len(seen))
	for p := range seen {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// packageOf returns the import path in the name of a Go symbol, as cmd/link writes it: the path up to the first dot
// behind its last slash, with %xx for bytes that a symbol can't hold. The empty text is no package's symbol: C has no
// dot there, and the linker's own tables begin with a word and a colon or two dots.
func packageOf(symbol string) string {
	name, _, _ := strings.Cut(symbol, "[") // type arguments
	if i := strings.IndexByte(name, '('); i >= 0 {
		name = strings.TrimSuffix(name[:i], ".") // a method's receiver
		name += "."
	}
	slash := strings.LastIndexByte(name, '/')
	dot := strings.IndexByte(name[slash+1:], '.')
	if dot <= 0 {
		return ""
	}
	path := name[:slash+1+dot]
	if strings.ContainsAny(path, ":$*{} ,") || strings.HasPrefix(path, ".") {
		return ""
	}
	return unescape(path)
}

func unescape(path string) string {
	for {
		i := strings.IndexByte(path, '%')
		if i < 0 || i+3 > len(path) {
			return path
		}
		var b byte
		if _, err := fmt.Sscanf(path[i+1:i+3], "%02x", &b); err != nil {
			return path
		}
		path = path[:i] + string(rune(b)) + path[i+3:]
	}
}

// standard tells whether an import path is the standard library's.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && path != "main"
}
