// SPDX-License-Identifier: MIT

// Command link is the C linker of one target, with the command line of a compiler driver, as cmd/link and cgo use it:
//
//	.../TARGET/ld ARGS...
//
// It reads TARGET/link.settings beside it. A link names the files of the target's runtime, which are declared inputs,
// so it needs no cache and no libc of zig's making. ELF and PE go straight to zig's lld; Mach-O to zig's own linker,
// which only `zig cc` reaches.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/toolchains/zig/settings"
)

func main() {
	code, err := run(os.Args, os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ld:", err)
		code = 1
	}
	os.Exit(code)
}

func run(argv []string, stdout, stderr io.Writer) (int, error) {
	args, err := settings.ExpandParams(argv[1:])
	if err != nil {
		return 0, err
	}
	for _, a := range args {
		if a == "-Wl,--version" {
			// cmd/link tells linkers apart by this answer: go.dev/issue/15696, 22040, 35197.
			fmt.Fprintln(stdout, "GNU ld compatible: LLD of zig")
			return 0, nil
		}
	}
	s, err := settings.Read(argv[0], "link.settings")
	if err != nil {
		return 0, err
	}
	c, err := parse(args)
	if err != nil {
		return 0, err
	}
	tmp, err := os.MkdirTemp("", "ld")
	if err != nil {
		return 0, fmt.Errorf("make temporary folder: %w", err)
	}
	defer os.RemoveAll(tmp)
	if code, err := compileSources(s, c, tmp, stderr); code != 0 || err != nil {
		return code, err
	}
	t, err := readTarget(s, c.kind())
	if err != nil {
		return 0, err
	}
	zigArgs, err := t.args(c)
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(s.Path("zig"), zigArgs...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "HOME=" + tmp, "TMPDIR=" + tmp, "ZIG_LIB_DIR=" + s.Path("lib"),
		"ZIG_LOCAL_CACHE_DIR=" + tmp + "/l", "ZIG_GLOBAL_CACHE_DIR=" + tmp + "/g"}
	return exitCode(cmd.Run())
}

// compileSources compiles the C files on a link's command line, which cmd/link writes when it tries out flags.
func compileSources(s *settings.Settings, c *command, tmp string, stderr io.Writer) (int, error) {
	for i, in := range c.inputs {
		if !strings.HasSuffix(in.name, ".c") {
			continue
		}
		obj := filepath.Join(tmp, fmt.Sprintf("%d.o", i))
		cmd := exec.Command(s.Path("cc"), "-c", in.name, "-o", obj)
		cmd.Stderr = stderr
		if code, err := exitCode(cmd.Run()); code != 0 || err != nil {
			return code, err
		}
		c.inputs[i].name = obj
	}
	return 0, nil
}

func exitCode(err error) (int, error) {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 0, fmt.Errorf("run %w", err)
	}
	return 0, nil
}
