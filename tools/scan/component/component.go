// SPDX-License-Identifier: MIT

// Package component reads what a bill of materials says about components, as far as a scan needs it. Two forms are read:
// the project's own *.graph.json, and CycloneDX JSON, so that a published release can be scanned from its public files.
package component

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// Limits of a bill of materials.
const (
	maxText       = 64 << 20
	maxComponents = 1 << 16
)

// BuildTool is the role of what builds a release and is not in it.
const BuildTool = "build-tool"

// A Component is one entry of one bill of materials.
type Component struct {
	Document string // name of the file
	ID       string // reference in that file
	Role     string // BuildTool, or what else the bill says; "" when it says nothing
	Name     string
	Version  string
	PURL     string
	CPE      string
	Options  []string // compile options; nil when the bill does not say them, which is not the same as none
	Packages []string // Go packages that are linked; nil when not said
	Files    []string // linked files; nil when not said
}

// A Document is what one bill of materials holds.
type Document struct {
	File       string
	Subject    string // ID of what the document is about
	Serial     string // CycloneDX serial number and version, as in a BOM-Link; "" when the form has none
	Version    string // of the release
	Platform   string
	Components []Component
}

// About is the component that the document is about, or nil when it lists none.
func (d *Document) About() *Component {
	for i := range d.Components {
		if d.Components[i].ID == d.Subject {
			return &d.Components[i]
		}
	}
	return nil
}

// Twin is the folder in the debug twin of the platform that the document is about, which is also the archive's name without
// its ending: gosqlite_0.1.0_linux_amd64_debug. It is "" for a document about no single platform.
func (d *Document) Twin() string {
	if d.Platform == "" {
		return ""
	}
	name, _, _ := strings.Cut(strings.TrimSuffix(d.File, ".cdx.json"), ".graph.json")
	return name + "_debug"
}

// Package is the purl without version, qualifiers and subpath: what feeds and decisions name a component by.
func (c *Component) Package() string { return Package(c.PURL) }

// Package cuts a purl down to type, namespace and name: https://github.com/package-url/purl-spec
func Package(purl string) string {
	p, _, _ := strings.Cut(purl, "#")
	p, _, _ = strings.Cut(p, "?")
	if i := strings.LastIndexByte(p, '@'); i > strings.LastIndexByte(p, '/') {
		p = p[:i]
	}
	return p
}

