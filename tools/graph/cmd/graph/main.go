// SPDX-License-Identifier: MIT

// Graph tells what the actions of a build take from outside their declared inputs.
//
//	./bazelw aquery 'deps(//:release)' --output=jsonproto | graph [--json] [--forbid MODULE]...
//
// It prints the kinds of actions with their numbers, then what it found: programs of the host, shells, and files of
// forbidden modules.
//
// Exit status: 0 nothing found, 1 the graph could not be read, 2 usage, 3 something was found.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/gosqlite/gosqlite/tools/graph"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var forbidden []string
	flags := flag.NewFlagSet("graph", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "print JSON")
	flags.Func("forbid", "`MODULE` whose files no action may read; may be repeated", func(m string) error {
		forbidden = append(forbidden, m)
		return nil
	})
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "graph: usage: graph [--json] [--forbid MODULE]... <ACTION_GRAPH")
		return 2
	}
	g, err := graph.Read(stdin)
	if err != nil {
		fmt.Fprintln(stderr, "graph:", err)
		return 1
	}
	found := g.Check(forbidden)
	if err := print(stdout, g, found, *asJSON); err != nil {
		fmt.Fprintln(stderr, "graph: write report:", err)
		return 1
	}
	if len(found) > 0 {
		return 3
	}
	return 0
}

func print(w io.Writer, g *graph.Graph, found []graph.Finding, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(map[string]any{"actions": g.Mnemonics(), "found": found})
	}
	counts := g.Mnemonics()
	for _, m := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(w, "%6d %s\n", counts[m], m)
	}
	for _, f := range found {
		fmt.Fprintf(w, "%s: %s of %s: %s\n", f.Rule, f.Mnemonic, f.Target, f.What)
	}
	_, err := fmt.Fprintf(w, "found: %d\n", len(found))
	return err
}
