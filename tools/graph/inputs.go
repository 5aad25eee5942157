// SPDX-License-Identifier: MIT

package graph

import (
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
func (g *Graph) Unread(rules []Rule) []Finding {
	var out []Finding
	for _, r := range rules {
		sets := g.holding(r.Inputs.MatchString)
		for _, a := range g.actions {
			if a.Mnemonic != r.Mnemonic {
				continue
			}
			for _, file := range g.reach(a.InputDepSetIDs, sets) {
				out = append(out, Finding{"unwanted input", a.Mnemonic, g.labels[a.TargetID], file})
			}
		}
	}
	return out
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
// row does not list. An action with a compiler of no row is a finding, too.
func (g *Graph) Headers(rows []Row) []Finding {
	compilers, folders := map[int]string{}, map[int][]string{}
	for id, s := range g.sets {
		for _, a := range s.DirectArtifactIDs {
			p := "/" + g.paths[a]
			if m := compiler.FindStringSubmatch(p); m != nil {
				compilers[id] = m[1]
			}
			if m := headers.FindStringSubmatch(p); m != nil && !slices.Contains(folders[id], m[1]) {
				folders[id] = append(folders[id], m[1])
			}
		}
	}
	joined := map[int]string{}
	for id, f := range folders {
		joined[id] = strings.Join(f, "/")
	}
	seen := map[Finding]bool{}
	for _, a := range g.actions {
		for _, name := range g.reach(a.InputDepSetIDs, compilers) {
			i := slices.IndexFunc(rows, func(r Row) bool { return r.Name == name })
			if i < 0 {
				seen[Finding{"compiler of no row", a.Mnemonic, g.labels[a.TargetID], name}] = true
				continue
			}
			for _, list := range g.reach(a.InputDepSetIDs, joined) {
				for folder := range strings.SplitSeq(list, "/") {
					if !slices.Contains(rows[i].Headers, folder) {
						seen[Finding{"foreign headers", a.Mnemonic, g.labels[a.TargetID], path.Join(name, folder)}] = true
					}
				}
			}
		}
	}
	return sorted(seen)
}
