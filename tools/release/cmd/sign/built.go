// SPDX-License-Identifier: MIT

package main

import (
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// forBuilt takes --built DIR off the front of the arguments, which ./bazelw run //:sign puts there: DIR is the payload that
// was built. Flags without a command before them then sign it, and so does the command release, which needs no --payload.
func forBuilt(args []string) ([]string, error) {
	if len(args) == 0 || args[0] != "--built" {
		return args, nil
	}
	if len(args) < 2 || args[1] == "" {
		return nil, action.UsageError("--built needs a folder")
	}
	dir, rest := args[1], args[2:]
	switch {
	case len(rest) > 0 && isHelp(rest[0]):
		return rest, nil
	case len(rest) == 0 || strings.HasPrefix(rest[0], "-"):
	case rest[0] == "release":
		rest = rest[1:]
	default:
		return rest, nil
	}
	return append([]string{"release", "--payload", dir}, rest...), nil
}

func isHelp(arg string) bool {
	return arg == "help" || arg == "-h" || arg == "--help" || arg == "-help"
}
