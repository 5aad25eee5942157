// SPDX-License-Identifier: MIT

package sqlite3

import (
	"fmt"
	"testing"

	"github.com/gosqlite/gosqlite/internal/golden"
)

func TestPromisedNames(t *testing.T) {
	var lines []string
	for name, value := range defaults {
		lines = append(lines, fmt.Sprintf("default %s = %s", name, value[0]))
	}
	for theirs, ours := range same {
		lines = append(lines, fmt.Sprintf("parameter %s = %s", theirs, ours))
	}
	for name, values := range words {
		for theirs, ours := range values {
			lines = append(lines, fmt.Sprintf("word %s of %s = %s", theirs, name, ours))
		}
	}
	for _, name := range ofSQLite {
		lines = append(lines, "parameter "+name+" = "+name)
	}
	golden.Check(t, "../../../api/compat.txt", "What data source names of the other driver mean.", "./driver/compat/sqlite3", lines)
}
