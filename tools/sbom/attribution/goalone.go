// SPDX-License-Identifier: MIT

package attribution

import (
	"slices"
	"strings"
)

// linkedByC tells whether a program has what runtime/cgo brings in C: then a C toolchain linked it. Go links a program
// without cgo by itself.
func linkedByC(symbols []symbol) bool {
	return slices.ContainsFunc(symbols, func(s symbol) bool { return strings.TrimLeft(s.name, "_") == "x_cgo_notify_runtime_init_done" })
}

// bare returns the owner of what has a name without a package in a program that Go linked alone: variables of assembly
// files. They are of the one component that has assembly in the program; 0 if several have, or none.
func (a *attribution) bare() uint16 {
	found := map[string]bool{}
	for _, f := range a.goProgram.table.Funcs {
		file, _, _ := a.goProgram.table.PCToLine(f.Entry)
		if !strings.HasSuffix(file, ".s") {
			continue
		}
		if id := a.packageOf[a.goProgram.packageOf(symbol{name: f.Name, addr: f.Entry})]; id != "" {
			found[id] = true
		}
	}
	if len(found) != 1 {
		return 0
	}
	for id := range found {
		return a.own(owner{Component, id, "assembly"})
	}
	return 0
}

// unnamed gives data without a name to the table of them: the compiler's static temporaries (..stmp_ in
// cmd/compile/internal/staticinit), whose names cmd/link/internal/ld/symtab.go leaves out. It sorts data by size, so that
// neighbours say nothing of whose they are.
func (a *attribution) unnamed() {
	table := a.own(owner{GoTable, "static temporaries", ""})
	for _, s := range a.program.sections {
		if s.owner != (owner{}) || s.code {
			continue
		}
		gaps(s, func(from, to int) {
			for i := from; i < to; i++ {
				s.own[i] = table
			}
		})
	}
}
