// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
)

func runs(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err strings.Builder
	code = run(t.Context(), args, &out, &err, env)
	return code, out.String(), err.String()
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	a, same, other, empty := filepath.Join(dir, "a"), filepath.Join(dir, "same"), filepath.Join(dir, "other"), filepath.Join(dir, "empty")
	file(t, filepath.Join(a, "x"), "1")
	file(t, filepath.Join(same, "x"), "1")
	file(t, filepath.Join(other, "x"), "2")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	spawn := lt.Spawn{Mnemonic: "Link", Label: "//:x", Outputs: map[string]string{"x": "1"}}
	logA := file(t, filepath.Join(dir, "log-a"), string(lt.Log(spawn)))
	spawn.Outputs = map[string]string{"x": "2"}
	logB := file(t, filepath.Join(dir, "log-b"), string(lt.Log(spawn)))
	for _, c := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"equal folders", []string{a, same}, 0, "1 files: 1 PASS", ""},
		{"different folders", []string{a, other}, 3, "content differs", ""},
		{"equal logs", []string{"--log-a", logA, "--log-b", logA, a, same}, 0, "1 actions: 1 PASS", ""},
		{"different logs", []string{"--log-a", logA, "--log-b", logB, "--root-a", a, "--root-b", other, a, same}, 3, `byte at 0x0: A "1", B "2"`, ""},
		{"one log", []string{"--log-a", logA, a, same}, 2, "", "go together"},
		{"no log there", []string{"--log-a", logA, "--log-b", filepath.Join(dir, "none"), a, same}, 1, "", "none"},
		{"log is not one", []string{"--log-a", logA, "--log-b", filepath.Join(a, "x"), a, same}, 1, "", "read execution log"},
		{"empty folder", []string{a, empty}, 1, "", "no files"},
		{"one folder", []string{a}, 2, "", "two folders"},
		{"unknown flag", []string{"--nope"}, 2, "", "nope"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := runs(t, nil, append([]string{"compare"}, c.args...)...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit %d, want %d\nstdout: %s\nstderr: %s", code, c.code, stdout, stderr)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		code int
		text string
	}{
		{"help", []string{"--help"}, 0, "--"},
		{"unknown flag", []string{"--nope"}, 2, "nope"},
		{"targets as arguments", []string{"//:x"}, 2, "--targets"},
		{"unknown variation", []string{"--variation", "moon"}, 2, "umask"},
		{"no jobs", []string{"--jobs", "0"}, 2, "--jobs"},
		{"targets of plants", []string{"plants", "--targets", "//:x"}, 2, "--package"},
		{"arguments of variations", []string{"variations", "x"}, 2, "no arguments"},
	} {
		if code, _, stderr := runs(t, nil, c.args...); code != c.code || (c.code != 0 && !strings.Contains(stderr, c.text)) {
			t.Errorf("%s: exit %d, want %d: %s", c.name, code, c.code, stderr)
		}
	}
	if code, stdout, _ := runs(t, nil, "variations"); code != 0 || !strings.Contains(stdout, "leak_umask") {
		t.Errorf("variations: exit %d: %s", code, stdout)
	}
}

func TestWriteFileLeavesNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "r.json")
	if code, _, stderr := runs(t, nil, "compare", "--json", filepath.Join(dir, "none", "r.json"), dir, dir); code != 1 {
		t.Errorf("exit %d: %s", code, stderr)
	}
	file(t, filepath.Join(dir, "a/x"), "1")
	if code, _, stderr := runs(t, nil, "compare", "--json", name, filepath.Join(dir, "a"), filepath.Join(dir, "a")); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	data, err := os.ReadFile(name)
	var r struct{ Verdict string }
	if err != nil || json.Unmarshal(data, &r) != nil || r.Verdict != "PASS" {
		t.Errorf("%v: %s", err, data)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".r.json*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// oneSpawn is a log of an action that made what the program in Bazel's place has among its files.
func oneSpawn() string {
	return string(lt.Log(lt.Spawn{Mnemonic: "Link", Label: "//:x", Outputs: map[string]string{"x": "same\n"}, Runner: "sandbox"}))
}
