// SPDX-License-Identifier: MIT

package golden_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/internal/golden"
	"github.com/gosqlite/gosqlite/sqlite"
)

// ofTheMachine are options that SQLite sets by compiler and system.
var ofTheMachine = []string{"COMPILER=", "ATOMIC_INTRINSICS=", "MUTEX_", "SYSTEM_MALLOC", "DEBUG"}

func TestPromisedOptions(t *testing.T) {
	lines := []string{"SQLite = " + sqlite.Version()}
next:
	for _, option := range sqlite.CompileOptions() {
		for _, prefix := range ofTheMachine {
			if strings.HasPrefix(option, prefix) {
				continue next
			}
		}
		lines = append(lines, "option "+strings.Replace(option, "=", " = ", 1))
	}
	golden.Check(t, "../../api/options.txt", "SQLite's version and the options that it is compiled with.", "./internal/golden", lines)
}

func TestPromisedErrorCodes(t *testing.T) {
	var lines []string
	for code := sqlite.ErrorCode(1); code < 1<<16; code++ {
		if name := code.String(); strings.HasPrefix(name, "SQLITE_") && !strings.ContainsAny(name, " (") {
			lines = append(lines, fmt.Sprintf("%s = %d", name, code))
		}
	}
	if len(lines) < 100 {
		t.Fatalf("only %d codes have names", len(lines))
	}
	golden.Check(t, "../../api/errors.txt", "Result codes, as errors print them.", "./internal/golden", lines)
}
