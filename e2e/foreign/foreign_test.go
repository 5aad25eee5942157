// SPDX-License-Identifier: MIT

// Package foreign runs the driver's own tests, compiled by zig, on processors
// whose pointers have 32 bits:
//
//	go -C e2e/foreign test -v -timeout 2h -run 386 .     natively on an amd64 machine
//	go -C e2e/foreign test -v -timeout 2h -run ARMv7 .   under qemu
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
	c := exec.Command("go", args...)
	c.Dir = root
	c.Env = append(os.Environ(), append(env, "GOWORK=off", "GOOS=linux", "CGO_ENABLED=1", "CC="+findZig(t)+" cc -target "+zigTarget)...)
	out, err := c.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(out), "\nok "); n < 5 {
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
