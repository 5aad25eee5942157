// SPDX-License-Identifier: MIT

package attribution

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// Schema identifies the report.
const Schema = "gosqlite-attribution/1"

// Report says whose the bytes of a program are.
type Report struct {
	Schema   string   `json:"schema"`
	Program  string   `json:"program"` // ID in the graph
	Platform string   `json:"platform"`
	Ceiling  float64  `json:"ceiling"` // percent of the released program that may be of no component
	Released Shares   `json:"released"`
	Linked   Shares   `json:"linked"`
	Faults   []string `json:"faults,omitempty"`
}

// Shares are the bytes of one file by owner.
type Shares struct {
	Size   int     `json:"size"`
	Others float64 `json:"others"` // percent that is of no component
	Owners []Share `json:"owners"` // the largest first
	areas  []Area
}

// Area is a piece for a treemap: a Go package or an object file of a component, or what is of none.
type Area struct {
	Name  string `json:"name"`
	Group string `json:"group"`
	Bytes int    `json:"bytes"`
}

// Share is what one owner has.
type Share struct {
	Group   Group   `json:"group"`
	Name    string  `json:"name"`
	Bytes   int     `json:"bytes"`
	Percent float64 `json:"percent"`
}

// measure counts a file's bytes and finds those that are nobody's.
func (a *attribution) measure(p *program, what string) Shares {
	count := map[uint16]int{}
	parts := slices.Clone(p.parts)
	for _, s := range p.sections {
		parts = append(parts, part{s.off, uint64(len(s.data)), owner{}})
		for _, o := range s.own {
			count[o]++
		}
		gaps(s, func(from, to int) {
			a.fault("%s: bytes %#x to %#x of section %s, at %#x, are in no class", what, from, to, s.name, s.addr+uint64(from))
		})
	}
	slices.SortFunc(parts, func(x, y part) int { return cmp.Or(cmp.Compare(x.off, y.off), cmp.Compare(x.size, y.size)) })
	at := uint64(0)
	between := func(to uint64) {
		if to <= at {
			return
		}
		if !padding(p.data[at:to], true) {
			a.fault("%s: bytes %#x to %#x of the file are outside of its sections and in no class", what, at, to)
			return
		}
		count[a.own(owner{Padding, "file alignment", ""})] += int(to - at)
	}
	for _, x := range parts {
		if x.size == 0 {
			continue
		}
		if x.off+x.size > uint64(len(p.data)) || x.off+x.size < x.off {
			a.fault("%s: a header points to bytes %#x to %#x, outside of the file", what, x.off, x.off+x.size)
			continue
		}
		if x.off < at {
			a.fault("%s: byte %#x is in two parts of the file", what, x.off)
			continue
		}
		between(x.off)
		at = x.off + x.size
		if x.owner != (owner{}) {
			count[a.own(x.owner)] += int(x.size)
		}
	}
	between(uint64(len(p.data)))
	r := Shares{Size: len(p.data)}
	total, others := 0, 0
	sums := map[owner]int{}
	for i, n := range count {
		if i == 0 {
			continue
		}
		o := a.owners[i]
		area := Area{o.name, string(o.group), n}
		if o.group == Component {
			area = Area{o.part, o.name, n}
		} else {
			others += n
		}
		r.areas = append(r.areas, area)
		total += n
		o.part = ""
		sums[o] += n
	}
	for o, n := range sums {
		r.Owners = append(r.Owners, Share{o.group, o.name, n, percent(n, r.Size)})
	}
	r.Others = percent(others, r.Size)
	if total != r.Size && len(a.faults) == 0 {
		a.fault("%s: %d bytes were counted of %d", what, total, r.Size)
	}
	slices.SortFunc(r.Owners, func(x, y Share) int {
		return cmp.Or(cmp.Compare(slices.Index(groups, x.Group), slices.Index(groups, y.Group)), cmp.Compare(y.Bytes, x.Bytes), cmp.Compare(x.Name, y.Name))
	})
	return r
}

var groups = []Group{Component, GoTable, Container, Padding}

// percent has two digits, so that the report has one text.
func percent(n, of int) float64 { return float64(n*10000/max(of, 1)) / 100 }

// judge holds the shares against the graph and the ceiling.
func (a *attribution) judge(r *Report) {
	for _, id := range a.linked {
		if a.in.Graph.Component(id).Role != graph.Linked {
			continue
		}
		if !slices.ContainsFunc(r.Released.Owners, func(s Share) bool { return s.Group == Component && s.Name == id }) {
			a.fault("component %s: the graph links it into the program, and no byte is its", id)
		}
	}
	if r.Released.Others > r.Ceiling {
		a.fault("share: %.2f %% of the released program is of no component, and the ceiling is %.2f %%", r.Released.Others, r.Ceiling)
	}
}

// JSON is the report for machines. One report has one text.
func (r *Report) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode report: %w", err)
	}
	return append(text, '\n'), nil
}

// Areas are the pieces of the released program as a JSON list, for a treemap.
func (r *Report) Areas() ([]byte, error) {
	slices.SortFunc(r.Released.areas, func(x, y Area) int {
		return cmp.Or(cmp.Compare(x.Group, y.Group), cmp.Compare(x.Name, y.Name))
	})
	text, err := json.MarshalIndent(r.Released.areas, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode areas: %w", err)
	}
	return append(text, '\n'), nil
}

// Table writes the report for people: one line for each owner, with the bytes in the released program and in the one as
// linked.
func (r *Report) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "released\tshare\tas linked\tshare\t  %s %s\n", r.Program, r.Platform)
	linked := map[Share]Share{}
	key := func(s Share) Share { return Share{Group: s.Group, Name: s.Name} }
	rows := slices.Clone(r.Released.Owners)
	have := map[Share]bool{}
	for _, s := range rows {
		have[key(s)] = true
	}
	for _, s := range r.Linked.Owners {
		linked[key(s)] = s
		if !have[key(s)] {
			rows = append(rows, key(s))
		}
	}
	slices.SortStableFunc(rows, func(x, y Share) int {
		return cmp.Compare(slices.Index(groups, x.Group), slices.Index(groups, y.Group))
	})
	for _, s := range rows {
		l := linked[key(s)]
		fmt.Fprintf(t, "%d\t%.2f %%\t%d\t%.2f %%\t  %s: %s\n", s.Bytes, s.Percent, l.Bytes, l.Percent, s.Group, s.Name)
	}
	fmt.Fprintf(t, "%d\t100 %%\t%d\t100 %%\t  all\n", r.Released.Size, r.Linked.Size)
	fmt.Fprintf(t, "\t%.2f %%\t\t%.2f %%\t  of no component; the ceiling is %.2f %%\n", r.Released.Others, r.Linked.Others, r.Ceiling)
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}
