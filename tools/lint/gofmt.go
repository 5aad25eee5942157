// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"errors"
	"go/format"
	"go/scanner"
)

func checkFormat(ctx context.Context, t *Tree) ([]Finding, error) {
	var findings []Finding
	err := t.each(ctx, isGo, func(name string, data []byte) {
		formatted, err := format.Source(data)
		var syntax scanner.ErrorList
		switch {
		case errors.As(err, &syntax):
			findings = append(findings, Finding{name, syntax[0].Pos.Line, "syntax: " + syntax[0].Msg})
		case err != nil:
			findings = append(findings, Finding{name, 0, err.Error()})
		case !bytes.Equal(data, formatted):
			findings = append(findings, Finding{name, firstDifference(data, formatted), "not formatted; run gofmt -w " + name})
		}
	})
	return order(findings), err
}

// firstDifference is the line of a in which b begins to differ.
func firstDifference(a, b []byte) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return lineOf(a, n)
}
