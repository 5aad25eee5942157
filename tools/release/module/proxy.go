// SPDX-License-Identifier: MIT

package module

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Folder is where a GOPROXY keeps the files of a module's versions.
func Folder(out, modulePath string) (string, error) {
	escaped, err := module.EscapePath(modulePath)
	if err != nil {
		return "", err
	}
	return filepath.Join(out, filepath.FromSlash(escaped), "@v"), nil
}

// WriteProxy adds the version to the tree of files below out and gives the zip's h1: checksum. A version that is there
// already must be the same: it is never replaced, and another one is ErrUsed.
func (s *Source) WriteProxy(out, version string) (string, error) {
	dir, err := Folder(out, s.Path)
	if err != nil {
		return "", fmt.Errorf("write module: %w", err)
	}
	escaped, err := module.EscapeVersion(version)
	if err != nil {
		return "", fmt.Errorf("write module: %w", err)
	}
	files := make([]zip.File, len(s.Files))
	for i, f := range s.Files {
		files[i] = f
	}
	var packed bytes.Buffer
	if err := zip.Create(&packed, module.Version{Path: s.Path, Version: version}, files); err != nil {
		return "", fmt.Errorf("write module: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("write module: %w", err)
	}
	list, err := versions(filepath.Join(dir, "list"), version)
	if err != nil {
		return "", fmt.Errorf("write module: %w", err)
	}
	info := fmt.Sprintf("{\"Version\":%q,\"Time\":%q}\n", version, s.Time.UTC().Format("2006-01-02T15:04:05Z"))
	// The list comes last: until then nobody finds the version.
	for _, f := range []struct {
		name string
		data []byte
		grow bool
	}{{escaped + ".zip", packed.Bytes(), false}, {escaped + ".mod", s.GoMod, false}, {escaped + ".info", []byte(info), false}, {"list", list, true}} {
		name := filepath.Join(dir, f.name)
		have, err := os.ReadFile(name)
		switch {
		case err == nil && bytes.Equal(have, f.data):
			continue
		case err == nil && !f.grow:
			return "", fmt.Errorf("write module: %s is there with other contents: %w", name, ErrUsed)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("write module: %w", err)
		}
		if err := action.WriteFile(name, 0o644, func(w io.Writer) error { _, err := w.Write(f.data); return err }); err != nil {
			return "", err
		}
	}
	return dirhash.HashZip(filepath.Join(dir, escaped+".zip"), dirhash.Hash1)
}

// versions is the text of a list with one more version.
func versions(file, version string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	all := strings.Fields(string(data))
	if !slices.Contains(all, version) {
		all = append(all, version)
	}
	semver.Sort(all)
	return []byte(strings.Join(all, "\n") + "\n"), nil
}
