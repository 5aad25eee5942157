// SPDX-License-Identifier: MIT

package show

import (
	"bytes"
	"fmt"
	"html"
	"io"
)

// Size of a treemap, in the units of its view box.
const (
	width  = 1200.0
	height = 760.0
	header = 20.0 // of a group
)

// palette is eight colors that are told apart by people who see colors differently too (Okabe and Ito, 2008, lightened),
// each with black text upon it at a contrast of more than 7 to 1. Groups beyond them begin anew; borders and names tell.
var palette = []string{"#9fd4f2", "#f5c367", "#8fd9bd", "#f0a6a0", "#d8b4e2", "#f3ea8b", "#c9c9c9", "#b7d98a"}

// SVG writes areas as a treemap: a text that needs nothing else, with a title, a description, and a tooltip for each area.
func SVG(w io.Writer, title string, areas []Area) error {
	text, err := svg(title, areas)
	if err != nil {
		return fmt.Errorf("draw treemap: %w", err)
	}
	_, err = io.WriteString(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"+text)
	return err
}

func svg(title string, areas []Area) (string, error) {
	names, byName, err := groups(areas)
	if err != nil {
		return "", err
	}
	sum := total(areas)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" role="img" aria-labelledby="treemap-title treemap-description" font-family="sans-serif" fill="#000">`+"\n", width, height)
	fmt.Fprintf(&b, "<title id=\"treemap-title\">%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&b, "<desc id=\"treemap-description\">%s in %s; the largest is %s with %s.</desc>\n",
		Bytes(sum), plural(len(names), "group"), html.EscapeString(names[0]), share(total(byName[names[0]]), sum))
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	var blocks []*block
	for _, name := range names {
		n := total(byName[name])
		blocks = append(blocks, &block{area: Area{Name: name, Bytes: n}, bytes: float64(n)})
	}
	squarify(blocks, rectangle{0, 0, width, height})
	for i, g := range blocks {
		drawGroup(&b, g, byName[g.area.Name], palette[i%len(palette)], sum)
	}
	b.WriteString("</svg>\n")
	return b.String(), nil
}

func share(n, of int64) string { return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of)) }

func drawGroup(b *bytes.Buffer, g *block, areas []Area, color string, sum int64) {
	at := rectangle{g.at.x + 1, g.at.y + 1, max(g.at.w-2, 0), max(g.at.h-2, 0)}
	tip := fmt.Sprintf("%s: %s, %s", g.area.Name, Bytes(g.area.Bytes), share(g.area.Bytes, sum))
	fmt.Fprintf(b, "<g stroke=\"#000\" stroke-width=\"0.5\">\n")
	draw(b, at, color, tip)
	inner := at
	if at.h > 3*header {
		label(b, at, 13, "bold", tip, g.area.Name)
		inner = rectangle{at.x, at.y + header, at.w, at.h - header}
	}
	var blocks []*block
	for _, a := range areas {
		blocks = append(blocks, &block{area: a, bytes: float64(a.Bytes)})
	}
	if len(blocks) > 1 && inner.w > 4 && inner.h > 4 {
		squarify(blocks, inner)
		for _, a := range blocks {
			tip := fmt.Sprintf("%s: %s, %s", a.area.Name, Bytes(a.area.Bytes), share(a.area.Bytes, sum))
			draw(b, a.at, color, tip)
			label(b, a.at, 11, "normal", a.area.Name+" "+Bytes(a.area.Bytes), a.area.Name)
		}
	}
	b.WriteString("</g>\n")
}

func draw(b *bytes.Buffer, at rectangle, color, tip string) {
	fmt.Fprintf(b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%s</title></rect>\n",
		at.x, at.y, at.w, at.h, color, html.EscapeString(tip))
}

// label writes the longest of the texts that fits into a rectangle, and none where none does.
func label(b *bytes.Buffer, at rectangle, size float64, weight string, texts ...string) {
	if at.h < size+4 {
		return
	}
	for _, text := range texts {
		// A letter of a sans-serif face is some 0.58 of its size wide on average, and a bold one 0.63.
		wide := 0.58
		if weight == "bold" {
			wide = 0.63
		}
		if float64(len([]rune(text)))*size*wide+6 <= at.w {
			fmt.Fprintf(b, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%g\" font-weight=\"%s\" stroke=\"none\" pointer-events=\"none\">%s</text>\n",
				at.x+3, at.y+size+2, size, weight, html.EscapeString(text))
			return
		}
	}
}
