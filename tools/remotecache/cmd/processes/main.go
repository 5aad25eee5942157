// SPDX-License-Identifier: MIT

// Command processes says from Bazel's output what came from the remote cache.
//
//	processes [-all-hits] [-least N] [FILE]
//
// reads FILE or standard input and prints `hits H carried C internal I total T`: results from the cache, actions that
// were carried out, actions inside Bazel (never cached), and all of them. With -all-hits it says no unless C is 0 and
// H at least N (1 by default).
//
// Exit codes: 0 ok, 1 failure (no line about processes, or the build failed), 2 usage, 3 not all were hits.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/gosqlite/gosqlite/tools/remotecache"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("processes", flag.ContinueOnError)
	flags.SetOutput(stderr)
	allHits := flags.Bool("all-hits", false, "say no unless every action that can be cached was a hit")
	least := flags.Int("least", 1, "how many hits there must be with -all-hits")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 1 || *least < 0 {
		fmt.Fprintln(stderr, "processes: usage: processes [-all-hits] [-least N] [FILE]")
		return 2
	}
	if flags.NArg() == 1 {
		f, err := os.Open(flags.Arg(0))
		if err != nil {
			fmt.Fprintf(stderr, "processes: open output: %v\n", err)
			return 1
		}
		defer f.Close()
		stdin = f
	}
	summary, err := remotecache.ReadSummary(stdin)
	if err != nil {
		fmt.Fprintf(stderr, "processes: %v\n", err)
		return 1
	}
	fmt.Fprintf(stdout, "hits %d carried %d internal %d total %d\n", summary.Hits(), summary.Carried(), summary.Internal(), summary.Total)
	if !*allHits {
		return 0
	}
	if err := summary.AllHits(*least); err != nil {
		fmt.Fprintf(stderr, "processes: %v\n", err)
		return 3
	}
	return 0
}
