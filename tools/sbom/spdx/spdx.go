// SPDX-License-Identifier: MIT

// Package spdx writes a bill of materials as SPDX: 2.3 as JSON and tag-value (https://spdx.github.io/spdx-spec/v2.3) and
// 3.0.1 as JSON-LD (https://spdx.github.io/spdx-spec/v3.0.1).
//
// The same graph gives the same bytes: the namespace follows from the graph's text, the time is the release date, and
// every list has an order.
//
// # Where facts go in 2.3
//
//	subject        what the document DESCRIBES
//	components     packages, whose files are not analyzed; SPDXRef- and the component's ID
//	contains       CONTAINS
//	links          STATIC_LINK
//	depends        DEPENDS_ON
//	includes       the header is a BUILD_DEPENDENCY_OF
//	interface      the stub is a BUILD_DEPENDENCY_OF
//	built-with     the tool is a BUILD_TOOL_OF
//	generated-from GENERATED_FROM
//	digests        checksums are those of the principal object, which annotation gosqlite:hashes:of names; of other objects
//	               annotation gosqlite:digest
//	other facts    annotations, as name=value
//
// The comment of a relationship is the graph's own word for its kind.
//
// # Where facts go in 3.0.1
//
// The principal object is a software_File that is the package's hasDistributionArtifact, and the source another that
// generates it, as BSI TR-03183-2 maps them. Headers, stubs and tools are related by LifecycleScopedRelationships of the
// scope build. Other facts are CdxPropertiesExtensions.
package spdx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/spdx/tools-golang/spdx/v2/v2_3/tagvalue/writer"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// A Format is a version of SPDX and a syntax.
type Format string

// The formats.
const (
	JSON23     Format = "spdx-2.3+json"
	TagValue23 Format = "spdx-2.3+tag-value"
	JSON301    Format = "spdx-3.0.1+json"
)

// DataLicense is what the document itself is under.
const DataLicense = "CC0-1.0"

// Write writes d.
func Write(w io.Writer, d *graph.Document, format Format) error {
	text, err := encode(d, format)
	if err != nil {
		return fmt.Errorf("write SPDX: %w", err)
	}
	_, err = w.Write(text)
	return err
}

func encode(d *graph.Document, format Format) ([]byte, error) {
	serial, err := d.Serial(string(format))
	if err != nil {
		return nil, err
	}
	namespace := strings.TrimSuffix(d.Supplier.URL, "/") + "/spdx/" + url.PathEscape(d.Name) + "-" + serial
	var b bytes.Buffer
	switch format {
	case JSON23:
		err = encodeJSON(&b, document23(d, namespace, false))
	case TagValue23:
		// The library does not see errors of the writer; a buffer has none.
		err = writer.RenderDocument(document23(d, namespace, true), &b)
	case JSON301:
		err = encodeJSON(&b, document301(d, namespace))
	default:
		err = fmt.Errorf("format %q is not known", format)
	}
	return b.Bytes(), err
}

func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(v)
}

// tool is how SPDX names a tool of a version.
func tool(t graph.Tool) string { return t.Name + "-" + t.Version }

// facts are what SPDX has no field for, in order.
func facts(c *graph.Component) []graph.Property {
	var facts []graph.Property
	add := func(name, value string) { facts = append(facts, graph.Property{Name: name, Value: value}) }
	add("bsi:component:archive", either(c.Archive, "archive", "no archive"))
	add("bsi:component:executable", either(c.Executable, "executable", "non-executable"))
	add("bsi:component:filename", c.File())
	add("bsi:component:structured", either(c.Structured, "structured", "unstructured"))
	for _, p := range c.Packages {
		add("golang:package", p)
	}
	principal := c.Principal()
	for _, d := range c.Digests {
		if d.Object != principal[0].Object || d.Name != principal[0].Name {
			add("gosqlite:digest", fmt.Sprintf("%s %s of %s %s", d.Alg, d.Value, d.Object, d.Name))
		}
	}
	for _, f := range c.Files {
		add("gosqlite:file", f.SHA256+"  "+f.Path)
	}
	if len(principal) > 0 {
		add("gosqlite:hashes:of", string(principal[0].Object)+" "+principal[0].Name)
	}
	for _, e := range c.License.Evidence {
		add("gosqlite:license:evidence", e.ID+" in "+e.Path+", "+strconv.Itoa(e.Coverage)+" %, SHA-256 "+e.SHA256)
	}
	if c.Purpose != "" {
		add("gosqlite:purpose", c.Purpose)
	}
	add("gosqlite:role", string(c.Role))
	add("gosqlite:supplier:url", c.Supplier.URL)
	return append(facts, c.Properties...)
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// downloadLocation is the reference that leads to the component itself, else to its source.
func downloadLocation(c *graph.Component) string {
	for _, kind := range []graph.ReferenceType{graph.Distribution, graph.SourceDistribution, graph.VCS} {
		for _, r := range c.References {
			if r.Type == kind {
				return r.URL
			}
		}
	}
	return "NOASSERTION"
}

func homePage(c *graph.Component) string {
	for _, r := range c.References {
		if r.Type == graph.Website {
			return r.URL
		}
	}
	return c.Supplier.URL
}
