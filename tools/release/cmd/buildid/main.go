// SPDX-License-Identifier: MIT

// Buildid prints a program's build identity, or writes a copy with an identity that follows from its contents. Package
// strip says where each format has it and how it is computed. It is run by build actions; package action has the exit
// codes.
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

const usage = `usage: buildid --in FILE
       buildid --set --in FILE --out FILE

  --in FILE    a program or shared library: ELF, PE or Mach-O of 64 bits
  --set        write a copy whose identity is derived from its contents
  --out FILE   the file to write
  @FILE        stands for the arguments in FILE, one a line

Without --set, the identity is printed in hexadecimal digits.
`

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "buildid", buildID(args, stdout))
}

func buildID(args []string, stdout io.Writer) error {
	var in, out string
	var set bool
	flags := flag.NewFlagSet("buildid", flag.ContinueOnError)
	flags.StringVar(&in, "in", "", "")
	flags.StringVar(&out, "out", "", "")
	flags.BoolVar(&set, "set", false, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if in == "" || set != (out != "") {
		return action.UsageError("--in is needed, and --set and --out go together")
	}
	data, err := strip.ReadFile(in)
	if err != nil {
		return err
	}
	if set {
		return setID(in, out, data)
	}
	id, err := strip.Identity(data)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	_, err = fmt.Fprintln(stdout, id)
	return err
}

func setID(in, out string, data []byte) error {
	data, err := strip.SetIdentity(data)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	return action.WriteFile(out, 0o755, func(w io.Writer) error { _, err := w.Write(data); return err })
}
