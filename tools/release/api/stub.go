// SPDX-License-Identifier: MIT

package api

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// qualified is a name of another package: its path, a full stop and the name.
var qualified = regexp.MustCompile(`([a-z][\w\-.]*(?:/[\w\-.]+)*)\.([A-Z]\w*)`)

// A source collects the declarations that stand for the lines of one package.
type source struct {
	module  string
	known   map[string][]string // packages of the description
	imports map[string]string   // path to local name
	structs map[string][]string // head of a struct to its fields
	decls   []string
}

// stub makes of a package's lines Go source with the same interface.
func stub(module, rel string, known map[string][]string) string {
	s := &source{module: module, known: known, imports: map[string]string{}, structs: map[string][]string{}}
	for _, body := range known[rel] {
		s.add(body)
	}
	for _, head := range slices.Sorted(maps.Keys(s.structs)) {
		s.decls = append(s.decls, head+" {\n\t"+strings.Join(s.structs[head], "\n\t")+"\n}")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", path.Base(rel))
	for _, imported := range slices.Sorted(maps.Keys(s.imports)) {
		fmt.Fprintf(&b, "import %s %q\n", s.imports[imported], imported)
	}
	b.WriteString(strings.Join(s.decls, "\n") + "\n")
	return b.String()
}

func (s *source) add(body string) {
	kind, rest, _ := strings.Cut(body, " ")
	if kind == "const" { // its value may look like anything
		left, value, _ := strings.Cut(rest, " = ")
		s.decls = append(s.decls, "const "+s.local(left)+" = "+value)
		return
	}
	rest = s.local(rest)
	switch {
	case kind == "func":
		s.decls = append(s.decls, "func "+rest+" { panic(0) }")
	case kind == "method":
		s.decls = append(s.decls, "func "+rest+" { panic(0) }")
	case kind == "type" && strings.Contains(rest, " struct, "):
		head, field, _ := strings.Cut(rest, " struct, ")
		key := "type " + head + " struct"
		if promoted, ok := strings.CutPrefix(field, "promotes "); ok {
			// Of an embedded struct without a name for others; keyed literals cannot set it.
			hidden := "type hidden" + head + " struct"
			if s.structs[hidden] == nil {
				s.structs[key] = append(s.structs[key], "hidden"+instance(head))
			}
			key, field = hidden, promoted
		}
		switch field {
		case "has unexported fields":
			field = "unexported int"
		case "is not comparable":
			field = "_ []int"
		default:
			field = strings.TrimPrefix(field, "embeds ")
		}
		s.structs[key] = append(s.structs[key], field)
	case kind == "type" && strings.HasSuffix(rest, " struct"):
		key := "type " + rest
		s.structs[key] = append(s.structs[key], "")
	default:
		s.decls = append(s.decls, kind+" "+rest)
	}
}

// instance is a type with its own parameters as arguments: Null[T] for Null[T any].
func instance(head string) string {
	name, params, ok := strings.Cut(head, "[")
	if !ok {
		return head
	}
	var names []string
	for _, p := range strings.Split(params, ", ") {
		word, _, _ := strings.Cut(p, " ")
		names = append(names, word)
	}
	return name + "[" + strings.Join(names, ", ") + "]"
}

// local replaces paths by names under which the packages are imported.
func (s *source) local(text string) string {
	return qualified.ReplaceAllStringFunc(text, func(found string) string {
		m := qualified.FindStringSubmatch(found)
		imported := m[1]
		if s.known[imported] != nil {
			imported = s.module + "/" + imported
		}
		name := s.imports[imported]
		if name == "" {
			name = fmt.Sprintf("p%d", len(s.imports))
			s.imports[imported] = name
		}
		return name + "." + m[2]
	})
}

// described are the packages that lines stand for on one platform. The standard library is the code's, so that its types
// are the same on both sides.
func (c *Code) described(lines []Line, p Platform) (map[string]*types.Package, error) {
	known := forPlatform(lines, p)
	l := c.sources.loader(c.Module, p)
	l.stub = map[string]*ast.File{}
	for rel := range known {
		text := stub(c.Module.Path, rel, known)
		f, err := parser.ParseFile(c.sources.fset, "description of "+rel, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("understand the description: %w", err)
		}
		l.stub[rel] = f
	}
	packages := map[string]*types.Package{}
	for _, rel := range slices.Sorted(maps.Keys(known)) {
		pkg, err := l.Import(c.Module.Path + "/" + rel)
		if err != nil {
			return nil, fmt.Errorf("understand the description: %w", err)
		}
		packages[rel] = pkg
	}
	return packages, nil
}