// GoModule is the module path of a Go component, in the spelling of the vulnerability database; "" for all others.
func (c *Component) GoModule() string {
	name, ok := strings.CutPrefix(c.Package(), "pkg:golang/")
	if !ok {
		return ""
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	switch name {
	case "std", "stdlib":
		return "stdlib"
	case "toolchain", "golang.org/toolchain":
		return "toolchain"
	}
	return name
}

// ownModule is the project's module; those in its folders are its own as well.
const ownModule = "github.com/gosqlite/gosqlite"

// GoModules are the modules of others that the vulnerability database has to know for the components, each once, in order:
// without what comes with Go, whose records it has always, and without the project's own.
func GoModules(all []Component) []string {
	var paths []string
	own := func(m string) bool { return m == ownModule || strings.HasPrefix(m, ownModule+"/") }
	for i := range all {
		if m := all[i].GoModule(); m != "" && m != "stdlib" && m != "toolchain" && !own(m) {
			paths = append(paths, m)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// Parse reads the text of a bill of materials that is called name.
func Parse(name string, text []byte) (*Document, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("read %s: larger than %d bytes", name, maxText)
	}
	var form struct {
		Schema    string `json:"schema"`
		BOMFormat string `json:"bomFormat"`
	}
	if err := json.Unmarshal(text, &form); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var d *Document
	var err error
	switch {
	case strings.HasPrefix(form.Schema, "gosqlite-sbom-graph/"):
		d, err = parseGraph(text)
	case form.BOMFormat == "CycloneDX":
		d, err = parseCycloneDX(text)
	default:
		return nil, fmt.Errorf("read %s: it is neither a gosqlite-sbom-graph nor CycloneDX JSON", name)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return d, d.check(name)
}

// check names the document and refuses one that would look clean because it says too little.
func (d *Document) check(name string) error {
	d.File = name
	if len(d.Components) == 0 || len(d.Components) > maxComponents {
		return fmt.Errorf("read %s: it lists %d components", name, len(d.Components))
	}
	seen := map[string]bool{}
	for i := range d.Components {
		c := &d.Components[i]
		c.Document = name
		if c.ID == "" || c.Name == "" || seen[c.ID] {
			return fmt.Errorf("read %s: component %q (%q) has no name, no id or an id that another has", name, c.Name, c.ID)
		}
		seen[c.ID] = true
		if c.PURL == "" && c.CPE == "" {
			return fmt.Errorf("read %s: component %s has neither purl nor CPE, so nothing can be looked up for it", name, c.ID)
		}
	}
	slices.SortFunc(d.Components, func(a, b Component) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// options are the values of the option property, nil when there is none.
func options(properties []property) []string {
	var values []string
	for _, p := range properties {
		if p.Name == graph.CompileOption {
			values = append(values, p.Value)
		}
	}
	return values
}

func parseGraph(text []byte) (*Document, error) {
	var g struct {
		Subject    string `json:"subject"`
		Version    string `json:"version"`
		Platform   string `json:"platform"`
		Components []struct {
			ID       string   `json:"id"`
			Role     string   `json:"role"`
			Name     string   `json:"name"`
			Version  string   `json:"version"`
			PURL     string   `json:"purl"`
			CPE      string   `json:"cpe"`
			Packages []string `json:"packages"`
			Files    []struct {
				Path string `json:"path"`
			} `json:"files"`
			Properties []property `json:"properties"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &g); err != nil {
		return nil, err
	}
	d := &Document{Subject: g.Subject, Version: g.Version, Platform: g.Platform}
	for _, c := range g.Components {
		out := Component{ID: c.ID, Role: c.Role, Name: c.Name, Version: c.Version, PURL: c.PURL, CPE: c.CPE, Packages: c.Packages, Options: options(c.Properties)}
		for _, f := range c.Files {
			out.Files = append(out.Files, f.Path)
		}
		d.Components = append(d.Components, out)
	}
	return d, nil
}

// cycloneDX is one component of https://cyclonedx.org/docs/1.7/json/
type cycloneDX struct {
	Ref        string      `json:"bom-ref"`
	Group      string      `json:"group"`
	Name       string      `json:"name"`
	Version    string      `json:"version"`
	PURL       string      `json:"purl"`
	CPE        string      `json:"cpe"`
	Properties []property  `json:"properties"`
	Components []cycloneDX `json:"components"`
	Evidence   struct {
		Occurrences []struct {
			Location string `json:"location"`
		} `json:"occurrences"`
	} `json:"evidence"`
}

func parseCycloneDX(text []byte) (*Document, error) {
	var b struct {
		Serial   string `json:"serialNumber"`
		Version  int    `json:"version"`
		Metadata struct {
			Component  cycloneDX  `json:"component"`
			Properties []property `json:"properties"`
		} `json:"metadata"`
		Components []cycloneDX `json:"components"`
	}
	if err := json.Unmarshal(text, &b); err != nil {
		return nil, err
	}
	d := &Document{Subject: b.Metadata.Component.Ref, Version: b.Metadata.Component.Version}
	if uuid, ok := strings.CutPrefix(b.Serial, "urn:uuid:"); ok {
		d.Serial = fmt.Sprintf("%s/%d", uuid, max(b.Version, 1))
	}
	for _, p := range b.Metadata.Properties {
		if p.Name == "gosqlite:platform" {
			d.Platform = p.Value
		}
	}
	var add func(all []cycloneDX, depth int) error
	add = func(all []cycloneDX, depth int) error {
		if depth > 8 {
			return fmt.Errorf("components are nested more than %d deep", depth-1)
		}
		for _, c := range all {
			out := Component{ID: c.Ref, Name: c.Name, Version: c.Version, PURL: c.PURL, CPE: c.CPE, Options: options(c.Properties)}
			for _, o := range c.Evidence.Occurrences {
				out.Files = append(out.Files, o.Location)
			}
			for _, p := range c.Properties {
				switch p.Name {
				case "gosqlite:role":
					out.Role = p.Value
				case "golang:package":
					out.Packages = append(out.Packages, p.Value)
				}
			}
			// A file inside a component is no component of its own: it has no identifier.
			if c.PURL != "" || c.CPE != "" || depth == 0 {
				d.Components = append(d.Components, out)
			}
			if err := add(c.Components, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if b.Metadata.Component.Ref != "" {
		b.Components = append(b.Components, b.Metadata.Component)
	}
	return d, add(b.Components, 0)
}
