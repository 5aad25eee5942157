// SPDX-License-Identifier: MIT

// Graph tells what the actions of a build take from outside their declared inputs.
//
//	./bazelw aquery 'deps(//:release)' --output=jsonproto | graph [--json] [--forbid MODULE]...
//
// It prints the kinds of actions with their numbers, then what it found: programs and files of the host, shells,
// and files of forbidden modules.
//
//	… | graph --within FILE [--but LABEL]...
//
// prints the actions that the graph in FILE lacks or has under another key, so that they would run twice; those of the
// targets behind --but are left out.
//
//	… | graph [--headers ROWS] [--unread MNEMONIC=PATTERN]...
//
// prints the actions that could read headers of another row of the matrix than their compiler's, by the rows in that file
// (//toolchains/zig/agreement:rows), and the actions of a kind that have an input whose path matches the pattern.
//
// Exit status: 0 nothing found, 1 the graph could not be read or held against all that was asked, 2 usage, 3 something was
// found. What was found is printed in both cases.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/graph"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var forbidden, but []string
	flags := flag.NewFlagSet("graph", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "print JSON")
	flags.Func("forbid", "`MODULE` whose files no action may read; may be repeated", func(m string) error {
		forbidden = append(forbidden, m)
		return nil
	})
	within := flags.String("within", "", "`FILE` with the action graph that has to have every action of this one")
	flags.Func("but", "`LABEL` of a target whose actions may be its own; may be repeated", func(l string) error {
		but = append(but, l)
		return nil
	})
	headers := flags.String("headers", "", "`FILE` with the rows of the matrix: no compile may see headers of another row")
	var rules []graph.Rule
	flags.Func("unread", "`MNEMONIC=PATTERN` of inputs that no such action may have; may be repeated", func(text string) error {
		mnemonic, pattern, ok := strings.Cut(text, "=")
		inputs, err := regexp.Compile(pattern)
		if !ok || mnemonic == "" || err != nil {
			return fmt.Errorf("want MNEMONIC=PATTERN, got %q: %v", text, err)
		}
		rules = append(rules, graph.Rule{Mnemonic: mnemonic, Inputs: inputs})
		return nil
	})
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "graph: usage: graph [--json] [--forbid MODULE]... [--within FILE [--but LABEL]...] [--headers FILE] [--unread MNEMONIC=PATTERN]... <ACTION_GRAPH")
		return 2
	}
	g, err := graph.Read(stdin)
	if err != nil {
		fmt.Fprintln(stderr, "graph:", err)
		return 1
	}
	found := g.Check(forbidden)
	var failed bool
	add := func(more []graph.Finding, err error) {
		found = append(found, more...)
		if err != nil {
			failed = true
			fmt.Fprintln(stderr, "graph:", err)
		}
	}
	add(g.Unread(rules))
	if *headers != "" {
		add(ofHeaders(g, *headers))
	}
	if *within != "" {
		add(beside(g, *within, but))
	}
	if err := print(stdout, g, found, *asJSON); err != nil {
		failed = true
		fmt.Fprintln(stderr, "graph: write report:", err)
	}
	switch {
	case failed:
		return 1
	case len(found) > 0:
		return 3
	}
	return 0
}

// ofHeaders finds what could read headers of another row, by the rows in a file.
func ofHeaders(g *graph.Graph, file string) ([]graph.Finding, error) {
	rows, err := readRows(file)
	if err != nil {
		return nil, err
	}
	return g.Headers(rows)
}

// beside finds the actions that the graph in a file lacks.
func beside(g *graph.Graph, file string, but []string) ([]graph.Finding, error) {
	other, err := read(file)
	if err != nil {
		return nil, err
	}
	return g.Within(other, but)
}

func read(name string) (*graph.Graph, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read action graph: %w", err)
	}
	defer f.Close()
	return graph.Read(f)
}

// readRows reads a few kilobytes that the build wrote.
func readRows(name string) ([]graph.Row, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	var rows []graph.Row
	if err := json.Unmarshal(text, &rows); err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", name, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("read rows of %s: there are none", name)
	}
	return rows, nil
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
