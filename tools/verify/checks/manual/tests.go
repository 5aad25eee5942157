// SPDX-License-Identifier: MIT

package manual

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var namedTest = regexp.MustCompile("`([a-z0-9/-]+): ((?:Test|Fuzz)[A-Za-z0-9]+)`")

// Tests looks for the tests that a page names, as `path: Test`, in the tree below root. It returns how many there are.
func Tests(page, root string) (int, error) {
	named := namedTest.FindAllStringSubmatch(page, -1)
	for _, n := range named {
		dir, test := n[1], n[2]
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), "*_test.go"))
		if err != nil {
			return 0, err
		}
		found := false
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return 0, err
			}
			found = found || strings.Contains(string(text), "\nfunc "+test+"(")
		}
		if !found {
			return 0, fmt.Errorf("%s: the tree has no such test", n[0])
		}
	}
	if len(named) == 0 {
		return 0, fmt.Errorf("the page names no test")
	}
	return len(named), nil
}
