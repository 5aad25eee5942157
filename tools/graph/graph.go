// SPDX-License-Identifier: MIT

// Package graph reads Bazel's action graph and tells what in it comes from outside the declared inputs: host programs,
// shells, and files of modules that must not reach a release.
//
// It reads `bazel aquery --output=jsonproto`, an analysis.ActionGraphContainer:
// https://github.com/bazelbuild/bazel/blob/7.7.1/src/main/protobuf/analysis_v2.proto
package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// container holds the fields that are read, by their names in JSON.
type container struct {
	Artifacts     []artifact `json:"artifacts"`
	Actions       []action   `json:"actions"`
	DepSetOfFiles []depSet   `json:"depSetOfFiles"`
	PathFragments []fragment `json:"pathFragments"`
	Targets       []target   `json:"targets"`
}

type artifact struct {
	ID             int `json:"id"`
	PathFragmentID int `json:"pathFragmentId"`
}

type action struct {
	TargetID       int      `json:"targetId"`
	Mnemonic       string   `json:"mnemonic"`
	Key            string   `json:"actionKey"`
	Arguments      []string `json:"arguments"`
	InputDepSetIDs []int    `json:"inputDepSetIds"`
	OutputID       int      `json:"primaryOutputId"`
	// With --include_param_files: arguments that Bazel hands over in a file.
	ParamFiles  []paramFile `json:"paramFiles"`
	Environment []pair      `json:"environmentVariables"`
}

type paramFile struct {
	Arguments []string `json:"arguments"`
}

type pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type depSet struct {
	ID                  int   `json:"id"`
	TransitiveDepSetIDs []int `json:"transitiveDepSetIds"`
	DirectArtifactIDs   []int `json:"directArtifactIds"`
}

type fragment struct {
	ID       int    `json:"id"`
	Label    string `json:"label"`
	ParentID int    `json:"parentId"`
}

type target struct {
	ID    int    `json:"id"`
	Label string `json:"label"`
}

// Graph is an action graph with paths resolved.
type Graph struct {
	actions []action
	labels  map[int]string
	sets    map[int]depSet
	paths   map[int]string // of artifacts
}

// Read parses an action graph.
func Read(r io.Reader) (*Graph, error) {
	var c container
	if err := json.NewDecoder(r).Decode(&c); err != nil {
		return nil, fmt.Errorf("read action graph: %w", err)
	}
	if len(c.Actions) == 0 {
		return nil, fmt.Errorf("read action graph: it has no actions: was the query empty?")
	}
	g := &Graph{actions: c.Actions, labels: map[int]string{}, sets: map[int]depSet{}, paths: map[int]string{}}
	for _, t := range c.Targets {
		g.labels[t.ID] = t.Label
	}
	for _, s := range c.DepSetOfFiles {
		g.sets[s.ID] = s
	}
	fragments := map[int]fragment{}
	for _, f := range c.PathFragments {
		fragments[f.ID] = f
	}
	for _, a := range c.Artifacts {
		p, err := resolve(fragments, a.PathFragmentID)
		if err != nil {
			return nil, fmt.Errorf("read action graph: %w", err)
		}
		g.paths[a.ID] = p
	}
	return g, nil
}

func resolve(fragments map[int]fragment, id int) (string, error) {
	var parts []string
	for id != 0 {
		f, ok := fragments[id]
		if !ok || len(parts) > 1000 {
			return "", fmt.Errorf("path fragment %d does not lead to a root", id)
		}
		parts = append(parts, f.Label)
		id = f.ParentID
	}
	slices.Reverse(parts)
	return strings.Join(parts, "/"), nil
}

// A Finding is something in an action that comes from where it must not.
type Finding struct {
	Rule     string `json:"rule"` // such as host program, host path, shell, or forbidden module
	Mnemonic string `json:"mnemonic"`
	Target   string `json:"target"`
	What     string `json:"what"`
}

var shells = []string{"sh", "bash", "dash", "zsh", "ksh", "busybox"}

// roots are the folders of the host. /proc and /dev are not among them: the first shows an action itself, as /proc/self/cwd
// does, and /dev/null says that there is none.
const roots = `/(?:usr|bin|sbin|opt|home|root|etc|var|tmp|mnt|srv|run|sys|lib|lib64)`

