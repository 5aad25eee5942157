// SPDX-License-Identifier: MIT

package manual

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Bounds of what a site is made of.
const (
	maxFile  = 8 << 20 // bytes
	maxFiles = 5000
)

// Read reads the input of a site. Files are Markdown and pictures, sources are Go files; both map the path in the tree to
// the file to read. Contents and areas are files to read; areas "" leaves the pages about programs out.
func Read(version, contents, areas string, files, sources map[string]string) (Input, error) {
	in := Input{Version: version, Files: map[string][]byte{}, Packages: map[string]map[string][]byte{}}
	text, err := action.ReadFile(contents, maxFile)
	if err != nil {
		return in, err
	}
	if in.Contents, err = ParseContents(text); err != nil {
		return in, err
	}
	if len(files)+len(sources) > maxFiles {
		return in, fmt.Errorf("read input: more than %d files", maxFiles)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if in.Files[name], err = action.ReadFile(files[name], maxFile); err != nil {
			return in, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		text, err := action.ReadFile(sources[name], maxFile)
		if err != nil {
			return in, err
		}
		dir, base := path.Split(name)
		dir = path.Clean(dir)
		if in.Packages[dir] == nil {
			in.Packages[dir] = map[string][]byte{}
		}
		in.Packages[dir][base] = text
	}
	if areas == "" {
		in.Contents = in.Contents.withoutTreemap()
		return in, nil
	}
	if text, err = action.ReadFile(areas, maxFile); err != nil {
		return in, err
	}
	if err := json.Unmarshal(text, &in.Areas); err != nil {
		return in, fmt.Errorf("read areas of %s: %w", areas, err)
	}
	if len(in.Areas) == 0 {
		return in, fmt.Errorf("read areas of %s: there is none", areas)
	}
	return in, nil
}

func (c Contents) withoutTreemap() Contents {
	var out Contents
	for _, s := range c {
		s.Entries = slices.DeleteFunc(slices.Clone(s.Entries), func(e Entry) bool { return e.Treemap != "" })
		out = append(out, s)
	}
	return out
}

// ReadTree reads the input of a site from a source tree, as the build declares it.
func ReadTree(root, version, areas string) (Input, error) {
	contents := filepath.Join(root, "docs", "contents.json")
	text, err := action.ReadFile(contents, maxFile)
	if err != nil {
		return Input{}, err
	}
	c, err := ParseContents(text)
	if err != nil {
		return Input{}, err
	}
	files, sources := map[string]string{}, map[string]string{}
	for _, e := range c.entries() {
		if e.File != "" {
			files[e.File] = filepath.Join(root, filepath.FromSlash(e.File))
		}
		if e.Package == "" {
			continue
		}
		list, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(e.Package)))
		if err != nil {
			return Input{}, fmt.Errorf("read package %s: %w", e.Package, err)
		}
		for _, f := range list {
			if !f.IsDir() && strings.HasSuffix(f.Name(), ".go") {
				name := path.Join(e.Package, f.Name())
				sources[name] = filepath.Join(root, filepath.FromSlash(name))
			}
		}
	}
	// All of docs/, so that what was forgotten in the contents is found.
	for _, pattern := range []string{"*.md", "*.svg", "advisories/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, "docs", filepath.FromSlash(pattern)))
		if err != nil {
			return Input{}, err
		}
		for _, name := range found {
			files[path.Join("docs", path.Dir(pattern), filepath.Base(name))] = name
		}
	}
	return Read(version, contents, areas, files, sources)
}
