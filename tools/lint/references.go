// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strings"
)

// referencePage is where SQLite documents itself.
const referencePage = "https://sqlite.org/"

// withoutPage are functions of package sqlite, and methods of any of its types,
// that have no counterpart.
var withoutPage = map[string]string{
	"OnLeak": "about the garbage collector",
	"Some":   "a type of Go",

	".Error":       "of an interface of Go",
	".Is":          "of an interface of Go",
	".MarshalJSON": "of an interface of Go",
	".String":      "of an interface of Go",
	".Unwrap":      "of an interface of Go",
}

// checkReferences holds that each exported function and method of package sqlite
// names SQLite's page about what it does, and that each exception is needed.
func checkReferences(ctx context.Context, t *Tree) ([]Finding, error) {
	var findings []Finding
	needed := map[string]bool{}
	inPackage := func(name string) bool {
		return path.Dir(name) == "sqlite" && isGo(name) && !strings.HasSuffix(name, "_test.go")
	}
	err := t.each(ctx, inPackage, func(name string, data []byte) {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, data, parser.ParseComments)
		if err != nil {
			findings = append(findings, Finding{name, 0, fmt.Sprintf("cannot be parsed: %v", err)})
			return
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			called, exception := f.Name.Name, f.Name.Name
			if f.Recv != nil {
				of := receiver(f.Recv.List[0].Type)
				if !ast.IsExported(of) {
					continue
				}
				called, exception = of+"."+called, "."+called
			}
			if strings.Contains(f.Doc.Text(), referencePage) {
				continue
			}
			needed[exception] = true
			if _, excepted := withoutPage[exception]; !excepted {
				findings = append(findings, Finding{name, files.Position(f.Pos()).Line, called + " names no page of " + referencePage})
			}
		}
	})
	for exception := range withoutPage {
		if !needed[exception] {
			findings = append(findings, Finding{"tools/lint/references.go", 0, exception + " needs its exception no more; remove that"})
		}
	}
	return order(findings), err
}

// receiver is the name of a method's type.
func receiver(of ast.Expr) string {
	switch x := of.(type) {
	case *ast.StarExpr:
		return receiver(x.X)
	case *ast.IndexExpr:
		return receiver(x.X)
	case *ast.IndexListExpr:
		return receiver(x.X)
	case *ast.Ident:
		return x.Name
	}
	return ""
}
