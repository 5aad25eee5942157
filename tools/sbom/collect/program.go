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
	p.packages = objects.Packages(p.symbols)
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

// externallyLinked tells whether a C toolchain linked the program, and so its runtime. Go links a program without cgo by
// itself: https://pkg.go.dev/cmd/link
func (p *program) externallyLinked() bool {
	return len(p.packages) == 0 || slices.ContainsFunc(p.symbols, func(s string) bool {
		return strings.TrimLeft(s, "_") == "x_cgo_notify_runtime_init_done" // of runtime/cgo, in C; some formats put a _ before it
	})
}

// standard tells whether an import path is the standard library's.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && path != "main"
}
