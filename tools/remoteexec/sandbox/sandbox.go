// SPDX-License-Identifier: MIT

// Package sandbox stands between buildbox-run-bubblewrap and bwrap, to move an action's working folder away from "/".
//
// The runner makes the action's inputs the root of its file system. A compiler that is told to leave the working folder
// out of the names that it writes then leaves the slash: "/main.go" where "main.go" stands elsewhere. Here the inputs lie
// in Folder of a file system that is empty otherwise, so an action's outputs are the same on a worker as in a sandbox of
// Bazel.
package sandbox

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"
)

// Argument is the first argument of the program that is to be bwrap; see Enter.
const Argument = "enter-sandbox"

// Folder is where an action's inputs lie.
const Folder = "/action"

// ErrNoInputs says that bwrap's arguments name no folder as the root.
var ErrNoInputs = errors.New("no --bind FOLDER / among the arguments: this is for buildbox-run-bubblewrap")

// Enter becomes bwrap: args are its path, then its arguments. It returns only an error.
func Enter(args, environ []string) error {
	if len(args) == 0 {
		return errors.New("enter sandbox: the path of bwrap is missing")
	}
	changed, err := Arguments(args[1:])
	if err != nil {
		return fmt.Errorf("enter sandbox: %w", err)
	}
	if err := syscall.Exec(args[0], append([]string{args[0]}, changed...), environ); err != nil {
		return fmt.Errorf("start %s: %w", args[0], err)
	}
	return nil
}

// values is how many words follow each option that the runner uses. What follows the last option is the action's own.
var values = map[string]int{
	"--bind": 2, "--cap-add": 1, "--cap-drop": 1, "--chdir": 1, "--dev": 1, "--dev-bind": 2, "--die-with-parent": 0, "--gid": 1,
	"--hostname": 1, "--proc": 1, "--ro-bind": 2, "--setenv": 2, "--tmpfs": 1, "--uid": 1, "--unsetenv": 1, "--unshare-ipc": 0,
	"--unshare-net": 0, "--unshare-pid": 0, "--unshare-user": 0, "--unshare-uts": 0,
}

// walls are options without which an action would see more than its inputs.
var walls = []string{"--unshare-net", "--unshare-pid"}

// Arguments are bwrap's for the runner's. An option that is not known here is refused: where the action's own words begin
// would be a guess.
func Arguments(args []string) ([]string, error) {
	var out []string
	moved := false
	for len(args) > 0 && strings.HasPrefix(args[0], "--") {
		n, ok := values[args[0]]
		if !ok || len(args) <= n {
			return nil, fmt.Errorf("option %s is not one of buildbox-run-bubblewrap 1.4.30, or its value is missing", args[0])
		}
		option := slices.Clone(args[:n+1])
		switch {
		case option[0] == "--bind" && option[2] == "/":
			option[2], moved = Folder, true
		case option[0] == "--chdir":
			option[1] = path.Join(Folder, option[1])
		}
		out, args = append(out, option...), args[n+1:]
	}
	if !moved {
		return nil, ErrNoInputs
	}
	if len(args) == 0 {
		return nil, errors.New("no program among the arguments")
	}
	for _, wall := range walls {
		if !slices.Contains(out, wall) {
			return nil, fmt.Errorf("no %s among the arguments: actions of this build reach no network and no process of the machine", wall)
		}
	}
	return append(out, args...), nil
}
