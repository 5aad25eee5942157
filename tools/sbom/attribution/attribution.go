// SPDX-License-Identifier: MIT

package attribution

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/binary"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/objects"
)

// Group is the kind of an owner.
type Group string

// The groups. There is no group for the rest: a byte in none is a fault.
const (
	Component Group = "component"
	GoTable   Group = "go linker table"
	Container Group = "container"
	Padding   Group = "padding"
)

// owner is what a byte belongs to: a component by its ID, or a table or structure by its name.
type owner struct {
	group Group
	name  string
	part  string // of a component: a Go package, an object file
}

// Library is a file of C objects that was linked, and the component that they belong to.
type Library struct {
	Name      string
	Data      []byte
	Component string // ID
}

// Input is what Attribute looks at.
type Input struct {
	Graph     *graph.Document
	Program   []byte    // as it was linked, with symbols
	Released  []byte    // stripped; the graph names it by its digest
	Runtime   fs.FS     // the toolchain's runtime, which the graph names files of; nil for a program without C
	Libraries []Library // in the order of the link
	Beside    []string  // Go packages of the graph's other programs, which its components list, too
	Ceiling   float64   // percent of the released program that may be of no component
}

// attribution is the work on one program.
type attribution struct {
	in        Input
	program   *program
	linked    []string          // IDs of the components that are linked into it
	packageOf map[string]string // Go packages to components
	owners    []owner           // from index 1
	index     map[owner]uint16
	objects   []*object
	defined   map[string][]definition
	goProgram *goProgram                 // nil for a program without Go
	found     map[string]bool            // Go packages that it has
	left      []*unit                    // of objects, that no symbol places
	archives  map[string][]binary.Member // of the runtime, that were read
	faults    []string
}

// definition is a symbol of an object.
type definition struct {
	object *object
	symbol symbol
}

// Attribute says of every byte of a program whose it is. The error is about files that can't be read; what is wrong with
// the program stands in the report's faults.
func Attribute(in Input) (*Report, error) {
	a := &attribution{in: in, packageOf: map[string]string{}, owners: make([]owner, 1), index: map[owner]uint16{}, defined: map[string][]definition{}, found: map[string]bool{}, archives: map[string][]binary.Member{}}
	id, err := a.find()
	if err != nil {
		return nil, err
	}
	if a.program, err = open(in.Program); err != nil {
		return nil, err
	}
	if len(a.program.symbols) == 0 {
		return nil, fmt.Errorf("read program: it has no symbols: name the program as it was linked, before it was stripped")
	}
	released, err := open(in.Released)
	if err != nil {
		return nil, fmt.Errorf("released: %w", err)
	}
	if in.Runtime == nil && linkedByC(a.program.symbols) {
		return nil, fmt.Errorf("read program: there is C in it: name the runtime that it was linked with")
	}
	if err := a.readObjects(); err != nil {
		return nil, err
	}
	if a.goProgram, err = readGo(a.program); err != nil {
		return nil, err
	}
	a.paint()
	a.packages()
	a.transfer(released)
	r := &Report{Schema: Schema, Program: id, Platform: in.Graph.Platform, Ceiling: in.Ceiling}
	r.Linked = a.measure(a.program, "program as linked")
	r.Released = a.measure(released, "released program")
	a.judge(r)
	r.Faults = a.faults
	return r, nil
}

func (a *attribution) fault(format string, args ...any) {
	a.faults = append(a.faults, fmt.Sprintf(format, args...))
}

// find looks the program up in the graph, by its digest, and what is linked into it.
func (a *attribution) find() (string, error) {
	digest := sha256Hex(a.in.Released)
	id := ""
	for _, c := range a.in.Graph.Components {
		for _, d := range c.Digests {
			if c.Role == graph.Delivered && d.Alg == graph.SHA256 && d.Value == digest {
				id = c.ID
			}
		}
	}
	if id == "" {
		return "", fmt.Errorf("find program in the graph: no delivered component has the digest %s: name the graph and the released program of one build", digest)
	}
	for _, r := range a.in.Graph.Relations {
		if r.From != id || r.Kind != graph.Links {
			continue
		}
		a.linked = append(a.linked, r.To)
		c := a.in.Graph.Component(r.To)
		for _, p := range c.Packages {
			if before, have := a.packageOf[p]; have {
				return "", fmt.Errorf("read graph: both %s and %s list the package %s", before, c.ID, p)
			}
			a.packageOf[p] = c.ID
		}
	}
	return id, nil
}

// own returns the index of an owner.
func (a *attribution) own(o owner) uint16 {
	i, have := a.index[o]
	if !have {
		i = uint16(len(a.owners)) // readObjects bounds them
		a.owners, a.index[o] = append(a.owners, o), i
	}
	return i
}

