// SPDX-License-Identifier: MIT

package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/gosqlite/gosqlite/tools/graph"
	"github.com/gosqlite/gosqlite/tools/hermeticity/mounts"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
)

// runList prints the actions that can run zig cc, and how many others there are.
func runList(flags *flag.FlagSet, args []string, _ io.Reader, stdout io.Writer) (int, error) {
	name := flags.String("graph", "", "`FILE` with the action graph")
	if err := parse(flags, args, name); err != nil {
		return exitUsage, err
	}
	g, err := open(*name, graph.Read)
	if err != nil {
		return exitFailure, err
	}
	list := mounts.List(g)
	for _, a := range list {
		fmt.Fprintf(stdout, "%s of %s: %s\n", a.Mnemonic, a.Target, a.Output)
	}
	_, err = fmt.Fprintf(stdout, "%d of %d actions can run zig cc\n", len(list), len(g.Commands()))
	return exitOK, err
}

// turn is what the commands about one build of a turn read.
type turn struct {
	graph *graph.Graph
	list  []graph.Action
	log   *execlog.Log
}

func readTurn(flags *flag.FlagSet, args []string) (*turn, error) {
	graphFile := flags.String("graph", "", "`FILE` with the action graph")
	log := flags.String("log", "", "compact execution log `FILE` of the build")
	if err := parse(flags, args, graphFile, log); err != nil {
		return nil, err
	}
	g, err := open(*graphFile, graph.Read)
	if err != nil {
		return nil, err
	}
	l, err := open(*log, execlog.Read)
	if err != nil {
		return nil, err
	}
	return &turn{g, mounts.List(g), l}, nil
}

// runFlags prints the flags of the build that comes after one with nothing mounted.
func runFlags(flags *flag.FlagSet, args []string, _ io.Reader, stdout io.Writer) (int, error) {
	t, err := readTurn(flags, args)
	if err != nil {
		return exitFailure, err
	}
	failed, err := mounts.Failed(t.log, t.list)
	if err != nil {
		_, err = fmt.Fprintln(stdout, err)
		return exitFound, err
	}
	if len(failed) == 0 {
		return exitOK, nil
	}
	for _, f := range mounts.Flags(t.graph, t.list, failed) {
		fmt.Fprintln(stdout, f)
	}
	return exitOK, nil
}

// runMounted judges one build, and says what succeeded in it: with nothing mounted, how many of each kind; with /proc, each.
func runMounted(flags *flag.FlagSet, args []string, _ io.Reader, stdout io.Writer) (int, error) {
	proc := flags.Bool("proc", false, "/proc was mounted")
	t, err := readTurn(flags, args)
	if err != nil {
		return exitFailure, err
	}
	wrong := mounts.Check(t.log, t.list, *proc)
	for _, w := range wrong {
		fmt.Fprintln(stdout, w)
	}
	if len(wrong) > 0 {
		return exitFound, nil
	}
	counts := map[string]int{}
	for _, s := range t.log.Spawns {
		if s.ExitCode != 0 || s.Status != "" {
			continue
		}
		what := s.Mnemonic
		if *proc {
			what += " of " + s.Label
		}
		counts[what]++
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(stdout, "%6d %s\n", counts[what], what)
	}
	return exitOK, nil
}
