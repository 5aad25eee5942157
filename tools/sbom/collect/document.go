// SPDX-License-Identifier: MIT

package collect

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/binary"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/purl"
)

// Facts are texts that the document is made complete from.
type Facts struct {
	Pins   []byte   // file of pins; may be empty
	GoSums [][]byte // go.sum files
}

// builder makes a document of what the resolver found.
type builder struct {
	in       *Collected
	inputs   *inputs
	resolver *resolver
	read     func(Output) (*program, error)
	doc      *graph.Document
	made     map[*part]bool
	relation map[graph.Relation]bool

	licenseFiles map[string][]string // paths, by the ID of a component
}

// Document resolves what was collected.
func Document(in *Collected, facts Facts) (*graph.Document, error) {
	return document(in, facts, readProgram)
}

func document(in *Collected, facts Facts, read func(Output) (*program, error)) (*graph.Document, error) {
	from, err := facts.parse()
	if err != nil {
		return nil, err
	}
	supplier := graph.Organisation{Name: in.Subject.Supplier, URL: in.Subject.SupplierURL}
	b := &builder{
		in: in, inputs: from, read: read, resolver: newResolver(in), made: map[*part]bool{}, relation: map[graph.Relation]bool{},
		licenseFiles: map[string][]string{},
		doc: &graph.Document{
			Schema: graph.Schema, Name: in.Subject.Name, Version: in.Subject.Version, Time: in.Subject.Time,
			Platform: in.Subject.Platform, Lifecycle: graph.Lifecycle, Supplier: supplier, Authors: []graph.Organisation{supplier},
			Tool: graph.Tool{Name: "gosqlite-sbom", Version: in.Subject.Version, Supplier: supplier},
		},
	}
	for _, t := range in.Tools {
		if err := b.resolver.sources(t); err != nil {
			return nil, fmt.Errorf("bill of materials of %s: %w", in.Root, err)
		}
	}
	if err := b.build(); err != nil {
		return nil, fmt.Errorf("bill of materials of %s: %w", in.Root, err)
	}
	return b.doc, nil
}

func (b *builder) build() error {
	data, err := readFile(b.in.Subject.Artifact)
	if err != nil {
		return err
	}
	name := path.Base(b.in.Subject.Artifact)
	members, err := readArchive(name, data)
	if err != nil {
		return err
	}
	subject := b.delivered(graph.Subject, graph.Application, name, name, data)
	b.doc.Subject = subject.ID
	if members == nil {
		subject.Executable = true
		b.doc.Components = append(b.doc.Components, subject)
		err = b.alone(subject.ID, name)
	} else {
		subject.Type, subject.Archive, subject.Structured = graph.ArchiveType, true, true
		for _, m := range members {
			subject.Files = append(subject.Files, graph.File{Path: m.name, SHA256: sha256Hex(m.data)})
		}
		b.doc.Components = append(b.doc.Components, subject)
		if err = b.packed(subject.ID, members); err == nil {
			err = b.checkNotices(members)
		}
	}
	if err != nil {
		return err
	}
	b.standard()
	b.conclude()
	for _, c := range b.doc.Components {
		if c.Role != graph.Subject && c.Role != graph.Delivered {
			continue // declared: checked where it was made
		}
		if err := purl.Check(c.PURL); err != nil {
			return fmt.Errorf("component %s: %w", c.Name, err)
		}
	}
	return nil
}

// alone fills in a subject that is a program itself.
func (b *builder) alone(subject, name string) error {
	if len(b.in.Subject.Programs) != 1 {
		return fmt.Errorf("%s is no archive and has %d programs, not one", name, len(b.in.Subject.Programs))
	}
	program := b.in.Subject.Programs[0]
	if err := b.program(subject, program); err != nil {
		return err
	}
	return b.tools(subject, program.Label)
}

