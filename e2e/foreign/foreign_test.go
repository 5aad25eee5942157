// SPDX-License-Identifier: MIT

// Package foreign runs the driver's own tests as other compilers make them: by
// zig for processors whose pointers have 32 bits, and by gcc, or another $CC that
// brings the library for it, with checks of undefined behaviour in SQLite and in
// the shims.
//
//	GOWORK=off go -C e2e/foreign test -v -timeout 2h -run 386 .     natively on an amd64 machine
//	GOWORK=off go -C e2e/foreign test -v -timeout 2h -run ARMv7 .   under qemu
//	GOWORK=off go -C e2e/foreign test -v -timeout 2h -run UBSan .
//
// zig is $ZIG, the one in PATH, or the one that ./bazelw has unpacked. qemu-arm
// is $QEMU_ARM, the one in PATH, or the one that
// `tools/smoke/run FOLDER linux_armv7_musl` has fetched. Where one is missing
// the test fails.
package foreign

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const root = "../.."

// find gives a program by a variable, by PATH, or in a folder.
func find(t *testing.T, variable, name, folder string) string {
	t.Helper()
	if path := os.Getenv(variable); path != "" {
		return path
	}
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("no %s: set %s, or see the first comment of foreign_test.go (%v)", name, variable, err)
	}
	return path
}

// findZig looks in Bazel's folder last, which takes a moment.
func findZig(t *testing.T) string {
	t.Helper()
	if os.Getenv("ZIG") != "" {
		return os.Getenv("ZIG")
	}
	if path, err := exec.LookPath("zig"); err == nil {
		return path
	}
	bazel := exec.Command("./bazelw", "info", "output_base")
	bazel.Dir = root
	base, err := bazel.Output()
	if err != nil {
		t.Fatalf("no zig in PATH and none of Bazel's: set ZIG (%v)", err)
	}
	return find(t, "ZIG", "zig", filepath.Join(strings.TrimSpace(string(base)), "external", "_main~pins~zig_sdk"))
}

// run tests the root module for a processor, by an emulator unless "".
func run(t *testing.T, emulator, zigTarget string, env ...string) {
	t.Helper()
	args := []string{"test", "-count=1", "-p=1", "-timeout=1h", "-ldflags=-linkmode external -extldflags -static", "./sqlite/...", "./driver/..."}
	if emulator != "" {
		args = append([]string{"test", "-exec", emulator}, args[1:]...)
		env = append(env, "GOSQLITE_TEST_EMULATOR="+emulator)
	}
	goTest(t, args, append(env, "GOOS=linux", "CC="+findZig(t)+" cc -target "+zigTarget))
}

// goTest runs the go command in the root module.
func goTest(t *testing.T, args, env []string) {
	t.Helper()
	c := exec.Command("go", args...)
	c.Dir = root
	c.Env = append(os.Environ(), append(env, "GOWORK=off", "CGO_ENABLED=1")...)
	out, err := c.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count("\n"+string(out), "\nok "); n < 5 {
		t.Errorf("tests of %d packages have run, want 5 or more", n)
	}
}

func Test386(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Fatal("only Linux on amd64 runs programs for 386 natively")
	}
	run(t, "", "x86-linux-musl", "GOARCH=386")
}

func TestARMv7(t *testing.T) {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	emulator := find(t, "QEMU_ARM", "qemu-arm", filepath.Join(cache, "gosqlite", "smoke", "qemu-user", "usr", "bin"))
	run(t, emulator, "arm-linux-musleabihf", "GOARCH=arm", "GOARM=7")
}

// TestUBSan stops at the first undefined behaviour; a shift that is none proves that it would.
func TestUBSan(t *testing.T) {
	env := []string{
		"CC=" + find(t, "CC", "gcc", ""), "CGO_CFLAGS=-O1 -fsanitize=undefined", "CGO_LDFLAGS=-fsanitize=undefined",
		"UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1",
	}
	plant(t, env)
	goTest(t, []string{"test", "-count=1", "-p=1", "-timeout=1h", "./sqlite/...", "./driver/..."}, env)
}

// plant runs a program with undefined behaviour in C, which has to be noticed.
func plant(t *testing.T, env []string) {
	t.Helper()
	dir := t.TempDir()
	const program = "package main\n\n// static int shift(int n) { return 1 << n; }\nimport \"C\"\n\nfunc main() { println(C.shift(64)) }\n"
	for name, text := range map[string]string{"main.go": program, "go.mod": "module plant\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("go", "run", ".")
	c.Dir = dir
	c.Env = append(os.Environ(), append(env, "GOWORK=off", "CGO_ENABLED=1")...)
	out, err := c.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "shift exponent 64") {
		t.Fatalf("plant: a shift by 64 was not noticed: %v\n%s", err, out)
	}
}
