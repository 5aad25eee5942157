// SPDX-License-Identifier: MIT

package collect

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// part is a declared component that something of the document belongs to.
type part struct {
	declaration *Declaration
	purl        string            // of its repository, for Go modules
	sources     map[string]string // paths of digested files by their names in the input
	importPaths map[string]bool
	packages    map[string]bool // Go packages that programs hold
	objects     map[string]string
	runtime     map[string][]graph.Digest // of runtime files by name
	c           bool                      // whether a source is C's
	id          string
}

// ofC tells whether a file of a target goes to C's compiler, or to the linker without one. Rules of C take headers, assembly,
// objects and archives as well as sources, and Go's rules take Go's own assembly beside C.
func (t *Target) ofC(name string) bool {
	ext := path.Ext(name)
	if t.ImportPath == "" {
		return ext != ".go"
	}
	return slices.Contains([]string{".c", ".cc", ".cpp", ".cxx", ".m", ".mm", ".S", ".syso"}, ext)
}

// edge is a relation between two parts.
type edge struct{ from, to *part }

// resolver gives what was collected to components.
type resolver struct {
	in    *Collected
	parts map[*Declaration]*part
	node  map[string]*part    // of a target or file, by label; nil where none is needed
	next  map[string][]Edge   // edges by their start
	nodes map[string]*Target  // targets by label
	edges map[edge]graph.Kind // between parts
}

func newResolver(in *Collected) *resolver {
	r := &resolver{
		in: in, parts: map[*Declaration]*part{}, node: map[string]*part{}, next: map[string][]Edge{},
		nodes: map[string]*Target{}, edges: map[edge]graph.Kind{},
	}
	for _, e := range in.Edges {
		r.next[e.From] = append(r.next[e.From], e)
	}
	for i := range in.Targets {
		r.nodes[in.Targets[i].Label] = &in.Targets[i]
	}
	return r
}

func (r *resolver) part(d *Declaration) *part {
	p := r.parts[d]
	if p == nil {
		p = &part{
			declaration: d, sources: map[string]string{}, importPaths: map[string]bool{}, packages: map[string]bool{},
			objects: map[string]string{}, runtime: map[string][]graph.Digest{},
		}
		r.parts[d] = p
	}
	return p
}

// claim returns the part of a label, or nil.
func (r *resolver) claim(l string) (*part, error) {
	if p, ok := r.node[l]; ok {
		return p, nil
	}
	d, err := owner(r.in.Components, r.in.Root, l)
	if err != nil {
		return nil, err
	}
	var p *part
	if d != nil {
		p = r.part(d)
	}
	r.node[l] = p
	return p, nil
}

func undeclared(what, l string) error {
	return fmt.Errorf("resolve %s %s: no component covers it: declare an sbom_component for its repository or package and name it in components", what, l)
}

// reach walks from a target along edges of the given meanings and calls visit for each target, the first one included.
func (r *resolver) reach(from string, meanings []string, visit func(label string) error) error {
	seen := map[string]bool{from: true}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if err := visit(queue[0]); err != nil {
			return err
		}
		for _, e := range r.next[queue[0]] {
			if slices.Contains(meanings, e.Meaning) && !seen[e.To] {
				seen[e.To] = true
				queue = append(queue, e.To)
			}
		}
	}
	return nil
}

// Meanings of edges, as in private/edges.bzl.
var (
	linking  = []string{"alias", "compiles", "includes", "links"}
	reaching = []string{"alias", "compiles", "contains", "includes", "links"}
)

// sources gives the files of everything that is linked from a target to parts, and relates the parts.
func (r *resolver) sources(from string) error {
	return r.reach(from, linking, func(l string) error {
		t := r.nodes[l]
		if t == nil {
			return nil // a file
		}
		p, err := r.claim(l)
		if err != nil {
			return err
		}
		if p == nil && (t.ImportPath != "" || t.PURL != "" && len(t.Files) > 0) {
			return undeclared("target", l)
		}
		if p != nil {
			if t.ImportPath != "" {
				p.importPaths[t.ImportPath] = true
			}
			if t.PURL != "" {
				p.purl = t.PURL
			}
		}
		for _, f := range t.Files {
			q, err := r.claim(f.Label)
			if err != nil {
				return err
			}
			if q == nil {
				return undeclared("file", f.Label)
			}
			name, err := parseLabel(f.Label)
			if err != nil {
				return err
			}
			q.sources[path.Join(name.pkg, name.name)] = f.Path
			q.c = q.c || t.ofC(name.name)
			if p != nil {
				r.relate(p, q, graph.Depends)
			}
		}
		return r.relateBelow(l, p)
	})
}

