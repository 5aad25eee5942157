// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
)

// buildsByZone is a program in Bazel's place whose planted leak of the time zone is seen.
const buildsByZone = `#!/bin/sh
set -eu
kind=real
for a; do case $a in
--build_event_json_file=*) events=${a#*=} ;;
--execution_log_compact_file=*) log=${a#*=} ;;
--config=plants) kind=plants ;;
shutdown) exit 0 ;;
esac; done
case $kind in plants) cp "plants${TZ-}.zst" "$log" ;; *) cp log.zst "$log" ;; esac
echo "EXPRESSION" > made.txt
cat > "$events" <<END
{"id":{"workspace":{}},"workspaceInfo":{"localExecRoot":"$PWD"}}
{"id":{"namedSet":{"id":"0"}},"namedSetOfFiles":{"files":[{"name":"made.txt","uri":"file://$PWD/made.txt"}]}}
{"id":{"targetCompleted":{"label":"//:x"}},"completed":{"success":true,"outputGroup":[{"name":"default","fileSets":[{"id":"0"}]}]}}
{"id":{"buildFinished":{}},"finished":{"exitCode":{"name":"SUCCESS"}}}
END
`

// planted is a log with the plants of time zone and locale.
func planted(zone, locale string) string {
	spawn := func(name, text string) lt.Spawn {
		return lt.Spawn{Mnemonic: "Genrule", Label: "//tools/reproduce/plants:" + name, Outputs: map[string]string{name: text}, Runner: "local"}
	}
	return string(lt.Log(spawn("leak_tz", zone), spawn("leak_locale", locale)))
}

// cellSource is a workspace of it, and the environment of a user who stands elsewhere.
func cellSource(t *testing.T, expression string) (here string, env []string) {
	t.Helper()
	src := workspace(t, "")
	file(t, filepath.Join(src, "bazelw"), strings.Replace(buildsByZone, "EXPRESSION", expression, 1))
	for _, zone := range []string{"", "AAA-14", "BBB+12"} {
		file(t, filepath.Join(src, "plants"+zone+".zst"), planted(zone, "none"))
	}
	here = t.TempDir()
	return here, []string{"BUILD_WORKSPACE_DIRECTORY=" + src, "BUILD_WORKING_DIRECTORY=" + here, "PATH=" + os.Getenv("PATH"), "HOME=" + here}
}

// disturbedSource is one whose program does something else first, and may end by it; $source is where its workspace is copied from.
func disturbedSource(t *testing.T, first string) (here string, env []string) {
	t.Helper()
	here, env = cellSource(t, "same")
	src := strings.TrimPrefix(env[0], "BUILD_WORKSPACE_DIRECTORY=")
	file(t, filepath.Join(src, "builds"), buildsByZone)
	file(t, filepath.Join(src, "bazelw"), "#!/bin/sh\nsource='"+src+"'\n"+first+"\nexec sh ./builds \"$@\"\n")
	return here, env
}

// shareIf has arguments say that cells of one platform share a build.
func shareIf(share bool, args ...string) []string {
	if share {
		args = append(args, "--share", "--platforms", "//platforms:a")
	}
	return args
}

