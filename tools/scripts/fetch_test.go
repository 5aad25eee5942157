// SPDX-License-Identifier: MIT

package scripts

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fetches is a world with apt in it, and without the programs that are fetched: apt has one package for each, with these
// bytes, by these lists.
func fetches(t *testing.T, deb, recorded, index string) *world {
	t.Helper()
	w := newWorld(t, "tools/scan/programs/fetch")
	w.write("tools/scan/programs/debs.sha256", recorded)
	w.stand("bin/apt-get", `printf '`+deb+`' >"$5_1.0_amd64.deb"`)
	w.stand("bin/apt-cache", `case $1 in show) printf 'Package: %s\nVersion: 1.0\nSHA256: `+index+`\n' "$2" ;; esac`)
	w.stand("bin/dpkg-deb", `name=${2##*/} name=${name%%_*}
mkdir -p "$3/usr/bin" && printf '#!/bin/sh\nexit 0\n' >"$3/usr/bin/$name" && chmod +x "$3/usr/bin/$name"`)
	for _, name := range []string{"bash", "awk", "cat", "chmod", "cut", "dirname", "grep", "ln", "mkdir", "mktemp", "mv", "rm", "sed", "sh", "sha256sum"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(w.dir, "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	w.env[0] = "PATH=" + w.dir + "/bin"
	return w
}

func TestFetchOfScanners(t *testing.T) {
	const deb, other = "a package", "0000000000000000000000000000000000000000000000000000000000000000"
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(deb)))
	list := func(sum string) string {
		return sum + "  cppcheck_1.0_amd64.deb\n" + sum + "  shellcheck_1.0_amd64.deb\n"
	}
	for _, c := range []struct {
		name, recorded, index string
		code                  int
		stderr                string
	}{
		{"the recorded one", list(sum), other, 0, ""},
		{"another version, which the index has", "", sum, 0, "fetch: notice: cppcheck_1.0_amd64.deb is not in debs.sha256; the index of apt has it\n"},
		{"another version, which the index has not", "", other, 1, "fetch cppcheck: neither debs.sha256 nor the index of apt has the bytes of cppcheck_1.0_amd64.deb: apt-get update"},
		{"other bytes under a recorded name", list(other), sum, 1, "fetch cppcheck: neither debs.sha256 nor the index"},
	} {
		w := fetches(t, deb, c.recorded, c.index)
		stdout, stderr, code := w.run("tools/scan/programs/fetch")
		place := w.dir + "/home/.cache/gosqlite/scan"
		if code != c.code || !strings.Contains(stderr, c.stderr) || (stdout == place+"/bin\n") != (c.code == 0) || c.stderr == "" && stderr != "" {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
		for _, name := range []string{"cppcheck", "shellcheck"} {
			if _, err := os.Stat(place + "/bin/" + name); (err == nil) != (c.code == 0) {
				t.Errorf("%s: %s: %v", c.name, name, err)
			}
		}
	}
}

// TestInstalledScannersAreUsed: what is installed is not fetched, and comes before what was fetched earlier.
func TestInstalledScannersAreUsed(t *testing.T) {
	w := fetches(t, "a package", "", fmt.Sprintf("%x", sha256.Sum256([]byte("a package"))))
	if _, stderr, code := w.run("tools/scan/programs/fetch"); code != 0 {
		t.Fatalf("code %d, %s", code, stderr)
	}
	w.write("log", "")
	w.stand("bin/cppcheck", "")
	w.stand("bin/shellcheck", "")
	stdout, stderr, code := w.run("tools/scan/programs/fetch")
	if log, err := os.ReadFile(filepath.Join(w.dir, "log")); code != 0 || stderr != "" || err != nil || len(log) > 0 {
		t.Errorf("code %d, stderr %q, called %s, %v", code, stderr, log, err)
	}
	if entries, err := os.ReadDir(strings.TrimSpace(stdout)); err != nil || len(entries) > 0 {
		t.Errorf("before the installed ones in PATH: %v, %v", entries, err)
	}
	// What was fetched is not what is installed, although its folder is in PATH.
	if err := os.Remove(w.dir + "/bin/cppcheck"); err != nil {
		t.Fatal(err)
	}
	place := w.dir + "/home/.cache/gosqlite/scan/bin"
	w.env[0] += ":" + place
	for range 2 {
		if _, stderr, code = w.run("tools/scan/programs/fetch"); code != 0 {
			t.Errorf("code %d, stderr %q", code, stderr)
		}
		if _, err := os.Stat(place + "/cppcheck"); err != nil {
			t.Error(err)
		}
	}
}
