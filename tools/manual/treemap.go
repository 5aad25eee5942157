// SPDX-License-Identifier: MIT

package manual

import (
	"bytes"
	"fmt"
	"html/template"

	"github.com/gosqlite/gosqlite/tools/sbom/show"
)

var parts = template.Must(template.New("parts").Parse(`<h1>{{.Title}}</h1>
<p>Every byte of <code>bin/gosqlite</code>, the SQL shell of <code>{{.Platform}}</code>, belongs to a component of its
<a href="{{.Sbom}}">bill of materials</a>, or to the tables and the padding that linking adds. The area of each part is its share of the bytes; hold the pointer over a part
to read it. The table below has the same figures.</p>
<span class="picture" role="region" aria-label="{{.Title}}" tabindex="0">{{.Picture}}</span>
<h2 id="components">Components <a class="anchor" href="#components" aria-label="Link to this place">#</a></h2>
<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>
<thead><tr><th scope="col">Component</th><th scope="col" align="right">Bytes</th><th scope="col" align="right">Share</th></tr></thead>
<tbody>
{{range .Groups}}<tr><td>{{.Name}}</td><td align="right">{{.Bytes}}</td><td align="right">{{.Share}}</td></tr>
{{end}}</tbody></table></div>
`))

// treemap is the page about a program's parts.
func (in Input) treemap(platform string) (*page, error) {
	title := "What the program is made of"
	var picture bytes.Buffer
	if err := show.SVG(&picture, title+", "+platform, in.Areas); err != nil {
		return nil, fmt.Errorf("draw treemap: %w", err)
	}
	_, drawn, _ := bytes.Cut(picture.Bytes(), []byte("?>"))
	groups, err := show.Groups(in.Areas)
	if err != nil {
		return nil, err
	}
	sbom, err := in.resolve("docs/treemap.md", "sbom.md")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = parts.Execute(&b, map[string]any{"Title": title, "Platform": platform, "Sbom": sbom, "Picture": template.HTML(drawn), "Groups": groups})
	if err != nil {
		return nil, err
	}
	p := &page{Title: title, Body: template.HTML(b.String()), Headings: []heading{{2, "components", "Components"}}}
	words := ""
	for _, g := range groups {
		words += g.Name + " "
	}
	p.index = []entry{{Title: title, Text: "treemap bytes size components " + words}}
	return p, nil
}
