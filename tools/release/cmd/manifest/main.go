// SPDX-License-Identifier: MIT

// Manifest writes the list of a release's files and their SHA256SUMS. Package manifest specifies both formats.
// It is run by build actions; package action has the exit codes.
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

const usage = `usage: manifest --out FILE --sums FILE --version VERSION --time TIME --file NAME=SOURCE:KIND:PLATFORM...

  --out FILE           the manifest to write
  --sums FILE          the SHA256SUMS to write
  --version VERSION    the release's, such as 1.0.0
  --time TIME          the release date, such as 2026-11-23T00:00:00Z
  --file NAME=SOURCE:KIND:PLATFORM
                       a file by its name in the release, the file with its contents, its kind (archive, debug, sbom,
                       module, vex, notes, api) and its platform, which is empty for a file of all; may be repeated
  @FILE                stands for the arguments in FILE, one a line
`

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "manifest", write(args, stdout))
}

func write(args []string, stdout io.Writer) error {
	var out, sums, when string
	var files action.List
	m := &manifest.Manifest{}
	flags := flag.NewFlagSet("manifest", flag.ContinueOnError)
	flags.StringVar(&out, "out", "", "")
	flags.StringVar(&sums, "sums", "", "")
	flags.StringVar(&m.Version, "version", "", "")
	flags.StringVar(&when, "time", "", "")
	flags.Var(&files, "file", "")
	err := action.Parse(flags, usage, args, stdout)
	if err != nil {
		return err
	}
	if out == "" || sums == "" || out == sums {
		return action.UsageError("--out and --sums have to name two files")
	}
	if m.Time, err = time.Parse("2006-01-02T15:04:05Z", when); err != nil {
		return action.UsageError("--time %q: write it as 2026-11-23T00:00:00Z", when)
	}
	for _, file := range files {
		f, err := describe(file)
		if err != nil {
			return err
		}
		m.Files = append(m.Files, f)
	}
	return writeBoth(m, out, sums)
}

func writeBoth(m *manifest.Manifest, out, sums string) error {
	text, err := m.Encode()
	if err != nil {
		return err
	}
	sumsText, err := m.EncodeSums(text)
	if err != nil {
		return err
	}
	put := func(text []byte) func(io.Writer) error {
		return func(w io.Writer) error { _, err := w.Write(text); return err }
	}
	if err := action.WriteFile(out, 0o644, put(text)); err != nil {
		return err
	}
	if err := action.WriteFile(sums, 0o644, put(sumsText)); err != nil {
		os.Remove(out) // neither is of use without the other
		return err
	}
	return nil
}

// describe makes the entry that NAME=SOURCE:KIND:PLATFORM asks for.
func describe(arg string) (manifest.File, error) {
	name, rest, ok := strings.Cut(arg, "=")
	j := strings.LastIndexByte(rest, ':')
	i := strings.LastIndexByte(rest[:max(j, 0)], ':')
	if !ok || i <= 0 {
		return manifest.File{}, action.UsageError("--file %q: write NAME=SOURCE:KIND:PLATFORM", arg)
	}
	f := manifest.File{Name: name, Kind: manifest.Kind(rest[i+1 : j]), Platform: rest[j+1:]}
	r, err := os.Open(rest[:i])
	if err != nil {
		return f, fmt.Errorf("list %s: %w", name, err)
	}
	defer r.Close()
	if info, err := r.Stat(); err != nil || !info.Mode().IsRegular() {
		return f, fmt.Errorf("list %s: %s is not a regular file", name, rest[:i])
	}
	h := sha256.New()
	if f.Size, err = io.Copy(h, r); err != nil {
		return f, fmt.Errorf("list %s: %w", name, err)
	}
	h.Sum(f.SHA256[:0])
	return f, nil
}
