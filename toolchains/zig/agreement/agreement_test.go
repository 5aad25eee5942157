// SPDX-License-Identifier: MIT

// Package agreement holds toolchains/zig/targets.bzl against the pinned zig: for every row of the matrix, what `zig cc`
// tells clang of the target has to be what our flags tell it.
package agreement

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type row struct {
	Name          string   `json:"name"`
	Triple        string   `json:"triple"`
	ZigFlags      []string `json:"zig_flags"`
	CompileFlags  []string `json:"compile_flags"`
	HeaderFolders []string `json:"header_folders"`
}

// input is the file that a variable names; Bazel sets both.
func input(t *testing.T, variable string) string {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Fatalf("%s is not set: run this as ./bazelw test //toolchains/zig/agreement:agreement_test", variable)
	}
	file, err := filepath.Abs(os.Getenv(variable))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func rows(t *testing.T) []row {
	t.Helper()
	data, err := os.ReadFile(input(t, "GOSQLITE_ROWS"))
	if err != nil {
		t.Fatal(err)
	}
	var all []row
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("the matrix has no rows")
	}
	return all
}

// say compiles an empty file by zig and returns what it said of its commands. Its caches are new: from an old one it
// would take the object and say nothing.
func say(t *testing.T, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.c"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(input(t, "GOSQLITE_ZIG"), append(args, "-O2", "-c", "x.c", "-o", "x.o")...)
	cmd.Dir = dir
	cmd.Env = []string{"LC_ALL=C", "ZIG_GLOBAL_CACHE_DIR=" + dir, "ZIG_LOCAL_CACHE_DIR=" + dir}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("zig %s: %v: %s", strings.Join(args, " "), err, &stderr)
	}
	return stderr.String()
}

func ofZig(t *testing.T, r row) facts {
	t.Helper()
	printed := say(t, append([]string{"cc", "-target", r.Triple, "-v"}, r.ZigFlags...)...)
	f, err := parse(printed)
	if err != nil {
		t.Fatal(err)
	}
	// Of the folders that zig passes, those count that clang found.
	var found []string
	for line := range strings.Lines(printed) {
		if folder, ok := strings.CutPrefix(line, " "); ok && !strings.Contains(line, "-cc1") {
			if _, folder, ok := strings.Cut(strings.TrimSpace(folder), "lib/libc/include/"); ok {
				found = append(found, folder)
			}
		}
	}
	f["header folders"] = strings.Join(found, " ")
	return f
}

func ofOurs(t *testing.T, r row) facts {
	t.Helper()
	args := append([]string{"clang", "--no-default-config", "-nostdinc", "-###"}, r.CompileFlags...)
	for _, folder := range r.HeaderFolders {
		args = append(args, "-isystem", "lib/libc/include/"+folder)
	}
	f, err := parse(say(t, args...))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEveryRow(t *testing.T) {
	for _, r := range rows(t) {
		t.Run(r.Name, func(t *testing.T) {
			for _, d := range compare(ofZig(t, r), ofOurs(t, r)) {
				t.Error(d)
			}
		})
	}
}

// A flag that is wrong or missing turns exactly its fact red.
func TestPlants(t *testing.T) {
	all := rows(t)
	without := func(flag string) func(*row) {
		return func(r *row) {
			r.CompileFlags = slices.DeleteFunc(slices.Clone(r.CompileFlags), func(f string) bool { return f == flag })
		}
	}
	with := func(flag string) func(*row) {
		return func(r *row) { r.CompileFlags = append(slices.Clone(r.CompileFlags), flag) }
	}
	for _, p := range []struct {
		name, row string
		plant     func(*row)
		fact      string // "" for none
	}{
		{"nothing", "linux_amd64", func(*row) {}, ""},
		{"another libc", "linux_arm64", with("--target=aarch64-unknown-linux-musl"), "target"},
		{"another oldest macOS", "darwin_arm64", with("--target=arm64-apple-macosx14.0"), "target"},
		{"another processor", "linux_amd64", with("-march=x86-64-v2"), "processor"},
		{"an extension of the processor", "linux_amd64", with("-mavx2"), "processor features"},
		{"another ABI", "linux_riscv64", with("-mabi=lp64"), "ABI"},
		{"no IEEE long double", "linux_ppc64le", without("-mabi=ieeelongdouble"), "long double"},
		{"floats without registers", "linux_ppc64le", with("-msoft-float"), "float ABI"},
		{"other exceptions", "windows_386", with("-fsjlj-exceptions"), "exceptions"},
		{"char with a sign", "linux_arm64", with("-fsigned-char"), "sign of char"},
		{"no version of glibc", "linux_amd64", without("-D__GLIBC_MINOR__=28"), "defines"},
		{"another FreeBSD", "freebsd_amd64", with("-D__FreeBSD_version=1300500"), "defines"},
		{"a warning off", "windows_amd64", without("-Wno-pragma-pack"), "warnings"},
		{"folders in another order", "linux_amd64", func(r *row) { r.HeaderFolders = slices.Clone(r.HeaderFolders); slices.Reverse(r.HeaderFolders) }, "header folders"},
		{"a folder less", "netbsd_amd64", func(r *row) { r.HeaderFolders = r.HeaderFolders[1:] }, "header folders"},
	} {
		t.Run(p.name, func(t *testing.T) {
			i := slices.IndexFunc(all, func(r row) bool { return r.Name == p.row })
			if i < 0 {
				t.Fatalf("no row %s", p.row)
			}
			planted := all[i]
			p.plant(&planted)
			got := compare(ofZig(t, all[i]), ofOurs(t, planted))
			if p.fact == "" && got != nil || p.fact != "" && (len(got) != 1 || !strings.HasPrefix(got[0], p.fact+": ")) {
				t.Errorf("%q differ, want %q", got, p.fact)
			}
		})
	}
}

// A difference that is meant and no longer there would hide the next one.
func TestMeantDifferencesAreThere(t *testing.T) {
	seen := make([]bool, len(meant))
	for _, r := range rows(t) {
		zig, ours := ofZig(t, r), ofOurs(t, r)
		for i, m := range meant {
			z, o := differ(m.fact, zig, ours)
			seen[i] = seen[i] || strings.HasPrefix(zig["target"], m.target) && z == m.zig && o == m.ours
		}
	}
	for i, m := range meant {
		if !seen[i] {
			t.Errorf("%s of %s is no longer %q for zig and %q for us (%s): remove the exception", m.fact, m.target, m.zig, m.ours, m.reason)
		}
	}
}
