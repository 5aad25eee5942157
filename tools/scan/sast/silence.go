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
}

// The words are joined, so that this file has none of them.
var muzzles = map[string]muzzle{
	"clang-warnings": {[]string{".c", ".h", ".go"}, regexp.MustCompile(`pragma\s+(GCC|clang)\s+(diagnostic\s+ignored|system_` + `header)`)},
	"clang-analyzer": {[]string{".c", ".h", ".go"}, regexp.MustCompile(`__clang_` + `analyzer__|pragma\s+(GCC|clang)\s+system_` + `header`)},
	"staticcheck":    {[]string{".go"}, regexp.MustCompile(`^\s*//lint` + `:(file-)?ignore\b`)},
	"buildifier":     {[]string{".bzl", ".bazel", ".BUILD", "BUILD", "WORKSPACE"}, regexp.MustCompile(`# *buildifier: ` + `disable=`)},
}

// silences finds what tells the scanner to be silent.
func silences(tree *lint.Tree, scanner, severity string) ([]finding.Finding, error) {
	m, ok := muzzles[scanner]
	if !ok {
		return nil, nil
	}
	var all []finding.Finding
	for _, name := range tree.Files {
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
