// SPDX-License-Identifier: MIT

package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What smoke notices in a shell or library is shown by its own --plant; here is what it does without either.
func TestSmokeRefuses(t *testing.T) {
	w := newWorld(t, "tools/smoke/run", "platforms/matrix.bzl")
	w.stand("bin/zig", "exit 0")
	w.stand("bazelw", "exit 7")
	empty := t.TempDir()
	for _, c := range []struct {
		name, zig string
		args      []string
		code      int
		stdout    string
		stderr    string
	}{
		{"nothing", "", nil, 2, "", "tools/smoke/run FOLDER PLATFORM..."},
		{"no platform", "", []string{empty}, 2, "", "tools/smoke/run FOLDER PLATFORM..."},
		{"an unknown flag", "", []string{"--plants", empty}, 2, "", "tools/smoke/run --plant FOLDER"},
		{"a folder for all", "", []string{"--all", empty}, 2, "", "tools/smoke/run --all"},
		{"a build that fails", "", []string{"--all"}, 1, "", ""},
		{"no zig", "/nonexistent", []string{empty, "linux_amd64"}, 1, "", "no zig at /nonexistent: build //:release_ci first"},
		{"no archive", "", []string{empty, "linux_amd64"}, 1, "smoke: 0 passed, 1 failed, 0 not run", ""},
		{"no archive for the plants", "", []string{"--plant", empty}, 1, "", "no archive of linux_amd64 and linux_amd64_musl in " + empty + ": build //:release_ci, or name its folder"},
		{"a system without emulator", "", []string{empty, "darwin_arm64"}, 1, "smoke: 0 passed, 0 failed, 1 not run", ""},
	} {
		w.env = append(w.env[:3:3], "ZIG="+w.dir+"/bin/zig")
		if c.zig != "" {
			w.env[3] = "ZIG=" + c.zig
		}
		stdout, stderr, code := w.run("tools/smoke/run", c.args...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
	}
}

// archives fills the folder set with archives of a shell that nothing runs.
func archives(w *world, platforms ...string) {
	w.t.Helper()
	w.write("set/gosqlite_1.2.3/bin/gosqlite", "")
	for _, platform := range platforms {
		archive := filepath.Join(w.dir, "set", "gosqlite_1.2.3_"+platform+".tar.gz")
		if out, err := exec.Command("tar", "-czf", archive, "-C", filepath.Join(w.dir, "set"), "gosqlite_1.2.3").CombinedOutput(); err != nil {
			w.t.Fatalf("%v: %s", err, out)
		}
	}
}

// Two questions in one database would be red by chance: the second finds the first one's table.
func TestSmokeAsksEachInItsOwnDatabase(t *testing.T) {
	w := newWorld(t, "tools/smoke/run", "platforms/matrix.bzl")
	w.hide("qemu-")
	w.stand("bin/zig", "exit 0")
	w.stand("bin/qemu-aarch64", "exit 1")
	w.stand("bin/qemu-arm", "exit 1")
	archives(w, "linux_arm64_musl", "linux_armv7_musl")
	w.write("chance", "unset RANDOM\nRANDOM=7\n") // a number that comes twice
	w.env = append(w.env, "ZIG="+w.dir+"/bin/zig", "BASH_ENV="+w.dir+"/chance")
	stdout, stderr, _ := w.run("tools/smoke/run", filepath.Join(w.dir, "set"), "linux_arm64_musl", "linux_armv7_musl")
	log, err := os.ReadFile(filepath.Join(w.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	databases := regexp.MustCompile(`--header=false (\S+)`).FindAllStringSubmatch(string(log), -1)
	if len(databases) != 2 || databases[0][1] == databases[1][1] {
		t.Errorf("databases %q, stdout %q, stderr %q", databases, stdout, stderr)
	}
}

// TestSmokeUsesWhatIsInstalled: an emulator and a C library of the machine are used, and nothing is fetched.
func TestSmokeUsesWhatIsInstalled(t *testing.T) {
	w := newWorld(t, "tools/smoke/run", "platforms/matrix.bzl")
	w.hide("qemu-")
	w.stand("bin/zig", "exit 0")
	w.stand("bin/apt-get", "exit 1")
	w.stand("bin/qemu-aarch64", "exit 1")
	w.stand("bin/qemu-arm-static", "exit 1")
	w.write("cross/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1", "")
	archives(w, "linux_arm64", "linux_arm64_musl", "linux_armv7_musl", "linux_armv7", "linux_riscv64_musl")
	w.env = append(w.env, "ZIG="+w.dir+"/bin/zig", "CROSS="+w.dir+"/cross")
	for _, c := range []struct{ platform, said, called string }{
		{"linux_arm64", "FAILED: to the SQL it said", "qemu-aarch64 -L " + w.dir + "/cross/aarch64-linux-gnu "},
		{"linux_arm64_musl", "FAILED: to the SQL it said", "qemu-aarch64 /"},
		{"linux_armv7_musl", "FAILED: to the SQL it said", "qemu-arm-static /"},
		{"linux_armv7", "not run: not installed: apt-get install libc6-armhf-cross", "apt-get -q download libc6-armhf-cross"},
		{"linux_riscv64_musl", "not run: not installed: apt-get install qemu-user", "apt-get -q download qemu-user"},
	} {
		w.write("log", "")
		stdout, stderr, code := w.run("tools/smoke/run", filepath.Join(w.dir, "set"), c.platform)
		log, err := os.ReadFile(filepath.Join(w.dir, "log"))
		if err != nil || code != 1 || !strings.Contains(stdout, c.said) || !strings.Contains(string(log), c.called) || strings.HasPrefix(c.called, "qemu") && strings.Contains(string(log), "apt-get") {
			t.Errorf("%s: code %d, %v, stdout %q, stderr %q, log %q", c.platform, code, err, stdout, stderr, log)
		}
	}
}
