// SPDX-License-Identifier: MIT

// Command compile is the C compiler of one target: zig's clang with the target's flags and header folders.
//
//	.../TARGET/cc ARGS...
//
// It reads TARGET/compile.settings beside it. A command line without -c, -E or -S is a link; cgo makes such ones with
// the compiler's name, so they go to the link program. It is a program apart from the linker's so that a change there
// recompiles no C.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gosqlite/gosqlite/toolchains/zig/settings"
)

func main() {
	err := run(os.Args)
	fmt.Fprintln(os.Stderr, "cc:", err)
	os.Exit(1)
}

// run replaces this process and returns only when that failed.
func run(argv []string) error {
	s, err := settings.Read(argv[0], "compile.settings")
	if err != nil {
		return err
	}
	args, err := settings.ExpandParams(argv[1:])
	if err != nil {
		return err
	}
	if isLink(args) {
		path := s.Path("link")
		if err := syscall.Exec(path, append([]string{path}, args...), os.Environ()); err != nil {
			return fmt.Errorf("link with the compiler's name: run %s: %w: only actions with the whole toolchain can link", path, err)
		}
	}
	zig := s.Path("zig")
	wd, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find working folder: %w", err)
	}
	err = syscall.Exec(zig, append([]string{zig, "clang"}, clangArgs(s, args, wd)...), []string{"LC_ALL=C", "TZ=UTC", "TMPDIR=" + os.TempDir()})
	return fmt.Errorf("run compiler %s: %w", zig, err)
}

// isLink tells whether a command line asks for more than compiling.
func isLink(args []string) bool {
	for _, a := range args {
		switch a {
		case "-c", "-S", "-E", "-fsyntax-only", "--version", "-v", "-dumpmachine", "-###":
			return false
		}
		if strings.HasPrefix(a, "-print-") || strings.HasPrefix(a, "--print-") {
			return false
		}
	}
	return true
}

// clangArgs puts the target's flags before a caller's, which can so override them.
func clangArgs(s *settings.Settings, args []string, wd string) []string {
	root := relative(s.Root, wd)
	out := append([]string{"--no-default-config", "-no-canonical-prefixes", "-nostdinc", "-ffile-compilation-dir=."}, s.All("flag")...)
	if filepath.IsAbs(root) {
		// Whatever a file name is put into names it as from the execution root.
		out = append(out, "-ffile-prefix-map="+root+"=")
	}
	for _, dir := range s.All("include") {
		out = append(out, "-isystem", root+dir)
	}
	return append(out, args...)
}

// relative spares file names an absolute root where the working folder allows it.
func relative(root, wd string) string {
	if !filepath.IsAbs(root) {
		return root
	}
	if rel, err := filepath.Rel(wd, root); err == nil && rel == "." {
		return ""
	} else if err == nil && !strings.HasPrefix(rel, "..") {
		return rel + "/"
	}
	return root
}
