// SPDX-License-Identifier: MIT

package lint

import (
	"bytes"
	"context"
	"path"
	"slices"
)

const licence = "SPDX-License-Identifier: MIT"

// licenceLines is how far down the licence may stand: below a #! line and one
// more. In Starlark it is the first line; buildifier moves a load above a
// comment that belongs to what follows it.
const licenceLines = 3

// sourceSuffixes are the files that carry a licence line, beside those that
// start with #!. Data, prose and module files have none.
var sourceSuffixes = []string{".go", ".c", ".h", ".s", ".S", ".bzl", ".bazel", ".BUILD", ".bazelrc", ".sh", ".py", ".proto"}

func checkLicence(ctx context.Context, t *Tree) ([]Finding, error) {
	var findings []Finding
	all := func(string) bool { return true }
	err := t.each(ctx, all, func(name string, data []byte) {
		if !slices.Contains(sourceSuffixes, path.Ext(name)) && !bytes.HasPrefix(data, []byte("#!")) {
			return
		}
		lines := bytes.SplitN(data, []byte("\n"), licenceLines+1)
		within := licenceLines
		if isStarlark(name) {
			within = 1
		}
		for _, line := range lines[:min(len(lines), within)] {
			if bytes.Contains(line, []byte(licence)) {
				return
			}
		}
		findings = append(findings, Finding{name, 1, "its first lines lack " + licence})
	})
	return order(findings), err
}
