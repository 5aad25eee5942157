// SPDX-License-Identifier: MIT

// Package attach makes signed archives: the archive of the build with its programs replaced by those that carry their
// detached signatures. It is a pure function of the archive and the signatures, so anybody can repeat it, and the archive
// of the build stays what it was. Names, modes, times and the order of files are taken over.
package attach

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/archive"
	"github.com/gosqlite/gosqlite/tools/release/sign/authenticode"
	"github.com/gosqlite/gosqlite/tools/release/sign/codesign"
)

// Limits of an archive. They are those that archive writes by, and a bound on the whole.
const (
	MaxArchive = 1 << 30 // bytes, as it lies there
	MaxTotal   = 2 << 30 // bytes, unpacked
)

// A Format is a kind of archive.
type Format string

// The formats.
const (
	TarGzip Format = "tar.gz"
	Zip     Format = "zip"
)

// An Archive is a release archive in memory.
type Archive struct {
	Format Format
	files  archive.Archive
}

// SplitName takes the extension of an archive's name off.
func SplitName(name string) (stem string, format Format, err error) {
	for _, format := range []Format{TarGzip, Zip} {
		if stem, ok := strings.CutSuffix(name, "."+string(format)); ok {
			return stem, format, nil
		}
	}
	return "", "", fmt.Errorf("archive %s: its name ends with neither .tar.gz nor .zip", name)
}

// SignedName is the name of the signed twin of an archive.
func SignedName(name string) (string, error) {
	stem, format, err := SplitName(name)
	return stem + "_signed." + string(format), err
}

// Read reads an archive that the release's pack made. Anything else in it than regular files in pack's order and modes is
// an error.
func Read(text []byte, format Format) (*Archive, error) {
	if len(text) > MaxArchive {
		return nil, fmt.Errorf("read archive: larger than %d bytes", MaxArchive)
	}
	a := &Archive{Format: format}
	read := map[Format]func([]byte) error{TarGzip: a.readTar, Zip: a.readZip}[format]
	if read == nil {
		return nil, fmt.Errorf("read archive: format %q is not known", format)
	}
	if err := read(text); err != nil {
		return nil, fmt.Errorf("read archive: %w", err)
	}
	if err := a.files.Check(); err != nil {
		return nil, fmt.Errorf("read archive: %w", err)
	}
	return a, nil
}

// A budget is what may still be unpacked.
type budget struct{ left int64 }

// add reads a file's contents into the archive.
func (a *Archive) add(b *budget, f archive.File, r io.Reader) error {
	if len(a.files.Files) >= archive.MaxFiles {
		return fmt.Errorf("more than %d files", archive.MaxFiles)
	}
	contents, err := io.ReadAll(io.LimitReader(r, b.left+1))
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	if b.left -= int64(len(contents)); b.left < 0 {
		return fmt.Errorf("it unpacks to more than %d bytes", int64(MaxTotal))
	}
	f.Source = archive.Bytes(contents)
	a.files.Files = append(a.files.Files, f)
	return nil
}

func (a *Archive) readTar(text []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return err
	}
	b := &budget{MaxTotal}
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg {
			return fmt.Errorf("%s is no regular file", h.Name)
		}
		if err := a.add(b, archive.File{Name: h.Name, Time: h.ModTime, Mode: fs.FileMode(h.Mode).Perm()}, t); err != nil {
			return err
		}
	}
}

func (a *Archive) readZip(text []byte) error {
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return err
	}
	b := &budget{MaxTotal}
	for _, f := range z.File {
		if !f.Mode().IsRegular() {
			return fmt.Errorf("%s is no regular file", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		err = a.add(b, archive.File{Name: f.Name, Time: f.Modified, Mode: f.Mode().Perm()}, r)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// A Program is a file of an archive that can be signed.
type Program struct {
	Path      string // in the archive
	Contents  []byte
	Extension string // of its stored signature
}

// Programs are the programs for Windows and macOS in the archive, in the order of their paths.
func (a *Archive) Programs() []Program {
	var out []Program
	for _, f := range a.files.Files {
		contents := f.Source.(archive.Bytes)
		if path.Base(path.Dir(f.Name)) != "bin" {
			continue
		}
		switch {
		case authenticode.IsPE(contents):
			out = append(out, Program{f.Name, contents, authenticode.Extension})
		case codesign.IsMachO(contents):
			out = append(out, Program{f.Name, contents, codesign.Extension})
		}
	}
	return out
}

// A Signature is a stored signature of a program.
type Signature struct {
	Path      string // of the program in the archive
	Extension string
	Text      []byte
}

// Attach replaces each signature's program by the signed one. A signature whose program is not there, that is of another
// program or that comes twice is an error.
func (a *Archive) Attach(signatures []Signature) error {
	done := map[string]bool{}
	for _, s := range signatures {
		i := slices.IndexFunc(a.files.Files, func(f archive.File) bool { return f.Name == s.Path })
		if i < 0 || done[s.Path] {
			return fmt.Errorf("attach to %s: it is not in the archive, or signed twice", s.Path)
		}
		done[s.Path] = true
		f := &a.files.Files[i]
		join := map[string]func(file, signature []byte) ([]byte, error){
			authenticode.Extension: authenticode.Attach,
			codesign.Extension:     codesign.Attach,
		}[s.Extension]
		if join == nil {
			return fmt.Errorf("attach to %s: %s is no kind of signature", s.Path, s.Extension)
		}
		signed, err := join(f.Source.(archive.Bytes), s.Text)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Path, err)
		}
		f.Source = archive.Bytes(signed)
	}
	return nil
}

// Write writes the archive as pack writes it.
func (a *Archive) Write(w io.Writer) error {
	if a.Format == Zip {
		return a.files.WriteZip(w)
	}
	return a.files.WriteTarGzip(w)
}