// hostPath is an argument, or the value of a flag in one, that lies in a folder of the host.
var hostPath = regexp.MustCompile(`(?:^|[\s=:,;"'@]|^-[A-Za-z]+)(` + roots + `/[^\s:,;"']*)`)

// folder is an entry of a list of folders, as PATH has them, that is of the host.
var folder = regexp.MustCompile(`(?:^|=)(` + roots + `(?:/.*)?)$`)

// loader is the name of a program's loader, such as /lib64/ld-linux-x86-64.so.2. It ends up in a program; nothing reads it in
// a build.
var loader = regexp.MustCompile(`^/lib(?:64)?/ld[0-9A-Za-z_-]*\.so\.[0-9]$`)

// ofHost is the first path in the text that the pattern finds and that is no loader, or "".
func ofHost(pattern *regexp.Regexp, text string) string {
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		if !loader.MatchString(m[1]) {
			return m[1]
		}
	}
	return ""
}

// separates tells what stands between the entries of a list.
func separates(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(":,;", r) }

// Check finds actions that run a program of the host or a shell, those that name a file of the host in an argument, in a
// file of arguments or in a variable, and those that read a file of a forbidden module, named as in MODULE.bazel. A program
// without a folder is one of the host: it is looked up in PATH, which no action may need. Findings are sorted; each is there
// once.
func (g *Graph) Check(forbidden []string) []Finding {
	seen := map[Finding]bool{}
	direct := g.holding(func(p string) bool { return ofModule(p, forbidden) })
	for _, a := range g.actions {
		add := func(rule, what string) {
			seen[Finding{rule, a.Mnemonic, g.labels[a.TargetID], what}] = true
		}
		if len(a.Arguments) > 0 {
			program := a.Arguments[0]
			if path.IsAbs(program) || !strings.Contains(program, "/") {
				add("host program", program)
			}
			if slices.Contains(shells, path.Base(program)) || strings.HasSuffix(program, ".sh") {
				add("shell", program)
			}
			arguments := [][]string{a.Arguments[1:]}
			for _, f := range a.ParamFiles {
				arguments = append(arguments, f.Arguments)
			}
			for _, argument := range slices.Concat(arguments...) {
				if p := ofHost(hostPath, argument); p != "" {
					add("host path", p)
				}
			}
		}
		for _, v := range a.Environment {
			// Go's rules give PATH folders of the host; a program that needs one has no folder, which is found above.
			for entry := range strings.FieldsFuncSeq(v.Value, separates) {
				if p := ofHost(folder, entry); p != "" && v.Key != "PATH" {
					add("host path", v.Key+"="+p)
					break
				}
			}
		}
		for _, file := range g.reach(a.InputDepSetIDs, direct) {
			add("forbidden module", file)
		}
	}
	return sorted(seen)
}

func sorted(seen map[Finding]bool) []Finding {
	out := make([]Finding, 0, len(seen))
	for f := range seen {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Finding) int {
		return strings.Compare(a.Rule+"\x00"+a.Mnemonic+"\x00"+a.Target+"\x00"+a.What, b.Rule+"\x00"+b.Mnemonic+"\x00"+b.Target+"\x00"+b.What)
	})
	return out
}

// ofModule tells whether a path lies in the repository of one of the modules: external/NAME~… or external/NAME+….
func ofModule(p string, modules []string) bool {
	_, rest, ok := strings.Cut("/"+p, "/external/")
	if !ok {
		return false
	}
	repository, _, _ := strings.Cut(rest, "/")
	// A repository that a module's extension made carries the name in front, but holds other people's files.
	if strings.Count(repository, "~") > 1 || strings.Count(repository, "+") > 1 {
		return false
	}
	return slices.Contains(modules, strings.Trim(repository, "~+"))
}

// reach collects the files of sets that can be reached from ids.
func (g *Graph) reach(ids []int, files map[int]string) []string {
	if len(files) == 0 {
		return nil
	}
	var out []string
	visited := map[int]bool{}
	for todo := slices.Clone(ids); len(todo) > 0; {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if visited[id] {
			continue
		}
		visited[id] = true
		if f, ok := files[id]; ok {
			out = append(out, f)
		}
		todo = append(todo, g.sets[id].TransitiveDepSetIDs...)
	}
	return out
}

// Mnemonics counts the actions of each kind.
func (g *Graph) Mnemonics() map[string]int {
	out := map[string]int{}
	for _, a := range g.actions {
		out[a.Mnemonic]++
	}
	return out
}
