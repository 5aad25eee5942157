// SPDX-License-Identifier: MIT

package show

import (
	"fmt"
	"html/template"
	"io"
)

// page needs nothing from outside and runs no script. The table has what the picture shows, for who can't see it.
var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
body { font-family: sans-serif; line-height: 1.4; max-width: 76rem; margin: 1rem auto; padding: 0 1rem; color: #000; background: #fff; }
svg { width: 100%; height: auto; border: 1px solid #000; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #767676; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.group th { background: #eee; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #111; } tr.group th { background: #333; } }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Sum}} in {{.Groups}}. The area of each part is its share of the bytes; hold the pointer over a part to read it.</p>
<figure>
{{.Picture}}</figure>
<table>
<caption>Every part, the largest group first</caption>
<thead><tr><th scope="col">Part</th><th scope="col" class="number">Bytes</th><th scope="col" class="number">Share</th></tr></thead>
{{range .Rows}}<tbody>
<tr class="group"><th scope="rowgroup">{{.Name}}</th><th class="number">{{.Bytes}}</th><th class="number">{{.Share}}</th></tr>
{{range .Parts}}<tr><td>{{.Name}}</td><td class="number">{{.Bytes}}</td><td class="number">{{.Share}}</td></tr>
{{end}}</tbody>
{{end}}</table>
</main>
</body>
</html>
`))

type row struct {
	Name  string
	Bytes int64
	Share string
	Parts []row
}

// HTML writes areas as a page with the treemap and a table of the same.
func HTML(w io.Writer, title string, areas []Area) error {
	picture, err := svg(title, areas)
	if err != nil {
		return fmt.Errorf("draw treemap: %w", err)
	}
	names, byName, err := groups(areas)
	if err != nil {
		return err
	}
	sum := total(areas)
	var rows []row
	for _, name := range names {
		r := row{Name: name, Bytes: total(byName[name]), Share: share(total(byName[name]), sum)}
		for _, a := range byName[name] {
			r.Parts = append(r.Parts, row{Name: a.Name, Bytes: a.Bytes, Share: share(a.Bytes, sum)})
		}
		rows = append(rows, r)
	}
	return page.Execute(w, map[string]any{
		"Title": title, "Sum": Bytes(sum), "Groups": plural(len(names), "group"), "Picture": template.HTML(picture), "Rows": rows,
	})
}
