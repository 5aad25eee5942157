// SPDX-License-Identifier: MIT

// Package show lays out a bill of materials for people: as a table, as a tree, and the bytes of a program as a treemap.
package show

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// Table writes a line for each component: what is delivered first, build tools last.
func Table(w io.Writer, d *graph.Document) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "role\tname\tversion\tlicense\tsupplier\tpurl")
	for _, c := range byRole(d) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Role, c.Name, c.Version, c.License.Concluded, c.Supplier.Name, cmp.Or(c.PURL, "-"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s, %s, %d components%s\n", d.Name, d.Version, len(d.Components), tier(d))
	return err
}

func tier(d *graph.Document) string {
	for _, p := range d.Properties {
		if p.Name == "gosqlite:tier" {
			return ", tier " + p.Value
		}
	}
	return ""
}

func byRole(d *graph.Document) []*graph.Component {
	var list []*graph.Component
	for i := range d.Components {
		list = append(list, &d.Components[i])
	}
	slices.SortStableFunc(list, func(a, b *graph.Component) int {
		return cmp.Or(cmp.Compare(slices.Index(graph.Roles, a.Role), slices.Index(graph.Roles, b.Role)), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Tree writes what the subject contains, and below each component what it links, depends on and was made with. What was
// shown before is not unfolded again; three dots say so.
func Tree(w io.Writer, d *graph.Document) error {
	t := &tree{w: w, d: d, below: map[string][]graph.Relation{}, shown: map[string]bool{}}
	for _, r := range d.Relations {
		t.below[r.From] = append(t.below[r.From], r)
	}
	for _, list := range t.below {
		slices.SortStableFunc(list, func(a, b graph.Relation) int {
			return cmp.Or(cmp.Compare(slices.Index(graph.Kinds, a.Kind), slices.Index(graph.Kinds, b.Kind)), cmp.Compare(a.To, b.To))
		})
	}
	subject := d.Component(d.Subject)
	t.print("", "", "", subject)
	t.children("", subject.ID)
	return t.err
}

type tree struct {
	w     io.Writer
	d     *graph.Document
	below map[string][]graph.Relation
	shown map[string]bool
	err   error
}

func (t *tree) children(indent, id string) {
	t.shown[id] = true
	list := t.below[id]
	for i, r := range list {
		branch, deeper := "├─ ", "│  "
		if i == len(list)-1 {
			branch, deeper = "└─ ", "   "
		}
		suffix := ""
		if t.shown[r.To] && len(t.below[r.To]) > 0 {
			suffix = " …"
		}
		t.print(indent+branch, string(r.Kind)+" ", suffix, t.d.Component(r.To))
		if !t.shown[r.To] {
			t.children(indent+deeper, r.To)
		}
	}
}

func (t *tree) print(indent, kind, suffix string, c *graph.Component) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, "%s%s%s %s (%s)%s\n", indent, kind, c.Name, c.Version, c.License.Concluded, suffix)
	}
}

// Bytes is n with a unit, as 1.4 MB.
func Bytes(n int64) string {
	const units = "kMGT"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, i := float64(n)/1000, 0
	for f >= 999.95 && i < len(units)-1 {
		f /= 1000
		i++
	}
	return fmt.Sprintf("%.1f %cB", f, units[i])
}

// plural counts things.
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, strings.TrimSuffix(one, "y")+map[bool]string{true: "ies", false: "s"}[strings.HasSuffix(one, "y")])
}
