// SPDX-License-Identifier: MIT

package ledger

import "slices"

// pair is one action of both builds; either may be nil.
type pair struct{ a, b *Action }

func (a *Action) primary() string {
	if len(a.Outputs) == 0 {
		return ""
	}
	return a.Outputs[0].Path
}

// pairs matches actions. Mnemonic, label and first output name an action, but not alone: Bazel leaves the configuration
// out of some paths, so that the same name stands for several platforms. Of those the likest are matched first: in all;
// in what went in; in what came out; in the command. The rest is matched in order, but not for a part, where the other
// side of a rest may be another platform.
func pairs(a, b []Action, part bool) []pair {
	type name struct{ mnemonic, label, primary string }
	type sides struct{ a, b []*Action }
	groups := map[name]*sides{}
	var names []name
	get := func(x *Action) *sides {
		n := name{x.Mnemonic, x.Label, x.primary()}
		if groups[n] == nil {
			groups[n] = &sides{}
			names = append(names, n)
		}
		return groups[n]
	}
	for i := range a {
		g := get(&a[i])
		g.a = append(g.a, &a[i])
	}
	for i := range b {
		g := get(&b[i])
		g.b = append(g.b, &b[i])
	}
	key := func(x, y *Action) bool { return x.Command == y.Command && x.Inputs == y.Inputs }
	likeness := []func(x, y *Action) bool{
		func(x, y *Action) bool { return key(x, y) && slices.Equal(x.Outputs, y.Outputs) },
		key,
		func(x, y *Action) bool { return slices.Equal(x.Outputs, y.Outputs) },
		func(x, y *Action) bool { return x.Command == y.Command },
	}
	if !part {
		likeness = append(likeness, func(_, _ *Action) bool { return true })
	}
	var out []pair
	for _, n := range names {
		g := groups[n]
		for _, like := range likeness {
			g.a = slices.DeleteFunc(g.a, func(x *Action) bool {
				i := slices.IndexFunc(g.b, func(y *Action) bool { return like(x, y) })
				if i < 0 {
					return false
				}
				out = append(out, pair{x, g.b[i]})
				g.b = slices.Delete(g.b, i, i+1)
				return true
			})
		}
		for _, x := range g.a {
			out = append(out, pair{a: x})
		}
		for _, y := range g.b {
			out = append(out, pair{b: y})
		}
	}
	return out
}
