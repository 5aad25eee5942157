// SPDX-License-Identifier: MIT

package scripts

import (
	"regexp"
	"strings"
	"testing"
)

// bench is a world in which tools/benchmark/run can run; there, "plain" is the Bazel behind bazelw.
func bench(t *testing.T) *world {
	w := newWorld(t, "tools/benchmark/run", ".bazelversion")
	w.stand("plain", "exit 0")
	w.write("home/.cache/gosqlite/registries/0123/ready", w.dir+"/plain\n")
	w.stand("bazelw", `case "$*" in *execution_root*) echo "`+w.dir+`/exec" ;; esac`)
	w.stand("exec/bazel-out/k8/bin/toolchains/zig/tools_linux_amd64/cc", "exit 0")
	w.stand("exec/bazel-out/k8/bin/toolchains/zig/tools_linux_amd64/ld", "exit 0")
	return w
}

func TestBenchmarkPrintsRatios(t *testing.T) {
	for _, c := range []struct {
		args []string
		rows int
	}{{nil, 3}, {[]string{"--cold"}, 4}, {[]string{"--all"}, 5}} {
		stdout, stderr, code := bench(t).run("tools/benchmark/run", c.args...)
		rows := regexp.MustCompile(`(?m)^\| [^|]+ \| [0-9.]+ (s|min) \| [^|]+ \| -?[0-9]+\.[0-9]{2} \|$`).FindAllString(stdout, -1)
		if code != 0 || len(rows) != c.rows || !strings.Contains(stdout, "| What | Set | Seen | Ratio |\n") {
			t.Errorf("%q: code %d, %d rows: stdout %q, stderr %q", c.args, code, len(rows), stdout, stderr)
		}
	}
}

// A build that fails is quick, and must not become a figure.
func TestBenchmarkFails(t *testing.T) {
	for _, c := range []struct {
		name, program, body, stderr string
	}{
		{"the build", "bazelw", "echo no space left; exit 36", "run ./bazelw build //:release --platforms=//platforms:linux_amd64: exit code 36: no space left"},
		{"plain Bazel", "plain", "exit 1", "--version: exit code 1"},
		{"the link", "exec/bazel-out/k8/bin/toolchains/zig/tools_linux_amd64/ld", "exit 1", "tools_linux_amd64/ld -o "},
	} {
		w := bench(t)
		w.stand(c.program, c.body)
		stdout, stderr, code := w.run("tools/benchmark/run")
		if code != 1 || !strings.Contains(stderr, "benchmark: error: ") || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
	}
	for _, args := range [][]string{{"--cool"}, {"--cold", "--all"}, {"now"}} {
		if stdout, stderr, code := bench(t).run("tools/benchmark/run", args...); code != 2 || stdout != "" || !strings.HasPrefix(stderr, "tools/benchmark/run ") {
			t.Errorf("%q: code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}
