// SPDX-License-Identifier: MIT

// Package linked says which version of a module this program holds.
package linked

import "runtime/debug"

// Version is the version of the module, or "linked" in a program that does not say it, as a test.
func Version(module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == module {
				return m.Version
			}
		}
	}
	return "linked"
}
