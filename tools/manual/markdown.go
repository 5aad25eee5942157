// SPDX-License-Identifier: MIT

package manual

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"path"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// repository is where files of the tree are that are no pages.
const repository = "https://github.com/gosqlite/gosqlite"

// markdown makes a page of a Markdown file, whose name is its path in the tree. Pictures that it shows are marked in used.
func (in Input) markdown(name string, source []byte, used map[string]bool) (*page, error) {
	md := goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough,
			extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"https:"})),
		),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(html.WithXHTML(), renderer.WithNodeRenderers(util.Prioritized(blocks{}, 100))),
	)
	context := parser.NewContext(parser.WithIDs(&anchors{}))
	document := md.Parser().Parse(text.NewReader(source), parser.WithContext(context))
	p := &page{}
	sections := &collector{}
	err := ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		return in.visit(name, n, source, p, sections, used)
	})
	if err != nil {
		return nil, err
	}
	if p.Title == "" {
		return nil, errors.New("it has no heading of the first level")
	}
	p.index = sections.entries(p.Title)
	removeComments(document, source)
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, source, document); err != nil {
		return nil, err
	}
	p.Body = template.HTML(scrollable(b.String()))
	return p, nil
}

// visit resolves what a node refers to, and gathers headings and words.
func (in Input) visit(name string, n ast.Node, source []byte, p *page, s *collector, used map[string]bool) (ast.WalkStatus, error) {
	switch n := n.(type) {
	case *ast.Heading:
		id, _ := n.AttributeString("id")
		h := heading{n.Level, string(id.([]byte)), plain(n, source)}
		if n.Level == 1 {
			if p.Title != "" {
				return ast.WalkStop, fmt.Errorf("it has two headings of the first level: %q", h.Text)
			}
			p.Title = h.Text
			s.begin("", "")
			return ast.WalkSkipChildren, nil
		}
		p.Headings = append(p.Headings, h)
		s.begin(h.ID, h.Text)
	case *ast.Link:
		to, err := in.resolve(name, string(n.Destination))
		if err != nil {
			return ast.WalkStop, err
		}
		n.Destination = []byte(to)
	case *ast.Image:
		file := path.Join(path.Dir(name), string(n.Destination))
		picture, ok := in.Files[file]
		if !ok || path.Ext(file) != ".svg" {
			return ast.WalkStop, fmt.Errorf("picture %s: it has to be an SVG file that is given", n.Destination)
		}
		used[file] = true
		n.SetAttributeString("svg", picture)
	case *ast.RawHTML:
		return ast.WalkStop, fmt.Errorf("it has HTML: %s", n.Segments.Value(source))
	case *ast.HTMLBlock:
		if n.HTMLBlockType != ast.HTMLBlockType2 {
			return ast.WalkStop, fmt.Errorf("it has HTML: %s", n.Lines().Value(source))
		}
	case *ast.FencedCodeBlock:
		s.words(string(n.Lines().Value(source)))
	case *ast.CodeBlock:
		s.words(string(n.Lines().Value(source)))
	case *ast.Text:
		s.text(string(n.Value(source)), n.SoftLineBreak() || n.HardLineBreak())
	default:
		if n.Type() == ast.TypeBlock {
			s.words("")
		}
	}
	return ast.WalkContinue, nil
}

// resolve is where a link of a page leads on the site.
func (in Input) resolve(from, to string) (string, error) {
	switch {
	case strings.HasPrefix(to, "https://"), strings.HasPrefix(to, "#"):
		return to, nil
	case strings.Contains(to, ":"), strings.HasPrefix(to, "/"), to == "":
		return "", fmt.Errorf("link %q: only https: and relative paths are links here", to)
	}
	file, anchor, _ := strings.Cut(to, "#")
	if anchor != "" {
		anchor = "#" + anchor
	}
	file = path.Join(path.Dir(from), file)
	if file == ".." || strings.HasPrefix(file, "../") {
		return "", fmt.Errorf("link %q leaves the tree", to)
	}
	for _, source := range []string{file, strings.TrimSuffix(file, "/doc.go")} {
		if p, ok := in.Contents.pageOf(source); ok {
			return p + anchor, nil
		}
	}
	return in.treeURL(file) + anchor, nil
}

// treeURL is a file or folder of the tree, of the release that the site is about.
func (in Input) treeURL(file string) string {
	return repository + "/blob/v" + in.Version + "/" + file
}

// removeComments takes HTML comments out of the document. What one says right before a block of code stays with that block:
// checks that carry out what the site says find there which blocks take part.
func removeComments(document ast.Node, source []byte) {
	var gone []ast.Node
	ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() == ast.KindHTMLBlock {
			gone = append(gone, n)
			if next, ok := n.NextSibling().(*ast.FencedCodeBlock); ok && !next.HasBlankPreviousLines() {
				said := strings.TrimSpace(string(n.Lines().Value(source)))
				next.SetAttributeString("block", strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(said, "<!--"), "-->")))
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range gone {
		n.Parent().RemoveChild(n.Parent(), n)
	}
}

// plain is the text of a node without markup.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Value(source))
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// scrollable lets wide tables be moved by keyboard and finger. Text cannot hold the tag: it is escaped.
func scrollable(html string) string {
	html = strings.ReplaceAll(html, "<table>", `<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>`)
	return strings.ReplaceAll(html, "</table>", "</table></div>")
}
