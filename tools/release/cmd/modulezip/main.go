// SPDX-License-Identifier: MIT

// Modulezip writes the Go module of a release, as a GOPROXY has it, from declared files. It is run by build actions, asks
// no git, and package action has the exit codes. Program module makes the same bytes from a commit.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/module"
)

const usage = `usage: modulezip --version VERSION --time TIME --zip FILE --mod FILE --info FILE --file PATH=SOURCE...

  --version VERSION    such as v1.2.3
  --time TIME          the release date, such as 2026-11-23T00:00:00Z
  --zip FILE           the module to write
  --mod FILE           its go.mod to write
  --info FILE          its .info to write
  --file PATH=SOURCE   a file by its path in the module, and the file with its contents; may be repeated
  @FILE                stands for the arguments in FILE, one a line
`

// maxFile bounds a source file, in bytes: what golang.org/x/mod/zip allows a whole module.
const maxFile = 500 << 20

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "modulezip", write(args, stdout))
}

func write(args []string, stdout io.Writer) error {
	var version, when, zip, mod, info string
	var named action.List
	flags := flag.NewFlagSet("modulezip", flag.ContinueOnError)
	flags.StringVar(&version, "version", "", "")
	flags.StringVar(&when, "time", "", "")
	flags.StringVar(&zip, "zip", "", "")
	flags.StringVar(&mod, "mod", "", "")
	flags.StringVar(&info, "info", "", "")
	flags.Var(&named, "file", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if version == "" || zip == "" || mod == "" || info == "" {
		return action.UsageError("--version, --zip, --mod and --info are needed")
	}
	at, err := time.Parse("2006-01-02T15:04:05Z", when)
	if err != nil {
		return action.UsageError("--time %q: write it as 2026-11-23T00:00:00Z", when)
	}
	files := make([]module.File, len(named))
	for i, arg := range named {
		name, source, ok := strings.Cut(arg, "=")
		if !ok || name == "" || source == "" {
			return action.UsageError("--file %q: write PATH=SOURCE", arg)
		}
		data, err := action.ReadFile(source, maxFile)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		files[i] = module.File{Name: name, Data: data, Mode: 0o644}
	}
	s, err := module.Of(files, at)
	if err != nil {
		return err
	}
	parts, err := s.Pack(version)
	if err != nil {
		return err
	}
	written := []string{}
	for _, f := range []struct {
		name string
		data []byte
	}{{zip, parts.Zip}, {mod, parts.Mod}, {info, parts.Info}} {
		if err := action.WriteFile(f.name, 0o644, func(w io.Writer) error { _, err := w.Write(f.data); return err }); err != nil {
			for _, name := range written {
				os.Remove(name) // one is of no use without the others
			}
			return err
		}
		written = append(written, f.name)
	}
	return nil
}
