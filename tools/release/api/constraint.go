// SPDX-License-Identifier: MIT

package api

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
)

// constraintChanges are what apidiff does not look at: which types satisfy a constraint. Of an interface it compares the
// methods alone, so that a type may leave ~int | string without a word.
func constraintChanges(old, code *types.Package) []apidiff.Change {
	var all []apidiff.Change
	add := func(name string, before, after types.Type) {
		was, is := terms(before), terms(after)
		switch {
		case slices.Equal(was, is):
		case is == nil || was != nil && !slices.ContainsFunc(was, func(t string) bool { return !slices.Contains(is, t) }):
			all = append(all, apidiff.Change{Message: name + ": types of the constraint added", Compatible: true})
		default:
			all = append(all, apidiff.Change{Message: fmt.Sprintf("%s: constraint narrowed from %s to %s", name, shown(was), shown(is))})
		}
	}
	for _, name := range old.Scope().Names() {
		before, after := old.Scope().Lookup(name), code.Scope().Lookup(name)
		if after == nil || !before.Exported() {
			continue
		}
		if _, ok := before.(*types.TypeName); ok && types.IsInterface(before.Type()) && types.IsInterface(after.Type()) {
			add(name, before.Type(), after.Type())
		}
		was, is := parametersOf(before), parametersOf(after)
		for i := range was.Len() {
			if i < is.Len() {
				add(name+"."+was.At(i).Obj().Name(), was.At(i).Constraint(), is.At(i).Constraint())
			}
		}
	}
	return all
}

func shown(terms []string) string {
	if terms == nil {
		return "any type"
	}
	return strings.Join(terms, " | ")
}

// parametersOf are the type parameters of a function or a type.
func parametersOf(obj types.Object) *types.TypeParamList {
	switch t := obj.Type().(type) {
	case *types.Signature:
		if _, ok := obj.(*types.Func); ok {
			return t.TypeParams()
		}
	case *types.Named:
		return t.TypeParams()
	case *types.Alias:
		return t.TypeParams()
	}
	return nil
}

// terms are the types that a constraint names, ordered; nil when it names none. Of several unions in one interface, which
// stand for their intersection, all are listed with their number: any change of them is looked at.
func terms(t types.Type) []string {
	iface, ok := t.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	qualify := func(p *types.Package) string { return p.Path() }
	var all []string
	for i := range iface.NumEmbeddeds() {
		prefix := ""
		if i > 0 {
			prefix = fmt.Sprintf("%d:", i)
		}
		switch e := iface.EmbeddedType(i).(type) {
		case *types.Union:
			for term := range e.Terms() {
				all = append(all, prefix+map[bool]string{true: "~"}[term.Tilde()]+types.TypeString(term.Type(), qualify))
			}
		default:
			if types.IsInterface(e) {
				for _, inner := range terms(e) {
					all = append(all, prefix+inner)
				}
				continue
			}
			all = append(all, prefix+types.TypeString(e, qualify))
		}
	}
	slices.Sort(all)
	return all
}
