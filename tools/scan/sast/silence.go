// SPDX-License-Identifier: MIT

package sast

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
)

// Silenced is the rule of a finding that a file tells the scanner to be silent about something.
const Silenced = "silenced"

// A muzzle is how files tell a scanner to be silent, where the scanner has no option not to listen.
type muzzle struct {
	extensions []string // or names
	words      *regexp.Regexp
	settings   string // name of a file that the scanner looks for
}

// The words are joined, so that this file has none of them.
var muzzles = map[string]muzzle{
	"clang-warnings": {extensions: ofC, words: regexp.MustCompile(pragma + `(diagnostic\s+ignored|system_` + `header)`)},
	"clang-analyzer": {extensions: ofC, words: regexp.MustCompile(`__clang_` + `analyzer__|clang::` + `suppress\b|\(\s*(__)?` + `suppress(__)?\s*\)|` + pragma + `system_` + `header`)},
	"staticcheck":    {extensions: []string{".go"}, words: regexp.MustCompile(`//lint` + `:(file-)?ignore\b`), settings: "staticcheck.conf"},
	"buildifier":     {extensions: []string{".bzl", ".bazel", ".BUILD", "BUILD", "WORKSPACE"}, words: regexp.MustCompile(`(?i)#.*\bbuild(ifier|ozer):\s*` + `disable\s*=`)},
}

// ofC are files in which clang listens.
var ofC = []string{".c", ".h", ".go"}

// pragma is the beginning of a pragma of GCC's or clang's, as a line or as an operator: https://gcc.gnu.org/onlinedocs/cpp/Pragmas.html
const pragma = `(pragma\s+|_Pragma\s*\(\s*")(GCC|clang)\s+`

// silences finds what tells the scanner to be silent.
func silences(tree *lint.Tree, scanner, severity string) ([]finding.Finding, error) {
	m, ok := muzzles[scanner]
	if !ok {
		return nil, nil
	}
	var all []finding.Finding
	for _, name := range tree.Files {
		if path.Base(name) == m.settings && !outside(name) {
			all = append(all, silence(scanner, severity, name, 1, "the scanner takes its settings from this file; decide in triage.json"))
		}
		named := slices.Contains(m.extensions, path.Ext(name)) || slices.Contains(m.extensions, path.Base(name))
		if !named || outside(name) {
			continue
		}
		text, err := tree.Read(name)
		if err != nil {
			return nil, err
		}
		line := 0
		for l := range bytes.Lines(text) {
			line++
			if found := m.words.Find(l); found != nil {
				all = append(all, silence(scanner, severity, name, line, fmt.Sprintf("%q stands in the file; decide in triage.json", strings.TrimSpace(string(found)))))
			}
		}
	}
	return all, nil
}

func silence(scanner, severity, file string, line int, text string) finding.Finding {
	return finding.Finding{Scanner: scanner, ID: Silenced, Component: file, Line: line, Severity: severity, Rank: finding.Called, Summary: text}
}
