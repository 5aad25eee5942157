// SPDX-License-Identifier: MIT

package module

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"
)

// Parts are the three files that a GOPROXY has of a version.
type Parts struct {
	Zip, Mod, Info []byte
}

// Pack makes the parts. The same files, version and time give the same bytes.
func (s *Source) Pack(version string) (*Parts, error) {
	files := make([]zip.File, len(s.Files))
	for i, f := range s.Files {
		files[i] = f
	}
	var packed bytes.Buffer
	if err := zip.Create(&packed, module.Version{Path: s.Path, Version: version}, files); err != nil {
		return nil, fmt.Errorf("pack module: %w", err)
	}
	info := fmt.Sprintf("{\"Version\":%q,\"Time\":%q}\n", version, s.Time.UTC().Format("2006-01-02T15:04:05Z"))
	return &Parts{packed.Bytes(), s.GoMod, []byte(info)}, nil
}

// Name is what a part is called in a release: ext is zip, mod or info.
func Name(version, ext string) string { return "gosqlite_" + version + "." + ext }

// Sum is the h1: checksum of a packed module in a file.
func Sum(file string) (string, error) { return dirhash.HashZip(file, dirhash.Hash1) }

// Of is a source without a clone: the files of the module alone, with those of Generated among them. Read would have left the
// others out of the zip, so that a build which declares its inputs names these and no more. It fails on files that a zip
// would silently leave out: two lists that differ must not make the same module.
func Of(files []File, at time.Time) (*Source, error) {
	s := &Source{Files: slices.Clone(files), Time: at}
	slices.SortFunc(s.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	for i, f := range s.Files {
		switch {
		case i > 0 && f.Name == s.Files[i-1].Name:
			return nil, fmt.Errorf("read module: %s is given twice", f.Name)
		case path.Base(f.Name) == "go.mod" && f.Name != "go.mod":
			return nil, fmt.Errorf("read module: %s begins another module, which is no part of this one; leave its folder out", f.Name)
		}
	}
	for _, name := range Generated {
		if s.file(name) == nil {
			return nil, fmt.Errorf("read module: %s is missing; users of plain Go need it", name)
		}
	}
	if err := s.checkGenerated(); err != nil {
		return nil, err
	}
	s.GoMod = s.file("go.mod")
	if s.Path = modfile.ModulePath(s.GoMod); s.Path == "" {
		return nil, errors.New("read module: go.mod has no module line")
	}
	return s, s.whole()
}

// whole fails where a zip would leave a file out.
func (s *Source) whole() error {
	files := make([]zip.File, len(s.Files))
	for i, f := range s.Files {
		files[i] = f
	}
	checked, err := zip.CheckFiles(files)
	if err != nil {
		return fmt.Errorf("read module: %w", err)
	}
	for _, x := range checked.Omitted {
		return fmt.Errorf("read module: %s would not be in it: %w; leave it out", x.Path, x.Err)
	}
	return nil
}
