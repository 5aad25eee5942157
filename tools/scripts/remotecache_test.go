// SPDX-License-Identifier: MIT

package scripts

import (
	"os"
	"runtime"
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

// TestCacheSecret: the password is found in arguments that are longer than a pipe holds.
func TestCacheSecret(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("arguments are read from /proc")
	}
	const secret, passed = "0123456789abcdef0123456789abcdef", "secret     passed, "
	// Bazel, whose server has an argument, and a long one behind it.
	serving := func(argument string) string {
		return `for argument; do
  case $argument in
  --output_base=*) base=${argument#*=} ;;
  --build_event_json_file=*) echo "$NETRC" >"${argument#*=}" ;;
  esac
done
pid=$base/server/server.pid.txt
[[ $3 != shutdown ]] || { kill "$(<"$pid")"; exit; }
[[ ! -e $pid ]] || exit 0
mkdir -p "$base/server"
printf -v long %0100000d 0
bash -c 'sleep 60 & trap "kill $!; exit" TERM; echo "$$" >"$0"; wait' "$pid" ` + argument + ` "$long" "$long" >/dev/null 2>&1 &
until [[ -s $pid ]]; do sleep 0.01; done`
	}
	for _, c := range []struct{ name, bazel, want string }{
		{"another argument", serving("argument"), passed},
		{"in an argument", serving(secret), "the password is in the server's arguments"},
		{"no server", serving("argument") + "\nkill $!; wait $! 2>/dev/null\nexit 0", "the server's arguments cannot be read"},
	} {
		w := newWorld(t, "tools/remotecache/check.sh", "tools/remotecache/bazel.bash")
		w.stand("bin/bazel", c.bazel)
		w.write("stand/serve", `#!/bin/bash
mkdir -p "$2/data/ac" "$2/data/cas"
echo "machine cache login ci password `+secret+`" >"$2/netrc"
trap exit TERM
echo "serve: it is ready" >&2
while :; do sleep 0.05; done`)
		w.write("stand/processes", "#!/bin/bash\nexit 0")
		w.stand("bin/go", `while [[ $1 != -o ]]; do shift; done
mkdir -p "$2"; cp "`+w.dir+`"/stand/* "$2/"`)
		w.env = append(w.env, "BAZEL="+w.dir+"/bin/bazel")
		stdout, stderr, _ := w.run("tools/remotecache/check.sh", "secret")
		if !strings.Contains(stdout, c.want) || strings.Contains(stdout, passed) != (c.want == passed) {
			t.Errorf("%s: stdout %q, stderr %q; want %q", c.name, stdout, stderr, c.want)
		}
	}
}
