// SPDX-License-Identifier: MIT

package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// home is the home folder on that machine, below the folder machine here.
const home = "root"

// inside runs a text for the shell in the folder machine, as tools/bootstrap/checks/debootstrap.sh does on its machine: here by
// names below that folder.
const inside = `
root=$PWD/machine tree=$PWD logs=$PWD/logs mirror=http://mirror.example/debian plants=yes asked=("$@")
mkdir -p "$logs"
source "$PWD/tools/bootstrap/checks/steps.bash"
inside() {
  local text
  text=$(sed -E "s#(^|[ '\":=(>])/(root|usr|opt|tmp|var)/#\1$root/\2/#g" <<<"$1")
  env -i PATH="$root/usr/bin:$root/usr/local/cargo/bin" /bin/sh -c "$text"
}
run_steps
closing
`

// machine is a world with a machine in the folder machine on which nothing was prepared, and a clone whose bazelw answers from
// what is there.
func machine(t *testing.T) *world {
	w := newWorld(t, "tools/bootstrap/checks/steps.bash", ".bazelversion", "README.md")
	w.write("drive", "#!/bin/bash\n"+inside)
	for _, name := range []string{"ls", "cat", "readlink", "mkdir", "ln", "rm", "cp", "mv", "nice", "sed", "sha256sum", "sh", "truncate", "env"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(w.dir+"/machine/usr/bin", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(w.dir, "machine/usr/bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"apt-get", "dpkg-deb", "python3", "go", "git", "unshare"} {
		w.write("machine/usr/bin/"+name, "#!/bin/sh\n")
	}
	w.write("machine/usr/local/cargo/bin/cargo", "#!/bin/sh\n")
	for _, dir := range []string{"tmp", "opt", "var/lib/apt/lists", home} {
		if err := os.MkdirAll(filepath.Join(w.dir, "machine", dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.write("machine/"+home+"/gosqlite/bazelw", `#!/bin/sh
case $1 in
doctor)
  ready=0
  echo "java  ok  Debian's, with Bazel"
  echo "zig  to fetch"
  for name in dpkg-deb cargo python3; do
    if command -v $name >/dev/null; then echo "$name  ok"; else echo "$name  missing  not in PATH  apt-get install $name python3-pip" && ready=1; fi
  done
  if command -v unshare >/dev/null; then echo "sandbox  ok"; else echo "sandbox  missing  unshare is not installed" && ready=1; fi
  exit $ready ;;
--version)
  if command -v bazelisk >/dev/null; then exec bazelisk "$@"; fi
  read -r version <../../../.bazelversion
  [ ! -e ../../opt/other ] || version=2
  echo "bazel $version" ;;
build)
  mkdir -p bazel-bin/tools/release/release && cd bazel-bin/tools/release/release && echo a >a && sha256sum a >SHA256SUMS ;;
esac
`)
	return w
}

// installed adds what the fetch leaves in the cache.
func (w *world) installed() {
	const cache = "machine/" + home + "/.cache/gosqlite/"
	w.write(cache+"apt/sources/suite.sources", "Types: deb\nURIs: http://mirror.example/debian\n")
	bazel := cache + "inputs/bazel-7-0"
	w.write(bazel+"/usr/lib/jvm/java-25/lib/x", "")
	if err := os.MkdirAll(w.dir+"/"+bazel+"/jdk", 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Symlink("../usr/lib/jvm/java-25/lib", w.dir+"/"+bazel+"/jdk/lib"); err != nil {
		w.t.Fatal(err)
	}
}

// The steps that need no build, and their plants, on a machine of stand-ins; each that is broken is red, and no other.
func TestDebootstrapSteps(t *testing.T) {
	early := []string{"bare", "doctor", "doctor_without_cargo"}
	late := []string{"version", "mirror", "java", "readme_build"}
	for _, c := range []struct {
		name  string
		late  bool
		spoil func(w *world)
		red   string // the step that fails; its plants cannot be noticed then
		said  string
	}{
		{"nothing prepared", false, func(*world) {}, "", ""},
		{"a compiler", false, func(w *world) { w.write("machine/usr/bin/clang", "#!/bin/sh\n") }, "bare", "clang is there"},
		{"Java", false, func(w *world) { w.write("machine/usr/lib/jvm/x", "") }, "bare", "usr/lib/jvm is there"},
		{"a cache", false, func(w *world) { w.write("machine/"+home+"/go/x", "") }, "bare", home + "/go is there"},
		{"no git", false, func(w *world) { w.remove("machine/usr/bin/git") }, "bare", "no git"},
		{"no sandbox", false, func(w *world) { w.remove("machine/usr/bin/unshare") }, "doctor", "sandbox  missing"},
		{"fetched", true, func(*world) {}, "", ""},
		{"another Bazel", true, func(w *world) { w.write("machine/opt/other", "") }, "version", "bazel 2"},
		{"another mirror", true, func(w *world) {
			w.write("machine/"+home+"/.cache/gosqlite/apt/sources/suite.sources", "URIs: http://mirror.example/debian-security\n")
		}, "mirror", "debian-security"},
		{"Java of the machine", true, func(w *world) {
			lib := "machine/" + home + "/.cache/gosqlite/inputs/bazel-7-0/jdk/lib"
			w.remove(lib)
			if err := os.Symlink("/usr/lib", w.dir+"/"+lib); err != nil {
				t.Fatal(err)
			}
		}, "java", "  /usr/lib\n"},
		{"no command in README.md", true, func(w *world) { w.write("README.md", "## Build and test\n## Next\n") }, "readme_build", "README.md has no command"},
	} {
		w := machine(t)
		steps := early
		if c.late {
			steps = late
			w.installed()
		}
		c.spoil(w)
		before := w.files()
		stdout, stderr, code := w.run("drive", steps...)
		for _, line := range regexp.MustCompile(`(?m)^(PASS|FAIL) ([a-z_]+)(,?)`).FindAllStringSubmatch(stdout, -1) {
			failed, ofRed := line[1] == "FAIL", line[2] == c.red
			if line[3] == "" && failed != ofRed || line[3] != "" && failed && !ofRed {
				t.Errorf("%s: %s", c.name, line[0])
			}
		}
		if passed := regexp.MustCompile(`(?m)^PASS .*, `).FindAllString(stdout, -1); c.red == "" && len(passed) < 5 {
			t.Errorf("%s: only the plants %q", c.name, passed)
		}
		if (code == 0) != (c.red == "") || !strings.Contains(stdout, c.said) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
		if after := w.files(); !slices.Equal(before, after) {
			t.Errorf("%s: a plant was not mended: %q before, %q after", c.name, before, after)
		}
	}
}

// files lists what is on the machine, but what is built there.
func (w *world) files() []string {
	var names []string
	err := filepath.WalkDir(w.dir+"/machine", func(path string, d os.DirEntry, err error) error {
		if d.Name() == "bazel-bin" {
			return filepath.SkipDir
		}
		to, _ := os.Readlink(path)
		names = append(names, path+" "+to)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return names
}

func (w *world) remove(name string) {
	w.t.Helper()
	if err := os.Remove(filepath.Join(w.dir, name)); err != nil {
		w.t.Fatal(err)
	}
}

// A test run that runs nothing, or that fails, is no proof that README.md's command works.
func TestDebootstrapReadmeTest(t *testing.T) {
	for _, c := range []struct {
		said string
		code int
	}{
		{"Executed 3 out of 4 tests: 4 tests pass.", 0},
		{"Executed 0 out of 4 tests: 4 tests pass.", 1},
		{"Executed 4 out of 4 tests: 3 tests pass and 1 fails locally.", 1},
		{"", 1},
	} {
		w := machine(t)
		w.write("drive", "#!/bin/bash\n"+strings.Replace(inside, "plants=yes", "plants=", 1))
		w.write("machine/"+home+"/gosqlite/bazelw", "#!/bin/sh\necho '"+c.said+"'\n")
		if stdout, stderr, code := w.run("drive", "readme_test"); code != c.code {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.said, code, stdout, stderr)
		}
	}
}

// Every plant in the table has its function, and every step but those that make the machine has a plant.
func TestDebootstrapPlants(t *testing.T) {
	text, err := os.ReadFile(root + "/tools/bootstrap/checks/steps.bash")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\ntable='\n")
	table, _, _ = strings.Cut(table, "\n'\n")
	has := map[string]bool{"debootstrap": true, "configuration": true, "clone": true}
	for _, row := range strings.Split(table, "\n") {
		f := strings.Fields(row)
		if len(f) < 3 {
			t.Fatalf("row %q", row)
		}
		has[f[0]] = true
		if !strings.Contains(string(text), "\nplant_"+f[0]+"_"+f[1]+"() ") {
			t.Errorf("%s, %s has no function", f[0], f[1])
		}
	}
	m := regexp.MustCompile(`(?m)^steps=\((.*)\)$`).FindStringSubmatch(string(text))
	if m == nil {
		t.Fatal("no list of steps")
	}
	for _, step := range strings.Fields(m[1]) {
		if !has[step] {
			t.Errorf("%s has no plant", step)
		}
	}
}

func TestDebootstrapArguments(t *testing.T) {
	w := newWorld(t, "tools/bootstrap/checks/debootstrap.sh", "tools/bootstrap/checks/steps.bash")
	for _, args := range [][]string{{"--help"}, {"--plant"}, {"--plants", "--plants"}, {w.dir + "/folder", "nosuch"}, {"--plants", w.dir + "/folder", "bare", "nosuch"}} {
		stdout, stderr, code := w.run("tools/bootstrap/checks/debootstrap.sh", args...)
		if code != 2 || stdout != "" || !strings.HasPrefix(stderr, "usage: tools/bootstrap/checks/debootstrap.sh [--plants] [ROOT [STEP...]]\nsteps: debootstrap configuration bare ") {
			t.Errorf("%q: code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
	if exists(w.dir + "/folder") {
		t.Error("a refused command line made its folder")
	}
}