// readObjects reads the libraries, and the objects of the runtime that the graph says were linked.
func (a *attribution) readObjects() error {
	known := func(id, of string) error {
		if slices.Contains(a.linked, id) {
			return nil
		}
		return fmt.Errorf("%s: the graph links no component %q into the program; it links %s", of, id, strings.Join(a.linked, ", "))
	}
	for _, l := range a.in.Libraries {
		if err := known(l.Component, "objects "+l.Name); err != nil {
			return err
		}
		list, err := readObjects(l.Name, l.Data)
		if err != nil {
			return err
		}
		if err := a.take(list, l.Component); err != nil {
			return err
		}
	}
	for _, id := range a.linked {
		for _, f := range a.in.Graph.Component(id).Files {
			if err := a.readRuntime(f, id); err != nil {
				return err
			}
		}
	}
	for _, o := range a.objects {
		for _, s := range o.symbols {
			a.defined[s.name] = append(a.defined[s.name], definition{o, s})
		}
	}
	return nil
}

// maxObjects bounds the objects, so that owners have numbers of 16 bits. As many may be needed again for the parts of a
// library that are another component's, and for packages.
const maxObjects = 1 << 14

// take makes objects a component's.
func (a *attribution) take(list []*object, component string) error {
	a.objects = append(a.objects, list...)
	if n := len(a.objects) + len(a.packageOf); n > maxObjects {
		return fmt.Errorf("read objects: %d objects and packages are more than the limit of %d", n, maxObjects)
	}
	for _, o := range list {
		o.owner = a.own(owner{Component, component, o.name})
	}
	return nil
}

// readRuntime reads a file of a component if it is the runtime's: FILE, or ARCHIVE/MEMBER.
func (a *attribution) readRuntime(f graph.File, component string) error {
	if a.in.Runtime == nil {
		return nil
	}
	file, member, _ := strings.Cut(f.Path, "/")
	if info, err := fs.Stat(a.in.Runtime, file); err != nil || info.IsDir() {
		return nil // a source: its object is in a library
	}
	members, err := a.members(file)
	if err != nil {
		return err
	}
	found := false
	for _, m := range members {
		// An archive may have two members of one name.
		if m.Name != member || sha256Hex(m.Data) != f.SHA256 {
			continue
		}
		found = true
		read, err := readObjects(f.Path, m.Data)
		if err != nil {
			return err
		}
		if err := a.take(read, component); err != nil {
			return err
		}
	}
	if !found {
		a.fault("object %s of %s: the runtime has none of that name with the digest %s", f.Path, component, f.SHA256)
	}
	return nil
}

// members returns the objects of a file of the runtime; one that is no archive has one without name.
func (a *attribution) members(file string) ([]binary.Member, error) {
	if m, have := a.archives[file]; have {
		return m, nil
	}
	if info, err := fs.Stat(a.in.Runtime, file); err != nil || info.Size() > maxProgram {
		return nil, fmt.Errorf("read runtime file %s: not there, or larger than the limit of %d bytes", file, maxProgram)
	}
	data, err := fs.ReadFile(a.in.Runtime, file)
	if err != nil {
		return nil, fmt.Errorf("read runtime: %w", err)
	}
	members := []binary.Member{{Data: data}}
	if binary.Detect(data) == binary.Ar {
		if members, err = binary.Archive(data); err != nil {
			return nil, fmt.Errorf("read runtime file %s: %w", file, err)
		}
	}
	a.archives[file] = members
	return members, nil
}

// definedIn says which objects of the runtime define a symbol, for the text of a fault.
func (a *attribution) definedIn(name string) string {
	if a.in.Runtime == nil {
		return ""
	}
	var found []string
	entries, _ := fs.ReadDir(a.in.Runtime, ".")
	for _, e := range entries {
		members, err := a.members(e.Name())
		if err != nil {
			continue // of a stub, as a text of what a library has
		}
		for _, m := range members {
			if !bytes.Contains(m.Data, []byte(name)) {
				continue
			}
			if symbols, err := objects.Symbols(m.Data, true); err == nil && slices.Contains(symbols, a.program.prefix+name) {
				found = append(found, strings.TrimSuffix(e.Name()+"/"+m.Name, "/"))
			}
		}
	}
	if found == nil {
		return ""
	}
	return "; in the runtime " + strings.Join(found, " and ") + " does, which the graph does not list"
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// packages compares the Go packages of the program with those that its components list.
func (a *attribution) packages() {
	have := slices.Sorted(maps.Keys(a.found))
	for _, p := range have {
		if a.packageOf[p] == "" {
			a.fault("Go package %s: it is in the program and belongs to no component", p)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(a.packageOf)) {
		if !a.found[p] && !slices.Contains(a.in.Beside, p) {
			a.fault("Go package %s: %s lists it, and nothing of it is in the program", p, a.packageOf[p])
		}
	}
}

// transfer gives the released program's sections the owners of the linked one's. What was loaded has to be the same.
func (a *attribution) transfer(released *program) {
	for _, s := range released.sections {
		s.own = make([]uint16, len(s.data))
		if s.owner != (owner{}) {
			a.whole(s)
			continue
		}
		i := slices.IndexFunc(a.program.sections, func(t *section) bool { return t.name == s.name && t.addr == s.addr })
		if i < 0 || !bytes.Equal(a.program.sections[i].data, s.data) {
			a.fault("section %s of the released program: the program as linked has no such section with these bytes: name the two of one link", s.name)
			continue
		}
		copy(s.own, a.program.sections[i].own)
	}
}
