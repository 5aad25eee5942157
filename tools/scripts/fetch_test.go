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

// dpkg says of both programs that they are installed by packages of the version.
func dpkg(w *world, version string) {
	w.write("bin/dpkg-query", `#!/bin/bash
case $1 in
-W) printf '%s_`+version+`_' "$4" ;;
-S) echo "${2##*/}: $2" ;;
esac
`)
}

func recordedBoth() (deb, recorded, sum string) {
	deb = "a package"
	sum = fmt.Sprintf("%x", sha256.Sum256([]byte(deb)))
	return deb, sum + "  cppcheck_1.0_amd64.deb\n" + sum + "  shellcheck_1.0_amd64.deb\n", sum
}

// TestOtherScannersAreInstalled: the recorded ones come before what is installed of another version, or by nobody knows what;
// where they cannot be had, that is used and told of.
func TestOtherScannersAreInstalled(t *testing.T) {
	for name, dpkgSays := range map[string]func(w *world){
		"another version": func(w *world) { dpkg(w, "2.0") },
		"no package":      func(*world) {},
		"a program beside the package's": func(w *world) {
			dpkg(w, "1.0")
			w.write("bin/dpkg-query", "#!/bin/bash\n[[ $1 == -W ]] && printf '%s_1.0_' \"$4\"\n")
		},
	} {
		deb, recorded, sum := recordedBoth()
		w := fetches(t, deb, recorded, sum)
		dpkgSays(w)
		w.stand("bin/cppcheck", "")
		w.stand("bin/shellcheck", "")
		stdout, stderr, code := w.run("tools/scan/programs/fetch")
		for _, program := range []string{"cppcheck", "shellcheck"} {
			if _, err := os.Stat(filepath.Join(strings.TrimSpace(stdout), program)); code != 0 || stderr != "" || err != nil {
				t.Errorf("%s: code %d, stderr %q, %v", name, code, stderr, err)
			}
		}
		offline := fetches(t, deb, recorded, sum)
		dpkgSays(offline)
		offline.stand("bin/cppcheck", "")
		offline.stand("bin/shellcheck", "")
		offline.stand("bin/apt-get", "exit 1")
		stdout, stderr, code = offline.run("tools/scan/programs/fetch")
		entries, err := os.ReadDir(strings.TrimSpace(stdout))
		if code != 0 || strings.Count(stderr, "is not the one in debs.sha256") != 2 || err != nil || len(entries) > 0 {
			t.Errorf("%s, without apt: code %d, stderr %q, %v, %v", name, code, stderr, entries, err)
		}
	}
}

// TestInstalledScannersAreUsed: the recorded one that is installed is not fetched, and comes before what was fetched earlier.
func TestInstalledScannersAreUsed(t *testing.T) {
	deb, recorded, sum := recordedBoth()
	w := fetches(t, deb, recorded, sum)
	dpkg(w, "1.0")
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
