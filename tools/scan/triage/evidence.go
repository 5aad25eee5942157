// SPDX-License-Identifier: MIT

package triage

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/osv"
)

// Evidence is one thing that has to be true for a decision. Kind says which:
//
//	option      Option is set in every bill of materials that lists the decision's component, or with Absent not set
//	not-linked  none of Symbols is in the symbol table of a program whose name Programs matches (path.Match); every bill of
//	            materials that lists the decided component has its programs among these
//	no-object   none of Objects is among the linked files of the component in any bill of materials
//	not-called  no scan of Go source or of programs found a way to the vulnerability; where bills of materials say that there
//	            are programs, both have to have looked
//	at-least    the decision's component has at least Version in every bill of materials
type Evidence struct {
	Kind     string   `json:"kind"`
	Option   string   `json:"option,omitempty"`
	Absent   bool     `json:"absent,omitempty"`
	Symbols  []string `json:"symbols,omitempty"`
	Programs string   `json:"programs,omitempty"`
	Objects  []string `json:"objects,omitempty"` // file names: iconv.o
	Version  string   `json:"version,omitempty"`
}

func (e *Evidence) check() error {
	switch {
	case e.Kind == "option" && e.Option != "", e.Kind == "not-called", e.Kind == "at-least" && e.Version != "",
		e.Kind == "no-object" && len(e.Objects) > 0:
		return nil
	case e.Kind == "not-linked" && len(e.Symbols) > 0:
		if _, err := path.Match(e.Programs, "x"); err != nil || e.Programs == "" {
			return fmt.Errorf("programs %q is no pattern", e.Programs)
		}
		return nil
	}
	return fmt.Errorf("kind %q is not known or lacks what it is about", e.Kind)
}

// String is the evidence as a sentence.
func (e *Evidence) String() string {
	switch {
	case e.Kind == "option" && e.Absent:
		return "option " + e.Option + " is not set"
	case e.Kind == "option":
		return "option " + e.Option + " is set"
	case e.Kind == "not-linked":
		return "not linked into " + e.Programs + ": " + strings.Join(e.Symbols, ", ")
	case e.Kind == "no-object":
		return "not among the linked objects: " + strings.Join(e.Objects, ", ")
	case e.Kind == "not-called":
		return "no way to the vulnerable function was found"
	}
	return "version is at least " + e.Version
}

// A Program is a program with the functions and variables that it defines.
type Program struct {
	Name    string // as a bill of materials or an archive names it: gosqlite_0.1.0_linux_amd64/bin/gosqlite
	Defines func(symbol string) bool
}

// Facts are what a run knows; evidence is held against them.
type Facts struct {
	Components []component.Component
	Bills      []*component.Document // that Components are of, as far as programs of theirs have to be there
	Programs   []Program
	Findings   []finding.Finding
	Ran        []string // scanners
}

// A Verdict on one piece of evidence.
type Verdict int

// The verdicts. What could not be looked at is neither true nor false.
const (
	Holds Verdict = iota
	Broken
	Unchecked
)

// Check holds evidence of a decision against the facts, and says what it saw.
func (facts *Facts) Check(d *Decision, e *Evidence) (Verdict, string) {
	switch e.Kind {
	case "option":
		return facts.option(d, e)
	case "not-linked":
		return facts.notLinked(d, e)
	case "no-object":
		return facts.noObject(d, e)
	case "not-called":
		return facts.notCalled(d)
	}
	return facts.atLeast(d, e)
}

func (facts *Facts) of(d *Decision) []component.Component {
	var all []component.Component
	for _, c := range facts.Components {
		if c.Package() == d.Component {
			all = append(all, c)
		}
	}
	return all
}

// Absent says why a decision is about nothing that the bills of materials are about: it names platforms, none of the bills is
// of one, and no bill lists the component. It is "" otherwise, and where nobody looked at a bill.
func (facts *Facts) Absent(d *Decision) string {
	if len(d.Platforms) == 0 || len(facts.Bills) == 0 || len(facts.of(d)) > 0 {
		return ""
	}
	for _, b := range facts.Bills {
		if b.Platform != "" && d.on(b.Platform) {
			return ""
		}
	}
	return fmt.Sprintf("component absent: none of the %d bills of materials lists %s or is of %s", len(facts.Bills), d.Component, strings.Join(d.Platforms, ", "))
}

// Elsewhere are the bills of materials of platforms that a decision does not name, which list its component in one of its
// versions all the same: there, what it says of the platforms that it names holds for nothing.
func (facts *Facts) Elsewhere(d *Decision) []*component.Document {
	var all []*component.Document
	for _, b := range facts.Bills {
		lists := func(c component.Component) bool {
			return c.Package() == d.Component && slices.Contains(d.Versions, c.Version)
		}
		if b.Platform != "" && !d.on(b.Platform) && slices.ContainsFunc(b.Components, lists) {
			all = append(all, b)
		}
	}
	return all
}