// packed fills in a subject that is an archive. Each program and library in it has to be one that the build names.
func (b *builder) packed(subject string, members []member) error {
	for _, m := range members {
		named := func(o Output) bool { return o.Name == m.name }
		if binary.Detect(m.data) != "" && !slices.ContainsFunc(b.in.Subject.Programs, named) && !slices.ContainsFunc(b.in.Subject.Libraries, named) {
			return fmt.Errorf("%s is in the archive, and the build says of no target that it made it: name it among the archive's programs or libraries", m.name)
		}
	}
	makers := map[string]string{subject: b.in.Root} // targets by the ID of what they made
	if err := b.deliver(subject, graph.Application, b.in.Subject.Programs, members, makers, b.program); err != nil {
		return err
	}
	if err := b.deliver(subject, graph.Library, b.in.Subject.Libraries, members, makers, b.library); err != nil {
		return err
	}
	// After all that is linked: a tool may stand on a part of a program.
	for _, id := range slices.Sorted(maps.Keys(makers)) {
		if err := b.tools(id, makers[id]); err != nil {
			return err
		}
	}
	return nil
}

// deliver adds each output as a component inside the subject, with what it is made of.
func (b *builder) deliver(subject string, kind graph.Type, outputs []Output, members []member, makers map[string]string, fill func(id string, o Output) error) error {
	for _, o := range outputs {
		i := slices.IndexFunc(members, func(m member) bool { return m.name == o.Name })
		if i < 0 {
			return fmt.Errorf("%s is not in the archive", o.Name)
		}
		c := b.delivered(graph.Delivered, kind, path.Base(o.Name), members[i].name, members[i].data)
		c.Executable, c.Archive = kind == graph.Application, kind == graph.Library
		b.doc.Components = append(b.doc.Components, c)
		b.relate(subject, c.ID, graph.Contains)
		makers[c.ID] = o.Label
		if err := fill(c.ID, o); err != nil {
			return err
		}
	}
	return nil
}

// delivered makes the component of a file as it is released.
func (b *builder) delivered(role graph.Role, kind graph.Type, name, place string, data []byte) graph.Component {
	s := b.in.Subject
	id := "pkg:generic/" + s.Title + "@" + s.Version
	if s.Platform != "" {
		id += "?platform=" + s.Platform
	}
	if role != graph.Subject {
		id += "#" + place
	}
	c := graph.Component{
		Role: role, Type: kind, Name: name, Version: s.Version, Supplier: b.doc.Supplier, PURL: id,
		License:  graph.License{Declared: s.License, Concluded: s.License},
		Digests:  fileDigests(graph.ReleasedFile, place, data),
		FileName: path.Base(place),
		References: []graph.Reference{
			{Type: graph.VCS, URL: s.SupplierURL},
		},
	}
	c.ID = graph.ID(&graph.Component{Role: role, Name: place})
	if role != graph.Subject {
		c.ID = graph.ID(&graph.Component{Role: role, Name: b.in.Subject.Name + "-" + place})
	}
	return c
}

func (b *builder) program(id string, o Output) error {
	p, err := b.read(o)
	if err != nil {
		return err
	}
	if err := b.resolver.sources(p.label); err != nil {
		return err
	}
	parts, err := b.resolver.program(p)
	if err != nil {
		return err
	}
	chain, err := b.resolver.toolchain()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(parts, func(p *part) bool { return p.c }) {
		parts = append(parts, chain[graph.Header]...)
	}
	if p.format == binary.MachO {
		parts = append(parts, chain[graph.InterfaceStub]...)
	}
	if err := b.hold(id, parts); err != nil {
		return err
	}
	return b.checkModules(p)
}

