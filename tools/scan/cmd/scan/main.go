// SPDX-License-Identifier: MIT

// Scan looks for known vulnerabilities and defects, holds what it finds against the decisions of the tree, and says
// whether a change or a release may go out.
//
//	scan --date DAY [--gate tree|release] [--sbom FILE]... [--twin FILE]... [--only NAME,...] [--out DIR]
//	scan --release DIR --date DAY [--out DIR]
//	scan db import --out DIR [--commit COMMIT] [--date DAY] PLACE
//	scan advisory build --in DIR --out DIR
//	scan pass --report FILE --date DAY FILE...
//
// The first form runs every scanner over the tree that it is run in, and over the bills of materials (*.graph.json,
// *.cdx.json) and debug twins (*_debug.tar.gz) that it is given. ./bazelw run //:scan builds these and gives them, with
// the release's date as DAY and the pinned zig. The second looks at the bills of materials of a published
// release alone. Decisions are held against DAY (YYYY-MM-DD), never against the clock. With --gate release, the day is the
// release's, and the database may not be older than the policy allows.
//
// db import keeps the part of a vulnerability database that matters to the tree. advisory build writes advisories for
// machines and people from their sources. pass says whether a report lets a release out whose bills of materials are
// FILE...
//
// What scanners said of the same bytes before is kept in the user's cache, package cache, and is not asked again, but for
// the gate of a release and with --fresh. The table says of which scanners; the report is the same.
//
// Where --db is a folder or a file:// address, nothing is fetched. --out gets scan.json, scan.sarif, scan.html and the
// VEX documents. Standard output is a table, or with --json the report.
//
// Exit status: 0 it passes, 1 it could not be done, 2 usage, 3 the gate says no.
package main

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

func main() {
	client := &http.Client{Timeout: time.Minute}
	action.Start("scan", func(ctx context.Context) int {
		return run(ctx, os.Args[1:], environment{os.Stdout, os.Stderr, os.Environ(), client, os.Executable, time.Now})
	})
}
