// SPDX-License-Identifier: MIT

package manual

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"html"
	"html/template"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// modulePath is the module whose packages are described.
const modulePath = "github.com/gosqlite/gosqlite"

// The interface is described as it is on this platform, whatever platform makes the site.
const (
	referenceOS   = "linux"
	referenceArch = "amd64"
	referenceGo   = 27 // Go 1.27: files for older releases alone are left out
)

// reference makes a page of a package's sources: documentation, declarations and examples.
func (in Input) reference(dir string, files map[string][]byte) (*page, error) {
	fset := token.NewFileSet()
	parsed, err := parsePackage(fset, files)
	if err != nil {
		return nil, err
	}
	pkg, err := doc.NewFromFiles(fset, parsed, modulePath+"/"+dir)
	if err != nil {
		return nil, err
	}
	if pkg.Doc == "" {
		return nil, fmt.Errorf("package %s has no documentation", dir)
	}
	w := &referenceWriter{in: in, dir: dir, fset: fset, pkg: pkg, page: &page{Title: "Package " + dir}, sections: &collector{}}
	w.write()
	w.page.Body = template.HTML(scrollable(w.b.String()))
	w.page.index = w.sections.entries(w.page.Title)
	return w.page, w.err
}

func parsePackage(fset *token.FileSet, files map[string][]byte) ([]*ast.File, error) {
	context := build.Context{
		GOOS: referenceOS, GOARCH: referenceArch, Compiler: "gc", CgoEnabled: true,
		OpenFile: func(name string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(files[path.Base(name)])), nil
		},
		JoinPath: path.Join,
	}
	for i := 1; i <= referenceGo; i++ {
		context.ReleaseTags = append(context.ReleaseTags, fmt.Sprintf("go1.%d", i))
	}
	var parsed []*ast.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		ok, err := context.MatchFile("", name)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		f, err := parser.ParseFile(fset, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, f)
	}
	return parsed, nil
}

// A referenceWriter writes the page of one package.
type referenceWriter struct {
	in       Input
	dir      string
	fset     *token.FileSet
	pkg      *doc.Package
	page     *page
	sections *collector
	b        bytes.Buffer
	err      error
}

func (w *referenceWriter) write() {
	fmt.Fprintf(&w.b, "<h1>Package %s</h1>\n", html.EscapeString(w.dir))
	if strings.Contains(w.pkg.Doc, "EXPERIMENTAL") {
		w.b.WriteString("<p class=\"note\"><strong>Experimental.</strong> This interface may change in any release, without a new major version.</p>\n")
	}
	w.b.WriteString(code("go", []byte(`import "`+w.pkg.ImportPath+`"`)))
	w.sections.begin("", "")
	w.prose(w.pkg.Doc, 2, "doc-")
	w.examples(w.pkg.Examples)
	w.heading(2, "index", "Index")
	w.index()
	w.values("constants", "Constants", w.pkg.Consts)
	w.values("variables", "Variables", w.pkg.Vars)
	if len(w.pkg.Funcs) > 0 {
		w.heading(2, "functions", "Functions")
		w.funcs(w.pkg.Funcs)
	}
	if len(w.pkg.Types) > 0 {
		w.heading(2, "types", "Types")
	}
	for _, t := range w.pkg.Types {
		w.named(3, t.Name, "type "+t.Name, t.Decl, t.Doc)
		w.examples(t.Examples)
		for _, v := range append(slices.Clone(t.Consts), t.Vars...) {
			w.value(v)
		}
		w.funcs(t.Funcs)
		w.funcs(t.Methods)
	}
}

// index lists every function, type and method with a link to it.
func (w *referenceWriter) index() {
	w.b.WriteString("<ul class=\"index\">\n")
	item := func(f *doc.Func) {
		fmt.Fprintf(&w.b, "<li><a href=\"#%s\"><code>%s</code></a></li>\n", funcID(f), html.EscapeString(w.signature(f.Decl)))
	}
	for _, f := range w.pkg.Funcs {
		item(f)
	}
	for _, t := range w.pkg.Types {
		fmt.Fprintf(&w.b, "<li><a href=\"#%s\"><code>type %s</code></a>\n", t.Name, t.Name)
		if len(t.Funcs)+len(t.Methods) > 0 {
			w.b.WriteString("<ul>\n")
			for _, f := range append(slices.Clone(t.Funcs), t.Methods...) {
				item(f)
			}
			w.b.WriteString("</ul>\n")
		}
		w.b.WriteString("</li>\n")
	}
	w.b.WriteString("</ul>\n")
}

func funcID(f *doc.Func) string {
	if f.Recv == "" {
		return f.Name
	}
	recv, _, _ := strings.Cut(strings.TrimPrefix(f.Recv, "*"), "[")
	return recv + "." + f.Name
}

// signature is a function's declaration on one line.
func (w *referenceWriter) signature(d *ast.FuncDecl) string {
	bare := *d
	bare.Doc, bare.Body = nil, nil
	return strings.Join(strings.Fields(w.source(&bare)), " ")
}

func (w *referenceWriter) heading(level int, id, title string) {
	fmt.Fprintf(&w.b, "<h%d id=\"%s\">%s%s</h%d>\n", level, id, html.EscapeString(title), selfLink(id), level)
	w.page.Headings = append(w.page.Headings, heading{level, id, title})
	w.sections.begin(id, title)
}

