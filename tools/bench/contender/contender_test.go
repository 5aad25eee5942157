// SPDX-License-Identifier: MIT

package contender

import (
	"slices"
	"strings"
	"testing"
)

func TestCompilerName(t *testing.T) {
	for command, want := range map[string]string{
		"":                                    "",
		"musl-gcc":                            "musl-gcc",
		"/a/zig cc -target x86_64-linux-musl": "zig cc -target x86_64-linux-musl",
	} {
		if got := CompilerName(command); got != want {
			t.Errorf("%q is called %q, want %q", command, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	got, err := Parse("gosqlite, mattn,mattn@v1.14.52")
	want := []Contender{{Driver: "gosqlite"}, {Driver: "mattn"}, {Driver: "mattn", Version: "v1.14.52"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for list, reason := range map[string]string{
		"":                  "there are gosqlite, mattn",
		"gosqlite,sqinn":    `find driver "sqinn"`,
		"gosqlite@v1.0.0":   "has the version of this tree",
		"mattn,mattn":       "named twice",
		"mattn@,mattn":      "named twice",
		"gosqlite,gosqlite": "named twice",
	} {
		if _, err := Parse(list); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, want %q", list, err, reason)
		}
	}
}
