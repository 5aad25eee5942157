// SPDX-License-Identifier: MIT

package shell

import (
	"encoding/json"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/sqlite"
)

func TestVersionJSON(t *testing.T) {
	sh := &Shell{
		Args: []string{"version", "--json"}, Version: "v1.2.3",
		BuildInfo: func() (*debug.BuildInfo, bool) {
			return &debug.BuildInfo{
				Path: "example.com/p", Main: debug.Module{Path: "example.com", Version: "v0"},
				Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}},
				Deps:     []*debug.Module{{Path: "example.org/d", Version: "v2", Sum: "h1:x"}},
			}, true
		},
	}
	out := runShell(t, sh).ok(t)
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"build", "compile_options", "go_version", "goarch", "goos", "sqlite_source_id", "sqlite_version", "version"}
	if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, want) {
		t.Errorf("keys %q, want %q", keys, want)
	}
	if got["version"] != "v1.2.3" || got["sqlite_version"] != sqlite.Version() || got["sqlite_source_id"] != sqlite.SourceID() {
		t.Errorf("got %v", got)
	}
	build, err := json.Marshal(got["build"])
	const wantBuild = `{"deps":[{"path":"example.org/d","sum":"h1:x","version":"v2"}],"module":"example.com@v0","path":"example.com/p","settings":{"vcs.revision":"abc"}}`
	if err != nil || string(build) != wantBuild {
		t.Errorf("build is %s, want %s", build, wantBuild)
	}
}

func TestVersionWithoutBuildInfo(t *testing.T) {
	none := func() (*debug.BuildInfo, bool) { return nil, false }
	out := runShell(t, &Shell{Args: []string{"version", "--json"}, BuildInfo: none}).ok(t)
	if !strings.Contains(out, `"version": "(devel)"`) || !strings.Contains(out, `"deps": []`) || !strings.Contains(out, `"settings": {}`) {
		t.Errorf("got %s", out)
	}
}

func TestVersionText(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}} {
		out := runShell(t, &Shell{Args: args, Version: "v1.2.3"}).ok(t)
		if !strings.HasPrefix(out, "gosqlite v1.2.3\nSQLite "+sqlite.Version()+", source id "+sqlite.SourceID()+"\ngo") {
			t.Errorf("got %s", out)
		}
	}
	run(t, ".version\n").want(t, "gosqlite (devel)\nSQLite "+sqlite.Version()+"\n"+sqlite.SourceID()+"\n", "", 0)
}
