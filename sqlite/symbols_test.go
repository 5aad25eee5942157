// SPDX-License-Identifier: MIT

package sqlite_test

import (
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestProgramExportsNoSQLite reads the symbols of a program or object that
// GOSQLITE_SYMBOLS_OF names, else of this test program: none of SQLite's names
// may be global, so that another copy of SQLite can be linked beside it. In a
// program that was stripped, as `go test` does, what it exports dynamically is
// all that is left to look at.
func TestProgramExportsNoSQLite(t *testing.T) {
	path, named := os.LookupEnv("GOSQLITE_SYMBOLS_OF")
	if !named {
		var err error
		if path, err = os.Executable(); err != nil {
			t.Fatal(err)
		}
	}
	names, stripped, err := globalSymbols(path)
	if err != nil {
		t.Fatal(err)
	}
	shims := slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "gosqlite_") })
	if !shims && (named || !stripped) {
		t.Fatalf("%d symbols, but not those of the shims: the check looks at the wrong place", len(names))
	}
	if bad := foreign(names); len(bad) > 0 {
		t.Errorf("global symbols of SQLite: %v", bad)
	}
	if len(foreign(append(names, "sqlite3_open"))) != 1 {
		t.Error("plant: a global sqlite3_open was not noticed")
	}
}

func foreign(names []string) []string {
	var bad []string
	for _, n := range names {
		if strings.HasPrefix(n, "sqlite3") {
			bad = append(bad, n)
		}
	}
	return bad
}

// globalSymbols lists the global symbols of a program of any format, without
// the underscore that Mach-O puts first.
func globalSymbols(path string) (names []string, stripped bool, err error) {
	if f, err := elf.Open(path); err == nil {
		defer f.Close()
		symbols, err := f.Symbols()
		if errors.Is(err, elf.ErrNoSymbols) {
			stripped = true
			symbols, err = f.DynamicSymbols()
			if errors.Is(err, elf.ErrNoSymbols) {
				return nil, true, nil
			}
		}
		for _, s := range symbols {
			if elf.ST_BIND(s.Info) != elf.STB_LOCAL && s.Section != elf.SHN_UNDEF {
				names = append(names, s.Name)
			}
		}
		return names, stripped, err
	}
	if f, err := macho.Open(path); err == nil {
		defer f.Close()
		if f.Symtab == nil {
			return nil, true, nil
		}
		const external, undefined = 0x01, 0x0e
		for _, s := range f.Symtab.Syms {
			if s.Type&external != 0 && s.Type&undefined != 0 {
				names = append(names, strings.TrimPrefix(s.Name, "_"))
			}
		}
		return names, false, nil
	}
	f, err := pe.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	const external = 2
	for _, s := range f.Symbols {
		if s.StorageClass == external && s.SectionNumber > 0 {
			names = append(names, s.Name)
		}
	}
	return names, len(f.Symbols) == 0, nil
}