func (w *referenceWriter) funcs(list []*doc.Func) {
	for _, f := range list {
		title := "func " + f.Name
		if f.Recv != "" {
			title = "func (" + f.Recv + ") " + f.Name
		}
		bare := *f.Decl
		bare.Doc, bare.Body = nil, nil
		w.named(4, funcID(f), title, &bare, f.Doc)
		w.examples(f.Examples)
	}
}

func (w *referenceWriter) named(level int, id, title string, decl ast.Node, text string) {
	w.heading(level, id, title)
	w.b.WriteString(code("go", []byte(w.source(decl))))
	w.prose(text, level+1, "doc-"+id+"-")
}

func (w *referenceWriter) values(id, title string, list []*doc.Value) {
	if len(list) == 0 {
		return
	}
	w.heading(2, id, title)
	for _, v := range list {
		w.value(v)
	}
}

func (w *referenceWriter) value(v *doc.Value) {
	for _, name := range v.Names {
		if ast.IsExported(name) {
			fmt.Fprintf(&w.b, "<span id=\"%s\"></span>", name)
		}
	}
	w.b.WriteString(code("go", []byte(w.source(v.Decl))))
	w.sections.words(strings.Join(v.Names, " "))
	w.prose(v.Doc, 4, "doc-"+v.Names[0]+"-")
}

func (w *referenceWriter) source(n ast.Node) string {
	var b bytes.Buffer
	if err := format.Node(&b, w.fset, n); err != nil && w.err == nil {
		w.err = fmt.Errorf("print a declaration: %w", err)
	}
	return b.String() + "\n"
}

// prose writes a doc comment. Its headings get anchors with a prefix, which keeps them apart from those of declarations;
// those of the package comment, on level 2, count as places of the page.
func (w *referenceWriter) prose(text string, level int, prefix string) {
	parsed := w.pkg.Parser().Parse(text)
	plain := &comment.Printer{}
	words := func(b comment.Block) string { return string(plain.Text(&comment.Doc{Content: []comment.Block{b}})) }
	printing := w.pkg.Printer()
	printing.HeadingLevel = min(level, 6)
	printing.HeadingID = func(h *comment.Heading) string {
		return prefix + slug(words(&comment.Paragraph{Text: h.Text}))
	}
	printing.DocLinkURL = w.docLink
	w.b.Write(printing.HTML(parsed))
	for _, b := range parsed.Content {
		h, ok := b.(*comment.Heading)
		if !ok {
			w.sections.words(words(b))
			continue
		}
		title := strings.TrimSpace(words(&comment.Paragraph{Text: h.Text}))
		if level == 2 {
			w.page.Headings = append(w.page.Headings, heading{level, printing.HeadingID(h), title})
			w.sections.begin(printing.HeadingID(h), title)
		} else {
			w.sections.words(title)
		}
	}
}

// docLink leads to the page of a package of this module, or to pkg.go.dev.
func (w *referenceWriter) docLink(l *comment.DocLink) string {
	anchor := l.Name
	if l.Recv != "" {
		anchor = l.Recv + "." + l.Name
	}
	if anchor != "" {
		anchor = "#" + anchor
	}
	if l.ImportPath == "" {
		return anchor
	}
	if p, ok := w.in.Contents.pageOf(strings.TrimPrefix(l.ImportPath, modulePath+"/")); ok {
		return p + anchor
	}
	return "https://pkg.go.dev/" + l.ImportPath + anchor
}

// examples are folded: who looks something up sees the declarations first.
func (w *referenceWriter) examples(list []*doc.Example) {
	for _, e := range list {
		name := "Example"
		if e.Suffix != "" {
			name += " (" + strings.ReplaceAll(e.Suffix, "_", " ") + ")"
		}
		fmt.Fprintf(&w.b, "<details><summary>%s</summary>\n%s", html.EscapeString(name), code("go", w.body(e)))
		if e.Output != "" {
			fmt.Fprintf(&w.b, "<p>Output:</p>\n%s", code("", []byte(e.Output)))
		}
		w.b.WriteString("</details>\n")
	}
}

// body is what stands between the braces of an example, without the comment that says its output.
func (w *referenceWriter) body(e *doc.Example) []byte {
	block, ok := e.Code.(*ast.BlockStmt)
	if !ok {
		return []byte(w.source(e.Code))
	}
	comments := slices.DeleteFunc(slices.Clone(e.Comments), func(c *ast.CommentGroup) bool {
		text := strings.ToLower(strings.TrimSpace(c.Text()))
		return strings.HasPrefix(text, "output:") || strings.HasPrefix(text, "unordered output:")
	})
	var b bytes.Buffer
	if err := format.Node(&b, w.fset, &printer.CommentedNode{Node: block, Comments: comments}); err != nil && w.err == nil {
		w.err = fmt.Errorf("print example %s: %w", e.Name, err)
	}
	text := strings.TrimSuffix(strings.TrimPrefix(b.String(), "{"), "}")
	return []byte(strings.TrimSpace(strings.ReplaceAll(text, "\n\t", "\n")) + "\n")
}
