// SPDX-License-Identifier: MIT

package sbom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// What is read of an SPDX document: https://spdx.github.io/spdx-spec/v2.3/
type spdxFile struct {
	Version       string        `json:"spdxVersion"`
	Describes     []string      `json:"documentDescribes"`
	Packages      []spdxElement `json:"packages"`
	Files         []spdxElement `json:"files"`
	Relationships []struct {
		From string `json:"spdxElementId"`
		To   string `json:"relatedSpdxElement"`
		Kind string `json:"relationshipType"`
	} `json:"relationships"`
}

type spdxElement struct {
	ID        string `json:"SPDXID"`
	Name      string `json:"name"`
	Version   string `json:"versionInfo"`
	FileName  string `json:"fileName"`
	Checksums []struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"checksumValue"`
	} `json:"checksums"`
	Annotations []struct {
		Comment string `json:"comment"`
	} `json:"annotations"`
}

func parseSPDX(data []byte) (*Document, []string, error) {
	var f spdxFile
	faults, err := strictjson.ReadPart(data, &f)
	if err != nil {
		return nil, nil, err
	}
	described := slices.Clone(f.Describes)
	for _, r := range f.Relationships {
		if r.From == "SPDXRef-DOCUMENT" && r.Kind == "DESCRIBES" && !slices.Contains(described, r.To) {
			described = append(described, r.To)
		}
	}
	if len(described) != 1 {
		return nil, nil, fmt.Errorf("the document describes %d elements, not one", len(described))
	}
	d := &Document{Format: SPDX}
	for _, e := range append(f.Packages, f.Files...) {
		if e.ID == described[0] {
			d.Subject = e.component()
			continue
		}
		d.Components = append(d.Components, e.component())
	}
	return d, faults, nil
}

// hashesOf names the object of a component's own digests.
const hashesOf = "gosqlite:hashes:of"

func (e *spdxElement) component() Component {
	out := Component{Name: e.Name, Version: e.Version}
	own := Object{Name: e.Name}
	if e.FileName != "" {
		own.Name = strings.TrimPrefix(e.FileName, "./")
	}
	for _, c := range e.Checksums {
		alg := c.Algorithm
		if rest, ok := strings.CutPrefix(alg, "SHA"); ok && !strings.HasPrefix(rest, "3-") && !strings.HasPrefix(rest, "-") {
			alg = "SHA-" + rest
		}
		own.Digests = append(own.Digests, Digest{alg, strings.ToLower(c.Value)})
	}
	var others []Object
	for _, a := range e.Annotations {
		if of, ok := strings.CutPrefix(a.Comment, hashesOf+"="); ok {
			own.Kind, own.Name, _ = strings.Cut(of, " ")
		}
		if o, ok := spdxDigest(a.Comment); ok {
			others = append(others, o)
		}
	}
	out.Objects = append([]Object{own}, others...)
	return out
}

// spdxDigest reads an annotation such as gosqlite:digest=SHA-256 0123 of linked crt1.o
func spdxDigest(comment string) (Object, bool) {
	text, ok := strings.CutPrefix(comment, "gosqlite:digest=")
	digest, object, found := strings.Cut(text, " of ")
	alg, value, isDigest := strings.Cut(digest, " ")
	kind, name, isObject := strings.Cut(object, " ")
	return Object{Kind: kind, Name: name, Digests: []Digest{{alg, strings.ToLower(value)}}}, ok && found && isDigest && isObject
}
