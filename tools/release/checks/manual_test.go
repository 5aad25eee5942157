// SPDX-License-Identifier: MIT

package checks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/manual/page"
)

// moduleBazel stands for ./bazelw in the block about the Go module: the amalgamation is there, the program is the real one.
const moduleBazel = `#!/bin/sh
set -eu
[ "$1" = run ] || exit 1
case $2 in
//internal/capi:amalgamation) cp "$WORLD_CAPI"/sqlite3* internal/capi/ ;;
//tools/release/cmd/module) shift 3; exec "$WORLD_PROGRAMS/module" "$@" ;;
*) exit 1 ;;
esac
`

// followModule executes the block of docs/releasing.md about the Go module in a small repository, as it stands on the page, and
// gives what the consumer's go.mod has.
func followModule(t *testing.T, text string) (mod, said string, code int) {
	t.Helper()
	r := newRepository(t)
	r.put("api/v1.txt", "")
	r.put("api/next.txt", "")
	r.put("bazelw", moduleBazel)
	r.put(".gitignore", "/internal/capi/sqlite3*\n")
	if err := os.Chmod(filepath.Join(r.root, "bazelw"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.change("tools/release/version.bzl", "0.9.0", "1.2.3")
	r.commit("release v1.2.3")
	beside := t.TempDir()
	if err := os.Rename(r.root, filepath.Join(beside, "clone")); err != nil {
		t.Fatal(err)
	}
	env := append(goEnv(t, "off"), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "WORLD_CAPI="+r.capi, "WORLD_PROGRAMS="+programs)
	said, code = output(t, filepath.Join(beside, "clone"), env, "sh", "-euc", text)
	file, _ := os.ReadFile(filepath.Join(beside, "consumer", "go.mod"))
	return string(file), said, code
}

// TestManualModule: the page's commands make the module, and a consumer gets it; changed ones fail.
func TestManualModule(t *testing.T) {
	blocks, err := page.Read("../../../docs/releasing.md")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, b := range blocks {
		if b.Section == "## The Go module" {
			text += b.Text
		}
	}
	if mod, said, code := followModule(t, text); code != 0 || !strings.Contains(mod, "require "+module+" v1.2.3") {
		t.Errorf("exit code %d: %s\n%s", code, said, mod)
	}
	for _, plant := range [][2]string{
		{"--out ../proxy", "--out proxies"}, {"--version v1.2.3", "--version v1.2.4"}, {"&& cd ../consumer ", ""}, {"./bazelw run //internal/capi:amalgamation\n", ""},
	} {
		changed := strings.Replace(text, plant[0], plant[1], 1)
		if mod, said, code := followModule(t, changed); code == 0 && strings.Contains(mod, "v1.2.3") || changed == text {
			t.Errorf("%q in the place of %q: nothing sees it: %s", plant[1], plant[0], said)
		}
	}
}
