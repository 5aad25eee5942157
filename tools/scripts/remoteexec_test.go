// SPDX-License-Identifier: MIT

package scripts

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// builds is a world with apt, dpkg-deb and a Python in it: apt has one package, with these bytes, by these lists, and its
// programs need one library, which is found there.
func builds(t *testing.T, deb, recorded, index, library string) *world {
	t.Helper()
	w := newWorld(t, "tools/remoteexec/programs/fetch")
	w.write("tools/remoteexec/programs/debs.sha256", recorded+"  all_1.0_amd64.deb\n")
	w.write("tools/remoteexec/programs/requirements.txt", "buildgrid==1 --hash=sha256:0\n")
	w.write("home/.cache/gosqlite/apt/state/lists/x", "")
	w.stand("bin/uname", `echo "Linux x86_64"`)
	w.stand("bin/apt-get", `printf '`+deb+`' >"${@: -1}_1.0_amd64.deb"`)
	w.stand("bin/apt-cache", `printf 'SHA256: `+index+`\n'`)
	w.stand("bin/dpkg-deb", `lib=$3/usr/lib/x86_64-linux-gnu bin=$3/usr/bin
mkdir -p "$lib" "$bin" "$3/usr/lib/postgresql/18/bin"
printf '#!/bin/sh\ncase $1 in --list) echo "lib.so => `+library+`" | sed "s|PLACE|${0%%/debian/*}|" ;; esac\n' >"$lib/ld-linux-x86-64.so.2"
chmod +x "$lib/ld-linux-x86-64.so.2"`)
	w.stand("bin/python3.13", `case $1 in
-c) echo "(3, 13)" ;;
-m) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
esac`)
	return w
}

func TestFetchOfBuildGrid(t *testing.T) {
	const deb, other = "a package", "0000000000000000000000000000000000000000000000000000000000000000"
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(deb)))
	const there, elsewhere = "PLACE/debian/usr/lib/lib.so (0x1)", "/lib/lib.so (0x1)"
	for _, c := range []struct {
		name, recorded, index, library string
		change                         func(w *world)
		code                           int
		stderr                         string
	}{
		{"the recorded one", sum, other, there, nil, 0, "fetch: bringing BuildGrid"},
		{"another version, which the index has", sum, sum, there, func(w *world) {
			w.write("tools/remoteexec/programs/debs.sha256", other+"  all_0.9_amd64.deb\n")
		}, 0, "fetch: notice: all_1.0_amd64.deb is not in debs.sha256"},
		{"another version, which the index has not", sum, other, there, func(w *world) {
			w.write("tools/remoteexec/programs/debs.sha256", other+"  all_0.9_amd64.deb\n")
		}, 1, "neither debs.sha256 nor the index of apt has the bytes of all_1.0_amd64.deb"},
		{"other bytes under a recorded name", other, sum, there, nil, 1, "neither debs.sha256 nor the index"},
		{"a library of the machine", sum, other, elsewhere, nil, 1, "libraries are in no package of debs.sha256: lib.so"},
		{"pip refuses a hash", sum, other, there, func(w *world) {
			w.stand("bin/python3.13", `case $1 in
-c) echo "(3, 13)" ;;
-m) mkdir -p "$3/bin" && printf '#!/bin/sh\nexit 1\n' >"$3/bin/python" && chmod +x "$3/bin/python" ;;
esac`)
		}, 1, "pip could not install requirements.txt"},
		{"another Python", sum, other, there, func(w *world) {
			for _, name := range []string{"python3.13", "python3"} {
				w.stand("bin/"+name, `echo "(3, 11)"`)
			}
		}, 1, "no Python of version 3.13: install it"},
		{"another system", sum, other, there, func(w *world) { w.stand("bin/uname", `echo "Darwin arm64"`) }, 1, "this is Darwin arm64"},
	} {
		w := builds(t, deb, c.recorded, c.index, c.library)
		if c.change != nil {
			c.change(w)
		}
		stdout, stderr, code := w.run("tools/remoteexec/programs/fetch")
		place := w.dir + "/home/.cache/gosqlite/remoteexec/"
		if code != c.code || !strings.Contains(stderr, c.stderr) || strings.HasPrefix(stdout, place) != (c.code == 0) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
		ready, err := filepath.Glob(place + "*/ready")
		if err != nil || (len(ready) == 1) != (c.code == 0) {
			t.Errorf("%s: %q, %v", c.name, ready, err)
		}
		if left, err := filepath.Glob(place + ".new*"); err != nil || len(left) > 0 {
			t.Errorf("%s: left %q, %v", c.name, left, err)
		}
		if c.code != 0 {
			continue
		}
		// The second time nothing is fetched.
		if err := os.Remove(w.dir + "/bin/apt-get"); err != nil {
			t.Fatal(err)
		}
		again, stderr, code := w.run("tools/remoteexec/programs/fetch")
		if code != 0 || again != stdout || stderr != "" {
			t.Errorf("%s, again: code %d, %q, stderr %q", c.name, code, again, stderr)
		}
	}
}

// execution is a world in which the check's server is a script that has one process, and Bazel another script, which has
// srv, the server's folder.
func execution(t *testing.T, bazel string) *world {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("BuildGrid's programs are for Linux")
	}
	w := newWorld(t, "tools/remoteexec/check.sh", "tools/remotecache/bazel.bash")
	w.stand("tools/remoteexec/programs/fetch", "echo programs")
	w.stand("bin/pgrep", "echo worker-1")
	w.stand("bin/bazel", `srv=${2#--bazelrc=}; srv=${srv%/*}
[[ $3 == build ]] || exit 0
`+bazel)
	w.write("stand/serve", `#!/bin/bash
rm -rf "$4/run"; mkdir -p "$4/run"
setsid bash -c 'echo "$$" >"$0/run/buildgrid.pid"; exec sleep 60' "$4" & group=$!
trap 'kill "$group"; exit' TERM
until [[ -s $4/run/buildgrid.pid ]]; do sleep 0.01; done
echo "serve: it is ready" >&2
wait`)
	w.write("stand/processes", "#!/bin/bash\nexit 0")
	w.stand("bin/go", `while [[ $1 != -o ]]; do shift; done
mkdir -p "$2"; cp "`+w.dir+`"/stand/* "$2/"`)
	w.env = append(w.env, "BAZEL="+w.dir+"/bin/bazel")
	return w
}

