// SPDX-License-Identifier: MIT

// Pack writes one release archive from files named one by one. Equal arguments and contents give equal bytes.
// It is run by build actions; package action has the exit codes.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/archive"
)

const usage = `usage: pack --out FILE --format FORMAT --prefix FOLDER --time TIME --rules KIND/GOOS --file NAME=SOURCE...

  --out FILE           the archive to write
  --format FORMAT      tar.gz or zip
  --prefix FOLDER      the one folder that everything is unpacked into
  --time TIME          modification time of every file, such as 2026-11-23T00:00:00Z; seconds must be even
  --rules KIND/GOOS    what the archive has to hold, such as release/linux or debug/windows
  --file NAME=SOURCE   a file by its name below the prefix, and the file with its contents; may be repeated
  @FILE                stands for the arguments in FILE, one a line

Modes follow from names: 0755 in folders bin and for shared libraries, else 0644.
`

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "pack", pack(args, stdout))
}

// A request is what the flags say.
type request struct {
	out, format, prefix string
	time                time.Time
	kind, goos          string
	files               action.List
}

func parse(args []string, stdout io.Writer) (*request, error) {
	r := &request{}
	var when, rules string
	flags := flag.NewFlagSet("pack", flag.ContinueOnError)
	flags.StringVar(&r.out, "out", "", "")
	flags.StringVar(&r.format, "format", "", "")
	flags.StringVar(&r.prefix, "prefix", "", "")
	flags.StringVar(&when, "time", "", "")
	flags.StringVar(&rules, "rules", "", "")
	flags.Var(&r.files, "file", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return nil, err
	}
	var err error
	if r.time, err = time.Parse("2006-01-02T15:04:05Z", when); err != nil {
		return nil, action.UsageError("--time %q: write it as 2026-11-23T00:00:00Z", when)
	}
	r.kind, r.goos, _ = strings.Cut(rules, "/")
	switch {
	case r.out == "":
		return nil, action.UsageError("--out is missing")
	case r.format != "tar.gz" && r.format != "zip":
		return nil, action.UsageError("--format %q: choose tar.gz or zip", r.format)
	case r.prefix == "" || strings.Contains(r.prefix, "/"):
		return nil, action.UsageError("--prefix %q: name one folder", r.prefix)
	case !slices.Contains(archive.Kinds(), r.kind) || !slices.Contains(archive.Systems(), r.goos):
		return nil, action.UsageError("--rules %q: write KIND/GOOS, KIND being %s and GOOS %s", rules,
			strings.Join(archive.Kinds(), " or "), strings.Join(archive.Systems(), ", "))
	}
	return r, nil
}

func pack(args []string, stdout io.Writer) error {
	r, err := parse(args, stdout)
	if err != nil {
		return err
	}
	a := &archive.Archive{}
	for _, file := range r.files {
		name, source, ok := strings.Cut(file, "=")
		if !ok || source == "" {
			return action.UsageError("--file %q: write NAME=SOURCE", file)
		}
		if err := a.Add(name, archive.Path(source)); err != nil {
			return err
		}
	}
	if err := a.CheckRules(r.kind, r.goos); err != nil {
		return action.Reject(err)
	}
	a.AddPrefix(r.prefix)
	a.SetTime(r.time)
	write := a.WriteTarGzip
	if r.format == "zip" {
		write = a.WriteZip
	}
	if err := action.WriteFile(r.out, 0o644, write); err != nil {
		return fmt.Errorf("pack %s: %w", r.out, err)
	}
	return nil
}
