// SPDX-License-Identifier: MIT

package collect

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/purl"
)

// inputs are what components are made complete from, beside the files themselves.
type inputs struct {
	pins pins
	sums map[string]string // h1: of Go modules, by "module version"
}

// component makes the component of a part.
func (in *inputs) component(p *part) (graph.Component, error) {
	d := p.declaration
	fail := func(err error) (graph.Component, error) {
		return graph.Component{}, fmt.Errorf("component %s (%s): %w", d.Title, d.Label, err)
	}
	c := graph.Component{
		Role: graph.Role(d.Role), Type: graph.Type(d.Type), Name: d.Title, Description: d.Description, Copyright: d.Copyright,
		Supplier: graph.Organisation{Name: d.Supplier, URL: d.SupplierURL},
		License:  graph.License{Declared: d.License, Concluded: d.Concluded},
	}
	if err := in.identify(&c, p); err != nil {
		return fail(err)
	}
	for _, name := range d.LicenseFiles {
		e, err := evidence(d.License, name, shown(name))
		if err != nil {
			return fail(err)
		}
		c.License.Evidence = append(c.License.Evidence, e)
	}
	distribution := d.Distribution
	if pin, ok := in.pins[d.Pin]; ok && distribution == "" {
		distribution = pin.origin()
	}
	for _, r := range []graph.Reference{{Type: graph.VCS, URL: d.VCS}, {Type: graph.Website, URL: d.Website}, {Type: graph.SourceDistribution, URL: distribution}} {
		if r.URL != "" {
			r.URL = strings.ReplaceAll(r.URL, "{version}", c.Version)
			c.References = append(c.References, r)
		}
	}
	c.Packages = slices.Sorted(maps.Keys(p.packages))
	if err := in.digests(&c, p); err != nil {
		return fail(err)
	}
	if d.Options != "" {
		options, err := compileOptions(d.Options)
		if err != nil {
			return fail(err)
		}
		c.Properties = append(c.Properties, options...)
	}
	c.ID = graph.ID(&c)
	return c, nil
}

// shown is the path of a file as documents name it: without the folder of the repository it lies in.
func shown(name string) string {
	if i := strings.LastIndex(name, "external/"); i >= 0 {
		_, name, _ = strings.Cut(name[i+len("external/"):], "/")
	}
	return name
}

// identify sets version, purl and CPE.
func (in *inputs) identify(c *graph.Component, p *part) error {
	d := p.declaration
	c.Version = d.Version
	if d.Pin != "" {
		pin, ok := in.pins[d.Pin]
		if !ok {
			return fmt.Errorf("the file of pins has no entry %q", d.Pin)
		}
		if c.Version == "" && d.VersionFile == "" {
			c.Version = pin.Version
		}
	}
	if d.VersionFile != "" {
		text, err := versionText(d.VersionFile)
		if err != nil {
			return fmt.Errorf("read version: %w", err)
		}
		seen, err := match(text, d.VersionPattern)
		if err != nil {
			return fmt.Errorf("read version in %s: %w", shown(d.VersionFile), err)
		}
		if c.Version == "" {
			c.Version = seen
		}
		for _, name := range slices.Sorted(maps.Keys(d.Facts)) {
			value, err := match(text, d.Facts[name])
			if err != nil {
				return fmt.Errorf("read %s in %s: %w", name, shown(d.VersionFile), err)
			}
			c.Properties = append(c.Properties, graph.Property{Name: name, Value: value})
		}
	}
	c.PURL = strings.ReplaceAll(d.PURL, "{version}", c.Version)
	if c.PURL == "" && p.purl != "" {
		if err := in.identifyModule(c, p.purl); err != nil {
			return err
		}
	}
	c.CPE = strings.ReplaceAll(d.CPE, "{version}", c.Version)
	if c.PURL == "" || c.Version == "" {
		return nil // a CPE is enough; without a version the document is refused, and says how to declare one
	}
	return purl.Check(c.PURL)
}

