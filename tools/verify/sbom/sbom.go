// SPDX-License-Identifier: MIT

// Package sbom reads what the verifier holds a bill of materials to: which artifact it is about, and every digest in it.
// It reads CycloneDX 1.x and SPDX 2.x, both in JSON.
package sbom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// MaxComponents bounds the components of a document.
const MaxComponents = 100_000

// Formats of a document.
const (
	CycloneDX = "CycloneDX"
	SPDX      = "SPDX"
)

// A Document is a bill of materials.
type Document struct {
	Format     string
	Subject    Component
	Components []Component // without the subject
}

// A Component is something in the artifact, or the artifact.
type Component struct {
	Name    string // or file name
	Version string
	Digests []Digest
}

// A Digest is one of some object.
type Digest struct {
	Algorithm string // as CycloneDX spells it: SHA-256
	Value     string // lower-case hexadecimal digits
}

// SHA256 is the component's digest by SHA-256, or "".
func (c *Component) SHA256() string {
	for _, d := range c.Digests {
		if d.Algorithm == "SHA-256" {
			return d.Value
		}
	}
	return ""
}

// Parse reads a document. Faults are the liberties of package strictjson, unknown fields excepted.
func Parse(data []byte) (d *Document, faults []string, err error) {
	var any map[string]any
	if faults, err = strictjson.Read(data, &any); err != nil {
		return nil, nil, fmt.Errorf("SBOM: %w", err)
	}
	switch {
	case any["bomFormat"] == CycloneDX:
		d, err = parseCycloneDX(data)
	case strings.HasPrefix(fmt.Sprint(any["spdxVersion"]), "SPDX-2."):
		d, err = parseSPDX(data)
	default:
		err = errors.New("neither CycloneDX nor SPDX 2")
	}
	if err == nil && len(d.Components) > MaxComponents {
		err = fmt.Errorf("%d components", len(d.Components))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("SBOM: %w", err)
	}
	return d, faults, nil
}

type cycloneDX struct {
	Metadata   struct{ Component cdxComponent }
	Components []cdxComponent
}

type cdxComponent struct {
	Name, Version string
	Hashes        []struct{ Alg, Content string }
	Components    []cdxComponent
}

func parseCycloneDX(data []byte) (*Document, error) {
	var f cycloneDX
	if err := unmarshal(data, &f); err != nil {
		return nil, err
	}
	d := &Document{Format: CycloneDX, Subject: f.Metadata.Component.component()}
	var add func(list []cdxComponent)
	add = func(list []cdxComponent) {
		for _, c := range list {
			d.Components = append(d.Components, c.component())
			add(c.Components)
		}
	}
	add(f.Metadata.Component.Components)
	add(f.Components)
	return d, nil
}

func (c *cdxComponent) component() Component {
	out := Component{Name: c.Name, Version: c.Version}
	for _, h := range c.Hashes {
		out.Digests = append(out.Digests, Digest{h.Alg, strings.ToLower(h.Content)})
	}
	return out
}

type spdxFile struct {
	Describes     []string `json:"documentDescribes"`
	Packages      []spdxElement
	Files         []spdxElement
	Relationships []struct {
		From string `json:"spdxElementId"`
		To   string `json:"relatedSpdxElement"`
		Kind string `json:"relationshipType"`
	}
}

type spdxElement struct {
	ID          string `json:"SPDXID"`
	Name        string
	Version     string `json:"versionInfo"`
	FileName    string `json:"fileName"`
	PackageFile string `json:"packageFileName"`
	Checksums   []struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"checksumValue"`
	}
}

func parseSPDX(data []byte) (*Document, error) {
	var f spdxFile
	if err := unmarshal(data, &f); err != nil {
		return nil, err
	}
	described := slices.Clone(f.Describes)
	for _, r := range f.Relationships {
		if r.From == "SPDXRef-DOCUMENT" && r.Kind == "DESCRIBES" && !slices.Contains(described, r.To) {
			described = append(described, r.To)
		}
	}
	if len(described) != 1 {
		return nil, fmt.Errorf("the document describes %d elements, not one", len(described))
	}
	d := &Document{Format: SPDX}
	for _, e := range append(f.Packages, f.Files...) {
		if e.ID == described[0] {
			d.Subject = e.component()
			continue
		}
		d.Components = append(d.Components, e.component())
	}
	return d, nil
}

func (e *spdxElement) component() Component {
	out := Component{Name: e.Name, Version: e.Version}
	for _, name := range []string{e.FileName, e.PackageFile} {
		if name != "" {
			out.Name = strings.TrimPrefix(name, "./")
		}
	}
	for _, c := range e.Checksums {
		alg := c.Algorithm
		if rest, ok := strings.CutPrefix(alg, "SHA"); ok && !strings.HasPrefix(rest, "3-") && !strings.HasPrefix(rest, "-") {
			alg = "SHA-" + rest
		}
		out.Digests = append(out.Digests, Digest{alg, strings.ToLower(c.Value)})
	}
	return out
}

// unmarshal decodes the first value of data; strictjson has said what follows it.
func unmarshal(data []byte, v any) error {
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(v); err != nil {
		return fmt.Errorf("JSON: %w", err)
	}
	return nil
}
