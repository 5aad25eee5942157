// SPDX-License-Identifier: MIT

//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// buildsPayload is a program in Bazel's place that makes the files of a folder in the workspace, after a shell command.
const buildsPayload = `#!/bin/sh
set -eu
for a; do case $a in
--build_event_json_file=*) events=${a#*=} ;;
--execution_log_compact_file=*) log=${a#*=} ;;
shutdown) exit 0 ;;
esac; done
cp log.zst "$log"
cd payload
EXPRESSION
list=
for f in *; do list="$list,{\"name\":\"$f\",\"uri\":\"file://$PWD/$f\",\"pathPrefix\":[\"out\"]}"; done
cat > "$events" <<END
{"id":{"workspace":{}},"workspaceInfo":{"localExecRoot":"$PWD"}}
{"id":{"namedSet":{"id":"0"}},"namedSetOfFiles":{"files":[${list#,}]}}
{"id":{"targetCompleted":{"label":"//:x"}},"completed":{"success":true,"outputGroup":[{"name":"default","fileSets":[{"id":"0"}]}]}}
{"id":{"buildFinished":{}},"finished":{"exitCode":{"name":"SUCCESS"}}}
END
`

func TestRelease(t *testing.T) {
	for _, c := range []struct {
		name, expression string
		args             []string
		code             int
		text             string
		stated           bool
	}{
		{"the same", ":", []string{"--statement", "reproduced-somebody.intoto.json"}, 0, "10 PASS, 0 FAIL, 0 SKIP, 6 APART", true},
		{"a demonstration", ":", []string{"--statement", "reproduced-demonstration-1.intoto.json", "--demonstration"}, 0, "PASS", true},
		{"another build", "echo x >> notes.md", []string{"--statement", "reproduced-somebody.intoto.json"}, 3, "content differs", false},
		{"a file more", "echo x > extra", []string{"--statement", "reproduced-somebody.intoto.json"}, 3, "built, and not in the release", false},
		{"another name", ":", []string{"--statement", "x.intoto.json"}, 2, "reproduced-WHO", false},
		{"targets, too", ":", []string{"--targets", "//:x"}, 2, "leave out", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			here, work := t.TempDir(), filepath.Join(t.TempDir(), "work")
			src := workspace(t, "")
			file(t, filepath.Join(src, "bazelw"), strings.Replace(buildsPayload, "EXPRESSION", c.expression, 1))
			if err := signtest.WritePayload(filepath.Join(src, "payload")); err != nil {
				t.Fatal(err)
			}
			o := sign.Options{Payload: filepath.Join(src, "payload"), Out: filepath.Join(here, "dist"), Release: &identity.Identity{Key: signtest.Key(t)}, Now: func() time.Time { return signtest.Now }}
			if err := sign.Release(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			env := []string{"BUILD_WORKSPACE_DIRECTORY=" + src, "BUILD_WORKING_DIRECTORY=" + here, "PATH=" + os.Getenv("PATH"), "HOME=" + here}
			code, stdout, stderr := runs(t, env, append([]string{"--release", "dist", "--work", work}, c.args...)...)
			if code != c.code || !strings.Contains(stdout+stderr, c.text) {
				t.Fatalf("exit %d, want %d\nstdout: %s\nstderr: %s", code, c.code, stdout, stderr)
			}
			text, err := os.ReadFile(filepath.Join(here, c.args[1]))
			if (err == nil) != c.stated {
				t.Fatalf("statement: %v", err)
			}
			var s struct {
				Predicate struct{ Identical, Demonstration bool }
			}
			if c.stated && (json.Unmarshal(text, &s) != nil || !s.Predicate.Identical || s.Predicate.Demonstration != (len(c.args) == 3)) {
				t.Errorf("statement %s", text)
			}
		})
	}
}

func TestReleaseIsNotOne(t *testing.T) {
	here := t.TempDir()
	file(t, filepath.Join(here, "dist/x"), "x")
	if code, _, stderr := runs(t, []string{"BUILD_WORKING_DIRECTORY=" + here}, "--release", "dist"); code != 1 || !strings.Contains(stderr, "has no manifest.json") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if code, _, stderr := runs(t, nil, "--demonstration"); code != 2 || !strings.Contains(stderr, "--release") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
