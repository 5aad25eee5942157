// SPDX-License-Identifier: MIT

package ledger

import (
	"slices"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
)

type pair = compare.Pair[Action]

func (a *Action) primary() string {
	if len(a.Outputs) == 0 {
		return ""
	}
	return a.Outputs[0].Path
}

// A name is what an action is called by, together with others of its kind.
type name struct{ mnemonic, label, primary string }

func (a *Action) name() name { return name{a.Mnemonic, a.Label, a.primary()} }

// pairs matches actions of equal names: first those that are alike in all; then in what went in; in what came out; in the
// command. The rest is matched in order, but not for a part, where the other side of a rest may be another platform.
func pairs(a, b []Action, part bool) []pair {
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
	return compare.Pairs(pointers(a), pointers(b), (*Action).name, likeness...)
}

func pointers(list []Action) []*Action {
	out := make([]*Action, 0, len(list))
	for i := range list {
		out = append(out, &list[i])
	}
	return out
}
