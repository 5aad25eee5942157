// SPDX-License-Identifier: MIT

package api

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// writer writes types in the form of the description.
type writer struct {
	module string // its path
	pkg    *types.Package
	hidden []*types.TypeName // unexported types that exported things are made of
	err    error             // the first thing that has no place in a description
}

func (w *writer) fail(format string, args ...any) string {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
	return "invalid"
}

// named is the name of a type: bare in its package, else behind the path of its own.
func (w *writer) named(obj *types.TypeName) string {
	pkg := obj.Pkg()
	if pkg == nil { // error, any, comparable
		return obj.Name()
	}
	if pkg != w.pkg && !obj.Exported() || strings.Contains(pkg.Path(), "/internal/") {
		return w.fail("it is made of %s.%s, which users cannot import", pkg.Path(), obj.Name())
	}
	if pkg == w.pkg {
		if !obj.Exported() && !slices.Contains(w.hidden, obj) {
			w.hidden = append(w.hidden, obj)
		}
		return obj.Name()
	}
	return strings.TrimPrefix(pkg.Path(), w.module+"/") + "." + obj.Name()
}

func (w *writer) arguments(list *types.TypeList) string {
	if list.Len() == 0 {
		return ""
	}
	var all []string
	for t := range list.Types() {
		all = append(all, w.typ(t))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// typ is the text of a type.
func (w *writer) typ(t types.Type) string {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.Invalid {
			return w.fail("it is made of a type of C or of another module")
		}
		if t.Kind() == types.UnsafePointer {
			return "unsafe.Pointer"
		}
		return strings.TrimPrefix(t.Name(), "untyped ")
	case *types.Named:
		return w.named(t.Obj()) + w.arguments(t.TypeArgs())
	case *types.Alias:
		return w.named(t.Obj()) + w.arguments(t.TypeArgs())
	case *types.TypeParam:
		return t.Obj().Name()
	case *types.Pointer:
		return "*" + w.typ(t.Elem())
	case *types.Slice:
		return "[]" + w.typ(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), w.typ(t.Elem()))
	case *types.Map:
		return "map[" + w.typ(t.Key()) + "]" + w.typ(t.Elem())
	case *types.Chan:
		elem := w.typ(t.Elem())
		return [...]string{types.SendRecv: "chan (" + elem + ")", types.SendOnly: "chan<- " + elem, types.RecvOnly: "<-chan " + elem}[t.Dir()]
	case *types.Signature:
		return "func" + w.signature(t)
	case *types.Interface:
		return w.iface(t)
	case *types.Struct:
		var all []string
		for f := range t.Fields() {
			name := f.Name() + " "
			if f.Embedded() {
				name = ""
			}
			all = append(all, name+w.typ(f.Type()))
		}
		return "struct { " + strings.Join(all, "; ") + " }"
	case *types.Union:
		var all []string
		for term := range t.Terms() {
			all = append(all, map[bool]string{true: "~"}[term.Tilde()]+w.typ(term.Type()))
		}
		return strings.Join(all, " | ")
	}
	return w.fail("no form for %T", t)
}

func (w *writer) iface(t *types.Interface) string {
	if t.IsComparable() && t.NumMethods() == 0 && t.NumEmbeddeds() == 1 && t.IsMethodSet() {
		return "comparable"
	}
	var all []string
	unexported := false
	for m := range t.Methods() { // embedded ones, too
		if !m.Exported() {
			unexported = true
			continue
		}
		all = append(all, m.Name()+w.signature(m.Signature()))
	}
	slices.Sort(all)
	if unexported {
		all = append(all, "unexported()")
	}
	for e := range t.EmbeddedTypes() {
		if i, ok := e.Underlying().(*types.Interface); !ok || !i.IsMethodSet() {
			all = append(all, w.typ(e))
		}
	}
	if len(all) == 0 {
		return "any"
	}
	text := "interface { " + strings.Join(all, "; ") + " }"
	if t.IsImplicit() && len(all) == 1 {
		return all[0] // a constraint such as ~int | string
	}
	return text
}

// signature is parameters and results, without names.
func (w *writer) signature(s *types.Signature) string {
	var params []string
	for i := range s.Params().Len() {
		t := s.Params().At(i).Type()
		if s.Variadic() && i == s.Params().Len()-1 {
			if slice, ok := t.(*types.Slice); ok {
				params = append(params, "..."+w.typ(slice.Elem()))
				continue
			}
		}
		params = append(params, w.typ(t))
	}
	text := "(" + strings.Join(params, ", ") + ")"
	switch r := s.Results(); r.Len() {
	case 0:
		return text
	case 1:
		return text + " " + w.typ(r.At(0).Type())
	default:
		var all []string
		for v := range r.Variables() {
			all = append(all, w.typ(v.Type()))
		}
		return text + " (" + strings.Join(all, ", ") + ")"
	}
}

// parameters are type parameters with their constraints.
func (w *writer) parameters(list *types.TypeParamList) string {
	if list.Len() == 0 {
		return ""
	}
	var all []string
	for p := range list.TypeParams() {
		all = append(all, p.Obj().Name()+" "+w.typ(p.Constraint()))
	}
	return "[" + strings.Join(all, ", ") + "]"
}
