// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/trial"
)

// bazelw is a program that stands for Bazel: it copies prepared events, and writes an execution log. Its one output
// holds what the shell expression says.
const bazelw = `#!/bin/sh
set -eu
for a; do case $a in
--build_event_json_file=*) events=${a#*=} ;;
--execution_log_compact_file=*) log=${a#*=} ;;
shutdown) exit 0 ;;
esac; done
cp log.zst "$log"
echo "EXPRESSION" > made.txt
cat > "$events" <<END
{"id":{"workspace":{}},"workspaceInfo":{"localExecRoot":"$PWD"}}
{"id":{"namedSet":{"id":"0"}},"namedSetOfFiles":{"files":[{"name":"made.txt","uri":"file://$PWD/made.txt"}]}}
{"id":{"targetCompleted":{"label":"//:x"}},"completed":{"success":true,"outputGroup":[{"name":"default","fileSets":[{"id":"0"}]}]}}
{"id":{"buildFinished":{}},"finished":{"exitCode":{"name":"SUCCESS"}}}
END
`

// TestWholeRun goes through git, the copies, a program in Bazel's place, and the report.
func TestWholeRun(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatalf("git is needed: %v", err)
	}
	for _, c := range []struct {
		name, expression string
		code             int
		stdout           string
	}{
		{"equal", "same", 0, "1 files: 1 PASS"},
		{"differs", "$TZ", 3, "content differs"},
		{"leaks", "$USER", 3, "token user"},
		{"copy of the source", "$(ls -A | tr '\\n' ' ')", 0, "1 files: 1 PASS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, work := t.TempDir(), filepath.Join(t.TempDir(), "work")
			if out, err := exec.Command(git, "init", "-q", src).CombinedOutput(); err != nil {
				t.Fatalf("git init: %v: %s", err, out)
			}
			file(t, filepath.Join(src, ".gitignore"), "ignored\n")
			file(t, filepath.Join(src, "ignored"), work)
			file(t, filepath.Join(src, "log.zst"), oneSpawn())
			file(t, filepath.Join(src, "bazelw"), strings.Replace(bazelw, "EXPRESSION", c.expression, 1))
			if err := os.Chmod(filepath.Join(src, "bazelw"), 0o755); err != nil {
				t.Fatal(err)
			}
			env := []string{"BUILD_WORKSPACE_DIRECTORY=" + src, "PATH=" + os.Getenv("PATH"), "HOME=" + src}
			code, stdout, stderr := runs(t, env, "--work", work)
			if code != c.code || !strings.Contains(stdout, c.stdout) {
				t.Errorf("exit %d, want %d\nstdout: %s\nstderr: %s", code, c.code, stdout, stderr)
			}
			if !strings.Contains(stderr, "reproduce: build B: //:release (") {
				t.Errorf("progress: %s", stderr)
			}
			if _, err := os.Stat(work); err == nil {
				t.Error("the work folder is left")
			}
		})
	}
}

// A folder is that of where the user stands, not of the copied source.
func TestRepositoryCacheFromHere(t *testing.T) {
	term := &command.Terminal{Program: "reproduce", Stdout: io.Discard, Stderr: io.Discard,
		Environ: []string{"BUILD_WORKSPACE_DIRECTORY=" + t.TempDir(), "BUILD_WORKING_DIRECTORY=/here", "HOME=" + t.TempDir()}}
	o, code := parseBuild(false, []string{"--repository-cache", "repos"}, term)
	if o == nil {
		t.Fatalf("code %d", code)
	}
	made, err := newTrial(o, nil, term)
	if err != nil {
		t.Fatal(err)
	}
	if got := made.Builder.(*trial.Bazel).RepositoryCache; got != "/here/repos" {
		t.Errorf("it is %s", got)
	}
}
