// SPDX-License-Identifier: MIT

package sqlite3

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestConflictIsSaidClearly(t *testing.T) {
	linked := &debug.BuildInfo{Deps: []*debug.Module{{Path: "example.com/x"}, {Path: "github.com/mattn/go-sqlite3"}}}
	for _, tt := range []struct {
		name       string
		registered []string
		info       *debug.BuildInfo
		want       string // "": no conflict
	}{
		{name: "alone", registered: []string{"gosqlite", "sqlite"}, info: &debug.BuildInfo{}},
		{name: "no build info", registered: nil},
		{name: "the other was first", registered: []string{"sqlite3"}, want: "another driver is registered"},
		{name: "the other comes later", info: linked, want: "is in this program"},
	} {
		got := conflict(tt.registered, tt.info)
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) || got != "" && !strings.Contains(got, "import one of the two") {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}
