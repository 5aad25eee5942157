// SPDX-License-Identifier: MIT

// Package twin reads debug twins: archives of the released programs with their symbol tables. What is linked and what can
// be reached is known only there, because the released programs are stripped.
package twin

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Limits of a twin.
const (
	maxProgram  = 512 << 20 // bytes of one program
	maxPrograms = 64
)

// A Twin is an archive that was read.
type Twin struct {
	File     string // its name, without a folder
	SHA256   string // of the archive, in hexadecimal
	Programs []*Program
}

// A Program is a program of a twin, unpacked.
type Program struct {
	Name    string // path in the archive: gosqlite_0.1.0_linux_amd64_debug/bin/gosqlite
	File    string // where it was unpacked
	SHA256  string // of the program, in hexadecimal
	defined map[string]bool
}

// Defines says whether the program defines the symbol; what it only takes from a shared library is not defined.
func (p *Program) Defines(symbol string) bool { return p.defined[symbol] }

// Unpack reads the programs in the bin folder of a twin into the folder dir. A twin without programs, a program without
// symbols, and one that lies in a folder of another name than the archive are errors: nothing would be found in them, or
// it would be said of another platform.
func Unpack(archive, dir string) (*Twin, error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, fmt.Errorf("read debug twin: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	all := io.TeeReader(f, sum)
	t := &Twin{File: filepath.Base(archive)}
	t.Programs, err = unpack(all, dir)
	if err == nil {
		_, err = io.Copy(io.Discard, all) // what lies behind the last entry belongs to the digest
	}
	if err == nil && len(t.Programs) == 0 {
		err = errors.New("it has no programs")
	}
	folder := strings.TrimSuffix(t.File, ".tar.gz") + "/"
	for _, p := range t.Programs {
		if err == nil && !strings.HasPrefix(p.Name, folder) {
			err = fmt.Errorf("%s lies outside of %s, so that it is another platform's", p.Name, folder)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read debug twin %s: %w", t.File, err)
	}
	t.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return t, nil
}

func unpack(r io.Reader, dir string) ([]*Program, error) {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	var programs []*Program
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return programs, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg || path.Base(path.Dir(h.Name)) != "bin" {
			continue
		}
		if h.Size > maxProgram || len(programs) == maxPrograms {
			return nil, fmt.Errorf("%s is larger than %d bytes, or one of more than %d programs", h.Name, maxProgram, maxPrograms)
		}
		data, err := io.ReadAll(io.LimitReader(tr, h.Size))
		if err != nil {
			return nil, err
		}
		defined, err := Symbols(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		// The name in dir is our own, whatever the archive says.
		file, err := os.CreateTemp(dir, "program")
		if err != nil {
			return nil, err
		}
		_, err = file.Write(data)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		programs = append(programs, &Program{h.Name, file.Name(), action.DigestOf(data), defined})
	}
}

// Symbols are the names that a program defines, in ELF, Mach-O or PE. Mach-O and 32-bit PE put an underscore before the
// names of C; it is taken off.
func Symbols(data []byte) (map[string]bool, error) {
	defined := map[string]bool{}
	r := bytes.NewReader(data)
	switch {
	case bytes.HasPrefix(data, []byte(elf.ELFMAG)):
		f, err := elf.NewFile(r)
		if err != nil {
			return nil, err
		}
		symbols, err := f.Symbols()
		if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
			return nil, err
		}
		for _, s := range symbols {
			if s.Section != elf.SHN_UNDEF {
				defined[s.Name] = true
			}
		}
	case bytes.HasPrefix(data, []byte("MZ")):
		f, err := pe.NewFile(r)
		if err != nil {
			return nil, err
		}
		for _, s := range f.Symbols {
			if s.SectionNumber > 0 {
				defined[s.Name] = true
				if f.Machine == pe.IMAGE_FILE_MACHINE_I386 {
					defined[strings.TrimPrefix(s.Name, "_")] = true
				}
			}
		}
	default:
		f, err := macho.NewFile(r)
		if err != nil {
			return nil, fmt.Errorf("it is neither ELF nor PE nor Mach-O: %w", err)
		}
		if f.Symtab != nil {
			for _, s := range f.Symtab.Syms {
				if s.Sect > 0 {
					defined[strings.TrimPrefix(s.Name, "_")] = true
				}
			}
		}
	}
	if len(defined) == 0 {
		return nil, errors.New("it has no symbol table; give the debug twin, not the released program")
	}
	return defined, nil
}
