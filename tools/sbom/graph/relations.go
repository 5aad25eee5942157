// SPDX-License-Identifier: MIT

package graph

import "slices"

// rolesOf says which roles a relation may lead to: an edge that contradicts the role of its end would tell two stories.
var rolesOf = map[Kind][]Role{
	Contains:      {Delivered, Linked, Header},
	Links:         {Linked},
	Depends:       {Delivered, Linked},
	Includes:      {Header},
	Interface:     {InterfaceStub},
	BuiltWith:     {BuildTool},
	GeneratedFrom: Roles,
}

func (d *Document) checkRelations(f *faults) {
	if len(d.Relations) > MaxRelations {
		f.add("document: %d relations, and the limit is %d", len(d.Relations), MaxRelations)
		return
	}
	sorted(f, "document", "relations", d.Relations, compareRelations)
	roles := map[string]Role{}
	for _, c := range d.Components {
		roles[c.ID] = c.Role
	}
	for _, r := range d.Relations {
		_, from := roles[r.From]
		role, to := roles[r.To]
		switch {
		case !slices.Contains(Kinds, r.Kind):
			f.add("relation %s to %s: kind %q is none of %v", r.From, r.To, r.Kind, Kinds)
		case !from || !to:
			f.add("relation %s %s %s: an end is no component", r.From, r.Kind, r.To)
		case r.From == r.To:
			f.add("relation %s %s itself", r.From, r.Kind)
		case !slices.Contains(rolesOf[r.Kind], role):
			f.add("relation %s %s %s: leads to a component of role %s, not of %v", r.From, r.Kind, r.To, role, rolesOf[r.Kind])
		}
	}
	reached := d.Reach(d.Subject)
	for _, c := range d.Components {
		if !reached[c.ID] {
			f.add("%s: no relation leads there from the subject %s: an edge is missing, or the component is a phantom", c.ID, d.Subject)
		}
	}
}

// Reach returns the components that relations of the given kinds lead to from an ID, and the ID itself. No kinds stand
// for all.
func (d *Document) Reach(id string, kinds ...Kind) map[string]bool {
	next := map[string][]string{}
	for _, r := range d.Relations {
		if len(kinds) == 0 || slices.Contains(kinds, r.Kind) {
			next[r.From] = append(next[r.From], r.To)
		}
	}
	reached := map[string]bool{id: true}
	for queue := []string{id}; len(queue) > 0; queue = queue[1:] {
		for _, to := range next[queue[0]] {
			if !reached[to] {
				reached[to] = true
				queue = append(queue, to)
			}
		}
	}
	return reached
}
