// SPDX-License-Identifier: MIT

// Package sbom reads what the verifier holds a bill of materials to: which artifact it is about, and every digest in it.
// It reads CycloneDX 1.x and SPDX 2.x, both in JSON.
package sbom

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

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
	Serial     string // of a CycloneDX document
	Subject    Component
	Components []Component // without the subject
}

// A Component is something in the artifact, or the artifact.
type Component struct {
	Name    string
	Version string
	Ref     string // by which a CycloneDX document refers to it
	PURL    string // of CycloneDX
	Objects []Object
}

// An Object is what digests are of. A component names the object of its own digests by the property gosqlite:hashes:of in
// CycloneDX and the annotation of that name in SPDX, as a kind and a name; without, the object is of no kind and has the
// component's name. Further objects are CycloneDX's external references with hashes, and SPDX's annotations
// gosqlite:digest.
type Object struct {
	Kind    string // file, for one of the release; linked, tree or archive for what it was made of; empty for unknown
	Name    string
	Digests []Digest
}

// A Digest is one of some object.
type Digest struct {
	Algorithm string // as CycloneDX spells it: SHA-256
	Value     string // lower-case hexadecimal digits
}

// Digest is the object's digest by an algorithm, or "".
func (o *Object) Digest(algorithm string) string {
	for _, d := range o.Digests {
		if d.Algorithm == algorithm {
			return d.Value
		}
	}
	return ""
}

// SHA256 is the digest of the component's first object, or "".
func (c *Component) SHA256() string {
	if len(c.Objects) == 0 {
		return ""
	}
	return c.Objects[0].Digest("SHA-256")
}

// Parse reads a document. Faults are the liberties of package strictjson, unknown fields excepted.
func Parse(data []byte) (d *Document, faults []string, err error) {
	var is struct {
		BOMFormat   string `json:"bomFormat"`
		SPDXVersion string `json:"spdxVersion"`
	}
	if _, err := strictjson.ReadPart(data, &is); err != nil {
		return nil, nil, fmt.Errorf("SBOM: %w", err)
	}
	switch {
	case is.BOMFormat == CycloneDX:
		d, faults, err = parseCycloneDX(data)
	case strings.HasPrefix(is.SPDXVersion, "SPDX-2."):
		d, faults, err = parseSPDX(data)
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

// Size is about how many bytes the document takes in memory.
func (d *Document) Size() int64 {
	size := d.Subject.size()
	for i := range d.Components {
		size += d.Components[i].size()
	}
	return size
}

func (c *Component) size() int64 {
	size := int64(unsafe.Sizeof(*c)) + int64(len(c.Name)+len(c.Version)+len(c.Ref)+len(c.PURL))
	for _, o := range c.Objects {
		size += int64(unsafe.Sizeof(o)) + int64(len(o.Name))
		for _, d := range o.Digests {
			size += int64(unsafe.Sizeof(d)) + int64(len(d.Algorithm)+len(d.Value))
		}
	}
	return size
}
