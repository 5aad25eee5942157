// SPDX-License-Identifier: MIT

package diff

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// BillSchema identifies the format of a bill.
const BillSchema = "gosqlite-bill/1"

// maxBill bounds the text of a bill, in bytes.
const maxBill = 4 << 20

// A Bill is what a release was made of, as far as the next one's notes compare it: others' components with version, license and
// role, and on which platforms. It is small enough to lie in the tree, so that a build knows the last release. Its text is JSON:
//
//	{"schema":"gosqlite-bill/1","version":"1.0.0","components":[
//	  {"purl":"pkg:generic/sqlite@3.54.1","name":"SQLite","version":"3.54.1","license":"blessing","role":"linked",
//	   "supplier":"SQLite Consortium","platforms":["linux_amd64","windows_amd64"]}]}
type Bill struct {
	Schema     string  `json:"schema"`
	Version    string  `json:"version"` // of the release
	Components []Entry `json:"components"`
}

// An Entry is a component of a bill.
type Entry struct {
	PURL      string     `json:"purl,omitempty"`
	Name      string     `json:"name"`
	Version   string     `json:"version"`
	License   string     `json:"license"` // the concluded one
	Role      graph.Role `json:"role"`
	Supplier  string     `json:"supplier"`
	Platforms []string   `json:"platforms"`
}

// NewBill makes the bill of a release from the documents of its platforms. One of the whole release, which has no platform, is
// passed over. What the release delivers, and what comes from its supplier, is of its own version and no dependency.
func NewBill(documents []*graph.Document) (*Bill, error) {
	b := &Bill{Schema: BillSchema, Components: []Entry{}}
	seen := map[string]bool{}
	for _, d := range documents {
		if d.Platform == "" {
			continue
		}
		if b.Version = cmp.Or(b.Version, d.Version); b.Version != d.Version || seen[d.Platform] {
			return nil, fmt.Errorf("make bill: the documents are of %s and %s, or two of %s", b.Version, d.Version, d.Platform)
		}
		seen[d.Platform] = true
		for i := range d.Components {
			if c := &d.Components[i]; c.Role != graph.Subject && c.Role != graph.Delivered && c.Supplier.Name != d.Supplier.Name {
				b.add(d.Platform, c)
			}
		}
	}
	if len(seen) == 0 {
		return nil, errors.New("make bill: no document is of a platform")
	}
	slices.SortFunc(b.Components, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(x.PURL, y.PURL), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Version, y.Version), cmp.Compare(x.Role, y.Role),
			cmp.Compare(x.License, y.License), cmp.Compare(x.Supplier, y.Supplier))
	})
	for i := range b.Components {
		slices.Sort(b.Components[i].Platforms)
	}
	return b, nil
}

func (b *Bill) add(platform string, c *graph.Component) {
	e := Entry{PURL: c.PURL, Name: c.Name, Version: c.Version, License: c.License.Concluded, Role: c.Role, Supplier: c.Supplier.Name}
	same := func(x Entry) bool {
		return x.PURL == e.PURL && x.Name == e.Name && x.Version == e.Version && x.License == e.License && x.Role == e.Role && x.Supplier == e.Supplier
	}
	if i := slices.IndexFunc(b.Components, same); i >= 0 {
		if !slices.Contains(b.Components[i].Platforms, platform) {
			b.Components[i].Platforms = append(b.Components[i].Platforms, platform)
		}
		return
	}
	e.Platforms = []string{platform}
	b.Components = append(b.Components, e)
}

// Encode is the text of a bill.
func (b *Bill) Encode() ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(b); err != nil {
		return nil, fmt.Errorf("encode bill: %w", err)
	}
	return text.Bytes(), nil
}

// ReadBill reads the text of a bill.
func ReadBill(r io.Reader) (*Bill, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBill+1))
	if err == nil && len(text) > maxBill {
		err = fmt.Errorf("larger than %d bytes", maxBill)
	}
	if err != nil {
		return nil, fmt.Errorf("read bill: %w", err)
	}
	b := &Bill{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(b); err != nil {
		return nil, fmt.Errorf("read bill: %w", err)
	}
	if b.Schema != BillSchema || b.Version == "" || len(b.Components) > graph.MaxComponents {
		return nil, fmt.Errorf("read bill: schema %.40q of version %.40q with %d components; %s and a version are needed", b.Schema, b.Version, len(b.Components), BillSchema)
	}
	return b, nil
}

// platforms are those that any component is on.
func (b *Bill) platforms() []string {
	var list []string
	for _, e := range b.Components {
		list = append(list, e.Platforms...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// document is what the bill says of a platform.
func (b *Bill) document(platform string) *graph.Document {
	d := &graph.Document{Version: b.Version, Platform: platform}
	for _, e := range b.Components {
		if slices.Contains(e.Platforms, platform) {
			d.Components = append(d.Components, graph.Component{
				PURL: e.PURL, Name: e.Name, Version: e.Version, Role: e.Role, License: graph.License{Concluded: e.License}, Supplier: graph.Organisation{Name: e.Supplier},
			})
		}
	}
	return d
}

// CompareBills returns what changed on any platform that both releases have. A platform that came or went is a change by
// itself, and none of the components.
func CompareBills(old, new *Bill) Report {
	r := Report{Old: old.Version, New: new.Version, Changes: []Change{}}
	had := old.platforms()
	for _, platform := range new.platforms() {
		if slices.Contains(had, platform) {
			r.Changes = append(r.Changes, Compare(old.document(platform), new.document(platform)).Changes...)
		}
	}
	r.sort()
	r.Changes = slices.Compact(r.Changes)
	return r
}
