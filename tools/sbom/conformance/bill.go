// SPDX-License-Identifier: MIT

// Package conformance holds bills of materials against what is asked of them. It reads documents by an own reader and
// shares no code with the packages that write them, so that a mistake there does not confirm itself.
//
//   - [Profiles]: the minimum elements of NTIA (2021) and CISA (2025 draft), and BSI TR-03183-2 v2.1
//   - [Compare]: two documents say the same, whatever their formats
//   - [Expect]: the components are those that a committed list names, so that none is dropped or relabelled
//   - [Score]: the formula of sbomqs, with each lost point and its reason
//
// Package schema, below, validates against the JSON schemas.
package conformance

import (
	"cmp"
	"slices"
)

// A Spec is a family of formats.
type Spec string

// The specifications.
const (
	CycloneDX Spec = "CycloneDX"
	SPDX      Spec = "SPDX"
)

// A Bill is what a document says, without its format.
type Bill struct {
	Spec        Spec
	Version     string // of the specification
	ID          string // serial number or namespace
	Name        string
	Time        string
	Authors     []string
	Contacts    []string // addresses of the authors
	Supplier    string
	Tools       []Tool
	Lifecycles  []string
	DataLicense string
	Primary     string // ID of what the document is about
	Complete    bool   // the document says that it has every component
	CompleteFor []string
	Signature   Signature
	Platform    string // empty: the document is about a whole release
	Facts       []string
	Components  []Component
	Edges       []Edge
	Listed      []string // components whose dependencies are listed, be it as none
}

// A Tool wrote the document.
type Tool struct{ Name, Version string }

// A Signature is one inside of the document, in JSON Signature Format. Nothing is said about whether it is valid.
type Signature struct {
	Algorithm, Value string
	Key              bool // an RSA or elliptic-curve key or a certificate comes with it
}

// A Component is a part that a document lists.
type Component struct {
	ID, Role, Purpose, Name, Version, Supplier, SupplierURL string
	PURL, CPE, Concluded, Declared, Copyright, FileName     string
	ConcludedEntries                                        int // statements that are acknowledged as concluded
	Hashes                                                  []Hash
	References                                              []Reference
	Properties                                              map[string]string // the last of each name
	Facts                                                   []string          // everything else that is said, one sentence each
	Transient                                               bool              // made the software, and nothing of it is delivered
}

// A Hash is an algorithm, as SHA-256, and a value.
type Hash struct{ Alg, Value string }

// A Reference leads to something about a component.
type Reference struct {
	Type, URL string
	Hashes    []Hash
}

// An Edge is a relation, by the graph's word for its kind.
type Edge struct{ From, To, Kind string }

// Component returns the component of an ID, or nil.
func (b *Bill) Component(id string) *Component {
	for i := range b.Components {
		if b.Components[i].ID == id {
			return &b.Components[i]
		}
	}
	return nil
}

func (b *Bill) sort() {
	slices.SortFunc(b.Components, func(x, y Component) int { return cmp.Compare(x.ID, y.ID) })
	slices.SortFunc(b.Edges, compareEdges)
	slices.Sort(b.Facts)
	for i := range b.Components {
		slices.Sort(b.Components[i].Facts)
	}
}

func compareEdges(x, y Edge) int {
	return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To), cmp.Compare(x.Kind, y.Kind))
}

// strong says whether a component has a hash of at least 224 bits.
func (c *Component) strong() bool {
	return slices.ContainsFunc(c.Hashes, func(h Hash) bool {
		return slices.Contains([]string{"SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512"}, h.Alg) && h.Value != ""
	})
}

func (c *Component) refersTo(types ...string) bool {
	return slices.ContainsFunc(c.References, func(r Reference) bool { return slices.Contains(types, r.Type) && r.URL != "" })
}