// TestExecutionDied: that a build fails is not enough, its server has to have been killed.
func TestExecutionDied(t *testing.T) {
	// Bazel, until its server is no more.
	const until = `[[ $4 == --config=remote ]] || exit 1
for _ in {1..400}; do kill -0 "$(<"$srv/run/buildgrid.pid")" 2>/dev/null || break; sleep 0.05; done
`
	const gone = "echo 'INFO: 3 processes: 1 internal, 2 remote.'; echo 'ERROR: UNAVAILABLE: it is gone'; exit 34"
	const idle = "sleep 0.05; exit 1"
	for _, c := range []struct {
		name, bazel, pgrep string
		args               []string
		passes             bool
		want               string
	}{
		{"killed", until + gone, "", nil, true, "3 processes: 1 internal, 2 remote.; the build failed with code 34: ERROR: UNAVAILABLE: it is gone)"},
		{"it failed at once", "echo 'ERROR: no such target'; exit 1", idle, nil, false,
			"not exercised: the server was not killed; the build failed with code 1: ERROR: no such target"},
		{"it failed later, of itself", "echo 'INFO: 3 processes: 3 remote.'; echo 'ERROR: a compile failed'; exit 1", idle, nil, false,
			"not exercised: the server was not killed; the build failed with code 1: ERROR: a compile failed"},
		{"no word of what was carried out", until + "exit 34", "", nil, false, "Bazel does not say what was carried out; the build failed with code 34"},
		{"done here", until + "echo 'INFO: 3 processes: 3 linux-sandbox.'; exit 34", "", nil, false, "work for workers was done here: INFO: 3 processes: 3 linux-sandbox."},
		{"it went on", until + "exit 0", "", nil, false, "the build went on without its server"},
		{"the plant", "exit 0", "", []string{"--plants"}, true, "died       passed: the plant was noticed"},
		{"the plant, and it failed", "exit 1", "", []string{"--plants"}, false, "died       FAILED, "},
	} {
		w := execution(t, c.bazel)
		if c.pgrep != "" {
			w.stand("bin/pgrep", c.pgrep)
		}
		stdout, stderr, _ := w.run("tools/remoteexec/check.sh", append(c.args, "died")...)
		if !strings.Contains(stdout, c.want) || strings.Contains(stdout, "died       passed") != c.passes {
			t.Errorf("%s: stdout %q, stderr %q; want %q", c.name, stdout, stderr, c.want)
		}
	}
}

// TestExecutionStopped: a process of which not every name can be read is found.
func TestExecutionStopped(t *testing.T) {
	for _, c := range []struct {
		name, leaves string
		args         []string
		want         string
	}{
		{"nothing is left", "", nil, "stopped    passed, "},
		{"a process without descriptors", `(cd "$4" && for fd in /proc/$BASHPID/fd/*; do fd=${fd##*/}; exec {fd}>&-; done && exec sleep 15) &`, nil, "still there: sleep 15"},
		{"a log is open", `sleep 15 >"$4/log" &`, nil, "still there: sleep 15"},
		{"the plant", "", []string{"--plants"}, "stopped    passed: the plant was noticed"},
	} {
		w := execution(t, "exit 1")
		w.write("stand/serve", `#!/bin/bash
mkdir -p "$4/run"
`+c.leaves+`
trap exit TERM
echo "serve: it is ready" >&2
while :; do sleep 0.05; done`)
		stdout, stderr, _ := w.run("tools/remoteexec/check.sh", append(c.args, "stopped")...)
		if !strings.Contains(stdout, c.want) {
			t.Errorf("%s: stdout %q, stderr %q; want %q", c.name, stdout, stderr, c.want)
		}
		if c.leaves != "" {
			continue
		}
		processes, err := filepath.Glob("/proc/[0-9]*/cwd")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range processes {
			// One that has just ended has no folder.
			if folder, err := os.Readlink(p); err == nil && strings.HasPrefix(folder, strings.TrimPrefix(w.env[2], "TMPDIR=")) {
				t.Errorf("%s: left %s in %s", c.name, p, folder)
			}
		}
	}
}

func TestExecutionCheckArguments(t *testing.T) {
	w := newWorld(t, "tools/remoteexec/check.sh", "tools/remotecache/bazel.bash")
	for _, args := range [][]string{{"nosuch"}, {"populate", "nosuch"}, {"--plants", "nosuch"}, {"--targets"}, {"--targets", "//:x", "nosuch"}, {"--help"}} {
		stdout, stderr, code := w.run("tools/remoteexec/check.sh", args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, "tools/remoteexec/check.sh [CASE...]") {
			t.Errorf("%q: code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
	w.stand("tools/remoteexec/programs/fetch", "exit 1")
	if _, stderr, code := w.run("tools/remoteexec/check.sh"); code != 1 {
		t.Errorf("nothing can be fetched: code %d, %q", code, stderr)
	}
	if left, err := os.ReadDir(strings.TrimPrefix(w.env[2], "TMPDIR=")); err != nil || len(left) > 0 {
		t.Errorf("left %q, %v", left, err)
	}
}
