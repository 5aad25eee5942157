// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	labelWord = regexp.MustCompile(`(?:^|[\s"'=,(])-?//([a-zA-Z0-9_/.-]*)(:[a-zA-Z0-9_.*-]*)?`)
	goProgram = regexp.MustCompile(`\bgo run (\./[a-zA-Z0-9_/.-]+)`)
	goFolder  = regexp.MustCompile(`\bcd ([a-z][a-zA-Z0-9_/-]*) &&|\bgo -C ([a-z][a-zA-Z0-9_/-]*) `)
	treeWord  = regexp.MustCompile(`(?:^|[\s"'=(])((?:tools|e2e|\.ci)/[a-zA-Z0-9_./-]*[a-zA-Z0-9_])`)
	codeText  = regexp.MustCompile("`([^`\n]+)`")
	matrixRow = regexp.MustCompile(`(?m)^ *_row\("([a-z0-9_]+)"`)
)

// Rows are the names of the platforms in platforms/matrix.bzl, in its order; none without that file, and never nil.
func (t *Tree) Rows() ([]string, error) {
	rows := []string{}
	if !slices.Contains(t.Files, "platforms/matrix.bzl") {
		return rows, nil
	}
	data, err := t.Read("platforms/matrix.bzl")
	if err != nil {
		return nil, err
	}
	for _, m := range matrixRow.FindAllStringSubmatch(string(data), -1) {
		rows = append(rows, m[1])
	}
	return rows, nil
}

// checkNames holds what commands on pages name against the tree: labels of Bazel, programs that go runs, and files below
// tools, e2e and .ci. Not every command can be executed by a test, and a name that has moved shows here.
func checkNames(ctx context.Context, t *Tree) ([]Finding, error) {
	known, bases := map[string]bool{}, map[string]bool{}
	for _, name := range t.Files {
		for ; name != "." && !known[name]; name = path.Dir(name) {
			known[name], bases[path.Base(name)] = true, true
		}
	}
	rows, err := t.Rows()
	if err != nil {
		return nil, err
	}
	n := names{t, known, bases, rows}
	var findings []Finding
	err = t.each(ctx, isPage, func(name string, data []byte) {
		say := func(line int, text string) {
			for _, wrong := range n.wrong(text) {
				findings = append(findings, Finding{name, line, wrong})
			}
		}
		inBlock := map[int]bool{}
		for _, b := range fences(data) {
			for i, text := range strings.Split(b.Text, "\n") {
				inBlock[b.Line+1+i] = true
				if b.Language == "sh" {
					say(b.Line+1+i, text)
				}
			}
		}
		for i, line := range strings.Split(string(data), "\n") {
			for _, m := range codeText.FindAllStringSubmatch(line, -1) {
				if !inBlock[i+1] {
					say(i+1, m[1])
				}
			}
		}
	})
	return order(findings), err
}

// names are what a command can name.
type names struct {
	*Tree
	known map[string]bool // files and folders
	bases map[string]bool // their last parts
	rows  []string        // of platforms: macros make targets of their names
}

// wrong says of each name in a command that the tree does not have.
func (n names) wrong(text string) []string {
	var wrong []string
	for _, m := range labelWord.FindAllStringSubmatch(text, -1) {
		// What ends with a colon goes on with what a reader chooses.
		pkg, target := m[1], strings.TrimPrefix(m[2], ":")
		if pkg+target != "" && m[2] != ":" && !n.stands(pkg) && !n.target(pkg, target) {
			wrong = append(wrong, fmt.Sprintf("names the target %s, and no BUILD file has it", strings.TrimLeft(m[0], " \t\"'=,(-")))
		}
	}
	folder := ""
	if m := goFolder.FindStringSubmatch(text); m != nil {
		folder = m[1] + m[2]
	}
	for _, m := range goProgram.FindAllStringSubmatch(text, -1) {
		if dir := path.Join(folder, m[1]); !slices.ContainsFunc(n.Files, func(f string) bool { return path.Dir(f) == dir && path.Ext(f) == ".go" }) {
			wrong = append(wrong, fmt.Sprintf("runs %s, where no Go is", dir))
		}
	}
	for _, m := range treeWord.FindAllStringSubmatch(text, -1) {
		if !n.stands(m[1]) && !n.known[m[1]] {
			wrong = append(wrong, fmt.Sprintf("names %s, which is not in the tree", m[1]))
		}
	}
	return wrong
}

// stands says whether a part of a path stands for what a reader chooses: it is written in capitals, as in tools/NAME.txt, and no file or
// folder has that name, as LICENSE.
func (n names) stands(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool {
		stem, _, _ := strings.Cut(part, ".")
		return strings.ToUpper(stem) == stem && strings.ToLower(stem) != stem && !n.bases[part]
	})
}

// target says whether a BUILD file declares a target, or its name is a macro's, with a platform in it. A pattern wants a
// package, or a folder of some.
func (n names) target(pkg, name string) bool {
	if below, ok := strings.CutSuffix(pkg, "..."); ok {
		below = strings.TrimSuffix(below, "/")
		return slices.ContainsFunc(n.Files, func(f string) bool {
			return path.Base(f) == "BUILD.bazel" && (below == "" || strings.HasPrefix(f, below+"/"))
		})
	}
	if name == "" {
		name = path.Base(pkg)
	}
	if n.stands(name) || slices.Contains([]string{"all", "all-targets", "*"}, name) || slices.ContainsFunc(n.rows, func(row string) bool { return strings.Contains(name, row) }) {
		return n.known[path.Join(pkg, "BUILD.bazel")]
	}
	data, err := n.Read(path.Join(pkg, "BUILD.bazel"))
	return err == nil && strings.Contains(string(data), `"`+name+`"`)
}
