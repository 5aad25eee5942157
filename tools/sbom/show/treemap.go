// SPDX-License-Identifier: MIT

package show

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// An Area is a share of a program.
type Area struct {
	Name  string `json:"name"`
	Group string `json:"group"` // areas of one group lie together and have one color
	Bytes int64  `json:"bytes"`
}

// MaxAreas bounds a treemap.
const MaxAreas = 10000

type rectangle struct{ x, y, w, h float64 }

// A block is something that takes space in proportion to its bytes.
type block struct {
	area  Area
	bytes float64
	at    rectangle
}

// groups joins areas by their groups, the largest first.
func groups(areas []Area) (names []string, byName map[string][]Area, err error) {
	if len(areas) == 0 || len(areas) > MaxAreas {
		return nil, nil, fmt.Errorf("a treemap has 1 to %d areas, not %d", MaxAreas, len(areas))
	}
	byName = map[string][]Area{}
	sum := map[string]int64{}
	for _, a := range areas {
		if a.Bytes < 0 || a.Bytes > math.MaxInt64/MaxAreas {
			return nil, nil, fmt.Errorf("area %s of %d bytes", a.Name, a.Bytes)
		}
		if a.Bytes == 0 {
			continue
		}
		byName[a.Group] = append(byName[a.Group], a)
		sum[a.Group] += a.Bytes
	}
	for name, list := range byName {
		names = append(names, name)
		slices.SortFunc(list, func(a, b Area) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name)) })
	}
	if len(names) == 0 {
		return nil, nil, errors.New("a treemap of no bytes")
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(sum[b], sum[a]), cmp.Compare(a, b)) })
	return names, byName, nil
}

func total(areas []Area) int64 {
	var n int64
	for _, a := range areas {
		n += a.Bytes
	}
	return n
}

// squarify lays blocks, ordered from the largest, into a rectangle so that each is as near to a square as can be: rows are
// filled along the shorter side for as long as that makes their worst block better (Bruls, Huizing, van Wijk: Squarified
// Treemaps, 2000).
func squarify(blocks []*block, in rectangle) {
	var sum float64
	for _, b := range blocks {
		sum += b.bytes
	}
	scale := in.w * in.h / sum
	for len(blocks) > 0 {
		side := min(in.w, in.h)
		n, row := 1, blocks[0].bytes*scale
		for n < len(blocks) {
			next := row + blocks[n].bytes*scale
			if worst(blocks[:n+1], scale, next, side) > worst(blocks[:n], scale, row, side) {
				break
			}
			n, row = n+1, next
		}
		in = place(blocks[:n], scale, row, in)
		blocks = blocks[n:]
	}
}

// worst is the largest ratio of sides in a row of an area along a side.
func worst(row []*block, scale, area, side float64) float64 {
	var ratio float64
	for _, b := range row {
		thick := area / side
		long := b.bytes * scale / thick
		ratio = max(ratio, long/thick, thick/long)
	}
	return ratio
}

// place lays a row along the shorter side and returns what is left.
func place(row []*block, scale, area float64, in rectangle) rectangle {
	if in.w >= in.h {
		thick := area / in.h
		y := in.y
		for _, b := range row {
			h := b.bytes * scale / thick
			b.at = rectangle{in.x, y, thick, h}
			y += h
		}
		return rectangle{in.x + thick, in.y, in.w - thick, in.h}
	}
	thick := area / in.w
	x := in.x
	for _, b := range row {
		w := b.bytes * scale / thick
		b.at = rectangle{x, in.y, w, thick}
		x += w
	}
	return rectangle{in.x, in.y + thick, in.w, in.h - thick}
}
