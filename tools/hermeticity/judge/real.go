// SPDX-License-Identifier: MIT

package judge

import (
	"os"
	"path/filepath"
	"strings"
)

// stripped is the folder of a configuration's outputs in the paths of actions whose command does not name it
// (--experimental_output_paths=strip). Outside their sandboxes it is not there.
const stripped = "/bazel-out/cfg/"

// Real follows the links of a path on this machine.
func Real(path string) []string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return []string{real}
	}
	root, rest, ok := strings.Cut(path, stripped)
	if !ok {
		return nil
	}
	var out []string
	configurations, _ := os.ReadDir(root + "/bazel-out") // none, if it is not there
	for _, c := range configurations {
		if real, err := filepath.EvalSymlinks(filepath.Join(root, "bazel-out", c.Name(), rest)); err == nil {
			out = append(out, real)
		}
	}
	return out
}
