// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
)

// workspace is a tree under git with a program in Bazel's place, whose one output holds what the shell expression says.
func workspace(t *testing.T, expression string) string {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatalf("git is needed: %v", err)
	}
	src := t.TempDir()
	if out, err := exec.Command(git, "init", "-q", src).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, out)
	}
	file(t, filepath.Join(src, "log.zst"), oneSpawn())
	file(t, filepath.Join(src, "bazelw"), strings.Replace(bazelw, "EXPRESSION", expression, 1))
	if err := os.Chmod(filepath.Join(src, "bazelw"), 0o755); err != nil {
		t.Fatal(err)
	}
	return src
}

// TestAgainst names files by where the user stands, as they are named under `bazel run`.
func TestAgainst(t *testing.T) {
	for _, c := range []struct {
		name, expression, log string
		args                  []string
		code                  int
		stdout, stderr        string
	}{
		{"equal", "same", oneSpawn(), []string{"--against", "set", "--against-log", "a.zst"}, 0, "1 actions: 1 PASS", ""},
		{"files alone", "same", "", []string{"--against", "set"}, 0, "actions: not compared", ""},
		{"a file differs", "other", oneSpawn(), []string{"--against", "set", "--against-log", "a.zst"}, 3, "content differs", ""},
		{"an action differs", "same", string(lt.Log(lt.Spawn{Mnemonic: "Link", Label: "//:x", Outputs: map[string]string{"x": "2"}})),
			[]string{"--against", "set", "--against-log", "a.zst"}, 3, "first action that differs: Link //:x (culprit)", ""},
		{"an action is not known", "same", string(lt.Log(lt.Spawn{Mnemonic: "Else", Label: "//:x", Outputs: map[string]string{"y": "2"}})),
			[]string{"--against", "set", "--against-log", "a.zst"}, 1, "INCOMPLETE", ""},
		{"all was up to date", "same", string(lt.Log()), []string{"--against", "set", "--against-log", "a.zst"}, 1, "", "hold no action"},
		{"not there", "same", "", []string{"--against", "none"}, 1, "", "none"},
		{"two folders", "same", "", []string{"--against", "set", "--against", "set"}, 1, "", "second one of its kind"},
		{"no ledger", "same", "", []string{"--against", "a.zst"}, 1, "", "read ledger"},
	} {
		t.Run(c.name, func(t *testing.T) {
			here, work := t.TempDir(), filepath.Join(t.TempDir(), "work")
			file(t, filepath.Join(here, "set/made.txt"), "same\n")
			file(t, filepath.Join(here, "a.zst"), c.log)
			src := workspace(t, c.expression)
			env := []string{"BUILD_WORKSPACE_DIRECTORY=" + src, "BUILD_WORKING_DIRECTORY=" + here, "PATH=" + os.Getenv("PATH"), "HOME=" + here}
			code, stdout, stderr := runs(t, env, append(c.args, "--work", work, "--ledger", "l.json")...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Fatalf("exit %d, want %d\nstdout: %s\nstderr: %s", code, c.code, stdout, stderr)
			}
			if strings.Contains(stderr, "build A") {
				t.Errorf("build A was made: %s", stderr)
			}
			if c.stderr != "" {
				return
			}
			// The ledger of the new build can stand for it from now on.
			code, stdout, stderr = runs(t, env, "--against", "l.json", "--work", work)
			if code != 0 || !strings.Contains(stdout, "1 actions: 1 PASS") || !strings.Contains(stdout, "sides: same machine, same root") {
				t.Errorf("against its own ledger: exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
			}
		})
	}
}

func TestLedgerCommand(t *testing.T) {
	here := t.TempDir()
	file(t, filepath.Join(here, "set/made.txt"), "same\n")
	file(t, filepath.Join(here, "other/made.txt"), "same\n")
	file(t, filepath.Join(here, "other/more.txt"), "more\n")
	file(t, filepath.Join(here, "a.zst"), oneSpawn())
	file(t, filepath.Join(here, "cached.zst"), string(lt.Log(lt.Spawn{Mnemonic: "Link", Label: "//:x", Outputs: map[string]string{"x": "same\n"}, CacheHit: true, Runner: "disk cache hit"})))
	file(t, filepath.Join(here, "two.zst"), string(lt.Log(lt.Spawn{Mnemonic: "Link", Label: "//:x", Outputs: map[string]string{"x": "2"}})))
	for _, c := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"good", []string{"--log", "a.zst", "--files", "set", "--out", "l.json"}, 0, "1 files, 1 actions", ""},
		{"folded", []string{"--fold", "--log", "a.zst", "--files", "set", "--out", "folded.json"}, 0, "1 files, 1 actions", ""},
		{"from a cache", []string{"--log", "cached.zst", "--files", "set", "--out", "l.json"}, 1, "", "1 actions came from a cache"},
		{"from a cache, accepted", []string{"--cached", "--log", "cached.zst", "--files", "set", "--out", "l.json"}, 0, "came from a cache", ""},
		{"an action made two things", []string{"--log", "a.zst", "--log", "two.zst", "--files", "set", "--out", "l.json"}, 3, "", "different outputs"},
		{"files of another build", []string{"--log", "a.zst", "--files", "other", "--out", "l.json"}, 1, "", "no action in the logs made 1 of 2 files, such as more.txt"},
		{"nothing to write", []string{"--log", "a.zst", "--files", "set"}, 2, "", "--out"},
		{"no release to state", []string{"--log", "a.zst", "--files", "set", "--statement", "ledger.intoto.json"}, 1, "", "read manifest"},
		{"name of a statement", []string{"--log", "a.zst", "--files", "set", "--statement", "l.json"}, 2, "", ".intoto.json"},
	} {
		code, stdout, stderr := runs(t, []string{"BUILD_WORKING_DIRECTORY=" + here}, append([]string{"ledger"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: exit %d, want %d\nstdout: %s\nstderr: %s", c.name, code, c.code, stdout, stderr)
		}
	}
	if text, err := os.ReadFile(filepath.Join(here, "folded.json")); err != nil || !strings.Contains(string(text), `"full":"`) {
		t.Errorf("folded: %v: %s", err, text)
	}
	text, err := os.ReadFile(filepath.Join(here, "l.json"))
	var l struct{ Schema string }
	if err != nil || json.Unmarshal(text, &l) != nil || l.Schema != "gosqlite-ledger/1" {
		t.Errorf("%v: %s", err, text)
	}
}
