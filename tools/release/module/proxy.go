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
	parts, err := s.Pack(version)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("write module: %w", err)
	}
	list, err := versions(filepath.Join(dir, "list"), version)
	if err != nil {
		return "", fmt.Errorf("write module: %w", err)
	}
	// The list comes last: until then nobody finds the version.
	for _, f := range []struct {
		name string
		data []byte
		grow bool
	}{{escaped + ".zip", parts.Zip, false}, {escaped + ".mod", parts.Mod, false}, {escaped + ".info", parts.Info, false}, {"list", list, true}} {
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
	return Sum(filepath.Join(dir, escaped+".zip"))
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
