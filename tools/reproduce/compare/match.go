// SPDX-License-Identifier: MIT

package compare

import "slices"

// A Pair is one action of both builds; either may be nil.
type Pair[T any] struct{ A, B *T }

// Pairs matches the actions of two builds. A name is not one action's alone: Bazel leaves the configuration out of some paths,
// so that the same name stands for several platforms, and several attempts of a test have one. Of one name those are matched
// first that the first of like finds alike, in their order, then by the next. What none matches stands alone.
func Pairs[T any, N comparable](a, b []*T, name func(*T) N, like ...func(x, y *T) bool) []Pair[T] {
	type group struct{ a, b []*T }
	groups := map[N]*group{}
	var names []N
	of := func(x *T) *group {
		n := name(x)
		if groups[n] == nil {
			groups[n] = &group{}
			names = append(names, n)
		}
		return groups[n]
	}
	for _, x := range a {
		g := of(x)
		g.a = append(g.a, x)
	}
	for _, y := range b {
		g := of(y)
		g.b = append(g.b, y)
	}
	var out []Pair[T]
	for _, n := range names {
		g := groups[n]
		for _, alike := range like {
			g.a = slices.DeleteFunc(g.a, func(x *T) bool {
				i := slices.IndexFunc(g.b, func(y *T) bool { return alike(x, y) })
				if i < 0 {
					return false
				}
				out = append(out, Pair[T]{x, g.b[i]})
				g.b = slices.Delete(g.b, i, i+1)
				return true
			})
		}
		for _, x := range g.a {
			out = append(out, Pair[T]{A: x})
		}
		for _, y := range g.b {
			out = append(out, Pair[T]{B: y})
		}
	}
	return out
}
