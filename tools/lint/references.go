// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
)

// referencePage is where SQLite documents itself.
const referencePage = "https://sqlite.org/"

// goMethods are of interfaces of Go; SQLite has nothing to say of them.
var goMethods = []string{"Error", "Is", "MarshalJSON", "String", "Unwrap"}

// withoutPage are other functions of package sqlite that have no counterpart.
var withoutPage = map[string]string{
	"OnLeak": "about the garbage collector",
	"Some":   "a type of Go",
}

// checkReferences holds that each exported function and method of package sqlite
// names SQLite's page about what it does.
func checkReferences(ctx context.Context, t *Tree) ([]Finding, error) {
	var findings []Finding
	unused := map[string]bool{}
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
			called := f.Name.Name
			if f.Recv != nil {
				of := receiver(f.Recv.List[0].Type)
				if !ast.IsExported(of) || slices.Contains(goMethods, called) {
					continue
				}
				called = of + "." + called
			}
			has := strings.Contains(f.Doc.Text(), referencePage)
			_, excepted := withoutPage[called]
			unused[called] = excepted && has
			if !has && !excepted {
				findings = append(findings, Finding{name, files.Position(f.Pos()).Line, called + " names no page of " + referencePage})
			}
		}
	})
	for called, is := range unused {
		if is {
			findings = append(findings, Finding{"tools/lint/references.go", 0, called + " needs its exception no more; remove that"})
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
