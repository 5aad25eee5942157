// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"fmt"
	"path"
)

// checkLinks refuses links that lead out of the tree: a link is data that a
// clone carries along, so an absolute one names the machine that made it, and
// no other machine has what it leads to.
func checkLinks(_ context.Context, t *Tree) ([]Finding, error) {
	var findings []Finding
	for name, target := range t.Links {
		switch {
		case path.IsAbs(target):
			// The finding does not repeat the target: logs travel, too.
			findings = append(findings, Finding{name, 0, "is a link to an absolute path; remove it from git and let .gitignore name it"})
		case !insideTree(path.Join(path.Dir(name), target)):
			findings = append(findings, Finding{name, 0, fmt.Sprintf("is a link to %s, which lies outside the tree", target)})
		}
	}
	return order(findings), nil
}

// insideTree says whether a cleaned relative path stays below the tree's root.
func insideTree(name string) bool { return name != ".." && !inside(name, "..") }
