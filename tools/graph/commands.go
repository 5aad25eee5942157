// SPDX-License-Identifier: MIT

package graph

// Action names an action that runs a command.
type Action struct {
	Mnemonic string `json:"mnemonic"`
	Target   string `json:"target"`
	Output   string `json:"output"` // the first, below the execution root
}

// Commands lists the actions that run a command, in the order of the graph; those that only write or link a file run none.
func (g *Graph) Commands() []Action {
	return g.commands(func(action) bool { return true })
}

// Readers lists the actions that run a command and have an input whose path, below the execution root, matches.
func (g *Graph) Readers(matches func(path string) bool) []Action {
	sets := g.holding(matches)
	return g.commands(func(a action) bool { return len(g.reach(a.InputDepSetIDs, sets)) > 0 })
}

// holding maps the sets that directly hold a file whose path matches to one such file.
func (g *Graph) holding(matches func(path string) bool) map[int]string {
	sets := map[int]string{}
	for id, s := range g.sets {
		for _, a := range s.DirectArtifactIDs {
			if p := g.paths[a]; matches(p) {
				sets[id] = p
				break
			}
		}
	}
	return sets
}

func (g *Graph) commands(keep func(action) bool) []Action {
	var out []Action
	for _, a := range g.actions {
		if len(a.Arguments) > 0 && keep(a) {
			out = append(out, Action{a.Mnemonic, g.labels[a.TargetID], g.paths[a.OutputID]})
		}
	}
	return out
}
