// SPDX-License-Identifier: MIT

// Package diff says what changed between the bills of materials of two releases: components, versions, licenses, roles,
// linked packages, and properties such as the options that SQLite is compiled with.
//
// A component is the same in both if its role and its identity are, that is its purl without version; a component that
// changed its role is found by its identity alone. Digests and files change with everything else and are left out.
package diff

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// What says what a change is about.
type What string

// The kinds of changes.
const (
	Added    What = "added"
	Removed  What = "removed"
	Version  What = "version"
	License  What = "license"
	Role     What = "role"
	Supplier What = "supplier"
	Package  What = "package"
	Property What = "property"
)

// A Change is one difference. Old or New is empty where something was added or removed.
type Change struct {
	What      What   `json:"what"`
	Component string `json:"component"`      // identity
	Name      string `json:"name,omitempty"` // of a property
	Old       string `json:"old,omitempty"`
	New       string `json:"new,omitempty"`
}

// A Report is all changes, ordered by component and kind.
type Report struct {
	Old     string   `json:"old"` // version of the release
	New     string   `json:"new"`
	Changes []Change `json:"changes"`
}

// Compare returns what changed.
func Compare(old, new *graph.Document) Report {
	r := Report{Old: old.Version, New: new.Version, Changes: []Change{}}
	before, after := index(old), index(new)
	for key, components := range after {
		r.pair(key, before[key], components)
	}
	for key, components := range before {
		if after[key] == nil {
			r.pair(key, components, nil)
		}
	}
	r.sort()
	return r
}

func (r *Report) sort() {
	slices.SortFunc(r.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.What, b.What), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New))
	})
}

// index has the components by identity, ordered by role and version. The subject has a name of its own in each platform's
// document, and one in every release.
func index(d *graph.Document) map[string][]*graph.Component {
	byIdentity := map[string][]*graph.Component{}
	for i := range d.Components {
		c := &d.Components[i]
		byIdentity[c.Identity()] = append(byIdentity[c.Identity()], c)
	}
	for _, list := range byIdentity {
		slices.SortFunc(list, func(a, b *graph.Component) int {
			return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Version, b.Version))
		})
	}
	return byIdentity
}

// pair compares the components of one identity: first those of one role and version, then those of one role, and what is left
// in order.
func (r *Report) pair(identity string, old, new []*graph.Component) {
	old, left := slices.Clone(old), new
	for _, alike := range []func(o, n *graph.Component) bool{
		func(o, n *graph.Component) bool { return o.Role == n.Role && o.Version == n.Version },
		func(o, n *graph.Component) bool { return o.Role == n.Role },
	} {
		new, left = left, nil
		for _, n := range new {
			i := slices.IndexFunc(old, func(o *graph.Component) bool { return alike(o, n) })
			if i < 0 {
				left = append(left, n)
				continue
			}
			r.compare(identity, old[i], n)
			old = slices.Delete(old, i, i+1)
		}
	}
	for i, n := range left {
		if i < len(old) {
			r.compare(identity, old[i], n)
			continue
		}
		r.add(Added, identity, "", "", describe(n))
	}
	for _, o := range old[min(len(left), len(old)):] {
		r.add(Removed, identity, "", describe(o), "")
	}
}

func describe(c *graph.Component) string {
	return fmt.Sprintf("%s, %s, %s", c.Version, c.License.Concluded, c.Role)
}

func (r *Report) add(what What, component, name, old, new string) {
	r.Changes = append(r.Changes, Change{what, component, name, old, new})
}

func (r *Report) compare(identity string, old, new *graph.Component) {
	value := func(what What, o, n string) {
		if o != n {
			r.add(what, identity, "", o, n)
		}
	}
	value(Version, old.Version, new.Version)
	value(License, old.License.Concluded, new.License.Concluded)
	value(Role, string(old.Role), string(new.Role))
	value(Supplier, old.Supplier.Name, new.Supplier.Name)
	added, removed := difference(old.Packages, new.Packages)
	for _, p := range added {
		r.add(Package, identity, "", "", p)
	}
	for _, p := range removed {
		r.add(Package, identity, "", p, "")
	}
	r.properties(identity, old.Properties, new.Properties)
}

// properties pairs the values of a name that has one before and one after; of a list it says what came and went.
func (r *Report) properties(identity string, old, new []graph.Property) {
	values := func(list []graph.Property) map[string][]string {
		byName := map[string][]string{}
		for _, p := range list {
			byName[p.Name] = append(byName[p.Name], p.Value)
		}
		return byName
	}
	before, after := values(old), values(new)
	names := map[string]bool{}
	for _, p := range slices.Concat(old, new) {
		names[p.Name] = true
	}
	for name := range names {
		added, removed := difference(before[name], after[name])
		if len(added) == 1 && len(removed) == 1 && len(before[name]) == 1 {
			r.add(Property, identity, name, removed[0], added[0])
			continue
		}
		for _, v := range added {
			r.add(Property, identity, name, "", v)
		}
		for _, v := range removed {
			r.add(Property, identity, name, v, "")
		}
	}
}

func difference(old, new []string) (added, removed []string) {
	for _, v := range new {
		if !slices.Contains(old, v) {
			added = append(added, v)
		}
	}
	for _, v := range old {
		if !slices.Contains(new, v) {
			removed = append(removed, v)
		}
	}
	return added, removed
}

// Table writes a report for people.
func Table(w io.Writer, r Report) error {
	if len(r.Changes) == 0 {
		_, err := fmt.Fprintf(w, "%s to %s: nothing changed\n", r.Old, r.New)
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "component\twhat\t%s\t%s\n", r.Old, r.New)
	for _, c := range r.Changes {
		what := string(c.What)
		if c.Name != "" {
			what = c.Name
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", c.Component, what, cmp.Or(c.Old, "-"), cmp.Or(c.New, "-"))
	}
	return t.Flush()
}