// Divide takes from a finding that a decision covers what was found elsewhere: in one of those bills of materials, or in a
// program of one. outside is nil when that is nothing, and covered when it is everything. What was found in no bill, as in
// source code, stays covered.
func Divide(f *finding.Finding, elsewhere []*component.Document) (covered, outside *finding.Finding) {
	in, out := *f, *f
	in.Where, out.Where = nil, nil
	for _, place := range f.Where {
		of := func(b *component.Document) bool {
			return place == b.File || b.Twin() != "" && strings.HasPrefix(place, b.Twin()+"/")
		}
		if slices.ContainsFunc(elsewhere, of) {
			out.Where = append(out.Where, place)
		} else {
			in.Where = append(in.Where, place)
		}
	}
	switch {
	case out.Where == nil:
		return f, nil
	case in.Where == nil:
		return nil, f
	}
	return &in, &out
}

func (facts *Facts) option(d *Decision, e *Evidence) (Verdict, string) {
	looked := 0
	for _, c := range facts.of(d) {
		if c.Options == nil {
			continue
		}
		looked++
		set := slices.ContainsFunc(c.Options, func(o string) bool { return o == e.Option || strings.HasPrefix(o, e.Option+"=") })
		if set == e.Absent {
			return Broken, fmt.Sprintf("%s of %s has the options %s", c.ID, c.Document, strings.Join(c.Options, " "))
		}
	}
	if looked == 0 {
		return Unchecked, "no bill of materials says the options of " + d.Component
	}
	return Holds, fmt.Sprintf("in %d bills of materials", looked)
}

func (facts *Facts) notLinked(d *Decision, e *Evidence) (Verdict, string) {
	looked := 0
	for _, p := range facts.Programs {
		if ok, _ := path.Match(e.Programs, p.Name); !ok {
			continue
		}
		looked++
		for _, s := range e.Symbols {
			if p.Defines(s) {
				return Broken, p.Name + " defines " + s
			}
		}
	}
	if looked == 0 {
		return Unchecked, "no program with symbols matches " + e.Programs
	}
	for _, b := range facts.Bills {
		if why := facts.unseen(b, d, e); why != "" {
			return Unchecked, why
		}
	}
	return Holds, fmt.Sprintf("in %d programs", looked)
}

// unseen says why what was seen of other platforms says nothing about the one of this bill; "" when the bill does not list
// the component, or each of its programs was looked at.
func (facts *Facts) unseen(b *component.Document, d *Decision, e *Evidence) string {
	lists := func(c component.Component) bool {
		return c.Package() == d.Component && (len(d.Versions) == 0 || slices.Contains(d.Versions, c.Version))
	}
	if b.Twin() == "" || !slices.ContainsFunc(b.Components, lists) {
		return ""
	}
	there := false
	for _, p := range facts.Programs {
		if !strings.HasPrefix(p.Name, b.Twin()+"/") {
			continue
		}
		there = true
		if ok, _ := path.Match(e.Programs, p.Name); !ok {
			return p.Name + " does not match " + e.Programs + ", and " + b.File + " lists " + d.Component
		}
	}
	if !there {
		return "the programs of " + b.File + ", which lists " + d.Component + ", were not looked at"
	}
	return ""
}

func (facts *Facts) noObject(d *Decision, e *Evidence) (Verdict, string) {
	looked := 0
	for _, c := range facts.of(d) {
		if c.Files == nil {
			continue
		}
		looked++
		for _, f := range c.Files {
			if slices.Contains(e.Objects, path.Base(f)) {
				return Broken, fmt.Sprintf("%s of %s holds %s", c.ID, c.Document, f)
			}
		}
	}
	if looked == 0 {
		return Unchecked, "no bill of materials says what is linked of " + d.Component
	}
	return Holds, fmt.Sprintf("in %d bills of materials", looked)
}

func (facts *Facts) notCalled(d *Decision) (Verdict, string) {
	source, programs := slices.Contains(facts.Ran, "go-source"), slices.Contains(facts.Ran, "go-binary")
	if !source && !programs {
		return Unchecked, "neither go-source nor go-binary ran"
	}
	if len(facts.Bills) > 0 && !(source && programs) {
		return Unchecked, "go-source and go-binary did not both run, and there are programs"
	}
	for _, f := range facts.Findings {
		if f.Rank == finding.Called && sameComponent(f.Component, d.Component) && slices.Contains(f.Names(), d.ID) {
			return Broken, "called: " + strings.Join(f.Trace, " > ")
		}
	}
	return Holds, "by " + strings.Join(facts.Ran, ", ")
}

// sameComponent knows modules by every name that they go by: bills of materials and scanners call the standard library
// differently.
func sameComponent(a, b string) bool {
	x, y := component.Component{PURL: a}, component.Component{PURL: b}
	return a == b || x.GoModule() != "" && x.GoModule() == y.GoModule()
}

func (facts *Facts) atLeast(d *Decision, e *Evidence) (Verdict, string) {
	found := facts.of(d)
	for _, c := range found {
		if older(c.Version, e.Version) {
			return Broken, fmt.Sprintf("%s of %s has version %s", c.ID, c.Document, c.Version)
		}
	}
	if len(found) == 0 {
		return Unchecked, "no bill of materials lists " + d.Component
	}
	return Holds, fmt.Sprintf("in %d bills of materials", len(found))
}

// older says whether a is before b. A version that cannot be ordered is older than everything.
func older(a, b string) bool {
	order, err := osv.Compare(a, b)
	return err != nil || order < 0
}
