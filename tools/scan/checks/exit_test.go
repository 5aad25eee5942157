// SPDX-License-Identifier: MIT

package checks

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const policy = `"policy":{"deadline_days":{"critical":7,"high":30,"unknown":30,"medium":90,"low":180},"decision_days":365,"database_max_days":14,"database_reason":"it changes every week","owners":["security"],"analysis_severity":"medium"}`

// notCalled decides on the planted vulnerability: it is there, and nothing calls it.
const notCalled = `{"scanner":"vulnerability","id":"GO-2026-9001","component":"pkg:golang/example.org/dep","versions":["v1.0.0"],"status":"not_affected",
"justification":"vulnerable_code_not_in_execute_path","reason":"nothing calls it","owner":"security","decided":"2026-08-01","expires":"2026-12-01","evidence":[{"kind":"not-called"}]}`

// onPlatform is the same about the platforms that a pattern names.
func onPlatform(pattern string) string {
	return strings.Replace(notCalled, `"status"`, `"platforms":["`+pattern+`"],"status"`, 1)
}

// repository lays out a tree in git in which a whole scan can run.
func repository(t *testing.T, main, decisions string) string {
	t.Helper()
	root := plantedModule(t, main)
	write(t, root, map[string]string{
		"MODULE.bazel": "", "platforms/matrix.bzl": "MATRIX = [\n    _row(\"linux_amd64\", \"linux\"),\n]\n",
		"toolchains/go.mod": "module example.org/planted/toolchains\n\ngo 1.26.0\n", "tools/go.mod": "module example.org/planted/tools\n\ngo 1.26.0\n",
		"tools/scan/programs/gitleaks.mod": "module example.org/planted/programs\n\ngo 1.26.0\n",
		"pins/pins.json":                   `{"bazel":{"version":"7.7.1"},"zig":{"version":"0.17.1"},"sqlite_amalgamation":{"version":"3.54.1"},"go_sdk":{"version":"1.27.4"},"modules":{"gazelle":{"version":"1","channels":[]}}}`,
		"pins/debs.sha256":                 strings.Repeat("0", 64) + "  openjdk-25-jre-headless_25.0.5.0.3+1-1_amd64.deb\n",
		"tools/scan/triage.json":           `{"schema":"gosqlite-triage/1",` + policy + `,"decisions":[` + decisions + `]}`,
		"whole/GO-2026-9001.json":          plantedRecord,
		"bad.sh":                           "#!/bin/sh\ncd $1\nrm -rf ./*\n",
		"key.pem":                          plantedKey,
		"inject/inject.go":                 plantedInject,
	})
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "--all", "--force"}} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	return root
}

// program builds the program itself.
func program(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scan")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", file, "../cmd/scan")
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return file
}

// TestWorkingDirectory: bazel run starts the program elsewhere, and names are meant where it was typed.
func TestWorkingDirectory(t *testing.T) {
	root := repository(t, required, "")
	cmd := exec.CommandContext(t.Context(), program(t), "--date", "2026-08-05", "--only", "go-source", "--db", "whole", "--out", "report")
	cmd.Dir, cmd.Env = t.TempDir(), append(offline(), "BUILD_WORKING_DIRECTORY="+root)
	if out, err := cmd.CombinedOutput(); !strings.Contains(string(out), "untriaged: GO-2026-9001") {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(root, "report", "scan.json")); err != nil {
		t.Error(err)
	}
}

// TestExitCodes runs the program itself on planted trees.
func TestExitCodes(t *testing.T) {
	program := program(t)
	without := func(env []string) []string { // a PATH with the go command and git alone
		dir := t.TempDir()
		for _, name := range []string{"go", "git"} {
			file, err := exec.LookPath(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(file, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		return append(env, "PATH="+dir)
	}
	// What pins gitleaks, which the go command has to have fetched once.
	gitleaks := map[string]string{}
	for _, name := range []string{"gitleaks.mod", "gitleaks.sum"} {
		text, err := os.ReadFile(filepath.Join("..", "programs", name))
		if err != nil {
			t.Fatal(err)
		}
		gitleaks["tools/scan/programs/"+name] = string(text)
	}
	fetching := func(env []string) []string {
		return append(env, "GOFLAGS=", "GOPROXY="+os.Getenv("GOPROXY"), "GOTOOLCHAIN="+os.Getenv("GOTOOLCHAIN"))
	}
	for _, c := range []struct {
		name, main, decisions string
		args                  []string
		env                   func([]string) []string
		code                  int
		want                  string
	}{
		{"reachable", called, "", []string{"--date", "2026-08-05", "--only", "go-source"}, nil, 3, "untriaged: GO-2026-9001 in pkg:golang/example.org/dep@v1.0.0"},
		{"unreachable, not decided", imported, "", []string{"--date", "2026-08-05", "--only", "go-source"}, nil, 3, "imported"},
		{"unreachable, decided", imported, notCalled, []string{"--date", "2026-08-05", "--only", "go-source"}, nil, 0, "not_affected"},
		{"decided for a platform", imported, onPlatform("linux_*"), []string{"--date", "2026-08-05", "--only", "go-source"}, nil, 0, "not_affected"},
		{"decided for a platform that is none", imported, onPlatform("plan9_*"), []string{"--date", "2026-08-05", "--only", "go-source"}, nil, 3, "platforms: plan9_* is no row"},
		{"reachable since it was decided", called, notCalled, []string{"--date", "2026-08-05", "--only", "go-source"}, nil, 3, "evidence-broken"},
		{"decided too long ago", imported, notCalled, []string{"--date", "2026-12-02", "--only", "go-source"}, nil, 3, "expired-decision"},
		{"an old database at a release", imported, notCalled, []string{"--date", "2026-10-01", "--only", "go-source", "--gate", "release"}, nil, 3, "database-stale"},
		{"the same in a plain run", imported, notCalled, []string{"--date", "2026-10-01", "--only", "go-source"}, nil, 0, "PASS"},
		{"a defect in a script", required, "", []string{"--date", "2026-08-05", "--only", "shellcheck"}, nil, 3, "SC2164 in bad.sh"},
		{"a key", required, "", []string{"--date", "2026-08-05", "--only", "secrets"}, fetching, 3, "private-key in key.pem"},
		{"an SQL injection", required, "", []string{"--date", "2026-08-05", "--only", "gosec"}, nil, 3, "G202 in inject/inject.go"},
		{"a missing tool", required, "", []string{"--date", "2026-08-05", "--only", "shellcheck"}, without, 3, "scanner-not-run: shellcheck"},
		{"no bill of materials", required, "", []string{"--date", "2026-08-05", "--only", "c-feed"}, nil, 3, "scanner-not-run: c-feed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := repository(t, c.main, c.decisions)
			write(t, root, gitleaks)
			cmd := exec.CommandContext(t.Context(), program, append(c.args, "--root", root, "--db", filepath.Join(root, "whole"))...)
			cmd.Env = offline()
			if c.env != nil {
				cmd.Env = c.env(cmd.Env)
			}
			out, err := cmd.CombinedOutput()
			code := 0
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				code = exit.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			if code != c.code || !strings.Contains(string(out), c.want) {
				t.Errorf("exit code %d, want %d, with %q:\n%s", code, c.code, c.want, out)
			}
		})
	}
}