// library relates a static library, in which no runtime is.
func (b *builder) library(id string, o Output) error {
	if err := b.resolver.sources(o.Label); err != nil {
		return err
	}
	var parts []*part
	if err := b.resolver.reach(o.Label, linking, func(l string) error {
		for _, p := range b.resolver.ofC(l) {
			if !slices.Contains(parts, p) {
				parts = append(parts, p)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return b.hold(id, parts)
}

// hold relates a delivered file to what is in it, and that among each other.
func (b *builder) hold(id string, parts []*part) error {
	kinds := map[graph.Role]graph.Kind{graph.Linked: graph.Links, graph.InterfaceStub: graph.Interface, graph.Header: graph.Includes}
	for _, p := range parts {
		if err := b.add(p); err != nil {
			return err
		}
		kind, ok := kinds[graph.Role(p.declaration.Role)]
		if !ok {
			return fmt.Errorf("%s: it is linked, and declared as %s", p.declaration.Label, p.declaration.Role)
		}
		b.relate(id, p.id, kind)
	}
	for e, kind := range b.resolver.edges {
		if b.made[e.from] && b.made[e.to] && e.from.declaration.Role == string(graph.Linked) && e.to.declaration.Role == string(graph.Linked) {
			b.relate(e.from.id, e.to.id, kind)
		}
	}
	return nil
}

func (b *builder) tools(id, from string) error {
	parts, err := b.resolver.tools(from)
	if err != nil {
		return err
	}
	chain, err := b.resolver.toolchain()
	if err != nil {
		return err
	}
	for _, p := range append(parts, chain[graph.BuildTool]...) {
		if p.declaration.Role == string(graph.Linked) && b.made[p] {
			continue // a tool stands on it, too
		}
		if p.declaration.Role != string(graph.BuildTool) {
			return fmt.Errorf("%s: only programs of the build use it: declare it with role = \"build-tool\"", p.declaration.Label)
		}
		if err := b.add(p); err != nil {
			return err
		}
		b.relate(id, p.id, graph.BuiltWith)
	}
	return nil
}

// add makes the component of a part, once. A part that gains packages or objects later is made again.
func (b *builder) add(p *part) error {
	c, err := b.inputs.component(p)
	if err != nil {
		return err
	}
	p.id = c.ID
	b.licenseFiles[c.ID] = p.declaration.LicenseFiles
	if b.made[p] {
		i := slices.IndexFunc(b.doc.Components, func(old graph.Component) bool { return old.ID == c.ID })
		b.doc.Components[i] = c
		return nil
	}
	b.made[p] = true
	b.doc.Components = append(b.doc.Components, c)
	return nil
}

// standard relates every linked component that has Go in it to the standard library, which no attribute names.
func (b *builder) standard() {
	var std *graph.Component
	for i := range b.doc.Components {
		if strings.HasPrefix(b.doc.Components[i].PURL, standardPURL) {
			std = &b.doc.Components[i]
		}
	}
	for _, c := range b.doc.Components {
		if std != nil && c.Role == graph.Linked && len(c.Packages) > 0 && c.ID != std.ID {
			b.relate(c.ID, std.ID, graph.Depends)
		}
	}
}

// conclude sets the concluded license of what is delivered: all licenses of what is in it have to be kept.
func (b *builder) conclude() {
	for i := range b.doc.Components {
		c := &b.doc.Components[i]
		if c.Role != graph.Delivered && c.Role != graph.Subject {
			continue
		}
		var terms []string
		for id := range b.doc.Reach(c.ID, graph.Contains, graph.Links) {
			if part := b.doc.Component(id); part.Role == graph.Linked && !slices.Contains(terms, part.License.Concluded) {
				terms = append(terms, part.License.Concluded)
			}
		}
		if own := c.License.Declared; c.Type != graph.Library && !slices.Contains(terms, own) {
			terms = append(terms, own)
		}
		slices.Sort(terms)
		c.License.Concluded = strings.Join(terms, " AND ")
		if c.Type == graph.Library && len(terms) == 1 {
			c.License.Declared = terms[0] // nothing of ours is in it
		}
	}
}

func (b *builder) relate(from, to string, kind graph.Kind) {
	r := graph.Relation{From: from, To: to, Kind: kind}
	if !b.relation[r] {
		b.relation[r] = true
		b.doc.Relations = append(b.doc.Relations, r)
	}
}

// checkModules holds the program's own build information against the components.
func (b *builder) checkModules(p *program) error {
	for module, version := range p.modules {
		id := "pkg:golang/" + module + "@" + version
		if !slices.ContainsFunc(b.doc.Components, func(c graph.Component) bool { return c.PURL == id }) {
			// A required module of which no package is linked is in the build information all the same.
			if !b.unlinked(id) {
				return fmt.Errorf("%s: its build information names %s %s, and no component is that", p.name, module, version)
			}
		}
	}
	return nil
}

// unlinked tells whether the graph has a module of which a program holds no package.
func (b *builder) unlinked(id string) bool {
	for _, p := range b.resolver.parts {
		if seen, _, _ := strings.Cut(p.purl, "?"); seen == id && len(p.packages) == 0 {
			return true
		}
	}
	return false
}
