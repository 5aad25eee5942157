// SPDX-License-Identifier: MIT

package graph

import (
	"fmt"
	"slices"
	"strings"
)

// Within finds actions of g that other does not have: with another key, or with another output. Both would run, where one
// result could serve. Actions of the targets in but are left out. An action without a key is an error: two keys that nobody
// printed are equal, and say nothing.
func (g *Graph) Within(other *Graph, but []string) ([]Finding, error) {
	keys := map[string]string{}
	for _, a := range other.actions {
		keys[other.paths[a.OutputID]] = a.Key
	}
	var out []Finding
	for _, a := range g.actions {
		label := g.labels[a.TargetID]
		if slices.Contains(but, label) {
			continue
		}
		output := g.paths[a.OutputID]
		key, ok := keys[output]
		if a.Key == "" || ok && key == "" {
			return nil, fmt.Errorf("compare action graphs: %s of %s, which makes %s, has no actionKey: print both with bazel aquery --output=jsonproto", a.Mnemonic, label, output)
		}
		switch {
		case !ok:
			out = append(out, Finding{"no such output", a.Mnemonic, label, output})
		case key != a.Key:
			out = append(out, Finding{"other action key", a.Mnemonic, label, output})
		}
	}
	slices.SortFunc(out, func(a, b Finding) int { return strings.Compare(a.What, b.What) })
	return out, nil
}
