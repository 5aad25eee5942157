// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/manual/page"
)

// snippetsFile says by what each block of a page is executed, or why it is not.
const snippetsFile = "docs/snippets.json"

// A snippetRule is about the blocks that match all of page, marker, language and begins, which are empty where they do not
// matter. The first rule that matches a block decides.
type snippetRule struct {
	Page     string `json:"page"`
	Marker   string `json:"marker"` // how the comment before the block begins
	Language string `json:"language"`
	Begins   string `json:"begins"` // how the block begins
	// Exactly one of these: a test as FOLDER: NAME or a program of the tree with its arguments, which read the page and execute
	// the block's own text; a test or program that does the same by a text of its own; or why nothing runs it. What like names
	// does not see that a block changes: check names holds its targets and files against the tree.
	Test    string `json:"test"`
	Command string `json:"command"`
	Like    string `json:"like"`
	Reason  string `json:"reason"`
	// Of a test or command that does not execute the whole block: what it executes, in words.
	Part string `json:"part"`
}

func (r snippetRule) matches(name string, b page.Block) bool {
	return r.Page == name && strings.HasPrefix(b.Marker, r.Marker) && (r.Language == "" || r.Language == b.Language) &&
		strings.HasPrefix(b.Text, r.Begins)
}

// bazelLine is a command that no test of Go carries out: Bazel's, and nothing else of this tree.
var bazelLine = regexp.MustCompile(`(?m)^\./bazelw (?:build|test) `)

// whole says whether a block is executed as a whole, or the rule says which part of it is.
func (r snippetRule) whole(b page.Block) bool {
	return r.Test == "" || r.Part != "" || !bazelLine.MatchString(b.Text)
}

// checkSnippets holds every fenced block of every page against docs/snippets.json: a block that no rule knows, a rule that
// knows no block, and a test or command that is not there are findings.
func checkSnippets(ctx context.Context, t *Tree) ([]Finding, error) {
	var rules []snippetRule
	if slices.Contains(t.Files, snippetsFile) {
		data, err := t.Read(snippetsFile)
		if err != nil {
			return nil, err
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&rules); err != nil {
			return []Finding{{snippetsFile, 0, fmt.Sprintf("is no list of rules: %v", err)}}, nil
		}
	}
	used := make([]bool, len(rules))
	var findings []Finding
	err := t.each(ctx, isPage, func(name string, data []byte) {
		for _, b := range fences(data) {
			i := slices.IndexFunc(rules, func(r snippetRule) bool { return r.matches(name, b) })
			if i < 0 {
				first, _, _ := strings.Cut(b.Text, "\n")
				findings = append(findings, Finding{name, b.Line, fmt.Sprintf("%q: %s does not say by which test this block is executed, or why by none", first, snippetsFile)})
				continue
			}
			used[i] = true
			if !rules[i].whole(b) {
				findings = append(findings, Finding{name, b.Line, fmt.Sprintf("no test of Go runs Bazel; say in rule %d of %s, as part, what %s executes", i+1, snippetsFile, rules[i].Test)})
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for i, r := range rules {
		if !used[i] {
			findings = append(findings, Finding{snippetsFile, 0, fmt.Sprintf("rule %d (%s %q): no block is left for it; remove it", i+1, r.Page, r.Marker+r.Begins)})
		}
		if wrong := r.wrong(t); wrong != "" {
			findings = append(findings, Finding{snippetsFile, 0, fmt.Sprintf("rule %d (%s): %s", i+1, r.Page, wrong)})
		}
	}
	return order(findings), nil
}

// wrong is what a rule claims and the tree does not have.
func (r snippetRule) wrong(t *Tree) string {
	given := slices.DeleteFunc([]string{r.Test, r.Command, r.Like, r.Reason}, func(s string) bool { return s == "" })
	switch {
	case len(given) != 1 || r.Reason != "" && len(r.Reason) <= 10:
		return "one of test, command, like and reason is needed, the reason in words"
	case r.Part != "" && (r.Test+r.Command == "" || len(r.Part) <= 10):
		return "a part is what a test or command executes of the block, in words"
	case r.Test != "":
		return testIn(t, r.Test, r.Page)
	case r.Command != "":
		return programIn(t, r.Command, r.Page)
	case strings.Contains(r.Like, ": "):
		return testIn(t, r.Like, "")
	case r.Like != "":
		return programIn(t, r.Like, "")
	}
	return ""
}

// testIn says what a test lacks: it is not there, or no test of its folder reads the page, where it has to.
func testIn(t *Tree, test, page string) string {
	dir, name, _ := strings.Cut(test, ": ")
	declared := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\(`)
	found, reads := false, page == ""
	for _, file := range t.Files {
		if path.Dir(file) != dir || !strings.HasSuffix(file, "_test.go") || name == "" {
			continue
		}
		if data, err := t.Read(file); err == nil {
			found, reads = found || declared.Match(data), reads || bytes.Contains(data, []byte(path.Base(page)))
		}
	}
	switch {
	case !found:
		return fmt.Sprintf("there is no test %s in %s", name, dir)
	case !reads:
		return fmt.Sprintf("no test in %s names %s, so that none executes its text; call the test like", dir, path.Base(page))
	}
	return ""
}

// programIn says what a program of the tree lacks.
func programIn(t *Tree, command, page string) string {
	words := strings.Fields(command)
	if !slices.Contains(t.Files, words[0]) {
		return "there is no program " + words[0]
	}
	data, err := t.Read(words[0])
	if err != nil {
		return err.Error()
	}
	for _, w := range words[1:] {
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(w) + `\b`).Match(data) {
			return fmt.Sprintf("%s knows no %s", words[0], w)
		}
	}
	if name := strings.TrimSuffix(path.Base(page), ".md"); page != "" && !bytes.Contains(data, []byte(name)) {
		return fmt.Sprintf("%s does not name %s, so that it executes none of its text; call the program like", words[0], name)
	}
	return ""
}
