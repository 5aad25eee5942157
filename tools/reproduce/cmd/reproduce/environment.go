// SPDX-License-Identifier: MIT

package main

import (
	"path/filepath"
	"strings"
)

// variable is that of an environment; empty if it is not there.
func variable(environ []string, name string) string {
	for _, e := range environ {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

// from is a path as the user meant it: from where he stands, which is not where `bazel run` runs a program. The names for
// nothing and for standard output stay.
func from(environ []string, name string) string {
	folder := variable(environ, "BUILD_WORKING_DIRECTORY")
	if name == "" || name == "-" || filepath.IsAbs(name) || folder == "" {
		return name
	}
	return filepath.Join(folder, name)
}
