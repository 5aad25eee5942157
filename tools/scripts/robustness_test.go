// SPDX-License-Identifier: MIT

package scripts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// robustness is a world in which the case of a platform that is not in the matrix can run; the Bazel in it answers each
// platform with some words, and builds for any other.
func robustness(t *testing.T, program, answers string) *world {
	files := []string{"tools/robustness/run"}
	cases, err := filepath.Glob(root + "/tools/robustness/cases/*.sh")
	if err != nil || len(cases) < 5 {
		t.Fatalf("cases %q, %v", cases, err)
	}
	for _, name := range cases {
		files = append(files, "tools/robustness/cases/"+filepath.Base(name))
	}
	w := newWorld(t, files...)
	w.stand(program, `case "$*" in `+answers+` esac`)
	w.env = append(w.env, "BAZEL="+w.dir+"/"+program)
	return w
}

func TestRobustnessArguments(t *testing.T) {
	w := robustness(t, "bazelw", "")
	for _, args := range [][]string{{"nosuch"}, {"ctrl_c", "nosuch"}, {"--plants", "nosuch"}, {"--help"}, {"ctrl_c", "--plants"}} {
		stdout, stderr, code := w.run("tools/robustness/run", args...)
		if code != 2 || stdout != "" || !strings.HasPrefix(stderr, "tools/robustness/run [CASE...] ") || strings.Count(stderr, "\n") != 3 {
			t.Errorf("%q: code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
	if exists(w.dir + "/log") {
		t.Error("a refused command line started Bazel")
	}
	stdout, _, code := w.run("tools/robustness/run", "--list")
	if listed := strings.Fields(stdout); code != 0 || len(listed) < 10 || !strings.Contains(stdout, "unlisted_platform\n") {
		t.Errorf("--list: code %d, %q", code, stdout)
	}
}

// Each case has its plant, by the words that tell of it.
func TestRobustnessPlants(t *testing.T) {
	w := robustness(t, "bazelw", "")
	stdout, _, _ := w.run("tools/robustness/run", "--list")
	var text strings.Builder
	cases, err := filepath.Glob(root + "/tools/robustness/cases/*.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range cases {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(data)
	}
	for _, name := range strings.Fields(stdout) {
		if !strings.Contains(text.String(), "plants["+name+"]='") {
			t.Errorf("%s has no plant", name)
		}
	}
}

func TestRobustnessUnlistedPlatform(t *testing.T) {
	const elsewhere = `*=@platforms//host*) echo "ERROR: choose one of linux_amd64 linux_arm64"; exit 1 ;;`
	const choices = `*no_such_platform*) echo "bazelw: error: no platform: choose one of linux_amd64"; exit 2 ;;`
	const bare = `*no_such_platform*) echo "ERROR: no such target '//platforms:no_such_platform'"; exit 1 ;;`
	for _, c := range []struct {
		name, program, answers string
		args                   []string
		want                   string
		code                   int
	}{
		{"bazelw names the choices", "bazelw", elsewhere + choices, nil, "passed, ", 0},
		{"a bare answer behind bazelw", "bazelw", elsewhere + bare, nil, "no clear error for //platforms:no_such_platform: ERROR: no such target", 1},
		{"a bare answer of Bazel", "plain", elsewhere + bare, nil, "passed, ", 0},
		{"no choices at analysis", "bazelw", choices, nil, "@platforms//host was accepted", 1},
		{"the plant", "bazelw", elsewhere + choices, []string{"--plants"}, "passed: the plant was noticed", 0},
	} {
		w := robustness(t, c.program, c.answers)
		stdout, stderr, code := w.run("tools/robustness/run", append(c.args, "unlisted_platform")...)
		if code != c.code || !strings.Contains(stdout, c.want) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
	}
}
