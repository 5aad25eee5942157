// SPDX-License-Identifier: MIT

package graph

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Encode returns the text of d. It sorts d; everything else that the format does not allow is an error.
func (d *Document) Encode() ([]byte, error) {
	d.Sort()
	if err := d.Validate(); err != nil {
		return nil, err
	}
	return d.text()
}

func (d *Document) text() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("encode graph: %w", err)
	}
	if b.Len() > MaxText {
		return nil, fmt.Errorf("encode graph: %d bytes, and the limit is %d", b.Len(), MaxText)
	}
	return b.Bytes(), nil
}

// Parse reads the text of a document. A text that Encode does not write is an error.
func Parse(text []byte) (*Document, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("read graph: larger than %d bytes", MaxText)
	}
	var d Document
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("read graph: %w", err)
	}
	if d.Schema != Schema {
		return nil, fmt.Errorf("read graph: schema %q is not known, only %q", d.Schema, Schema)
	}
	if err := d.Validate(); err != nil {
		return nil, fmt.Errorf("read graph: %w", err)
	}
	again, err := d.text()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, text) {
		return nil, fmt.Errorf("read graph: not canonical at byte %d: write it by Document.Encode", firstDifference(again, text))
	}
	return &d, nil
}

// Read is Parse of all that r has.
func Read(r io.Reader) (*Document, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if err != nil {
		return nil, fmt.Errorf("read graph: %w", err)
	}
	if len(text) == 0 {
		return nil, errors.New("read graph: the file is empty")
	}
	return Parse(text)
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// Sort puts every list of d in the order of the format.
func (d *Document) Sort() {
	slices.SortFunc(d.Authors, compareOrganisations)
	slices.SortFunc(d.Properties, compareProperties)
	slices.SortFunc(d.Components, func(a, b Component) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(d.Relations, compareRelations)
	for i := range d.Components {
		c := &d.Components[i]
		slices.SortFunc(c.License.Evidence, compareEvidence)
		slices.SortFunc(c.Digests, compareDigests)
		slices.SortFunc(c.References, compareReferences)
		slices.Sort(c.Packages)
		slices.SortFunc(c.Files, compareFiles)
		slices.SortFunc(c.Properties, compareProperties)
	}
}

func compareOrganisations(a, b Organisation) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.URL, b.URL))
}

func compareProperties(a, b Property) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
}

func compareRelations(a, b Relation) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind))
}

func compareEvidence(a, b Evidence) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID))
}

func compareDigests(a, b Digest) int {
	return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Alg, b.Alg))
}

func compareReferences(a, b Reference) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.URL, b.URL))
}

func compareFiles(a, b File) int { return cmp.Compare(a.Path, b.Path) }
