// SPDX-License-Identifier: MIT

package lint

import (
	"strings"
	"testing"
)

func TestSize(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("\n", n) }
	for _, c := range []struct {
		name       string
		file       string
		lines      int
		exceptions []Oversize
		want       string // a part of the only finding; "" for none
	}{
		{"a Go file at its limit", "a.go", 400, nil, ""},
		{"a Go file above", "a.go", 401, nil, "401 lines, at most 400"},
		{"a .bzl file at its limit", "a.bzl", 200, nil, ""},
		{"a .bzl file above", "a.bzl", 201, nil, "at most 200"},
		{"a BUILD file at its limit", "BUILD.bazel", 120, nil, ""},
		{"a BUILD file above", "x/BUILD.bazel", 121, nil, "at most 120"},
		{"a foreign BUILD file above", "x/sdk.BUILD", 121, nil, "at most 120"},
		{"another file", "a.txt", 1000, nil, ""},
		{"an exception", "a.go", 450, []Oversize{{"a.go", 450, "a table"}}, ""},
		{"above its exception", "a.go", 451, []Oversize{{"a.go", 450, "a table"}}, "its exception allows 450 (a table)"},
		{"an exception not needed", "a.go", 400, []Oversize{{"a.go", 450, "a table"}}, "no more"},
		{"an exception of nothing", "a.go", 4, []Oversize{{"b.go", 450, "a table"}}, "is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			findings, err := size{c.exceptions}.check(t.Context(), treeOf(t, map[string]string{c.file: lines(c.lines)}))
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(findings) > 0 || c.want != "" && (len(findings) != 1 || !strings.Contains(findings[0].Message, c.want)) {
				t.Errorf("findings %v, want %q", findings, c.want)
			}
		})
	}
}
