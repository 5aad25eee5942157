// SPDX-License-Identifier: MIT

package tree

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// Limits of what is read whole, in bytes.
const (
	maxGoMod    = 16 << 20
	maxAdvisory = 64 << 20
)

// ReleaseFolder is where the files of a release are published.
func ReleaseFolder(version string) string { return "releases/" + version }

// fromFolder is an item that is a file of a folder.
func fromFolder(dir, name, to string, size int64, digest string, fixed bool) Item {
	return Item{File{to, size, digest}, fixed, func() (io.ReadCloser, error) { return os.Open(filepath.Join(dir, filepath.FromSlash(name))) }}
}

// Release lays out the files of a signed release; each File's path is its name in the folder dir.
func Release(dir, version string, files []File) []Item {
	var items []Item
	for _, f := range files {
		items = append(items, fromFolder(dir, f.Path, path.Join(ReleaseFolder(version), f.Path), f.Size, f.SHA256, true))
	}
	return items
}

// Module lays out the Go module of a release in the folder dir, as a GOPROXY has it, with the list of all versions. A
// release without a module has no items.
func Module(dir string, m *manifest.Manifest, base *Index) ([]Item, error) {
	parts := map[string]manifest.File{}
	for _, f := range m.Files {
		if f.Kind == manifest.Module {
			if _, twice := parts[path.Ext(f.Name)]; twice {
				return nil, fmt.Errorf("lay out module: two files of the kind module end in %s", path.Ext(f.Name))
			}
			parts[path.Ext(f.Name)] = f
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	for _, ext := range []string{".info", ".mod", ".zip"} {
		if _, there := parts[ext]; !there || len(parts) != 3 {
			return nil, errors.New("lay out module: a module is a .info, a .mod and a .zip file")
		}
	}
	folder, err := moduleFolder(dir, "v"+m.Version, parts[".mod"])
	if err != nil {
		return nil, fmt.Errorf("lay out module: %w", err)
	}
	escaped, err := module.EscapeVersion("v" + m.Version)
	if err != nil {
		return nil, fmt.Errorf("lay out module: %w", err)
	}
	list, err := versionList(base, folder, "v"+m.Version)
	if err != nil {
		return nil, fmt.Errorf("lay out module: %w", err)
	}
	items := []Item{list}
	for _, ext := range []string{".info", ".mod", ".zip"} {
		f := parts[ext]
		items = append(items, fromFolder(dir, f.Name, folder+"/"+escaped+ext, f.Size, hex.EncodeToString(f.SHA256[:]), true))
	}
	return items, nil
}

// versionList is the list of a module's versions, with more. A revoked one is not in it: the go command takes it only where
// it is asked for by name.
func versionList(base *Index, folder string, more ...string) (Item, error) {
	versions := slices.Clone(more)
	for _, f := range base.Files {
		if name, ok := strings.CutSuffix(path.Base(f.Path), ".info"); ok && path.Dir(f.Path) == folder {
			version, err := module.UnescapeVersion(name)
			if err != nil {
				return Item{}, err
			}
			versions = append(versions, version)
		}
	}
	semver.Sort(versions)
	var text strings.Builder
	for _, v := range slices.Compact(versions) {
		if _, revoked := base.Revocation(v); !revoked {
			text.WriteString(v + "\n")
		}
	}
	return Bytes(folder+"/list", []byte(text.String()), false), nil
}

// moduleFolder is where the go command looks for versions of the module that a go.mod names.
func moduleFolder(dir, version string, f manifest.File) (string, error) {
	text, err := readLimited(filepath.Join(dir, f.Name), maxGoMod)
	if err != nil {
		return "", err
	}
	if action.DigestOf(text) != hex.EncodeToString(f.SHA256[:]) {
		return "", errors.New(f.Name + " changed after it was verified")
	}
	name := modfile.ModulePath(text)
	if err := module.Check(name, version); err != nil {
		return "", fmt.Errorf("%s: %w", f.Name, err)
	}
	escaped, err := module.EscapePath(name)
	return "go/" + escaped + "/@v", err
}

// Advisories lays out the feed that `scan advisory build` wrote. It is read here, once: no signature says what it has to be.
func Advisories(dir string) ([]Item, error) {
	var items []Item
	total := 0
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is no regular file", name)
		case !slices.Contains([]string{".json", ".md"}, path.Ext(name)):
			return fmt.Errorf("%s is neither .json nor .md: name the folder that scan advisory build wrote", name)
		}
		text, err := readLimited(filepath.Join(dir, filepath.FromSlash(name)), int64(maxAdvisory-total))
		if err != nil {
			return err
		}
		total += len(text)
		items = append(items, Bytes("advisories/"+name, text, false))
		return nil
	})
	if err == nil && len(items) == 0 {
		err = errors.New("there are none")
	}
	if err != nil {
		return nil, fmt.Errorf("lay out advisories: %w", err)
	}
	return items, nil
}

func readLimited(name string, limit int64) ([]byte, error) {
	text, err := upTo(name, limit+1)
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s: more than %d bytes", name, limit)
	}
	return text, err
}
