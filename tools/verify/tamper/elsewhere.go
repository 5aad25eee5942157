// SPDX-License-Identifier: MIT

package tamper

import (
	"fmt"
	"strings"
)

// Elsewhere are past mistakes of release tools that a folder on disk can't show, each with the test of another part of the
// project that makes the same mistake, and the name that the case has there. The check threats of tools/lint looks for both.
var Elsewhere = []struct{ Advisory, About, Test, Case string }{
	{"GO-2026-4349", "update metadata: a delegation's threshold of 0 is taken", "tools/fetch/tuf: TestAttacks", "a threshold of nothing"},
	{"GO-2024-3166", "update metadata: the wrong delegation speaks for a file", "tools/fetch/tuf: TestAttacks", "a delegated role signed by the other's key"},
	{"GO-2026-4377", "update metadata: a name in it leads out of the folder", "tools/fetch/tuf: TestAttacks", "a role lists what leads out of its folder"},
	{"GO-2026-4358", "update metadata: a file's name leads out of the cache", "tools/fetch/tuf: TestNames", "stable/v1/../../../x"},
	{"GO-2026-4348", "update metadata: a malformed answer ends the client", "tools/fetch/tuf: TestAttacks", "a root whose signed part is null"},
	{"GO-2023-1832", "store: what a tag names is not what was verified", "tools/publish/oci: TestTag", "after the tag"},
	{"GO-2023-1829", "store: more data than a client can hold", "tools/publish/oci: TestLies", "endless answers"},
	{"GO-2023-1831", "store: a list without end", "tools/publish/oci: TestLies", "endless tags: no error"},
	{"GO-2026-4668", "store: a version is written over", "tools/publish/registry: TestRules", "move a tag"},
	{"GO-2026-5882", "store: an upload elsewhere takes credentials along", "tools/publish/oci: TestElsewhere", "an upload"},
	{"GO-2026-5884", "store: a redirect takes credentials along", "tools/publish/oci: TestElsewhere", "a redirect"},
	{"GO-2026-5885", "store: a token service elsewhere is given credentials", "tools/publish/oci: TestElsewhere", "a token service"},
}

func writeElsewhere(b *strings.Builder) {
	b.WriteString("\nNot to be seen in a folder, and so not here, but where the same sort of mistake is tried:\n\n| advisory | mistake | Test | Case |\n|---|---|---|---|\n")
	for _, e := range Elsewhere {
		command := ""
		if strings.HasPrefix(e.Test, "tools/publish/registry: ") {
			command = " by command `tools/publish/registry/check.sh`"
		}
		fmt.Fprintf(b, "| [%s](https://pkg.go.dev/vuln/%s) | %s | `%s`%s | `%s` |\n", e.Advisory, e.Advisory, e.About, e.Test, command, e.Case)
	}
}
