// SPDX-License-Identifier: MIT

// Command runtime builds a target's start files, libc or its stubs, and compiler-rt, once, as plain files:
//
//	runtime ZIG LIB TRIPLE OUTDIR [FLAG...]
//
// OUTDIR gets the files that `zig cc` would link and, for each kind of link that the target has, a list KIND.list
// that names them in order. Links can then do without zig's cache. It is a program apart from the launchers, so that a
// change there rebuilds no libc. FLAGs go to zig: the processor, further libraries.
package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) < 5 {
		fmt.Fprintln(os.Stderr, "usage: runtime ZIG LIB TRIPLE OUTDIR [FLAG...]")
		os.Exit(2)
	}
	if err := build(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:]); err != nil {
		fmt.Fprintln(os.Stderr, "runtime:", err)
		os.Exit(1)
	}
}

// kind is one kind of link: the list's name, and what zig is told beside the object.
type kind struct {
	name string
	flag string
}

func kinds(triple string) []kind {
	switch {
	case strings.Contains(triple, "macos"), strings.Contains(triple, "windows"):
		return []kind{{"exe", ""}, {"pie", ""}, {"shared", "-shared"}}
	case strings.Contains(triple, "musl"):
		return []kind{{"exe", "-static"}}
	}
	return []kind{{"exe", ""}, {"pie", "-pie"}, {"shared", "-shared"}}
}

func build(zig, lib, triple, out string, flags []string) error {
	zig, err := filepath.Abs(zig)
	if err != nil {
		return fmt.Errorf("find zig: %w", err)
	}
	if lib, err = filepath.Abs(lib); err != nil {
		return fmt.Errorf("find zig's library: %w", err)
	}
	tmp, err := os.MkdirTemp("", "runtime")
	if err != nil {
		return fmt.Errorf("make temporary folder: %w", err)
	}
	defer os.RemoveAll(tmp)
	z := &zigCommand{path: zig, lib: lib, dir: tmp, triple: triple, flags: flags}
	if err := os.WriteFile(filepath.Join(tmp, "empty.c"), []byte("int main(void) { return 0; }\n"), 0o644); err != nil {
		return fmt.Errorf("write empty program: %w", err)
	}
	for _, k := range kinds(triple) {
		log, err := z.link(k.flag)
		if err != nil {
			return fmt.Errorf("link empty program (%s): %w", k.name, err)
		}
		names, err := keep(z, log, out)
		if err != nil {
			return fmt.Errorf("keep files of %s link: %w", k.name, err)
		}
		if err := os.WriteFile(filepath.Join(out, k.name+".list"), []byte(strings.Join(names, "\n")+"\n"), 0o644); err != nil {
			return fmt.Errorf("write list: %w", err)
		}
	}
	return nil
}

// zigCommand runs zig in a folder of its own, with relative cache names: zig writes them into archives.
type zigCommand struct {
	path, lib, dir, triple string
	flags                  []string
}

// overrides keeps clang, which zig starts for each file of a libc, from looking for a GCC, a CUDA, settings and libraries of
// the machine. It reads none of what it would find, but it would look. # is for silence.
const overrides = "CCC_OVERRIDE_OPTIONS=# +--no-default-config +--sysroot=/dev/null +--gcc-toolchain=/dev/null"

// link links an empty program and returns what zig says about it.
func (z *zigCommand) link(flag string) (string, error) {
	args := []string{"cc", "-target", z.triple, "-fno-sanitize=undefined", "-g0", "-s", "-v", "empty.c", "-o", "empty.out"}
	if flag != "" {
		args = append(args, flag)
	}
	cmd := exec.Command(z.path, append(args, z.flags...)...)
	cmd.Dir = z.dir
	cmd.Env = []string{overrides, "ZIG_LIB_DIR=" + z.lib, "ZIG_LOCAL_CACHE_DIR=l", "ZIG_GLOBAL_CACHE_DIR=g", "HOME=" + z.dir,
		"TMPDIR=" + z.dir, "LC_ALL=C", "TZ=UTC", "ZERO_AR_DATE=1"}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("run zig %s: %w\n%s", strings.Join(args, " "), err, log.String())
	}
	return log.String(), nil
}

// linkLine is the last linker command in zig's log, the one for the program itself.
func linkLine(log string) string {
	var line string
	for _, l := range strings.Split(log, "\n") {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "ld.lld ") && !strings.HasPrefix(l, "ld.lld -r ") || strings.HasPrefix(l, "lld-link ") || strings.HasPrefix(l, "zig ld ") {
			line = l
		}
	}
	return line
}

// keep copies the cached files that the link line names, and returns their names in its order.
func keep(z *zigCommand, log, out string) ([]string, error) {
	var names []string
	for _, word := range strings.Fields(linkLine(log)) {
		i := strings.Index(word, "g/o/")
		if i != 0 && (i < 0 || word[i-1] != '/') {
			continue
		}
		name := filepath.Base(word)
		data, err := os.ReadFile(filepath.Join(z.dir, word[i:]))
		if err != nil {
			return nil, err
		}
		if data, err = normalize(data); err != nil {
			return nil, fmt.Errorf("normalize %s: %w", name, err)
		}
		if err := writeFile(filepath.Join(out, name), data); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if strings.Contains(z.triple, "macos") {
		const stub = "libSystem.tbd"
		data, err := os.ReadFile(filepath.Join(z.lib, "libc", "darwin", stub))
		if err != nil {
			return nil, err
		}
		if err := writeFile(filepath.Join(out, stub), data); err != nil {
			return nil, err
		}
		names = append(names, stub)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("zig named no file: has its log changed?\n%s", log)
	}
	return names, nil
}

// writeFile writes a file that several kinds of link may share; they must agree on it.
func writeFile(path string, data []byte) error {
	old, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return os.WriteFile(path, data, fs.FileMode(0o644))
	}
	if err != nil {
		return err
	}
	if !bytes.Equal(old, data) {
		return fmt.Errorf("%s differs between kinds of link", filepath.Base(path))
	}
	return nil
}
