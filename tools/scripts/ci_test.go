// SPDX-License-Identifier: MIT

package scripts

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestFullRefusesUnknownNames(t *testing.T) {
	w := newWorld(t, ".ci/full")
	w.stand("bin/go", "exit 0")
	for _, args := range [][]string{{"nosuch"}, {"race", "nosuch"}, {"--plants"}} {
		stdout, stderr, code := w.run(".ci/full", args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, "no check is named "+args[len(args)-1]+"; there are amalgamation ") {
			t.Errorf("%q: code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

func TestFullCounts(t *testing.T) {
	for _, c := range []struct {
		status, want string
		code         int
	}{
		{"0", "\n1 passed, 0 failed\n", 0},
		{"1", "FAILED: race\n", 1},
	} {
		w := newWorld(t, ".ci/full")
		w.stand("bin/go", "exit "+c.status)
		if stdout, stderr, code := w.run(".ci/full", "race"); code != c.code || !strings.Contains(stdout, c.want) {
			t.Errorf("go ends with %s: code %d, stdout %q, stderr %q", c.status, code, stdout, stderr)
		}
	}
}

// Each row's program is there, and so is each package that plain go is asked for.
func TestFullRowsHaveTheirPrograms(t *testing.T) {
	stdout, _, code := newWorld(t, ".ci/full").run(".ci/full", "--list")
	rows := strings.Split(strings.TrimSpace(stdout), "\n")
	if code != 0 || len(rows) < 10 {
		t.Fatalf("code %d, %q", code, stdout)
	}
	for _, row := range rows {
		words := strings.Fields(row)
		for _, label := range words[1:] {
			folder, target, ok := strings.Cut(strings.TrimPrefix(label, "//"), ":")
			if !ok || !strings.HasPrefix(label, "//") {
				continue
			}
			// Macros name most of theirs after what they are given.
			if text, err := os.ReadFile(filepath.Join(root, folder, "BUILD.bazel")); err != nil || !strings.Contains(string(text), `"`+target) {
				t.Errorf("%s: no target %s: %v", words[0], label, err)
			}
		}
		if words[1] == "go" {
			dir := root
			if words[2] == "-C" {
				dir = filepath.Join(root, words[3])
			}
			for _, word := range words {
				if strings.HasPrefix(word, "./") && !exists(filepath.Join(dir, strings.TrimSuffix(word, "/..."))) {
					t.Errorf("%s: no package %s", words[0], word)
				}
			}
			continue
		}
		if info, err := os.Stat(filepath.Join(root, words[1])); err != nil || info.Mode()&0o100 == 0 {
			t.Errorf("%s: %s is no program: %v", words[0], words[1], err)
		}
	}
}

// docs/checks.md has one row for each.
func TestFullIsDescribed(t *testing.T) {
	stdout, _, code := newWorld(t, ".ci/full").run(".ci/full", "--list")
	page, err := os.ReadFile(filepath.Join(root, "docs/checks.md"))
	if code != 0 || err != nil {
		t.Fatal(code, err)
	}
	described := map[string]int{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\| [^|]+ \\| [^|]+ \\|$").FindAllStringSubmatch(string(page), -1) {
		described[m[1]]++
	}
	for row := range strings.Lines(stdout) {
		name := strings.Fields(row)[0]
		if described[name] != 1 {
			t.Errorf("docs/checks.md has %d rows for %s", described[name], name)
		}
		delete(described, name)
	}
	for name := range described {
		t.Errorf("docs/checks.md describes %s, which .ci/full does not have", name)
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// ci is a world in which .ci/run can run.
func ci(t *testing.T) *world {
	w := newWorld(t, ".ci/run", "tools/lint/oldest.go", "tools/release/version.bzl")
	w.write("tools/bootstrap/modules/zlib/MODULE.bazel", "")
	w.stand("bin/go", `echo "with $GOTOOLCHAIN" >>"`+w.dir+`/log"`)
	w.stand("tools/smoke/run", "")
	w.stand("tools/graph/check.sh", `[ $# -eq 1 ] || echo '{}' >"$2"`)
	w.stand("tools/scan/programs/fetch", "")
	w.stand("bazelw", bazelw(`*/tests.json`))
	return w
}

// bazelw stands in for ./bazelw; the builds that write the named events ran an action of a release.
func bazelw(acted string) string {
	return `for a; do
  case $a in --build_event_json_file=*)
    ran=
    case $a in ` + acted + `) ran='{"mnemonic":"GoLink"}' ;; esac
    echo '{"overallStatus":"PASSED","buildMetrics":{'"$ran"'}}' >"${a#*=}" ;;
  esac
done`
}

func TestRunPrintsEveryPart(t *testing.T) {
	w := ci(t)
	stdout, stderr, code := w.run(".ci/run")
	if code != 0 || !regexp.MustCompile(`\n[0-9]+ passed, 0 failed\n$`).MatchString(stdout) {
		t.Fatalf("code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	script, err := os.ReadFile(filepath.Join(root, ".ci/run"))
	if err != nil {
		t.Fatal(err)
	}
	budget := regexp.MustCompile(`\[([a-z]+)\]=([0-9]+)`).FindAllStringSubmatch(string(script), -1)
	if len(budget) < 5 {
		t.Fatalf("only %d parts have a budget", len(budget))
	}
	for _, b := range budget {
		part, most := b[1], b[2]
		if !regexp.MustCompile(`(?m)^` + part + ` +\d+:\d\d  ` + most + `$`).MatchString(stdout) {
			t.Errorf("no line for %s in %q", part, stdout)
		}
		if !strings.Contains(stdout, "\n-- "+part+", ") {
			t.Errorf("no check counts for %s", part)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^-- ([a-z]+), `).FindAllStringSubmatch(stdout, -1) {
		if !slices.ContainsFunc(budget, func(b []string) bool { return b[1] == m[1] }) {
			t.Errorf("part %s has no budget", m[1])
		}
	}
	log, err := os.ReadFile(w.dir + "/log")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^bazelw test .* //\.\.\.$`).Match(log) {
		t.Error("no run of all tests")
	}
	if !regexp.MustCompile(`(?m)^with go1\.\d+\.\d+$`).Match(log) {
		t.Error("no lint by the oldest Go")
	}
}

// The second build is made in memory only where it has room, and where its programs may run.
func TestRunReproducesInMemory(t *testing.T) {
	for _, c := range []struct {
		df, findmnt string
		memory      bool
	}{
		{"echo Avail; echo 24000000", "echo rw,relatime,size=24684084k", true},
		{"echo Avail; echo 65536", "echo rw,relatime", false},
		{"echo Avail; echo 24000000", "echo rw,nosuid,nodev,noexec,relatime", false},
		{"echo Avail; echo 24000000", "echo ro,relatime", false},
		{"exit 1", "echo rw,relatime", false},
		{"echo Avail; echo 24000000", "exit 1", false},
	} {
		w := ci(t)
		w.stand("bin/df", c.df)
		w.stand("bin/findmnt", c.findmnt)
		if stdout, _, code := w.run(".ci/run"); code != 0 {
			t.Errorf("df %s, findmnt %s: code %d, %q", c.df, c.findmnt, code, stdout)
		}
		log, err := os.ReadFile(w.dir + "/log")
		if err != nil {
			t.Fatal(err)
		}
		if got := regexp.MustCompile(`(?m)^bazelw run .*//:reproduce -- .* --work /dev/shm/gosqlite-reproduce-\d+$`).Match(log); got != c.memory {
			t.Errorf("df %s, findmnt %s: in memory %t", c.df, c.findmnt, got)
		}
	}
}

func TestRunFailsWithOneCheck(t *testing.T) {
	for _, c := range []struct{ name, program, body, want string }{
		{"smoke", "tools/smoke/run", "exit 1", "FAILED: smoke\n"},
		{"scripts and lint", "bin/go", "exit 1", "FAILED: scripts\n"},
		{"an action that reads what it must not", "tools/graph/check.sh", "exit 3", "FAILED: action graph\n"},
		{"a platform alone that runs actions again", "bazelw", bazelw(`*/tests.json | */alone.json`), "FAILED: action keys\n"},
		{"a command whose rule fails", "bazelw", bazelw(`*/tests.json`) + "\n[[ \" $* \" != *' --nobuild '* ]]", "FAILED: commands\n"},
		{"events without actions", "bazelw", bazelw(`*/none.json`), "FAILED: action keys\n"},
		{"tests that do not run", "bazelw", "exit 0", " failed\n"},
	} {
		w := ci(t)
		w.stand(c.program, c.body)
		stdout, _, code := w.run(".ci/run")
		if code != 1 || !strings.Contains(stdout, c.want) || strings.HasSuffix(stdout, ", 0 failed\n") {
			t.Errorf("%s: code %d, %q", c.name, code, stdout[max(0, len(stdout)-400):])
		}
	}
}
