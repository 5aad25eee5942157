// SPDX-License-Identifier: MIT

package tamper

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// A Dir is a copy of a release, for a case to change.
type Dir struct {
	Path  string // the release
	Aside string // a folder beside it
}

// copy fills d with a release. Files are hard links until they are changed.
func (d *Dir) copy(release string) error {
	return filepath.WalkDir(release, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(release, path)
		if err != nil {
			return err
		}
		to := filepath.Join(d.Path, rel)
		if e.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		if os.Link(path, to) == nil {
			return nil
		}
		data, err := os.ReadFile(path) // a folder on another device
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	})
}

func (d *Dir) path(name string) string { return filepath.Join(d.Path, filepath.FromSlash(name)) }

// Read is the contents of a file.
func (d *Dir) Read(name string) ([]byte, error) { return os.ReadFile(d.path(name)) }

// Write replaces a file, and never what it is a link to.
func (d *Dir) Write(name string, data []byte) error {
	if err := os.RemoveAll(d.path(name)); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(d.path(name)), 0o755); err != nil {
		return err
	}
	return os.WriteFile(d.path(name), data, 0o644)
}

// Edit changes the bytes of a file. A file that stays the same is an error of the case.
func (d *Dir) Edit(name string, edit func([]byte) []byte) error {
	data, err := d.Read(name)
	if err != nil {
		return err
	}
	changed := edit(slices.Clone(data))
	if slices.Equal(changed, data) {
		return fmt.Errorf("%s: the mutation changed nothing", name)
	}
	return d.Write(name, changed)
}

// Rename moves a file.
func (d *Dir) Rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }

// Remove removes a file that is there.
func (d *Dir) Remove(name string) error { return os.Remove(d.path(name)) }

// Swap exchanges two files.
func (d *Dir) Swap(a, b string) error {
	x, err := d.Read(a)
	if err != nil {
		return err
	}
	y, err := d.Read(b)
	if err != nil {
		return err
	}
	if err := d.Write(a, y); err != nil {
		return err
	}
	return d.Write(b, x)
}

// Symlink puts a file aside and a link in its place.
func (d *Dir) Symlink(name string) error {
	to := filepath.Join(d.Aside, filepath.Base(name))
	if err := os.Rename(d.path(name), to); err != nil {
		return err
	}
	return os.Symlink(to, d.path(name))
}

// Objects are the names of the files of a release, one for each role that cases speak of. A role that the release does
// not have is not in it.
func Objects(release string) (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(release, manifest.FileName))
	if err != nil {
		return nil, fmt.Errorf("find objects: %w", err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("find objects: %w", err)
	}
	objects := map[string]string{}
	first := func(role, name string) {
		if objects[role] != "" {
			return
		}
		if _, err := os.Stat(filepath.Join(release, filepath.FromSlash(name))); err == nil {
			objects[role] = name
		}
	}
	for _, f := range m.Files {
		role := string(f.Kind)
		if f.Kind == manifest.Archive && strings.HasSuffix(f.Name, ".zip") {
			role = "zip archive"
		}
		switch ext := filepath.Ext(f.Name); {
		case f.Kind == manifest.Module:
			role += " " + ext
		case strings.HasSuffix(f.Name, ".spdx.json"):
			role = "SPDX document"
		case strings.HasSuffix(f.Name, ".cdx.json"):
			role = "CycloneDX document"
		case f.Kind == manifest.Notes && ext == ".md":
			first("notes in Markdown", f.Name)
		}
		first(role, f.Name)
		first("other "+role, f.Name)
		if objects["other "+role] == objects[role] {
			delete(objects, "other "+role)
		}
	}
	first("manifest", manifest.FileName)
	first("sums", manifest.SumsName)
	for role, name := range map[string]string{
		"provenance": "provenance.intoto.json", "commit statement": "commit.intoto.json", "ledger statement": "ledger.intoto.json", "signed manifest": "manifest_signed.json",
	} {
		first(role, name)
	}
	for role, of := range map[string]string{"manifest's bundle": "manifest", "archive's bundle": "archive", "provenance's bundle": "provenance"} {
		first(role, objects[of]+".sigstore.json")
		first(role, objects[of]+".DEVELOPMENT.sigstore.json")
	}
	first("signed bill of materials", objects["CycloneDX document"]+".signed.json")
	return objects, evidence(release, first)
}

// evidence finds the objects whose names follow no list.
func evidence(release string, first func(role, name string)) error {
	return filepath.WalkDir(release, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(release, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		switch {
		case strings.HasSuffix(name, ".authenticode"):
			first("detached Authenticode signature", name)
		case strings.HasSuffix(name, ".macho"):
			first("detached Mach-O signature", name)
		case strings.HasPrefix(name, "reproduced-") && strings.HasSuffix(name, ".intoto.json"):
			first("reproduced statement", name)
		case strings.Contains(name, "_signed.zip"), strings.Contains(name, "_signed.tar.gz"):
			first("signed archive", name)
		}
		return nil
	})
}
