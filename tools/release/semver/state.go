// SPDX-License-Identifier: MIT

package semver

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/api"
)

// lists are the files of api/ with promises beside names in Go.
var lists = []string{"compat.txt", "defaults.txt", "dsn.txt", "errors.txt", "formats.txt", "options.txt", "shell.txt"}

// maxList bounds a list and go.mod, in bytes.
const maxList = 4 << 20

// A State is what one tree promises.
type State struct {
	Code     *api.Code
	Mod      *modfile.File
	Lists    map[string]map[string]string // by file of api/, name and value
	Rows     []api.Row
	Released []api.Line // api/v1.txt
}

// Read reads the tree below root, for the platforms of a matrix that may be another tree's.
func Read(sources *api.Sources, root string, platforms []api.Platform) (*State, error) {
	s := &State{Lists: map[string]map[string]string{}}
	data, err := action.ReadFile(filepath.Join(root, "go.mod"), maxList)
	if err != nil {
		return nil, fmt.Errorf("read go.mod: %w", err)
	}
	if s.Mod, err = modfile.Parse("go.mod", data, nil); err != nil {
		return nil, fmt.Errorf("read go.mod: %w", err)
	}
	if s.Mod.Module == nil || s.Mod.Go == nil {
		return nil, errors.New("read go.mod: it has no module line or no go line")
	}
	if s.Rows, err = api.Rows(root); err != nil {
		return nil, err
	}
	if s.Released, err = api.ReadFile(root, api.Released); err != nil {
		return nil, err
	}
	for _, name := range lists {
		if s.Lists[name], err = readList(filepath.Join(root, "api", name)); err != nil {
			return nil, fmt.Errorf("read what is promised: %w", err)
		}
	}
	s.Code, err = api.Load(sources, root, platforms)
	return s, err
}

// readList reads NAME = VALUE lines. A file that is not there is empty: a list may be newer than a release, and one that
// goes takes its names with it.
func readList(file string) (map[string]string, error) {
	list := map[string]string{}
	data, err := action.ReadFile(file, maxList)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, maxList)
	for scanner.Scan() {
		if line := scanner.Text(); !strings.HasPrefix(line, "#") {
			name, value, _ := strings.Cut(line, " = ")
			list[name] = value
		}
	}
	return list, scanner.Err()
}
