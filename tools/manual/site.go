// SPDX-License-Identifier: MIT

package manual

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"slices"

	"github.com/gosqlite/gosqlite/tools/sbom/show"
)

// Input is everything that a site is made of.
type Input struct {
	Version  string // of the release, without v
	Contents Contents
	Files    map[string][]byte            // Markdown and pictures by their path in the tree
	Packages map[string]map[string][]byte // Go files by their folder in the tree and their name
	Areas    []show.Area                  // for the treemap
}

// A page is what stands in the middle of an HTML file.
type page struct {
	Title    string // heading
	Body     template.HTML
	Headings []heading
	index    []entry // for the search
}

// A heading is a place of a page that links can name.
type heading struct {
	Level int
	ID    string
	Text  string
}

//go:embed assets
var assets embed.FS

var layout = template.Must(template.ParseFS(assets, "assets/layout.html.tmpl"))

// Build makes the site: its files by name. All names are in one folder.
func Build(in Input) (map[string][]byte, error) {
	site := map[string][]byte{}
	used := map[string]bool{}
	var index []entry
	for _, e := range in.Contents.entries() {
		p, err := in.page(e, used)
		if err != nil {
			return nil, fmt.Errorf("make page %s: %w", e.Page, err)
		}
		for _, i := range p.index {
			i.Page = e.Page + ".html"
			index = append(index, i)
		}
		var b bytes.Buffer
		if err := layout.Execute(&b, map[string]any{"Page": p, "Entry": e, "Contents": in.Contents, "Version": in.Version}); err != nil {
			return nil, fmt.Errorf("make page %s: %w", e.Page, err)
		}
		site[e.Page+".html"] = b.Bytes()
	}
	for _, name := range slices.Sorted(maps.Keys(in.Files)) {
		if !used[name] {
			return nil, fmt.Errorf("make site: %s is given and no page shows it; give it a place in the contents", name)
		}
	}
	for dir := range in.Packages {
		if !used[dir] {
			return nil, fmt.Errorf("make site: package %s is given and has no place in the contents", dir)
		}
	}
	for _, name := range []string{"style.css", "theme.js", "search.js"} {
		text, err := assets.ReadFile("assets/" + name)
		if err != nil {
			return nil, err
		}
		site[name] = text
	}
	text, err := searchIndex(index)
	if err != nil {
		return nil, err
	}
	site[indexFile] = text
	return site, errors.Join(Check(site)...)
}

func (in Input) page(e Entry, used map[string]bool) (*page, error) {
	switch {
	case e.Package != "":
		files, ok := in.Packages[e.Package]
		if !ok {
			return nil, fmt.Errorf("the sources of package %s are not given", e.Package)
		}
		used[e.Package] = true
		return in.reference(e.Package, files)
	case e.Treemap != "":
		return in.treemap(e.Treemap)
	}
	text, ok := in.Files[e.File]
	if !ok {
		return nil, fmt.Errorf("%s is not given", e.File)
	}
	used[e.File] = true
	return in.markdown(e.File, text, used)
}
