// SPDX-License-Identifier: MIT

package figure

import (
	"fmt"
	"html"
	"math"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bench/contender"
)

// Geometry of the plot, in pixels.
const (
	plotLeft  = 150 // where bars begin
	plotUnit  = 140 // a bar of one time gosqlite's
	plotMost  = 4.0 // longer bars are cut, and their figure says how long they are
	barHeight = 11
	rowGap    = 8
	plotTop   = 40
)

// plotColours are the bars' colours, by the order of the contenders; they differ
// in lightness, too.
var plotColours = []string{"#1b6ca8", "#d1495b", "#edae49", "#66a182", "#8d6a9f", "#8c8c8c", "#2e4057"}

// SVG plots the processor time of the drivers that the first Go built, as
// multiples of gosqlite's.
func (r *Report) SVG() string {
	var names []string
	own := r.named(contender.Own, anyGo)
	for _, c := range r.Contenders {
		if c.Main && !c.Musl {
			names = append(names, c.Name)
		}
	}
	var b strings.Builder
	y := plotTop
	for _, row := range r.Rows {
		base := row.Series[own]
		if row.Latency || len(base) == 0 || len(row.Series) < 2 {
			continue
		}
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", plotLeft-8, y+barHeight-1, html.EscapeString(row.Workload))
		for i, name := range names {
			s := row.Series[name]
			if len(s) == 0 {
				continue
			}
			times := 1.0
			if name != own {
				times = 1 / base.Ratio(s, CPU)
			}
			width := math.Min(times, plotMost) * plotUnit
			fmt.Fprintf(&b, "<rect x=\"%d\" y=\"%d\" width=\"%.0f\" height=\"%d\" fill=\"%s\"/>\n", plotLeft, y, width, barHeight-1, plotColours[i%len(plotColours)])
			fmt.Fprintf(&b, "<text x=\"%.0f\" y=\"%d\">%.2f</text>\n", plotLeft+width+4, y+barHeight-2, times)
			y += barHeight
		}
		y += rowGap
	}
	width := plotLeft + int(plotMost*plotUnit) + 60
	var head strings.Builder
	fmt.Fprintf(&head, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"10\">\n", width, y, width, y)
	fmt.Fprintf(&head, "<title>Processor time as multiples of gosqlite's, %s</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", r.Date, width, y)
	x := plotLeft
	for i, name := range names {
		fmt.Fprintf(&head, "<rect x=\"%d\" y=\"8\" width=\"10\" height=\"10\" fill=\"%s\"/>\n<text x=\"%d\" y=\"17\">%s</text>\n", x, plotColours[i%len(plotColours)], x+14, html.EscapeString(name))
		x += 24 + 6*len(name)
	}
	fmt.Fprintf(&head, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#000000\" stroke-dasharray=\"2 3\"/>\n", plotLeft+plotUnit, plotTop-8, plotLeft+plotUnit, y)
	return head.String() + b.String() + "</svg>\n"
}
