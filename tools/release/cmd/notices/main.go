// SPDX-License-Identifier: MIT

// Notices joins license files into the text that goes into a release archive. It is run by build actions; package
// action has the exit codes.
package main

import (
	"flag"
	"io"
	"os"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/notices"
)

const usage = `usage: notices --out FILE --section TITLE=FILE...

  --out FILE            the text to write
  --section TITLE=FILE  a component and the file with its license; may be repeated
  @FILE                 stands for the arguments in FILE, one a line
`

func main() {
	os.Exit(action.Exit(os.Stderr, "notices", run(os.Args[1:], os.Stdout)))
}

func run(args []string, stdout io.Writer) error {
	var out string
	var list action.List
	flags := flag.NewFlagSet("notices", flag.ContinueOnError)
	flags.StringVar(&out, "out", "", "")
	flags.Var(&list, "section", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if out == "" || len(list) == 0 {
		return action.UsageError("--out and at least one --section are needed")
	}
	var sections []notices.Section
	for _, item := range list {
		s, err := notices.ParseSection(item)
		if err != nil {
			return action.UsageError("%v", err)
		}
		sections = append(sections, s)
	}
	return action.WriteFile(out, 0o644, func(w io.Writer) error { return notices.Write(w, sections) })
}
