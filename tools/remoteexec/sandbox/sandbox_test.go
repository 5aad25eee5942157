// SPDX-License-Identifier: MIT

package sandbox

import (
	"slices"
	"strings"
	"testing"
)

func TestArguments(t *testing.T) {
	const walled = "--unshare-pid --unshare-net "
	for _, c := range []struct{ name, args, want string }{
		{"as the runner calls it", "--die-with-parent --bind /stage / --chdir /sub --setenv A / --proc /proc program --bind b / --chdir /c",
			"--die-with-parent --bind /stage /action --chdir /action/sub --setenv A / --proc /proc program --bind b / --chdir /c"},
		{"the working folder itself", "--bind /stage / --chdir / program", "--bind /stage /action --chdir /action program"},
		{"a value that looks like an option", "--bind /stage / --setenv A --chdir program", "--bind /stage /action --setenv A --chdir program"},
		{"further mounts", "--bind /stage / --bind /x /y program", "--bind /stage /action --bind /x /y program"},
	} {
		got, err := Arguments(strings.Fields(walled + c.args))
		if err != nil || !slices.Equal(got, strings.Fields(walled+c.want)) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	for _, c := range []struct{ args, want string }{
		{"", ErrNoInputs.Error()},
		{"program --bind /stage /", ErrNoInputs.Error()},
		{"--ro-bind / / program", ErrNoInputs.Error()},
		{"--bind /stage /", "no program"},
		{"--bind /stage", "--bind is not one of"},
		{"--unshare-pid --bind /stage / program", "no --unshare-net"},
		{"--unshare-net --bind /stage / program --unshare-pid", "no --unshare-pid"},
		{"--share-net --bind /stage / program", "--share-net is not one of"},
	} {
		if got, err := Arguments(strings.Fields(c.args)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v", c.args, got, err)
		}
	}
}
