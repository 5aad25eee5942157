// SPDX-License-Identifier: MIT

package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
)

// Compare holds two builds against each other by their digests. With part, b is one build of the several that a tells of:
// what a has beyond b is no difference, and an action of b that a does not have is skipped, not passed.
func Compare(a, b *Build, part bool) ([]compare.File, *compare.Actions) {
	if a.folded() != b.folded() {
		a, b = a.fold(), b.fold()
	}
	actions := &compare.Actions{}
	for _, p := range pairs(a.Actions, b.Actions, part) {
		if part && p.B == nil {
			continue
		}
		actions.Add(judge(p, part))
	}
	return files(a.Files, b.Files), actions
}

// Inputs names the groups of inputs that no action made and that differ.
func Inputs(a, b *Build) []string {
	index := func(inputs []Input) map[string]Input {
		m := map[string]Input{}
		for _, i := range inputs {
			m[strings.TrimSpace(string(i.Kind)+" "+i.Name)] = i
		}
		return m
	}
	x, y := index(a.Inputs), index(b.Inputs)
	names := maps.Clone(x)
	maps.Copy(names, y)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if i, j := x[name], y[name]; i != j {
			out = append(out, fmt.Sprintf("%s: %d files %.12s in A, %d files %.12s in B", name, i.Files, i.SHA256, j.Files, j.SHA256))
		}
	}
	return out
}

func files(a, b []File) []compare.File {
	index := map[string]*compare.File{}
	parts := map[string][2][]Part{}
	var out []*compare.File
	get := func(name string) *compare.File {
		if index[name] == nil {
			index[name] = &compare.File{Name: name, Status: compare.Fail}
			out = append(out, index[name])
		}
		return index[name]
	}
	for _, f := range a {
		c := get(f.Name)
		c.SizeA, c.HashA, parts[f.Name] = f.Size, f.SHA256, [2][]Part{f.Parts}
	}
	for _, f := range b {
		c := get(f.Name)
		c.SizeB, c.HashB, parts[f.Name] = f.Size, f.SHA256, [2][]Part{parts[f.Name][0], f.Parts}
	}
	slices.SortFunc(out, func(a, b *compare.File) int { return strings.Compare(a.Name, b.Name) })
	list := []compare.File{}
	for _, c := range out {
		switch {
		case c.HashA == "":
			c.Detail = "made by build B only"
		case c.HashB == "":
			c.Detail = "made by build A only"
		case c.HashA != c.HashB || c.SizeA != c.SizeB:
			c.Detail, c.Place = "content differs", place(parts[c.Name][0], parts[c.Name][1])
		default:
			c.Status = compare.Pass
		}
		list = append(list, *c)
	}
	return list
}

// place is the first part that differs, as deep as the ledgers tell; nil if none does, so that the difference is in how
// the parts are packed.
func place(a, b []Part) *compare.Place {
	sums := func(parts []Part) map[string]string {
		m := map[string]string{}
		for _, p := range parts {
			m[p.Name] = p.SHA256
		}
		return m
	}
	x, y := sums(a), sums(b)
	found := ""
	for _, p := range append(slices.Clone(a), b...) {
		inside := found == "" || strings.HasPrefix(p.Name, found+"!") || strings.HasPrefix(p.Name, found+"#")
		if inside && x[p.Name] != y[p.Name] {
			found = p.Name
		}
	}
	if found == "" {
		return nil
	}
	digest := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return fmt.Sprintf("SHA-256 %.12s", s)
	}
	member, where, ok := strings.Cut(found, "#")
	if !ok {
		where = "content"
	}
	return &compare.Place{Member: member, Where: where, Offset: compare.NoOffset, A: digest(x[found]), B: digest(y[found])}
}

// judge gives the verdict on an action, as compare.Logs does, from digests alone.
func judge(p pair, part bool) compare.Action {
	known := p.A
	if known == nil {
		known = p.B
	}
	act := compare.Action{Mnemonic: known.Mnemonic, Label: known.Label, Primary: known.primary(), Status: compare.Fail}
	switch {
	case p.A == nil && part:
		act.Status, act.Cause, act.Detail = compare.Skip, compare.Unknown, "no log or ledger of the other build has this action"
		return act
	case p.A == nil:
		act.Cause, act.Detail = compare.OneSided, "ran in build B only"
		return act
	case p.B == nil:
		act.Cause, act.Detail = compare.OneSided, "ran in build A only"
		return act
	case p.A.madeNothing() && p.B.madeNothing():
		act.Status, act.Cause, act.Detail = compare.Skip, compare.NoOutput, "nothing to compare"
		return act
	}
	act.Outputs = outputs(p.A.Outputs, p.B.Outputs)
	switch {
	case p.A.Command != p.B.Command:
		act.Cause, act.Detail = compare.Command, "arguments or environment differ"
	case p.A.Inputs != p.B.Inputs:
		act.Cause, act.Detail = compare.Consequence, "inputs differ"
	default:
		act.Cause = compare.Culprit
	}
	if len(act.Outputs) == 0 {
		act.Status = compare.Pass
		if act.Cause == compare.Culprit {
			act.Cause = ""
		}
	}
	return act
}

// madeNothing tells that no output is there to compare, though some may have been declared.
func (a *Action) madeNothing() bool {
	return !slices.ContainsFunc(a.Outputs, func(o Output) bool { return !o.Absent })
}

func outputs(a, b []Output) []compare.Output {
	var out []compare.Output
	index := map[string]Output{}
	for _, o := range a {
		index[o.Path] = o
	}
	for _, o := range b {
		x, ok := index[o.Path]
		if !ok || x != o {
			out = append(out, compare.Output{Path: o.Path, HashA: x.digest(), HashB: o.digest(), SizeA: x.Size, SizeB: o.Size})
		}
		delete(index, o.Path)
	}
	for _, path := range slices.Sorted(maps.Keys(index)) {
		out = append(out, compare.Output{Path: path, HashA: index[path].digest(), SizeA: index[path].Size})
	}
	return out
}

func (o Output) digest() string {
	if o.Link != "" {
		return "-> " + o.Link
	}
	return o.SHA256
}
