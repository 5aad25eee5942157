// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"
)

// Oversize is a file that may be longer than its kind, with the reason.
type Oversize struct {
	File   string
	Lines  int // its own limit
	Reason string
}

// TreeOversize are the exceptions of this repository.
var TreeOversize []Oversize

type size struct{ exceptions []Oversize }

// limit is the number of lines that a file of this name may hold; 0 is no limit.
func limit(name string) int {
	base := path.Base(name)
	switch {
	case isGo(name):
		return 400
	case path.Ext(name) == ".bzl":
		return 200
	case base == "BUILD", base == "BUILD.bazel", strings.HasSuffix(base, ".BUILD"):
		return 120
	}
	return 0
}

func (s size) check(ctx context.Context, t *Tree) ([]Finding, error) {
	allowed := map[string]Oversize{}
	for _, e := range s.exceptions {
		allowed[e.File] = e
	}
	var findings []Finding
	err := t.each(ctx, func(name string) bool { return limit(name) > 0 }, func(name string, data []byte) {
		lines, most := bytes.Count(data, []byte("\n")), limit(name)
		exception, excepted := allowed[name]
		delete(allowed, name)
		switch {
		case excepted && lines <= most:
			findings = append(findings, Finding{name, 0, "needs its exception in tools/lint/size.go no more; remove that"})
		case excepted && lines > exception.Lines:
			findings = append(findings, Finding{name, lines, fmt.Sprintf("%d lines, its exception allows %d (%s)", lines, exception.Lines, exception.Reason)})
		case !excepted && lines > most:
			findings = append(findings, Finding{name, lines, fmt.Sprintf("%d lines, at most %d; look for the second noun", lines, most)})
		}
	})
	for name := range allowed {
		findings = append(findings, Finding{name, 0, "is not there, but has an exception in tools/lint/size.go; remove that"})
	}
	return order(findings), err
}
