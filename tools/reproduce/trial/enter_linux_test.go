// SPDX-License-Identifier: MIT

package trial

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// TestMain lets the test's program stand for itself where a build enters other surroundings.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == EnterArgument {
		fmt.Fprintln(os.Stderr, Enter(os.Args[2:], os.Environ()))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestKernelFacts reads, in a build, the facts that only the kernel tells.
func TestKernelFacts(t *testing.T) {
	const ask = "{ id -u; id -g; uname -n; cat /proc/sys/kernel/domainname; nproc; grep CapEff /proc/self/status | cut -f2; } > facts\n"
	outside := []string{fmt.Sprint(os.Getuid()), fmt.Sprint(os.Getgid()), "", "", fmt.Sprint(runtime.NumCPU()), ""}
	for _, c := range []struct {
		name string
		set  func(s *variation.Setting)
		want map[int]string // line of facts
	}{
		{"as it is", func(*variation.Setting) {}, map[int]string{0: outside[0], 1: outside[1], 4: outside[4]}},
		{"uid", func(s *variation.Setting) { s.UID = 41234 }, map[int]string{0: "41234", 1: "41234", 4: outside[4], 5: "0000000000000000"}},
		{"uname", func(s *variation.Setting) { s.Host, s.Domain = "qhost", "qdomain" }, map[int]string{0: outside[0], 2: "qhost", 3: "qdomain"}},
		{"cores", func(s *variation.Setting) { s.OneCore = true }, map[int]string{0: outside[0], 4: "1"}},
		{"all", func(s *variation.Setting) { s.UID, s.Host, s.Domain, s.OneCore = 54321, "qh", "qd", true }, map[int]string{0: "54321", 2: "qh", 3: "qd", 4: "1"}},
	} {
		s, dir := script(t, bep+ask)
		c.set(&s)
		z := &Bazel{Command: []string{"./bazelw"}, Environ: []string{"PATH=/usr/bin:/bin"}}
		if _, err := z.Build(t.Context(), s, Request{Results: t.TempDir()}); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, "facts"))
		if err != nil {
			t.Fatal(err)
		}
		facts := strings.Split(string(text), "\n")
		for i, want := range c.want {
			if facts[i] != want {
				t.Errorf("%s: line %d is %q, want %q; all: %q", c.name, i, facts[i], want, facts)
			}
		}
	}
}

func TestEnterIsNoCommandForUsers(t *testing.T) {
	if err := Enter([]string{"", "", "false", "", ""}, nil); err == nil || !strings.Contains(err.Error(), "no command for users") {
		t.Errorf("error %v", err)
	}
	if err := Enter([]string{"", "", "false", "", "", "/none/program", "program"}, nil); err == nil {
		t.Error("a program that is not there gave no error")
	}
}

// TestOtherSystem builds in a root that has a file of its own, and of this machine what it keeps.
func TestOtherSystem(t *testing.T) {
	s, dir := script(t, bep+"cat /etc/os-release > facts; ls -A / > entries\n")
	s.System = true
	root, results := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "etc", "os-release"), []byte("ID=planted\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	z := &Bazel{Command: []string{"./bazelw"}, Environ: []string{"PATH=/usr/bin:/bin"}}
	if _, err := z.Build(t.Context(), s, Request{Results: results}); err == nil || !strings.Contains(err.Error(), "no folder with another system") {
		t.Errorf("without a folder: %v", err)
	}
	// The shell and what it loads, and where the test's files lie.
	z.System = &System{Root: root, Keeps: []string{os.TempDir()}}
	for _, path := range []string{"/bin", "/lib", "/lib64", "/usr"} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			z.System.Keeps = append(z.System.Keeps, path)
		}
	}
	if _, err := z.Build(t.Context(), s, Request{Results: results}); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "facts")); err != nil || string(text) != "ID=planted\n" {
		t.Errorf("the build saw %q, %v", text, err)
	}
	entries, err := os.ReadFile(filepath.Join(dir, "entries"))
	if err != nil || strings.Contains(string(entries), "home\n") || !strings.Contains(string(entries), "etc\n") {
		t.Errorf("the build's root has %q, %v", entries, err)
	}
}
