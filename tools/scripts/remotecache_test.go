// SPDX-License-Identifier: MIT

package scripts

import (
	"os"
	"strings"
	"testing"
)

func TestCacheCheckArguments(t *testing.T) {
	w := newWorld(t, "tools/remotecache/check.sh", "tools/remotecache/bazel.bash")
	w.stand("bin/go", "exit 1")
	for _, args := range [][]string{{"nosuch"}, {"populate", "nosuch"}, {"--plants", "nosuch"}, {"warm", "--plants"}, {"--help"}} {
		stdout, stderr, code := w.run("tools/remotecache/check.sh", args...)
		if code != 2 || stdout != "" || !strings.HasPrefix(stderr, "tools/remotecache/check.sh [CASE...] ") || strings.Count(stderr, "\n") != 3 {
			t.Errorf("%q: code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
	if exists(w.dir + "/log") {
		t.Error("a refused command line started something")
	}
	if _, stderr, code := w.run("tools/remotecache/check.sh", "warm"); code != 1 {
		t.Errorf("the server does not build: code %d, %q", code, stderr)
	}
	w.stand("bin/go", `while [[ $1 != -o ]]; do shift; done
mkdir -p "$2"; printf '#!/bin/bash\necho "serve: no nginx is installed" >&2; exit 1\n' >"$2/serve"; chmod +x "$2/serve"`)
	stdout, stderr, code := w.run("tools/remotecache/check.sh", "warm", "dead")
	if code != 1 || stdout != "not run: serve: no nginx is installed\n0 passed, 0 failed, 2 not run\n" {
		t.Errorf("no server: code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if left, err := os.ReadDir(strings.TrimPrefix(w.env[2], "TMPDIR=")); err != nil || len(left) > 0 {
		t.Errorf("left %q, %v", left, err)
	}
}
