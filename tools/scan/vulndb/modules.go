// SPDX-License-Identifier: MIT

package vulndb

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Modules are the paths of all modules in the module graphs of go.mod files: everything that the go.sum beside each names,
// which is at least what a build can link. A go.mod that requires modules and has no go.sum is an error.
func Modules(files []string) ([]string, error) {
	var paths []string
	for _, file := range files {
		sumFile := strings.TrimSuffix(file, ".mod") + ".sum"
		sum, err := os.ReadFile(sumFile)
		if os.IsNotExist(err) {
			mod, modErr := os.ReadFile(file)
			if modErr != nil {
				return nil, fmt.Errorf("read modules: %w", modErr)
			}
			if !bytes.Contains(mod, []byte("require")) {
				continue
			}
		}
		if err != nil {
			return nil, fmt.Errorf("read modules: %w", err)
		}
		for line := range strings.Lines(string(sum)) {
			fields := strings.Fields(line)
			if len(fields) != 3 || !strings.HasPrefix(fields[2], "h1:") {
				return nil, fmt.Errorf("read modules: %s: malformed line %q", sumFile, strings.TrimSpace(line))
			}
			paths = append(paths, fields[0])
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}
