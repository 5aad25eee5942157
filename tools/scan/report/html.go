// SPDX-License-Identifier: MIT

package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"github.com/gosqlite/gosqlite/tools/scan/gate"
)

//go:embed page.html.tmpl
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"place":    func(i gate.Item) string { return place(&i) },
	"severity": func(i gate.Item) string { return severity(&i) },
	"join":     strings.Join,
}).Parse(pageText))

// HTML writes the report as one page: no script, no font and no picture comes from elsewhere.
func (r *Report) HTML() ([]byte, error) {
	type group struct {
		Scanner, ID, Decision, Reason, Due string
		Items                              []gate.Item
	}
	view := struct {
		*Report
		Known    []gate.Item
		Analysis []*group
	}{Report: r}
	groups := map[string]*group{}
	for _, i := range r.Items {
		if i.Line == 0 {
			view.Known = append(view.Known, i)
			continue
		}
		key := strings.Join([]string{i.Scanner, i.ID, i.Decision, i.Reason}, "\x00")
		if groups[key] == nil {
			groups[key] = &group{Scanner: i.Scanner, ID: i.ID, Decision: i.Decision, Reason: i.Reason, Due: i.Due}
			view.Analysis = append(view.Analysis, groups[key])
		}
		groups[key].Items = append(groups[key].Items, i)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, view); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	return b.Bytes(), nil
}
