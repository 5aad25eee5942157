// SPDX-License-Identifier: MIT

package checks

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// world is a checkout with the real bazelw, a home with a space in its name and
// a PATH that holds only what bazelw needs.
type world struct {
	t              *testing.T
	dir, home, bin string
	env            []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	text, err := os.ReadFile("../../../bazelw")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	w := &world{t: t, dir: root + "/the tree", home: root + "/a home", bin: root + "/bin"}
	w.write(w.dir+"/bazelw", string(text))
	w.write(w.dir+"/.bazelversion", "7.7.1\n")
	w.write(w.dir+"/pins/pins.json", "{}\n")
	w.write(w.dir+"/tools/bootstrap/main.go", "package main\n")
	if err := os.MkdirAll(w.home, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(w.bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sh", "find", "sort", "xargs", "sha256sum", "cat", "cmp", "grep", "sed", "tr", "cp", "mv", "rm", "mkdir", "chmod", "sync"} {
		w.link(name)
	}
	return w
}

// link puts a program of the machine into PATH.
func (w *world) link(name string) {
	w.t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		w.t.Fatalf("find %s: %v: bazelw needs it", name, err)
	}
	if err := os.Symlink(path, filepath.Join(w.bin, name)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(path, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

// tool puts a program into PATH.
func (w *world) tool(name, body string) { w.write(filepath.Join(w.bin, name), "#!/bin/sh\n"+body) }

// fakeGo puts a go command into PATH whose product logs its arguments and, for
// ensure, fills the cache with a Bazel that prints its arguments.
func (w *world) fakeGo() {
	w.tool("go", `while [ "$1" != -o ]; do shift; done
cat >"$2" <<'END'
#!/bin/sh
echo "$@" >>"$HOME/log"
[ "$1" = ensure ] || exit 7
reg=$HOME/.cache/gosqlite/registries/$5
mkdir -p "$reg" "$HOME/.cache/gosqlite/inputs/zig"
echo "common --generated" >"$reg/bazelrc"
printf '#!/bin/sh\necho "fake bazel: $*"\nexit 5\n' >"$HOME/bazel"
chmod +x "$HOME/bazel"
printf '%s\n' "$HOME/bazel" "$HOME/.cache/gosqlite/inputs/zig" >"$reg/ready"
END
chmod +x "$2"
`)
}

func (w *world) run(args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	cmd := exec.Command(w.dir+"/bazelw", args...)
	cmd.Dir = w.dir + "/pins"
	cmd.Env = append([]string{"PATH=" + w.bin, "HOME=" + w.home, "CI=true"}, w.env...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func (w *world) log() string {
	data, _ := os.ReadFile(w.home + "/log") // no file: nothing was called
	return string(data)
}

func TestCanonicalMode(t *testing.T) {
	for _, c := range []struct {
		name, tool, body, env string
		canonical             bool
	}{
		{"bazelisk in PATH", "bazelisk", `echo "fake bazel: $*"`, "", true},
		{"bazel of that version", "bazel", `[ "$1" = --version ] && echo bazel 7.7.1 || echo "fake bazel: $*"`, "", true},
		{"bazel of another version", "bazel", `[ "$1" = --version ] && echo bazel 8.0.0 || echo "fake bazel: $*"`, "", false},
		{"bazelisk named", "own", `echo "fake bazel: $*"`, "BAZELISK=own", true},
		{"registries forced", "bazelisk", `echo wrong`, "GOSQLITE_MODE=registries", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.tool(c.tool, c.body)
			w.fakeGo()
			if c.env != "" {
				w.env = []string{c.env}
			}
			rc := w.dir + "/.bazelrc.registries"
			w.write(rc, "stale\n")
			out, errs, _ := w.run("--startup option", "build", "//x")
			if out != "fake bazel: --startup option build //x\n" {
				t.Errorf("stdout %q, stderr %q", out, errs)
			}
			if (w.log() == "") != c.canonical {
				t.Errorf("the bootstrap program's calls: %q", w.log())
			}
			data, err := os.ReadFile(rc)
			if c.canonical && err == nil || !c.canonical && string(data) != "common --generated\n" {
				t.Errorf(".bazelrc.registries: %q, %v", data, err)
			}
		})
	}
}

func TestRegistriesMode(t *testing.T) {
	w := newWorld(t)
	w.fakeGo()
	out, errs, code := w.run("info")
	if out != "fake bazel: info\n" || code != 5 {
		t.Fatalf("first run: %q, %q, code %d", out, errs, code)
	}
	first := w.log()
	if !strings.HasPrefix(first, "ensure -workspace ") || !strings.Contains(first, "the tree -key ") {
		t.Errorf("calls %q", first)
	}
	rc := w.dir + "/.bazelrc.registries"
	before, err := os.Stat(rc)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(w.bin + "/go"); err != nil { // not needed any more
		t.Fatal(err)
	}
	if _, _, code = w.run("info"); code != 5 || w.log() != first {
		t.Errorf("second run: code %d, calls %q", code, w.log())
	}
	if after, _ := os.Stat(rc); !os.SameFile(before, after) {
		t.Error("the same .bazelrc.registries was written again")
	}
	if err := os.RemoveAll(w.home + "/.cache/gosqlite/inputs/zig"); err != nil {
		t.Fatal(err)
	}
	if _, _, code = w.run("info"); code != 5 || strings.Count(w.log(), "ensure") != 2 {
		t.Errorf("after an input went missing: code %d, calls %q", code, w.log())
	}
	w.write(w.dir+"/pins/pins.json", "{ }\n")
	if _, _, code = w.run("info"); code != 5 || strings.Count(w.log(), "ensure") != 3 {
		t.Errorf("after a pin changed: code %d, calls %q", code, w.log())
	}
	w.write(w.dir+"/tools/go.sum", "example.com/m v1.0.0/go.mod h1:x\n")
	if _, _, code = w.run("info"); code != 5 || strings.Count(w.log(), "ensure") != 4 {
		t.Errorf("after a go.sum changed: code %d, calls %q", code, w.log())
	}
}

// Another Java is another Bazel, also when one is there.
func TestChosenJava(t *testing.T) {
	w := newWorld(t)
	w.fakeGo()
	for _, c := range []struct {
		env  string
		want int // calls of ensure until then
	}{{"", 1}, {"GOSQLITE_JDK=debian", 2}, {"GOSQLITE_JDK=debian", 2}, {"GOSQLITE_JDK=/opt/jdk", 3}, {"", 3}} {
		w.env = []string{c.env}
		if _, errs, code := w.run("info"); code != 5 || strings.Count(w.log(), "ensure") != c.want {
			t.Errorf("%q: code %d, stderr %q, calls %q", c.env, code, errs, w.log())
		}
	}
}

// A power loss can leave the program empty, which a shell runs as a script that does nothing.
func TestEmptyProgram(t *testing.T) {
	w := newWorld(t)
	w.fakeGo()
	if out, errs, code := w.run("fetch"); code != 7 {
		t.Fatalf("code %d, stdout %q, stderr %q", code, out, errs)
	}
	programs, err := filepath.Glob(w.home + "/.cache/gosqlite/bootstrap/*")
	if err != nil || len(programs) != 1 {
		t.Fatalf("programs %q, %v", programs, err)
	}
	if err := os.Truncate(programs[0], 0); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := w.run("fetch"); code != 7 || strings.Count(w.log(), "fetch") != 2 {
		t.Errorf("code %d, stdout %q, stderr %q, calls %q", code, out, errs, w.log())
	}
	// A move that fails leaves nothing, and says so.
	if err := os.Remove(programs[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(w.bin + "/mv"); err != nil {
		t.Fatal(err)
	}
	w.tool("mv", "exit 1")
	if _, errs, code := w.run("fetch"); code != 1 || !strings.Contains(errs, "bazelw: error: cannot write "+programs[0]) {
		t.Errorf("a failed move: code %d, stderr %q", code, errs)
	}
	if left, _ := filepath.Glob(w.home + "/.cache/gosqlite/bootstrap/*"); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestOwnCommands(t *testing.T) {
	for _, c := range []struct {
		args []string
		own  bool
	}{
		{[]string{"fetch"}, true},
		{[]string{"fetch", "--bundle", "f"}, true},
		{[]string{"fetch", "--import=f"}, true},
		{[]string{"fetch", "--exec", "linux_arm64"}, true},
		{[]string{"update", "go"}, true},
		{[]string{"fetch", "//..."}, false},
		{[]string{"--batch", "fetch"}, false},
		{[]string{"build", "doctor"}, false},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			w := newWorld(t)
			w.fakeGo()
			w.tool("bazelisk", `echo "fake bazel: $*"`)
			out, errs, code := w.run(c.args...)
			if c.own && (code != 7 || !strings.HasPrefix(w.log(), c.args[0]+" -workspace")) || !c.own && w.log() != "" {
				t.Errorf("code %d, stdout %q, stderr %q, calls %q", code, out, errs, w.log())
			}
		})
	}
}

func TestDoctor(t *testing.T) {
	w := newWorld(t)
	w.fakeGo()
	if _, _, code := w.run("doctor", "--json"); code != 7 || !strings.HasPrefix(w.log(), "doctor -workspace") {
		t.Errorf("registries: code %d, calls %q", code, w.log())
	}
	w = newWorld(t) // and no go
	w.tool("bazelisk", "exit 9")
	const allows, refuses = `[ "$8 $9" = "mount -t" ]`, "echo 'unshare: write failed' >&2; exit 1"
	w.tool("unshare", allows)
	if out, _, code := w.run("doctor"); code != 0 || !strings.Contains(out, w.bin+"/bazelisk\nsandbox  ok\n") {
		t.Errorf("bazelisk: code %d, %q", code, out)
	}
	for _, c := range []struct {
		env, unshare string
		sandbox      string
		want         string
	}{
		{"", allows, "ok", ""},
		{"BAZELISK=bazelisk", allows, "ok", ""},
		{"BAZELISK=/nonexistent", allows, "ok", "is no program: let BAZELISK name one"},
		{"BAZELISK=gone", refuses, "missing", "is no program: let BAZELISK name one"},
		{"", refuses, "missing", "sandbox, which every action needs: none can be made: unshare: write failed; docs/building.md says what allows it"},
	} {
		w.env = []string{c.env}
		w.tool("unshare", c.unshare)
		var report struct {
			Mode  string
			Ready bool
			Rows  []struct{ Name, Status string }
		}
		out, errs, code := w.run("doctor", "--json")
		if err := json.Unmarshal([]byte(out), &report); err != nil || report.Mode != "bazelisk" || report.Ready != (c.want == "") ||
			len(report.Rows) != 1 || report.Rows[0].Name != "sandbox" || report.Rows[0].Status != c.sandbox {
			t.Errorf("%s, %s: %q, %v", c.env, c.unshare, out, err)
		}
		if c.want == "" && (code != 0 || errs != "") || c.want != "" && (code != 1 || !strings.Contains(errs, c.want)) {
			t.Errorf("%s, %s: code %d, %q; want %q", c.env, c.unshare, code, errs, c.want)
		}
	}
}

// A platform that does not exist is answered with those that do, before Bazel can say only that a target is missing.
func TestUnknownPlatform(t *testing.T) {
	w := newWorld(t)
	w.fakeGo()
	w.write(w.dir+"/platforms/matrix.bzl", "MATRIX = [\n    _row(\"linux_amd64\", 1),\n    _row(\"linux_arm64\", 1),\n]\n")
	for _, c := range []struct {
		name string
		args []string
		code int // 5 is Bazel's own
	}{
		{"of the matrix", []string{"build", "--platforms=//platforms:linux_arm64"}, 5},
		{"of the matrix, in two words", []string{"build", "--platforms", "//platforms:linux_arm64"}, 5},
		{"the machine's", []string{"build", "--platforms=//platforms:host"}, 5},
		{"unknown", []string{"build", "--platforms=//platforms:linux_arm"}, 2},
		{"unknown, in two words", []string{"build", "--platforms", "//platforms:linux_arm"}, 2},
		{"unknown, before a program's arguments", []string{"run", "--platforms=//platforms:linux_arm", "//x", "--", "y"}, 2},
		{"of a program", []string{"run", "//x", "--", "--platforms=//platforms:linux_arm"}, 5},
		{"of a program, in two words", []string{"run", "//x", "--", "--platforms", "//platforms:linux_arm"}, 5},
		{"a target of that name", []string{"build", "//platforms:linux_arm"}, 5},
	} {
		out, errs, code := w.run(c.args...)
		if code != c.code {
			t.Errorf("%s: code %d, stdout %q, stderr %q; want %d", c.name, code, out, errs, c.code)
		}
		if c.code == 2 && (out != "" || !strings.Contains(errs, "no platform linux_arm: choose one of linux_amd64 linux_arm64")) {
			t.Errorf("%s: stdout %q, stderr %q", c.name, out, errs)
		}
		if want := "fake bazel: " + strings.Join(c.args, " ") + "\n"; c.code == 5 && out != want {
			t.Errorf("%s: Bazel got %q, want %q", c.name, out, want)
		}
	}
}

func TestWrapperErrors(t *testing.T) {
	for _, c := range []struct {
		name, env, want string
		code            int
	}{
		{"no go", "", "go is not installed: apt-get install golang-go", 1},
		{"no bazelisk", "GOSQLITE_MODE=bazelisk", "install bazelisk", 1},
		{"unknown mode", "GOSQLITE_MODE=fast", "only bazelisk and registries", 2},
		{"no home", "HOME=", "bazelw: error: neither XDG_CACHE_HOME nor HOME is set: name a folder for the cache", 2},
		{"a home that is relative", "HOME=home", "home/.cache/gosqlite, does not begin with /: let XDG_CACHE_HOME, or HOME, name", 2},
		{"a cache that is relative", "XDG_CACHE_HOME=cache", "cache/gosqlite, does not begin with /", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.env = []string{c.env}
			out, errs, code := w.run("build")
			if code != c.code || out != "" || !strings.Contains(errs, c.want) {
				t.Errorf("code %d, stdout %q, stderr %q; want %d, %q", code, out, errs, c.code, c.want)
			}
		})
	}
}
