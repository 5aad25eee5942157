// SPDX-License-Identifier: MIT

package update

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
)

// Changes lists, a line each, what differs between two pin files.
func Changes(old, now *pins.File) []string {
	var lines []string
	was := map[string]pins.Named{}
	for _, n := range old.All() {
		was[n.Name] = n
	}
	if old.Bazel != now.Bazel {
		lines = append(lines, fmt.Sprintf("bazel: %s -> %s", old.Bazel.Revision, now.Bazel.Revision))
	}
	if old.Bazel.Version != now.Bazel.Version {
		lines = append(lines, fmt.Sprintf(".bazelversion: write %s into it, so that every mode runs the same Bazel", now.Bazel.Version))
	}
	for _, n := range now.All() {
		o := was[n.Name]
		if o.Tree == n.Tree && o.Version == n.Version {
			if !reflect.DeepEqual(o.Channels, n.Channels) {
				lines = append(lines, n.Name+": a digest of what a channel carries, and no declared file")
			}
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: version %s -> %s, tree %.12s -> %.12s", n.Name, o.Version, n.Version, o.Tree, n.Tree))
	}
	return lines
}

// Review is what a reviewer of the diff has to look at.
func Review(what string) string {
	return map[string]string{
		"go":      "the checksum database vouches for the module zip; compare go.dev/dl's SHA-256 and fill it in for the channel go.dev",
		"zig":     "the wheel's digest is of first use: compare its zig and lib/ with ziglang.org's signed archive, and fill in that archive's SHA-256",
		"sqlite":  "compare the SHA3-256 values with sqlite.org's download page and fill in the zip's SHA-256; read the release notes for options",
		"modules": "read the diff of each module whose tree changed",
		"bazel":   "Debian's signed index vouches for the packages; pins/debs.sha256 lists them",
	}[what]
}

// Summary is what the update command prints.
func Summary(what string, changes []string) string {
	if len(changes) == 0 {
		return "nothing changed\n"
	}
	return strings.Join(changes, "\n") + "\nto review: " + Review(what) + "\n"
}
