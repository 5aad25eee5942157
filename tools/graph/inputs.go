// SPDX-License-Identifier: MIT

package graph

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Rule names inputs that actions of a kind must not have, since an edit of them would run the actions again.
type Rule struct {
	Mnemonic string
	Inputs   *regexp.Regexp // of paths below the execution root
}

// Unread finds the actions that have an input which one of the rules forbids, one finding for an action and a set of files.
// A rule for no action of the graph, or of no file in it, is an error beside what the others found: its names are not those of
// the tree.
func (g *Graph) Unread(rules []Rule) ([]Finding, error) {
	var out []Finding
	var stale []error
	for _, r := range rules {
		sets := g.holding(r.Inputs.MatchString)
		ran := false
		for _, a := range g.actions {
			if a.Mnemonic != r.Mnemonic {
				continue
			}
			ran = true
			for _, file := range g.reach(a.InputDepSetIDs, sets) {
				out = append(out, Finding{"unwanted input", a.Mnemonic, g.labels[a.TargetID], file})
			}
		}
		if !ran {
			stale = append(stale, fmt.Errorf("look for inputs of %s: no such action is in the graph: correct the rule", r.Mnemonic))
		}
		if len(sets) == 0 {
			stale = append(stale, fmt.Errorf("look for inputs of %s: no file like %s is in the graph: correct the rule", r.Mnemonic, r.Inputs))
		}
	}
	return out, errors.Join(stale...)
}

// Row is a row of the matrix, with the folders of zig's lib/libc/include that its compiles may read.
type Row struct {
	Name    string   `json:"name"`
	Headers []string `json:"header_folders"`
}

// compiler is the program in a row's folder of tools; headers, a header for one of zig's targets.
var (
	compiler = regexp.MustCompile(`/toolchains/zig/tools_([^/]+)/cc$`)
	headers  = regexp.MustCompile(`/lib/libc/include/([^/]+)/`)
)

// Headers finds actions with a row's compiler among their inputs that could read headers of another row: folders that the
// row does not list. An action with a compiler of no row is a finding, too. A graph in which nothing has a row's compiler and
// headers, and no compiler is a finding, is an error: they have other names than this function looks for.
func (g *Graph) Headers(rows []Row) ([]Finding, error) {
	compilers, folders := g.naming(compiler), g.naming(headers)
	seen, looked := map[Finding]bool{}, false
	for _, a := range g.actions {
		for _, name := range g.named(a, compilers) {
			i := slices.IndexFunc(rows, func(r Row) bool { return r.Name == name })
			if i < 0 {
				seen[Finding{"compiler of no row", a.Mnemonic, g.labels[a.TargetID], name}] = true
				continue
			}
			for _, folder := range g.named(a, folders) {
				looked = true
				if !slices.Contains(rows[i].Headers, folder) {
					seen[Finding{"foreign headers", a.Mnemonic, g.labels[a.TargetID], path.Join(name, folder)}] = true
				}
			}
		}
	}
	if !looked && len(seen) == 0 {
		return nil, errors.New("look for headers: no action of the graph has a compiler and headers among its inputs: they lie elsewhere than package graph says, or nothing is compiled")
	}
	return sorted(seen), nil
}

// naming maps the sets that directly hold files of a pattern to what its group names, joined by slashes.
func (g *Graph) naming(pattern *regexp.Regexp) map[int]string {
	out := map[int]string{}
	for id, s := range g.sets {
		var names []string
		for _, a := range s.DirectArtifactIDs {
			if m := pattern.FindStringSubmatch("/" + g.paths[a]); m != nil && !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
		if len(names) > 0 {
			out[id] = strings.Join(names, "/")
		}
	}
	return out
}

// named lists what is named among the inputs of an action.
func (g *Graph) named(a action, names map[int]string) []string {
	var out []string
	for _, list := range g.reach(a.InputDepSetIDs, names) {
		out = append(out, strings.Split(list, "/")...)
	}
	return out
}
