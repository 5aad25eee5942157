// SPDX-License-Identifier: MIT

package scripts

import (
	"strings"
	"testing"
)

// What smoke notices in a shell or library is shown by its own --plant; here is what it does without either.
func TestSmokeRefuses(t *testing.T) {
	w := newWorld(t, "tools/smoke/run", "platforms/matrix.bzl")
	w.stand("bin/zig", "exit 0")
	w.stand("bazelw", "exit 7")
	empty := t.TempDir()
	for _, c := range []struct {
		name, zig string
		args      []string
		code      int
		stdout    string
		stderr    string
	}{
		{"nothing", "", nil, 2, "", "tools/smoke/run FOLDER PLATFORM..."},
		{"no platform", "", []string{empty}, 2, "", "tools/smoke/run FOLDER PLATFORM..."},
		{"an unknown flag", "", []string{"--plants", empty}, 2, "", "tools/smoke/run --plant FOLDER"},
		{"a folder for all", "", []string{"--all", empty}, 2, "", "tools/smoke/run --all"},
		{"a build that fails", "", []string{"--all"}, 1, "", ""},
		{"no zig", "/nonexistent", []string{empty, "linux_amd64"}, 1, "", "no zig at /nonexistent: build //:release_ci first"},
		{"no archive", "", []string{empty, "linux_amd64"}, 1, "smoke: 0 passed, 1 failed, 0 not run", ""},
		{"no archive for the plants", "", []string{"--plant", empty}, 1, "", "no archive of linux_amd64 in " + empty + ": build //:release_ci, or name its folder"},
		{"a system without emulator", "", []string{empty, "darwin_arm64"}, 1, "smoke: 0 passed, 0 failed, 1 not run", ""},
	} {
		w.env = append(w.env[:3:3], "ZIG="+w.dir+"/bin/zig")
		if c.zig != "" {
			w.env[3] = "ZIG=" + c.zig
		}
		stdout, stderr, code := w.run("tools/smoke/run", c.args...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
	}
}
