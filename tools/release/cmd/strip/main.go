// SPDX-License-Identifier: MIT

// Strip writes a program without symbols and debug information. Package strip says what goes and what stays.
// It is run by build actions; package action has the exit codes.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/strip"
)

const usage = `usage: strip --in FILE --out FILE [--check-same-id]

  --in FILE         a program or shared library: ELF, PE or Mach-O of 64 bits; the format is detected
  --out FILE        the file to write
  --check-same-id   fail when the input has no build identity, or the output another
  @FILE             stands for the arguments in FILE, one a line
`

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "strip", stripFile(args, stdout))
}

func stripFile(args []string, stdout io.Writer) error {
	var in, out string
	var checkID bool
	flags := flag.NewFlagSet("strip", flag.ContinueOnError)
	flags.StringVar(&in, "in", "", "")
	flags.StringVar(&out, "out", "", "")
	flags.BoolVar(&checkID, "check-same-id", false, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if in == "" || out == "" {
		return action.UsageError("--in and --out are needed")
	}
	twin, err := strip.ReadFile(in)
	if err != nil {
		return err
	}
	stripped, err := strip.Strip(twin)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	if checkID {
		if err := checkSameID(twin, stripped); err != nil {
			return action.Reject(fmt.Errorf("%s: %w", in, err))
		}
	}
	return action.WriteFile(out, 0o755, func(w io.Writer) error { _, err := w.Write(stripped); return err })
}

func checkSameID(twin, stripped []byte) error {
	want, err := strip.Identity(twin)
	if err != nil {
		return err
	}
	got, err := strip.Identity(stripped)
	if err != nil {
		return fmt.Errorf("stripped: %w", err)
	}
	if !got.Equal(want) {
		return fmt.Errorf("stripped: build identity %s, and the twin has %s", got, want)
	}
	return nil
}
