// SPDX-License-Identifier: MIT

// Command size says how long a build takes with how many workers: package sizing has the model.
//
//	size -profile FILE -one DURATION -two DURATION [-workers 1,2,10,100]
//
// FILE is of Bazel's --profile, of a build on this machine with --jobs=1 from an empty output base without caches. The
// durations are those of the same build with one worker and with two (tools/remoteexec/check.sh one remote prints them).
//
// Exit codes: 0 ok, 1 failure, 2 usage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gosqlite/gosqlite/tools/remoteexec/sizing"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("size", flag.ContinueOnError)
	flags.SetOutput(stderr)
	profile := flags.String("profile", "", "Bazel's --profile of a build on this machine")
	one := flags.Duration("one", 0, "how long one worker took")
	two := flags.Duration("two", 0, "how long two workers took")
	list := flags.String("workers", "1,2,10,100", "numbers of workers")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	workers, err := numbers(*list)
	if err != nil || flags.NArg() > 0 || *profile == "" || *one <= 0 || *two <= 0 {
		fmt.Fprintln(stderr, "size: usage: size -profile FILE -one DURATION -two DURATION [-workers 1,2,10,100]")
		return 2
	}
	if err := size(*profile, *one, *two, workers, stdout); err != nil {
		fmt.Fprintf(stderr, "size: %v\n", err)
		return 1
	}
	return 0
}

func numbers(list string) ([]int, error) {
	var all []int
	for _, word := range strings.Split(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("read number of workers %q: it is not above 0: %w", word, err)
		}
		all = append(all, n)
	}
	return all, nil
}

func size(profile string, one, two time.Duration, workers []int, stdout io.Writer) error {
	f, err := os.Open(profile)
	if err != nil {
		return fmt.Errorf("open profile: %w", err)
	}
	defer f.Close()
	p, err := sizing.ReadProfile(f)
	if err != nil {
		return err
	}
	m, err := sizing.Fit(p, one, two)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d actions, %.1f s of work, critical path %.1f s; start %.1f s, each action %.2f s more\n",
		p.Actions, p.Work.Seconds(), p.Critical.Seconds(), m.Start.Seconds(), m.Each.Seconds())
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "workers\ttime\t")
	for _, n := range workers {
		how := "extrapolation"
		if sizing.Measured(n) {
			how = "measured"
		}
		fmt.Fprintf(table, "%d\t%.0f s\t%s\n", n, m.Time(n).Seconds(), how)
	}
	return table.Flush()
}
