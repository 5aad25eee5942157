// SPDX-License-Identifier: MIT

package action

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWorkingDirectory(t *testing.T) {
	here, typed := t.TempDir(), t.TempDir()
	for _, test := range []struct {
		name, variable, want string
		fails                bool
	}{
		{"not by bazel run", "", here, false},
		{"by bazel run", typed, typed, false},
		{"a folder that is gone", filepath.Join(typed, "gone"), here, true},
	} {
		t.Chdir(here)
		t.Setenv("BUILD_WORKING_DIRECTORY", test.variable)
		err := WorkingDirectory()
		got, _ := os.Getwd()
		if (err != nil) != test.fails || got != test.want {
			t.Errorf("%s: in %s, %v; want %s", test.name, got, err, test.want)
		}
	}
}
