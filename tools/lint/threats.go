// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Pages that name tests: what stands against each threat, and where past mistakes of others are tried.
const (
	threatsFile = "docs/threat-model.md"
	tamperFile  = "docs/tamper.md"
)

var (
	namedTest    = regexp.MustCompile("`([a-z0-9._/-]+: (?:Test|Fuzz)[A-Za-z0-9]+)`")
	namedCommand = regexp.MustCompile("command `([^`]+)`")
	skipping     = regexp.MustCompile(`\.Skip(f|Now)?\(`)
)

// checkThreats holds the tables of pages about threats: each row names in its column "Test" at least one test or command of
// the tree, and whatever the page names is there. A test that may skip shows nothing alone: its row names a command, too.
// What a row has in a column "Case" stands as a text in the files of the test.
func checkThreats(_ context.Context, t *Tree) ([]Finding, error) {
	var findings []Finding
	for _, page := range []string{threatsFile, tamperFile} {
		if !slices.Contains(t.Files, page) {
			continue
		}
		data, err := t.Read(page)
		if err != nil {
			return nil, err
		}
		findings = append(findings, t.threats(page, string(data))...)
	}
	return order(findings), nil
}

func (t *Tree) threats(page, text string) (findings []Finding) {
	column, caseColumn, rows := -1, -1, 0
	titled := func(title string) func(string) bool {
		return func(cell string) bool { return strings.TrimSpace(cell) == title }
	}
	for i, line := range strings.Split(text, "\n") {
		found := func(format string, args ...any) {
			findings = append(findings, Finding{page, i + 1, fmt.Sprintf(format, args...)})
		}
		tests, commands := namedTest.FindAllStringSubmatch(line, -1), namedCommand.FindAllStringSubmatch(line, -1)
		for _, m := range tests {
			if wrong := testIn(t, m[1], ""); wrong != "" {
				found("%s", wrong)
			} else if len(commands) == 0 && t.skips(m[1]) {
				found("%s skips where a program is missing: name the command that has it, too", m[1])
			}
		}
		for _, m := range commands {
			if wrong := programIn(t, m[1], ""); wrong != "" {
				found("%s", wrong)
			}
		}
		switch cells := strings.Split(line, "|"); {
		case !strings.HasPrefix(line, "|"):
			column = -1
		case strings.HasPrefix(line, "|---"):
		case column == -1:
			if column, caseColumn = slices.IndexFunc(cells, titled("Test")), slices.IndexFunc(cells, titled("Case")); column < 0 {
				column = len(line) // a table of other things
			}
		case column < len(cells):
			rows++
			if !namedTest.MatchString(cells[column]) && !namedCommand.MatchString(cells[column]) {
				found("the row names no test: `FOLDER: TestName`, or command `FILE ARGUMENTS`")
			}
			if caseColumn >= 0 && len(tests) > 0 {
				if name := strings.Trim(cells[caseColumn], " `"); !t.tests(tests[0][1], func(data []byte) bool { return bytes.Contains(data, []byte(strconv.Quote(name))) }) {
					found("%s has no case %q", tests[0][1], name)
				}
			}
		}
	}
	if rows == 0 {
		findings = append(findings, Finding{page, 0, "no table has a column Test"})
	}
	return findings
}

// skips reports whether the files beside a test, which is FOLDER: NAME, skip anything.
func (t *Tree) skips(test string) bool { return t.tests(test, skipping.Match) }

// tests reports whether one of the files beside a test, which is FOLDER: NAME, matches.
func (t *Tree) tests(test string, matches func(data []byte) bool) bool {
	dir, _, _ := strings.Cut(test, ": ")
	return slices.ContainsFunc(t.Files, func(name string) bool {
		if path.Dir(name) != dir || !strings.HasSuffix(name, "_test.go") {
			return false
		}
		data, err := t.Read(name)
		return err == nil && matches(data)
	})
}
