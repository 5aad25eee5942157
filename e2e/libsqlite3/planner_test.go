// SPDX-License-Identifier: MIT

package libsqlite3

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestPlansThatLookAtBoundValues measures why ENABLE_STAT4 is no option of ours,
// and ENABLE_QPSG a choice of one connection: sqlite3_options.h has the figures.
func TestPlansThatLookAtBoundValues(t *testing.T) {
	planner := func(edit func(source, options string) (string, string)) string {
		dir, program := library(t, edit), filepath.Join(t.TempDir(), "planner")
		run(t, nil, compiler(), "-I"+capi, "planner/planner.c", "-o", program, "-L"+dir, "-lsqlite3", "-lm", "-lpthread", "-ldl")
		return program
	}
	ours := planner(nil)
	stat4 := planner(func(source, options string) (string, string) {
		return source, "#define SQLITE_ENABLE_STAT4 1\n" + options
	})
	for _, c := range []struct {
		name        string
		command     []string
		least, most int
	}{
		{"our options", []string{ours}, 0, 0},
		{"STAT4", []string{stat4}, 900, 1000},
		{"STAT4 and QPSG", []string{stat4, "qpsg"}, 0, 0},
	} {
		n, err := strconv.Atoi(strings.TrimSpace(run(t, nil, c.command[0], c.command[1:]...)))
		t.Logf("%s: compiled again %d times in 1,000 executions", c.name, n)
		if err != nil || n < c.least || n > c.most {
			t.Errorf("%s: compiled again %d times in 1,000 executions, not %d to %d: %v", c.name, n, c.least, c.most, err)
		}
	}
}