func TestCells(t *testing.T) {
	here, env := cellSource(t, "same")
	args := []string{"cells", "--file", "cells.jsonl", "--variation", "tz", "--work", filepath.Join(t.TempDir(), "work"), "--platforms", "//platforms:a,//platforms:b"}
	code, stdout, stderr := runs(t, env, args...)
	if code != 0 || !strings.Contains(stdout, "2 cells run: 2 PASS, 0 FAIL") {
		t.Fatalf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	// Resumed with one platform more, two are not run again.
	args[len(args)-1] += ",//platforms:c"
	code, stdout, stderr = runs(t, env, append(args, "--html", "page.html")...)
	if code != 0 || !strings.Contains(stdout, "3 cells run: 3 PASS") || strings.Count(stderr, "passed before") != 2 || strings.Contains(stderr, "plants") {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	if text, err := os.ReadFile(filepath.Join(here, "page.html")); err != nil || !strings.Contains(string(text), "3 cells run") {
		t.Errorf("page: %v %s", err, text)
	}
	// The plant of the locale leaks nothing here, so that its cell is no pass.
	args[4] = "locale"
	code, stdout, stderr = runs(t, env, args[:7]...)
	if code != 1 || !strings.Contains(stdout, "NOT EXERCISED  locale") || !strings.Contains(stdout, "4 cells run: 3 PASS, 0 FAIL, 0 INCOMPLETE, 1 NOT EXERCISED") {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	code, stdout, _ = runs(t, env, "cells", "--file", "cells.jsonl", "--report")
	if code != 1 || !strings.Contains(stdout, "4 cells run") {
		t.Errorf("report: exit %d: %s", code, stdout)
	}
}

// One build stands for build A of all cells of a platform, and what differs from it is seen.
func TestCellsShare(t *testing.T) {
	_, env := cellSource(t, "${TZ-}")
	args := []string{"cells", "--file", "c", "--variation", "tz,locale", "--share", "--targets", "//:x", "--platforms", "//platforms:a,//platforms:b"}
	code, stdout, stderr := runs(t, env, args...)
	if code != 3 || !strings.Contains(stdout, "4 cells run: 0 PASS, 2 FAIL, 0 INCOMPLETE, 2 NOT EXERCISED") || strings.Count(stdout, "shared") != 4 {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	if a, b := strings.Count(stderr, "build A: //:x for"), strings.Count(stderr, "build B: //:x for"); a != 2 || b != 4 {
		t.Errorf("%d builds A, %d builds B\n%s", a, b, stderr)
	}
	_, same := cellSource(t, "same")
	if code, stdout, stderr := runs(t, same, append(args, "--variation", "tz")...); code != 1 || !strings.Contains(stdout, "2 PASS, 0 FAIL, 0 INCOMPLETE, 2 NOT EXERCISED") {
		t.Errorf("nothing differs: exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
}

// What no action can see is varied, and keeps no cell from passing.
func TestCellsUnseen(t *testing.T) {
	_, env := cellSource(t, "same")
	code, stdout, stderr := runs(t, env, "cells", "--file", "c", "--variation", "tz,jobs", "--together")
	if code != 0 || !strings.Contains(stdout, "PASS     tz  ") {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	if code, stdout, _ := runs(t, env, "cells", "--file", "d", "--variation", "jobs"); code != 1 || !strings.Contains(stdout, "NOT EXERCISED  jobs") {
		t.Errorf("alone: exit %d\n%s", code, stdout)
	}
}

// A user who stands in the workspace, as the manual has it, does not change its sources by what the run writes there.
func TestCellsResumeInTheWorkspace(t *testing.T) {
	_, env := cellSource(t, "same")
	src := strings.TrimPrefix(env[0], "BUILD_WORKSPACE_DIRECTORY=")
	env[1] = "BUILD_WORKING_DIRECTORY=" + src
	args := []string{"cells", "--file", "cells.jsonl", "--variation", "tz", "--html", "cells.html"}
	if code, stdout, stderr := runs(t, env, args...); code != 0 || !strings.Contains(stdout, "1 cells run: 1 PASS") {
		t.Fatalf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	if code, stdout, stderr := runs(t, env, args...); code != 0 || !strings.Contains(stdout, "1 cells run: 1 PASS") || !strings.Contains(stderr, "passed before") {
		t.Errorf("again: exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	code, stdout, stderr := runs(t, env, "cells", "--file", "cells.jsonl", "--report", "--json", "-")
	if code != 0 || !strings.Contains(stdout, `"PASS": 1`) || !strings.Contains(stdout, `"file_system": "`) {
		t.Errorf("report: exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	// Other targets are another cell, and so is another program.
	if code, stdout, stderr := runs(t, env, append(args, "--targets", "//:y")...); code != 0 || strings.Contains(stderr, "passed before") || !strings.Contains(stdout, "2 cells run: 2 PASS") {
		t.Errorf("other targets: exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	if err := os.Chmod(filepath.Join(src, "log.zst"), 0o755); err != nil {
		t.Fatal(err)
	}
	if code, stdout, _ := runs(t, env, "cells", "--file", "cells.jsonl", "--report"); code != 1 || !strings.Contains(stdout, "0 cells run") {
		t.Errorf("a file that may be executed since: exit %d: %s", code, stdout)
	}
}

// A build that fails under one variation is a cell that did not pass, and no end of the others.
func TestCellsOfWhichABuildFails(t *testing.T) {
	for _, share := range []bool{false, true} {
		here, env := disturbedSource(t, `case "$* ${LC_ALL-}" in *plants*) ;; *C.UTF-8) echo began; echo ERROR: no such locale; exit 1 ;; esac`)
		args := shareIf(share, "cells", "--file", "c", "--variation", "locale,tz")
		code, stdout, stderr := runs(t, env, args...)
		if code != 1 || !strings.Contains(stdout, "2 cells run: 1 PASS, 0 FAIL, 1 INCOMPLETE") || !strings.Contains(stdout, "exit status 1; the end of its output: ERROR: no such locale") || !strings.Contains(stderr, "no such locale") {
			t.Errorf("share %t: exit %d\nstdout: %s\nstderr: %s", share, code, stdout, stderr)
		}
		if text, err := os.ReadFile(filepath.Join(here, "c")); err != nil || strings.Count(string(text), "\n") != 4 {
			t.Errorf("two plants and two cells are kept: %v: %s", err, text)
		}
	}
}

// A plant that cannot be built is not exercised; those that were to be built with it are.
func TestCellsOfWhichAPlantFails(t *testing.T) {
	_, env := disturbedSource(t, `case "$* $(ls "$source/.." | tr '\n' ' ')" in *leak_tz*mended*) ;; *leak_tz*) exit 1 ;; esac`)
	code, stdout, stderr := runs(t, env, "cells", "--file", "c", "--variation", "tz")
	if code != 1 || !strings.Contains(stdout, "1 cells run: 0 PASS, 0 FAIL, 0 INCOMPLETE, 1 NOT EXERCISED") {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	// Once it can be, it is built, though the cell is not run again.
	src := strings.TrimPrefix(env[0], "BUILD_WORKSPACE_DIRECTORY=")
	file(t, filepath.Join(src, "..", "mended"), "")
	code, stdout, stderr = runs(t, env, "cells", "--file", "c", "--variation", "tz")
	if code != 0 || !strings.Contains(stdout, "1 PASS, 0 FAIL") || !strings.Contains(stderr, "passed before") {
		t.Errorf("mended: exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
}

// Sources that somebody saves in the middle are those of no cell.
func TestCellsOfSourcesThatChange(t *testing.T) {
	for _, share := range []bool{false, true} {
		here, env := disturbedSource(t, `case "$* $TZ" in *plants*) ;; *BBB+12) echo >>"$source/builds" ;; esac`)
		args := shareIf(share, "cells", "--file", "c", "--variation", "tz")
		code, stdout, stderr := runs(t, env, args...)
		if code != 1 || !strings.Contains(stderr, "the sources were changed") {
			t.Errorf("share %t: exit %d\nstdout: %s\nstderr: %s", share, code, stdout, stderr)
		}
		if text, err := os.ReadFile(filepath.Join(here, "c")); err != nil || strings.Count(string(text), "\n") != 1 {
			t.Errorf("only the plant is kept: %v: %s", err, text)
		}
	}
}

func TestCellsDiffer(t *testing.T) {
	here, env := cellSource(t, "$TZ")
	work := filepath.Join(t.TempDir(), "work")
	code, stdout, stderr := runs(t, env, "cells", "--file", "c", "--variation", "tz,locale", "--together", "--work", work)
	if code != 3 || !strings.Contains(stdout, "tz+locale") || !strings.Contains(stdout, "1 cells run: 0 PASS, 1 FAIL") {
		t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	reports, _ := filepath.Glob(filepath.Join(here, "c.*.json"))
	if !strings.Contains(stdout, "made.txt: content differs: byte at 0x0") || len(reports) != 1 {
		t.Errorf("what differs is not said, reports %v\n%s", reports, stdout)
	}
	// Each cell has a report of its own, also where builds B are alike.
	here, env = cellSource(t, "$TZ")
	runs(t, env, "cells", "--file", "c", "--variation", "tz", "--platforms", "//platforms:a,//platforms/b")
	for _, name := range []string{"c.tz.a.", "c.tz.platforms_b."} {
		if reports, _ := filepath.Glob(filepath.Join(here, name+"*.json")); len(reports) != 1 {
			t.Errorf("%s: %v", name, reports)
		}
	}
	if code, stdout, _ := runs(t, env, "cells", "--file", "none", "--report"); code != 1 || !strings.Contains(stdout, "0 cells run") {
		t.Errorf("nothing was run: exit %d: %s", code, stdout)
	}
	for name, args := range map[string][]string{
		"another build": {"cells", "--file", "c", "--against", "c"}, "another build's log": {"cells", "--file", "c", "--against", "c", "--against-log", "c"},
		"one build A for one cell": {"cells", "--file", "c", "--share", "--together"}, "a kept folder in the way": {"cells", "--file", "c", "--keep"},
		"no file": {"cells"}, "a release": {"cells", "--file", "c", "--release", "x"},
		"unknown variation": {"cells", "--file", "c", "--variation", "moon"}, "two of a group at once": {"cells", "--file", "c", "--together", "--variation", "sandbox,sandbox_none"},
	} {
		if code, _, _ := runs(t, env, args...); code != 2 {
			t.Errorf("%s: exit %d", name, code)
		}
	}
}

// No folder stays where nothing was built.
func TestNothingIsLeftBehind(t *testing.T) {
	here, env := cellSource(t, "same")
	shared := []string{"cells", "--file", "c", "--variation", "tz", "--share", "--platforms", "//platforms:a"}
	for _, c := range []struct {
		args   []string
		code   int
		stderr string
	}{
		{shared, 0, ""},
		{shared, 0, "passed before"},
		{[]string{"--against", "nowhere"}, 1, "nowhere"},
		{[]string{"--work", filepath.Join(strings.TrimPrefix(env[0], "BUILD_WORKSPACE_DIRECTORY="), "work")}, 1, "lies in the workspace"},
	} {
		if code, stdout, stderr := runs(t, env, c.args...); code != c.code || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%q: exit %d\nstdout: %s\nstderr: %s", c.args, code, stdout, stderr)
		}
		if left, _ := filepath.Glob(filepath.Join(here, ".cache/gosqlite/reproduce-*")); len(left) > 0 {
			t.Errorf("%q: left behind: %v", c.args, left)
		}
	}
}
