// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
)

// Secret is a text that no file may hold, because it says where the tree was
// made. Findings say what it is and never repeat it: logs travel, too.
type Secret struct {
	Text   string
	Source string // what the finding calls it
}

// Allowance lets one file hold one text, with the reason.
type Allowance struct {
	File, Text, Reason string
}

// TreeAllowed are the exceptions of this repository.
var TreeAllowed = []Allowance{
	{"tools/bootstrap/checks/debootstrap.sh", "/" + "root", "the home folder in the root that it makes"},
	{"tools/bootstrap/checks/steps.bash", "/" + "root", "the home folder in that root"},
	{"tools/release/leak/paths.go", "/" + "root", "what the leak test looks for"},
}

// Paths are the folders that name a machine: those that containers and build
// hosts use, the home folder and the tree's own place.
func Paths(home, root string) []Secret {
	secrets := []Secret{
		{"/" + "root", "a path of the superuser's home"},
		{"/" + "work", "a path of a work folder"},
	}
	for _, s := range []Secret{{home, "the home folder of this machine"}, {root, "the place of this clone"}} {
		text := strings.TrimRight(filepath.ToSlash(s.Text), "/")
		// A single element like /src is a word of many a document, and what lies
		// under a text above is found by it.
		covered := slices.ContainsFunc(secrets, func(known Secret) bool { return inside(text, known.Text) })
		if strings.Count(text, "/") > 1 && !covered {
			secrets = append(secrets, Secret{text, s.Source})
		}
	}
	return secrets
}

type words struct {
	machine []Secret
	hosts   func(ctx context.Context) ([]Secret, error)
	allowed []Allowance
}

func (w words) check(ctx context.Context, t *Tree) ([]Finding, error) {
	hosts, err := w.hosts(ctx)
	if err != nil {
		return nil, err
	}
	unused := slices.Clone(w.allowed)
	var findings []Finding
	see := func(name string, data []byte, s Secret, boundary func(data []byte, from, to int) bool) {
		for _, at := range occurrences(data, s.Text, boundary) {
			allowed := func(a Allowance) bool { return a.File == name && a.Text == s.Text }
			if slices.ContainsFunc(w.allowed, allowed) {
				unused = slices.DeleteFunc(unused, allowed)
				continue
			}
			findings = append(findings, Finding{name, lineOf(data, at), "names " + s.Source})
		}
	}
	all := func(string) bool { return true }
	err = t.each(ctx, all, func(name string, data []byte) {
		for _, s := range w.machine {
			see(name, data, s, pathBoundary)
		}
		for _, s := range hosts {
			see(name, data, s, hostBoundary)
		}
	})
	for _, a := range unused {
		findings = append(findings, Finding{a.File, 0, "needs its exception in tools/lint/words.go no more; remove that"})
	}
	return order(findings), err
}

// occurrences are the offsets of text in data, letters of any case.
func occurrences(data []byte, text string, boundary func(data []byte, from, to int) bool) []int {
	var found []int
	lower, needle := bytes.ToLower(data), []byte(strings.ToLower(text))
	if len(lower) != len(data) { // bytes that are no UTF-8 grow
		lower = data
	}
	for from := 0; ; {
		i := bytes.Index(lower[from:], needle)
		if i < 0 {
			return found
		}
		from += i + len(needle)
		if boundary(lower, from-len(needle), from) {
			found = append(found, from-len(needle))
		}
	}
}

// pathBoundary says whether an absolute path begins at from, of whose elements
// one ends at to: a/work is relative, and /workspace is another folder.
func pathBoundary(data []byte, from, to int) bool {
	if from > 0 && (isWord(data[from-1]) || strings.IndexByte(".-~)}]*%", data[from-1]) >= 0) {
		return false
	}
	return to == len(data) || !isWord(data[to]) && data[to] != '-' && data[to] != '.'
}

// hostBoundary says whether a host's name stands in data[from:to]. One without
// a dot could be any word, so it counts only where a URL has its host.
func hostBoundary(data []byte, from, to int) bool {
	inURL := from > 0 && strings.IndexByte("/@", data[from-1]) >= 0
	if !bytes.ContainsRune(data[from:to], '.') && !inURL {
		return false
	}
	if from > 0 && (isWord(data[from-1]) || data[from-1] == '-') {
		return false
	}
	longer := to+1 < len(data) && data[to] == '.' && isWord(data[to+1])
	return to == len(data) || !isWord(data[to]) && data[to] != '-' && !longer
}

func isWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
