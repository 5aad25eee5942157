// SPDX-License-Identifier: MIT

package shell

import (
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/internal/golden"
)

// TestPromisedShell holds flags, commands, output formats and exit codes of the
// shell against what was promised.
func TestPromisedShell(t *testing.T) {
	var lines []string
	newFlagSet(&config{}).VisitAll(func(f *flag.Flag) {
		lines = append(lines, fmt.Sprintf("flag --%s = %q", f.Name, f.DefValue))
	})
	for _, c := range commands() {
		lines = append(lines, strings.TrimRight(fmt.Sprintf("command .%s = %s", c.name, c.usage), " ="))
	}
	for what, args := range map[string][]string{
		"when all was done": {":memory:", "SELECT 1"}, "when a statement failed": {":memory:", "SELECT x"},
		"when the command line is wrong": {"--no-such-flag"}, "after .exit 7": {":memory:", ".exit 7"},
		"of help": {"help"}, "of --help": {"--help"}, "of version": {"version"}, "of --version": {"--version"},
	} {
		lines = append(lines, fmt.Sprintf("exit code %s = %d", what, run(t, "", args...).code))
	}
	for _, format := range formats {
		out := run(t, "", "--format", format, ":memory:", "SELECT 1 AS a, 'x,\"y' AS b, NULL AS c, x'00ff' AS d, 0.5 AS e").ok(t)
		lines = append(lines, fmt.Sprintf("format %s = %q", format, out))
	}
	var version map[string]json.RawMessage
	if err := json.Unmarshal([]byte(run(t, "", "version", "--json").ok(t)), &version); err != nil {
		t.Fatal(err)
	}
	for key := range version {
		lines = append(lines, "version --json has "+key)
	}
	dump := run(t, "", ":memory:", "CREATE TABLE t(a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (1, 'x''y'), (2, x'00')", ".dump").ok(t)
	lines = append(lines, fmt.Sprintf("dump = %q", dump))
	golden.Check(t, "../api/shell.txt", "Flags, commands, output and exit codes of the shell.", "./shell", lines)
}
