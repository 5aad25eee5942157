// SPDX-License-Identifier: MIT

package contender

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// CFlags compile every driver in C, and the floor: what the go command takes by itself.
const CFlags = "-O2 -g"

// MuslLDFlags are Go's linker's with musl: such programs run anywhere.
const MuslLDFlags = "-linkmode external -extldflags -static"

// Builder builds programs.
type Builder struct {
	Module string   // folder of this module
	Out    string   // folder for programs, the caller's to delete
	Env    []string // of the go command
}

// Latest turns the version "latest" into a number, and into "" when go.mod
// requires just that.
func (b Builder) Latest(ctx context.Context, c Contender) (Contender, error) {
	if c.Version != "latest" {
		return c, nil
	}
	module := modules[c.Driver]
	pinned, err := b.run(ctx, c, "go", "list", "-m", "-f", "{{.Version}}", module)
	if err != nil {
		return c, err
	}
	if c.Version, err = b.run(ctx, c, "go", "list", "-m", "-f", "{{.Version}}", module+"@latest"); c.Version == pinned {
		c.Version = ""
	}
	return c, err
}

// Build builds the program of c.
func (b Builder) Build(ctx context.Context, c Contender) (Contender, error) {
	libc := ""
	if c.Musl != "" {
		libc = "_musl"
	}
	c.Program = filepath.Join(b.Out, strings.Join([]string{c.Driver, c.Version, c.Go}, "_")+libc+".exe")
	if c.Driver == Floor {
		return c, b.buildFloor(ctx, c)
	}
	args := []string{"go", "build", "-o", c.Program}
	if c.Musl != "" {
		if err := b.checkMusl(ctx, c); err != nil {
			return c, err
		}
		args = append(args, "-ldflags="+MuslLDFlags)
	}
	if c.Version != "" {
		file, err := b.modFile(ctx, c)
		if err != nil {
			return c, err
		}
		args = append(args, "-modfile="+file)
	}
	_, err := b.run(ctx, c, append(args, "./driver/"+c.Driver)...)
	return c, err
}

// checkMusl refuses a compiler for glibc, whose figures would stand under musl's name.
func (b Builder) checkMusl(ctx context.Context, c Contender) error {
	header := c.base() + ".c"
	if err := os.WriteFile(header, []byte("#include <features.h>\n"), 0o644); err != nil {
		return err
	}
	defined, err := b.run(ctx, c, append(strings.Fields(c.Musl), "-E", "-dM", header)...)
	if err == nil && strings.Contains(defined, "#define __GLIBC__ ") {
		err = fmt.Errorf("build %s: %q compiles for glibc; name a compiler for musl, such as 'zig cc -target x86_64-linux-musl'", c.Name(), c.Musl)
	}
	return err
}

// base is c's program without its suffix.
func (c Contender) base() string { return strings.TrimSuffix(c.Program, ".exe") }

// modFile is a go.mod that requires another version of c's module.
func (b Builder) modFile(ctx context.Context, c Contender) (string, error) {
	base := c.base()
	for _, suffix := range []string{".mod", ".sum"} {
		data, err := os.ReadFile(filepath.Join(b.Module, "go"+suffix))
		if err == nil {
			err = os.WriteFile(base+suffix, data, 0o644)
		}
		if err != nil {
			return "", fmt.Errorf("copy go%s: %w", suffix, err)
		}
	}
	_, err := b.run(ctx, c, "go", "get", "-modfile="+base+".mod", modules[c.Driver]+"@"+c.Version)
	return base + ".mod", err
}

func (b Builder) buildFloor(ctx context.Context, c Contender) error {
	cc, err := b.run(ctx, c, "go", "env", "CC")
	if err != nil {
		return err
	}
	args := append(strings.Fields(cc+" "+CFlags), "-w", "-I", filepath.Join(b.Module, "..", "..", "internal", "capi"),
		"-o", c.Program, filepath.Join(b.Module, "driver", Floor, "floor.c"), "-lpthread", "-ldl", "-lm")
	_, err = b.run(ctx, c, args...)
	return err
}

// run returns the output without its last newline.
func (b Builder) run(ctx context.Context, c Contender, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = b.Module
	// -modfile is refused in workspaces.
	cmd.Env = append(b.Env, "GOWORK=off", "CGO_ENABLED=1", "CGO_CFLAGS="+CFlags)
	if c.Go != "" {
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+c.Go)
	}
	if c.Musl != "" {
		cmd.Env = append(cmd.Env, "CC="+c.Musl)
	}
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(stderr.String())
		if lines := strings.Split(said, "\n"); len(lines) > 4 {
			said = strings.Join(lines[len(lines)-4:], "\n")
		}
		return "", fmt.Errorf("build %s: %s: %w: %s", c.Name(), strings.Join(args[:2], " "), err, said)
	}
	return strings.TrimSpace(out.String()), nil
}
