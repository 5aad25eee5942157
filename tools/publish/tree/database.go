// SPDX-License-Identifier: MIT

package tree

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"

	"github.com/gosqlite/gosqlite/tools/publish/sumdb"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// goFolder is the GOPROXY; databases lie below it in sumdb/NAME, where the go command looks for them.
const (
	goFolder       = "go/"
	databaseFolder = goFolder + "sumdb/"
)

// Databases are the names of the checksum databases that a generation has.
func (x *Index) Databases() []string {
	var names []string
	for _, f := range x.Under(databaseFolder) {
		if name, ok := strings.CutSuffix(f.Path, "/latest"); ok {
			names = append(names, strings.TrimPrefix(name, databaseFolder))
		}
	}
	return names
}

// ReadDatabase reads files of a database out of a generation.
func (s *Store) ReadDatabase(x *Index, generation, name string) sumdb.Reader {
	return func(file string, limit int64) ([]byte, error) {
		full := databaseFolder + name + "/" + file
		f, there := x.find(full)
		if !there {
			return nil, &fs.PathError{Op: "read", Path: full, Err: fs.ErrNotExist}
		}
		return s.Read(generation, f, limit)
	}
}

// Database lays out files of a database.
func Database(name string, files []sumdb.File) []Item {
	var items []Item
	for _, f := range files {
		items = append(items, Bytes(databaseFolder+name+"/"+f.Path, f.Text, f.Fixed))
	}
	return items
}

// Records are those of the module versions that a generation has, but for the known ones.
func (s *Store) Records(x *Index, generation string, known []sumdb.Record) ([]sumdb.Record, error) {
	var records []sumdb.Record
	for _, f := range x.unrecorded(known) {
		folder, version := path.Split(f.Path)
		version = strings.TrimSuffix(version, ".zip")
		mod, there := x.find(folder + version + ".mod")
		if !there {
			return nil, fmt.Errorf("read %s: %s has no .mod beside it", s.Dir, f.Path)
		}
		text, err := s.Read(generation, mod, maxGoMod)
		if err != nil {
			return nil, err
		}
		escaped := strings.TrimSuffix(strings.TrimPrefix(folder, goFolder), "/@v/")
		more, err := record(s.in(generationsName, generation, filepath.FromSlash(f.Path)), f.SHA256, escaped, version, text)
		if err != nil {
			return nil, err
		}
		records = append(records, more...)
	}
	return records, nil
}

// ReleaseRecords are those of the module in the folder of a release; none where it has no module.
func ReleaseRecords(dir string, m *manifest.Manifest) ([]sumdb.Record, error) {
	var zip, mod manifest.File
	for _, f := range m.Files {
		switch {
		case f.Kind == manifest.Module && path.Ext(f.Name) == ".zip":
			zip = f
		case f.Kind == manifest.Module && path.Ext(f.Name) == ".mod":
			mod = f
		}
	}
	if zip.Name == "" || mod.Name == "" {
		return nil, nil // Module has refused one without the other
	}
	folder, err := moduleFolder(dir, "v"+m.Version, mod)
	if err != nil {
		return nil, fmt.Errorf("record module: %w", err)
	}
	text, err := readLimited(filepath.Join(dir, mod.Name), maxGoMod)
	if err != nil {
		return nil, fmt.Errorf("record module: %w", err)
	}
	version, err := module.EscapeVersion("v" + m.Version)
	if err != nil {
		return nil, fmt.Errorf("record module: %w", err)
	}
	escaped := strings.TrimSuffix(strings.TrimPrefix(folder, goFolder), "/@v")
	return record(filepath.Join(dir, zip.Name), hex.EncodeToString(zip.SHA256[:]), escaped, version, text)
}

// record hashes a module as the go command does. The zip file is held against its digest afterwards.
func record(zip, digest, escaped, version string, mod []byte) ([]sumdb.Record, error) {
	name, err := module.UnescapePath(escaped)
	if err != nil {
		return nil, fmt.Errorf("record module: %w", err)
	}
	if version, err = module.UnescapeVersion(version); err != nil {
		return nil, fmt.Errorf("record module: %w", err)
	}
	records, err := sumdb.OfModule(name, version, zip, mod)
	if err != nil {
		return nil, err
	}
	if have, err := action.Digest(zip); err != nil || have != digest {
		return nil, errors.Join(fmt.Errorf("record module: %s changed after it was verified", zip), err)
	}
	return records, nil
}

// unrecorded are the zip files of modules that have no record.
func (x *Index) unrecorded(records []sumdb.Record) []File {
	have := map[string]bool{}
	for _, r := range records {
		p, err := module.EscapePath(r.Path)
		v, err2 := module.EscapeVersion(r.Version.Version)
		if err == nil && err2 == nil {
			have[goFolder+p+"/@v/"+v+".zip"] = true
		}
	}
	var missing []File
	for _, f := range x.Under(goFolder) {
		if strings.HasSuffix(f.Path, ".zip") && strings.HasSuffix(path.Dir(f.Path), "/@v") && !have[f.Path] {
			missing = append(missing, f)
		}
	}
	return missing
}

// Unrecorded are the published module versions that a database does not know, by their files.
func (x *Index) Unrecorded(records []sumdb.Record) []string {
	var names []string
	for _, f := range x.unrecorded(records) {
		names = append(names, f.Path)
	}
	return names
}
