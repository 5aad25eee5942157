// SPDX-License-Identifier: MIT

package notes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"

	_ "embed"
)

// JSON is the form for machines.
func (n *Notes) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write notes: %w", err)
	}
	return append(text, '\n'), nil
}

// cell keeps a text from ending a cell of a Markdown table.
func cell(s string) string {
	if s == "" {
		return "-"
	}
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// Markdown is the form for people and forges.
func (n *Notes) Markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# gosqlite %s\n\n%s\n", n.Version, n.lead())
	for _, s := range n.sections() {
		fmt.Fprintf(&b, "\n## %s\n\n", s.Title)
		for _, it := range s.Items {
			fmt.Fprintf(&b, "- %s.\n", it.Title)
			for _, p := range it.Paras {
				for _, line := range strings.Split(p, "\n") {
					fmt.Fprintf(&b, "%s\n", strings.TrimRight("  "+line, " "))
				}
			}
		}
		if len(s.Rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(s.Head, " | "), strings.Repeat("---|", len(s.Head)))
		for _, row := range s.Rows {
			var cells []string
			for _, c := range row {
				cells = append(cells, cell(c))
			}
			fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
		}
	}
	return b.Bytes()
}

//go:embed page.html.tmpl
var pageText string

var code = regexp.MustCompile("`([^`]+)`")

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	// text escapes first, and then makes <code> of what stands between backquotes.
	"text": func(s string) template.HTML {
		return template.HTML(code.ReplaceAllString(html.EscapeString(s), "<code>$1</code>"))
	},
}).Parse(pageText))

// HTML is one page that asks for no other file.
func (n *Notes) HTML() ([]byte, error) {
	var b bytes.Buffer
	err := page.Execute(&b, map[string]any{"Version": n.Version, "Lead": n.lead(), "Sections": n.sections()})
	if err != nil {
		return nil, fmt.Errorf("write notes: %w", err)
	}
	return b.Bytes(), nil
}
