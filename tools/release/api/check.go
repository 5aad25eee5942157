// SPDX-License-Identifier: MIT

package api

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// update is the command that the findings recommend.
const update = "(cd tools && go run ./release/cmd/api write)"

// Locked says whether a version, without v, promises what was released: 1.0.0 and everything after it. Its pre-releases
// do not yet.
func Locked(version string) bool { return semver.Compare("v"+version, "v1.0.0") >= 0 }

// Check holds the two files of the description below root against the code, and gives what is wrong, one thing a line.
// While nothing is locked, api/v1.txt describes the code as it is and api/next.txt is empty. Afterwards the code has
// whatever api/v1.txt says, and api/next.txt has what the code has beyond it.
func Check(root string, code *Code, locked bool) ([]string, error) {
	released, err1 := ReadFile(root, Released)
	next, err2 := ReadFile(root, Next)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	have := code.Lines()
	var wrong []string
	missing := missing(released, have)
	if locked {
		changes, err := CompareDescription(released, code)
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			if !c.Compatible {
				c.Line = lineOf(c, missing)
				wrong = append(wrong, c.String())
			}
		}
	} else {
		for _, l := range missing {
			wrong = append(wrong, l.String()+": the code has it no more; run "+update)
		}
	}
	for _, l := range next {
		switch {
		case slices.ContainsFunc(released, func(r Line) bool { return r.Text == l.Text }):
			wrong = append(wrong, l.String()+": it stands in "+Released+" already; run "+update)
		case !slices.Contains(have, l.Text):
			wrong = append(wrong, l.String()+": the code does not have it; run "+update)
		}
	}
	file := map[bool]string{true: Next, false: Released}[locked]
	for _, text := range have {
		known := func(l Line) bool { return l.Text == text }
		if !slices.ContainsFunc(released, known) && !slices.ContainsFunc(next, known) {
			wrong = append(wrong, file+": "+text+": the code has it and the description does not; run "+update)
		}
	}
	return wrong, nil
}

// missing are the lines that the code does not have.
func missing(lines []Line, have []string) []Line {
	return slices.DeleteFunc(slices.Clone(lines), func(l Line) bool { _, found := slices.BinarySearch(have, l.Text); return found })
}

// lineOf is the line of the description that a change is about, or "".
func lineOf(c Change, missing []Line) string {
	words := regexp.MustCompile(`\w+`).FindAllString(c.Name(), -1)
	best, most := "", 0
	for _, l := range missing {
		m := lineForm.FindStringSubmatch(l.Text)
		if m == nil || m[1] != c.Package {
			continue
		}
		found := 0
		for _, w := range words {
			if regexp.MustCompile(`\b` + w + `\b`).MatchString(m[3]) {
				found++
			}
		}
		if found > most || c.Message == "package removed" && best == "" {
			best, most = l.String(), found
		}
	}
	return best
}

// Texts are the two files as the code wants them. An incompatible change is an error once the interface is locked.
func Texts(root string, code *Code, locked bool) (map[string][]byte, error) {
	have := code.Lines()
	if !locked {
		return map[string][]byte{Released: Format(Released, have), Next: Format(Next, nil)}, nil
	}
	released, err := ReadFile(root, Released)
	if err != nil {
		return nil, err
	}
	changes, err := CompareDescription(released, code)
	if err != nil {
		return nil, err
	}
	var breaks, kept, added []string
	for _, c := range changes {
		if !c.Compatible {
			c.Line = lineOf(c, missing(released, have))
			breaks = append(breaks, c.String())
		}
	}
	if breaks != nil {
		return nil, fmt.Errorf("write the description: what was released is broken, and no file is changed:\n%s", strings.Join(breaks, "\n"))
	}
	for _, l := range released {
		kept = append(kept, l.Text)
	}
	for _, text := range have {
		if !slices.Contains(kept, text) {
			added = append(added, text)
		}
	}
	return map[string][]byte{Released: Format(Released, kept), Next: Format(Next, added)}, nil
}

// Promoted are the two files after a release: what it added has become what it promises.
func Promoted(code *Code) map[string][]byte {
	return map[string][]byte{Released: Format(Released, code.Lines()), Next: Format(Next, nil)}
}
