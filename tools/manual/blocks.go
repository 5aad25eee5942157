// SPDX-License-Identifier: MIT

package manual

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// blocks renders what the site shows in its own way: headings with a link to themselves, code with colors, pictures in the
// page.
type blocks struct{}

// RegisterFuncs tells goldmark which nodes these are.
func (blocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHeading, renderHeading)
	r.Register(ast.KindFencedCodeBlock, renderFenced)
	r.Register(ast.KindCodeBlock, renderIndented)
	r.Register(ast.KindImage, renderPicture)
}

func renderHeading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Heading)
	id, _ := n.AttributeString("id")
	if entering {
		fmt.Fprintf(w, `<h%d id="%s">`, n.Level, html.EscapeString(string(id.([]byte))))
		return ast.WalkContinue, nil
	}
	w.WriteString(selfLink(string(id.([]byte))))
	fmt.Fprintf(w, "</h%d>\n", n.Level)
	return ast.WalkContinue, nil
}

func selfLink(id string) string {
	return fmt.Sprintf(` <a class="anchor" href="#%s" aria-label="Link to this place">#</a>`, html.EscapeString(id))
}

func renderFenced(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		n := node.(*ast.FencedCodeBlock)
		block := code(string(n.Language(source)), n.Lines().Value(source))
		if said, ok := n.AttributeString("block"); ok {
			block = strings.Replace(block, "<pre", `<pre data-block="`+html.EscapeString(said.(string))+`"`, 1)
		}
		w.WriteString(block)
	}
	return ast.WalkSkipChildren, nil
}

func renderIndented(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString(code("", node.Lines().Value(source)))
	}
	return ast.WalkSkipChildren, nil
}

// renderPicture puts an SVG file into the page, so that its text can be found and read aloud.
func renderPicture(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		picture, _ := node.AttributeString("svg")
		if _, after, ok := bytes.Cut(picture.([]byte), []byte("?>")); ok {
			picture = after
		}
		fmt.Fprintf(w, `<span class="picture" role="region" aria-label="%s" tabindex="0">%s</span>`,
			html.EscapeString(plain(node, source)), bytes.TrimSpace(picture.([]byte)))
	}
	return ast.WalkSkipChildren, nil
}
