// SPDX-License-Identifier: MIT

package checks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/api"
)

const module = "github.com/gosqlite/gosqlite"

// consumer makes a module of its own in an empty folder.
func consumer(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/consumer\n\ngo 1.26.0\n", "main.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// goEnv lets the go command see the tree of files and nothing of the machine's workspace; its module cache is new.
func goEnv(t *testing.T, proxy string) []string {
	t.Helper()
	cache := t.TempDir()
	t.Cleanup(func() { // the go command makes it read-only
		filepath.WalkDir(cache, func(name string, d os.DirEntry, err error) error { return os.Chmod(name, 0o755) })
	})
	return []string{"GOWORK=off", "GOFLAGS=", "GOTOOLCHAIN=local", "GOMODCACHE=" + cache, "GOPROXY=" + proxy, "GONOSUMDB=" + module}
}

// TestTheTagIsTheModule has the go command itself make a module of the tag, and compares its checksum with that of our zip.
func TestTheTagIsTheModule(t *testing.T) {
	r := newRepository(t)
	r.put("api/v1.txt", "")
	r.put("api/next.txt", "")
	r.change("tools/release/version.bzl", "0.9.0", "1.0.0")
	r.commit("begin")
	out := filepath.Join(r.out, "proxy")
	sum := func(env []string) string {
		var m struct{ Sum, GoModSum, Error string }
		said := must(t, t.TempDir(), env, "go", "mod", "download", "-json", module+"@v1.0.0")
		if err := json.Unmarshal([]byte(said), &m); err != nil || m.Sum == "" {
			t.Fatalf("%v: %s", err, said)
		}
		return m.Sum + " " + m.GoModSum
	}
	said := r.at(0, nil, "module", "--version", "v1.0.0", "--out", out, "--amalgamation", r.capi, "--tag")
	packed := sum(goEnv(t, "file://"+filepath.ToSlash(out)))
	// The repository stands where the module's path leads to.
	git := append(goEnv(t, "direct"), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=url.file://"+filepath.ToSlash(r.root)+".insteadOf",
		"GIT_CONFIG_VALUE_0=https://"+module, "GIT_CONFIG_KEY_1=protocol.file.allow", "GIT_CONFIG_VALUE_1=always")
	tagged := sum(git)
	if packed != tagged || !strings.Contains(said, strings.Fields(packed)[0]) {
		t.Errorf("the go command's checksums: %s of the zip, %s of the tag; the program said\n%s", packed, tagged, said)
	}

	// The same commit, made again elsewhere.
	clone := t.TempDir()
	must(t, clone, gitEnv, "git", "clone", "-q", "--no-tags", r.root, "clone")
	again, code := output(t, clone, nil, filepath.Join(programs, "module"), "--root", filepath.Join(clone, "clone"), "--version", "v1.0.0", "--out", filepath.Join(clone, "out"), "--amalgamation", r.capi, "--tag")
	if code != 0 || again != said {
		t.Errorf("made again: exit code %d\n%s\nbefore:\n%s", code, again, said)
	}

	// A plant: a zip with one byte more in one file is not the tag.
	r.put("internal/capi/capi.go", world()["internal/capi/capi.go"]+"\n")
	r.commit("one byte more")
	other := filepath.Join(t.TempDir(), "other")
	r.at(0, nil, "module", "--version", "v1.0.0", "--out", other, "--amalgamation", r.capi)
	if sum(goEnv(t, "file://"+filepath.ToSlash(other))) == packed {
		t.Error("plant: another file gave the same checksum")
	}
}

// TestConsumer gets the module of this tree as a user does. It needs a commit to release, the amalgamation in
// internal/capi, and the modules that the root requires, by the machine's GOPROXY or its module cache.
func TestConsumer(t *testing.T) {
	top := strings.TrimSpace(must(t, ".", nil, "git", "rev-parse", "--show-toplevel"))
	work := t.TempDir()
	must(t, work, gitEnv, "git", "clone", "-q", "--no-tags", "file://"+filepath.ToSlash(top), "clone")
	out := filepath.Join(work, "proxy")
	version, err := api.Version(filepath.Join(work, "clone"))
	if err != nil {
		t.Fatal(err)
	}
	version = "v" + version
	must(t, work, nil, filepath.Join(programs, "module"), "--root", filepath.Join(work, "clone"), "--version", version, "--out", out, "--amalgamation", filepath.Join(top, "internal", "capi"))

	machine := strings.Fields(must(t, ".", nil, "go", "env", "GOMODCACHE", "GOPROXY"))
	proxy := "file://" + filepath.ToSlash(out) + ",file://" + filepath.ToSlash(machine[0]) + "/cache/download," + machine[1]
	env := goEnv(t, proxy)
	dir := consumer(t, "package main\n\nimport (\n\t\"database/sql\"\n\n\t_ \""+module+"/driver\"\n)\n\nfunc main() { sql.Open(\"gosqlite\", \":memory:\") }\n")
	must(t, dir, env, "go", "get", module+"@"+version)
	must(t, dir, env, "go", "mod", "tidy")
	got := strings.Fields(must(t, dir, env, "go", "list", "-m", "-f", "{{.Path}}", "all"))
	if want := []string{"example.com/consumer", module, "golang.org/x/sys", "golang.org/x/term"}; !slices.Equal(got, want) {
		t.Errorf("who requires the module gets %q, want %q", got, want)
	}
	must(t, dir, env, "go", "mod", "vendor")
	for _, name := range []string{"sqlite3.c", "sqlite3.h", "sqlite3_options.h", "amalgamation.c", "capi.h", "shim_rows.c"} {
		if info, err := os.Stat(filepath.Join(dir, "vendor", filepath.FromSlash(module), "internal", "capi", name)); err != nil || info.Size() == 0 {
			t.Errorf("vendor has no %s: %v", name, err)
		}
	}
	must(t, dir, env, "go", "list", "-mod=vendor", "-deps", ".")
}