// relateBelow relates a part to those that its target leads to, through targets that belong to none.
func (r *resolver) relateBelow(from string, p *part) error {
	if p == nil {
		return nil
	}
	seen := map[string]bool{}
	var down func(l string) error
	down = func(l string) error {
		for _, e := range r.next[l] {
			if seen[e.To] || !slices.Contains(linking, e.Meaning) {
				continue
			}
			seen[e.To] = true
			q, err := r.claim(e.To)
			if err != nil {
				return err
			}
			if q == nil {
				if err := down(e.To); err != nil {
					return err
				}
				continue
			}
			r.relate(p, q, graph.Depends)
		}
		return nil
	}
	return down(from)
}

func (r *resolver) relate(from, to *part, kind graph.Kind) {
	if from != to {
		r.edges[edge{from, to}] = kind
	}
}

// ofC gives the parts that a target's C is of: its own, and those of its files, once sources has met it.
func (r *resolver) ofC(l string) []*part {
	var out []*part
	add := func(p *part) {
		if p != nil && p.c && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	add(r.node[l])
	if t := r.nodes[l]; t != nil {
		for _, f := range t.Files {
			if t.ofC(f.Label) {
				add(r.node[f.Label])
			}
		}
	}
	return out
}

// program gives the packages and runtime objects of a linked program to parts, and returns the parts that it holds.
func (r *resolver) program(p *program) ([]*part, error) {
	held := map[*part]bool{}
	main := ""
	if err := r.reach(p.label, linking, func(l string) error {
		// What is Go is held if its packages are; C is linked whole.
		for _, q := range r.ofC(l) {
			held[q] = true
		}
		if t := r.nodes[l]; t != nil && main == "" && t.ImportPath != "" {
			main = t.ImportPath
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for _, name := range p.packages {
		q, err := r.packageOwner(name, main)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		if name == "main" {
			name = main
		}
		q.packages[name], held[q] = true, true
	}
	if !p.externallyLinked() {
		return list(held), nil
	}
	for _, dir := range r.in.Toolchain.Runtime {
		if err := r.runtime(dir, p, held); err != nil {
			return nil, err
		}
	}
	return list(held), nil
}

func list(held map[*part]bool) []*part {
	byLabel := func(a, b *part) int { return strings.Compare(a.declaration.Label, b.declaration.Label) }
	return slices.SortedFunc(maps.Keys(held), byLabel)
}

// runtime gives what a program holds of a toolchain's runtime to parts.
func (r *resolver) runtime(dir string, p *program, held map[*part]bool) error {
	files, err := readRuntime(dir, p, r.in.Components)
	if err != nil {
		return err
	}
	for _, f := range files {
		q := r.part(f.declaration)
		if !f.stub && len(f.linked) == 0 {
			continue // nothing of the archive was taken
		}
		held[q] = true
		q.runtime[f.name] = f.digests
		for _, o := range f.linked {
			q.objects[o.Path] = o.SHA256
		}
	}
	return nil
}

// standardPURL begins the purl of Go's standard library; scanners know it by that name.
const standardPURL = "pkg:golang/std@"

// packageOwner finds the part of a Go package that a program holds.
func (r *resolver) packageOwner(name, main string) (*part, error) {
	if name == "main" {
		name = main
	}
	for _, p := range r.parts {
		if p.importPaths[name] {
			return p, nil
		}
	}
	if standard(name) {
		for i := range r.in.Components {
			if d := &r.in.Components[i]; strings.HasPrefix(d.PURL, standardPURL) {
				return r.part(d), nil
			}
		}
		return nil, fmt.Errorf("resolve Go package %s: no component is the standard library: declare one with the purl pkg:golang/std@{version}", name)
	}
	return nil, fmt.Errorf("resolve Go package %s: it is linked and no target of the graph has it: an edge is missing from private/edges.bzl", name)
}

// tools returns the parts that ran to make what a target is made of.
func (r *resolver) tools(from string) ([]*part, error) {
	var out []*part
	take := func(l string) error {
		p, err := r.claim(l)
		if err != nil {
			return err
		}
		if p == nil {
			return undeclared("build tool", l)
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
		return nil
	}
	err := r.reach(from, reaching, func(l string) error {
		for _, e := range r.next[l] {
			if e.Meaning == "builds" {
				if err := take(e.To); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// What those programs are made of, which edges of attributes do not show.
	for _, t := range r.in.Tools {
		if err := r.reach(t, linking, func(l string) error {
			if n := r.nodes[l]; n == nil || n.ImportPath == "" && len(n.Files) == 0 {
				return nil
			}
			return take(l)
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// toolchain returns the parts of the toolchain's files, by their roles.
func (r *resolver) toolchain() (map[graph.Role][]*part, error) {
	out := map[graph.Role][]*part{}
	for _, l := range r.in.Toolchain.Labels {
		p, err := r.claim(l)
		if err != nil {
			return nil, err
		}
		if p == nil {
			return nil, undeclared("toolchain file", l)
		}
		if role := graph.Role(p.declaration.Role); !slices.Contains(out[role], p) {
			out[role] = append(out[role], p)
		}
	}
	return out, nil
}
