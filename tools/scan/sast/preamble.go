// SPDX-License-Identifier: MIT

package sast

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strings"
)

// preambles are the comments before import "C" in Go files of internal/capi, which cgo compiles, one after the other, and how
// many files have an import of that. others are Go files elsewhere that have one.
func preambles(e *Env) (text string, files int, others []string, err error) {
	var all strings.Builder
	for _, name := range e.Tree.Files {
		if path.Ext(name) != ".go" || LeftOut(name) {
			continue
		}
		data, err := e.Tree.Read(name)
		if err != nil {
			return "", 0, nil, err
		}
		inFile, ok, err := preamble(e.path(name), data)
		switch {
		case err != nil:
			return "", 0, nil, fmt.Errorf("find own C: %w", err)
		case ok && path.Dir(name) != capi:
			others = append(others, name)
		case ok:
			files++
			all.WriteString(inFile)
		}
	}
	return all.String(), files, others, nil
}

// preamble is the C before each import "C" in a Go file, each line at its number; ok is false when there is no such import. The
// forms are those that cgo knows, and the name in back quotes: cgo refuses to compile that, while the go command and the
// parser take it for the same: https://cs.opensource.google/go/go/+/master:src/cmd/cgo/ast.go
func preamble(name string, source []byte) (text string, ok bool, err error) {
	if !bytes.Contains(source, []byte(`"C"`)) && !bytes.Contains(source, []byte("`C`")) {
		return "", false, nil
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return "", false, err
	}
	var all strings.Builder
	for _, d := range file.Decls {
		imports, is := d.(*ast.GenDecl)
		if !is {
			continue
		}
		for _, s := range imports.Specs {
			spec, is := s.(*ast.ImportSpec)
			if !is || strings.Trim(spec.Path.Value, "\"`") != "C" {
				continue
			}
			ok = true
			doc := spec.Doc
			if doc == nil && len(imports.Specs) == 1 {
				doc = imports.Doc
			}
			if doc != nil {
				fmt.Fprintf(&all, "#line %d %q\n%s\n", set.Position(doc.Pos()).Line, name, commented(set, doc))
			}
		}
	}
	return all.String(), ok, nil
}

// commented is what stands in comments, each line at its place behind the first. Lines for cgo alone are empty.
func commented(set *token.FileSet, doc *ast.CommentGroup) string {
	var text strings.Builder
	line := set.Position(doc.Pos()).Line
	for _, c := range doc.List {
		for ; line < set.Position(c.Pos()).Line; line++ {
			text.WriteString("\n")
		}
		inner, isBlock := strings.CutPrefix(c.Text, "/*")
		if isBlock {
			inner = strings.TrimSuffix(inner, "*/")
		} else {
			inner = strings.TrimPrefix(inner, "//")
		}
		for i, l := range strings.Split(inner, "\n") {
			if i > 0 {
				text.WriteString("\n")
				line++
			}
			if fields := strings.Fields(l); len(fields) == 0 || fields[0] != "#cgo" {
				text.WriteString(l)
			}
		}
	}
	return text.String()
}
