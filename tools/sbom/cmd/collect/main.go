// SPDX-License-Identifier: MIT

// Collect resolves what the aspect of a bill of materials saw into its graph; package collect says how. It is run by build
// actions; package action has the exit codes.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/collect"
)

const usage = `usage: collect --collected FILE --out FILE [--pins FILE] [--go-sum FILE]...

  --collected FILE  what the aspect saw
  --out FILE        the graph to write
  --pins FILE       the file of pins that components name keys of
  --go-sum FILE     a go.sum; may be repeated
  @FILE             stands for the arguments in FILE, one a line
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "collect", resolve(args, stdout))
}

func resolve(args []string, stdout io.Writer) error {
	var collected, out, pins string
	var sums action.List
	flags := flag.NewFlagSet("collect", flag.ContinueOnError)
	flags.StringVar(&collected, "collected", "", "")
	flags.StringVar(&out, "out", "", "")
	flags.StringVar(&pins, "pins", "", "")
	flags.Var(&sums, "go-sum", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if collected == "" || out == "" {
		return action.UsageError("--collected and --out have to name files")
	}
	text, err := os.ReadFile(collected)
	if err != nil {
		return fmt.Errorf("read collected graph: %w", err)
	}
	in, err := collect.Parse(text)
	if err != nil {
		return err
	}
	facts, err := read(pins, sums)
	if err != nil {
		return err
	}
	document, err := collect.Document(in, facts)
	if err != nil {
		return action.Reject(err)
	}
	encoded, err := document.Encode()
	if err != nil {
		return action.Reject(fmt.Errorf("bill of materials of %s: %w", in.Root, err))
	}
	return action.WriteFile(out, 0o644, func(w io.Writer) error {
		_, err := w.Write(encoded)
		return err
	})
}

func read(pins string, sums []string) (facts collect.Facts, err error) {
	if pins != "" {
		if facts.Pins, err = os.ReadFile(pins); err != nil {
			return facts, fmt.Errorf("read pins: %w", err)
		}
	}
	for _, name := range sums {
		text, err := os.ReadFile(name)
		if err != nil {
			return facts, fmt.Errorf("read go.sum: %w", err)
		}
		facts.GoSums = append(facts.GoSums, text)
	}
	return facts, nil
}