// identifyModule sets version, purl and h1: of what a repository says that it holds. Its checksum and go.sum's have to agree.
func (in *inputs) identifyModule(c *graph.Component, from string) error {
	name, qualifiers, _ := strings.Cut(from, "?")
	c.PURL = name
	name, version, _ := strings.Cut(name, "@")
	module, isGo := strings.CutPrefix(name, "pkg:golang/")
	if !isGo {
		return nil
	}
	c.Version = version
	values, err := url.ParseQuery(strings.ReplaceAll(qualifiers, "+", "%2B"))
	if err != nil {
		return fmt.Errorf("read purl %s: %w", from, err)
	}
	sum, listed := values.Get("checksum"), in.sums[module+" "+version]
	switch {
	case sum == "" && listed == "":
		return fmt.Errorf("go.sum has no line for %s %s: name the go.sum of the module that requires it in go_sums", module, version)
	case sum != "" && listed != "" && sum != listed:
		return fmt.Errorf("%s %s was fetched with %s, and go.sum says %s", module, version, sum, listed)
	case sum == "":
		sum = listed
	}
	c.Properties = append(c.Properties, graph.Property{Name: "golang:h1", Value: sum})
	return nil
}

// match returns the groups of a pattern, joined by dots.
func match(text []byte, pattern string) (string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", fmt.Errorf("pattern %q: %w", pattern, err)
	}
	groups := re.FindSubmatch(text)
	if len(groups) < 2 {
		return "", fmt.Errorf("pattern %q is not found, or has no group", pattern)
	}
	parts := make([]string, len(groups)-1)
	for i, g := range groups[1:] {
		parts[i] = string(g)
	}
	return strings.Join(parts, "."), nil
}

// digests sets the digests of the objects that a component stands for, and its files.
func (in *inputs) digests(c *graph.Component, p *part) error {
	d := p.declaration
	for _, name := range slices.Sorted(maps.Keys(p.sources)) {
		sum, err := sha256File(p.sources[name])
		if err != nil {
			return err
		}
		c.Files = append(c.Files, graph.File{Path: name, SHA256: sum})
	}
	if len(c.Files) > 0 && d.Pin == "" {
		c.Digests = append(c.Digests, treeDigests(c.Name+": compiled files", c.Files)...)
	}
	if !p.c {
		c.Files = nil // of Go, packages are what people ask for
	}
	for _, name := range slices.Sorted(maps.Keys(p.objects)) {
		c.Files = append(c.Files, graph.File{Path: name, SHA256: p.objects[name]})
	}
	for _, name := range d.Files {
		data, err := readFile(name)
		if err != nil {
			return err
		}
		c.Digests = append(c.Digests, fileDigests(graph.LinkedFile, shown(name), data)...)
	}
	for _, name := range slices.Sorted(maps.Keys(p.runtime)) {
		c.Digests = append(c.Digests, p.runtime[name]...)
	}
	if d.Pin != "" {
		pin := in.pins[d.Pin]
		for _, digest := range pin.digests(d.Pin) {
			c.Digests = append(c.Digests, digest)
			if r := (graph.Reference{Type: graph.Distribution, URL: digest.Name}); digest.Object == graph.Download && !slices.Contains(c.References, r) {
				c.References = append(c.References, r)
			}
		}
		sums, err := pin.checkSHA3(p.sources)
		if err != nil {
			return err
		}
		c.Digests = append(c.Digests, sums...)
	}
	return nil
}

// define finds the options that hold everywhere; those in conditions are indented.
var define = regexp.MustCompile(`(?m)^#define[ \t]+(\w+)(?:[ \t]+([^\n/]*[^\n/\s]))?`)

// compileOptions reads the options of a header as properties.
func compileOptions(name string) ([]graph.Property, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, fmt.Errorf("read options: %w", err)
	}
	var out []graph.Property
	for _, m := range define.FindAllSubmatch(text, -1) {
		value := string(m[1])
		if strings.HasSuffix(value, "_H") {
			continue // the header's own guard
		}
		if len(m[2]) > 0 {
			value += "=" + string(m[2])
		}
		if p := (graph.Property{Name: graph.CompileOption, Value: value}); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("read options in %s: it defines none", shown(name))
	}
	return out, nil
}
