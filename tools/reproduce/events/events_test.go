// SPDX-License-Identifier: MIT

package events

import (
	"strings"
	"testing"
)

const (
	workspace = `{"id":{"workspace":{}},"workspaceInfo":{"localExecRoot":"/x/execroot"}}`
	finished  = `{"id":{"buildFinished":{}},"finished":{"exitCode":{"name":"SUCCESS"}}}`
	inner     = `{"id":{"namedSet":{"id":"1"}},"namedSetOfFiles":{"files":[{"name":"b","uri":"file:///x/b%20c","pathPrefix":["bazel-out","k8","bin"]}]}}`
	outer     = `{"id":{"namedSet":{"id":"0"}},"namedSetOfFiles":{"files":[{"name":"a","uri":"file:///x/a","pathPrefix":["bazel-out","k8","bin"]}],"fileSets":[{"id":"1"}]}}`
	completed = `{"id":{"targetCompleted":{"label":"//:x"}},"completed":{"success":true,"outputGroup":[{"name":"default","fileSets":[{"id":"0"}]},{"name":"other","fileSets":[{"id":"9"}]}]}}`
	aspect    = `{"id":{"targetCompleted":{"label":"//:x","aspect":"a"}},"completed":{"success":false}}`
)

func TestRead(t *testing.T) {
	b, err := Read(strings.NewReader(strings.Join([]string{workspace, inner, outer, completed, completed, aspect, "", finished}, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	if b.ExecRoot != "/x/execroot" || b.Targets != 2 || len(b.Files) != 2 || b.Files["bazel-out/k8/bin/a"] != "/x/a" || b.Files["bazel-out/k8/bin/b"] != "/x/b c" {
		t.Errorf("build %+v", b)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"build killed", []string{workspace, inner, outer, completed}, "SUCCESS"},
		{"build failed", []string{workspace, strings.Replace(finished, "SUCCESS", "BUILD_FAILURE", 1)}, "BUILD_FAILURE"},
		{"target failed", []string{workspace, strings.Replace(completed, "true", "false", 1), finished}, "//:x failed"},
		{"target aborted", []string{workspace, `{"id":{"targetCompleted":{"label":"//:x"}},"aborted":{"reason":"INCOMPLETE"}}`, finished}, "INCOMPLETE"},
		{"set missing", []string{workspace, outer, completed, finished}, `set of files "1"`},
		{"remote file", []string{workspace, inner, strings.Replace(outer, "file:///x/a", "bytestream://h/x", 1), completed, finished}, "not on this disk"},
		{"no root", []string{inner, outer, completed, finished}, "execution root"},
		{"cut line", []string{workspace, finished[:20]}, "line 2"},
		{"nothing", nil, "SUCCESS"},
	} {
		if _, err := Read(strings.NewReader(strings.Join(c.lines, "\n"))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one about %q", c.name, err, c.want)
		}
	}
}
