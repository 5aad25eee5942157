// SPDX-License-Identifier: MIT

package api

import (
	"fmt"
	"go/constant"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// experimental is what the comment of a package says that may change in any release.
var experimental = regexp.MustCompile(`(?m)\bEXPERIMENTAL\b`)

// Code is a module's interface as its sources have it.
type Code struct {
	Module    *Module
	Platforms []Platform
	sources   *Sources
	packages  map[Platform]map[string]*types.Package // by relative path
	lines     map[Platform][]string
}

// Load type-checks the module below root for all platforms.
func Load(sources *Sources, root string, platforms []Platform) (*Code, error) {
	m, err := OpenModule(root)
	if err != nil {
		return nil, err
	}
	names, err := m.Packages()
	if err != nil {
		return nil, err
	}
	c := &Code{Module: m, Platforms: platforms, sources: sources, packages: map[Platform]map[string]*types.Package{}, lines: map[Platform][]string{}}
	for _, p := range platforms {
		l := sources.loader(m, p)
		c.packages[p] = map[string]*types.Package{}
		for _, rel := range names {
			files, doc, err := l.files(filepath.Join(m.Root, filepath.FromSlash(rel)), true)
			if err != nil {
				return nil, fmt.Errorf("load package %s: %w", rel, err)
			}
			if rel == "." || len(files) == 0 || experimental.MatchString(doc) {
				continue
			}
			pkg, err := l.Import(m.Path + "/" + rel)
			if err != nil {
				return nil, fmt.Errorf("load package %s: %w", rel, err)
			}
			if pkg.Name() == "main" {
				continue
			}
			c.packages[p][rel] = pkg
			lines, err := describe(m.Path, rel, pkg)
			if err != nil {
				return nil, err
			}
			c.lines[p] = append(c.lines[p], lines...)
		}
		if len(c.lines[p]) == 0 {
			return nil, fmt.Errorf("describe %s for %s: it exports nothing", m.Path, p)
		}
	}
	return c, nil
}

// describe are a package's lines: of what it exports, and of the unexported types that this is made of.
func describe(module, rel string, pkg *types.Package) (lines []string, err error) {
	scope := pkg.Scope()
	w := &writer{module: module, pkg: pkg}
	put := func(obj types.Object) error {
		for _, text := range w.object(obj) {
			lines = append(lines, "pkg "+rel+", "+text)
		}
		if w.err != nil {
			return fmt.Errorf("describe %s.%s: %w; make it of types that users of the module have", rel, obj.Name(), w.err)
		}
		return nil
	}
	for _, name := range scope.Names() {
		if obj := scope.Lookup(name); obj.Exported() {
			if err := put(obj); err != nil {
				return nil, err
			}
		}
	}
	for i := 0; i < len(w.hidden); i++ { // it grows meanwhile
		if err := put(w.hidden[i]); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func (w *writer) object(obj types.Object) []string {
	switch obj := obj.(type) {
	case *types.Const:
		value := obj.Val().ExactString()
		if num, denom, ok := strings.Cut(value, "/"); ok && obj.Val().Kind() == constant.Float {
			value = num + ".0/" + denom
		}
		if b, ok := obj.Type().(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
			return []string{"const " + obj.Name() + " = " + value}
		}
		return []string{"const " + obj.Name() + " " + w.typ(obj.Type()) + " = " + value}
	case *types.Var:
		return []string{"var " + obj.Name() + " " + w.typ(obj.Type())}
	case *types.Func:
		return []string{"func " + obj.Name() + w.parameters(obj.Signature().TypeParams()) + w.signature(obj.Signature())}
	case *types.TypeName:
		return w.typeName(obj)
	}
	w.fail("no form for %T", obj)
	return nil
}

func (w *writer) typeName(obj *types.TypeName) []string {
	if alias, ok := obj.Type().(*types.Alias); ok {
		return []string{"type " + obj.Name() + w.parameters(alias.TypeParams()) + " = " + w.typ(alias.Rhs())}
	}
	named, ok := obj.Type().(*types.Named)
	if !ok {
		w.fail("no form for the type %T", obj.Type())
		return nil
	}
	head := "type " + obj.Name() + w.parameters(named.TypeParams()) + " "
	var lines []string
	if s, ok := named.Underlying().(*types.Struct); ok {
		lines = append(lines, head+"struct")
		for _, f := range w.fields(s) {
			lines = append(lines, head+"struct, "+f)
		}
		if !comparable(s) {
			lines = append(lines, head+"struct, is not comparable")
		}
	} else {
		lines = append(lines, head+w.typ(named.Underlying()))
	}
	return append(lines, w.methods(obj, named)...)
}

// comparable says whether values compare, where those of type parameters do.
func comparable(s *types.Struct) bool {
	for f := range s.Fields() {
		if _, ok := f.Type().(*types.TypeParam); !ok && !types.Comparable(f.Type()) {
			return false
		}
	}
	return true
}

// fields are those that users can name: of unexported embedded structs, too, as Go promotes them.
func (w *writer) fields(s *types.Struct) []string {
	var all []string
	for f := range s.Fields() {
		switch {
		case f.Exported() && f.Embedded():
			all = append(all, "embeds "+w.typ(f.Type()))
		case f.Exported():
			all = append(all, f.Name()+" "+w.typ(f.Type()))
		default:
			all = append(all, "has unexported fields")
			if inner, ok := deref(f.Type()).Underlying().(*types.Struct); ok && f.Embedded() {
				for _, text := range w.fields(inner) {
					if !strings.HasPrefix(text, "promotes ") && !strings.HasPrefix(text, "has ") {
						text = "promotes " + text
					}
					all = append(all, text)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func deref(t types.Type) types.Type {
	if p, ok := t.(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// methods are the declared ones and those that unexported embedded fields promote.
func (w *writer) methods(obj *types.TypeName, named *types.Named) []string {
	if types.IsInterface(named) {
		return nil
	}
	var all []string
	value := types.NewMethodSet(named)
	set := types.NewMethodSet(types.NewPointer(named))
	for i := range set.Len() {
		sel := set.At(i)
		f := sel.Obj().(*types.Func)
		if !f.Exported() || len(sel.Index()) > 1 && w.throughExported(named, sel.Index()) {
			continue
		}
		receiver := obj.Name()
		if list := named.TypeParams(); list.Len() > 0 {
			var names []string
			for p := range list.TypeParams() {
				names = append(names, p.Obj().Name())
			}
			receiver += "[" + strings.Join(names, ", ") + "]"
		}
		if value.Lookup(f.Pkg(), f.Name()) == nil {
			receiver = "*" + receiver
		}
		all = append(all, "method ("+receiver+") "+f.Name()+w.signature(sel.Type().(*types.Signature)))
	}
	return all
}

// throughExported says whether the path to a method begins with an exported embedded field, whose line implies it.
func (w *writer) throughExported(named *types.Named, index []int) bool {
	s, ok := named.Underlying().(*types.Struct)
	return ok && s.Field(index[0]).Exported()
}
