// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bench/contender"
	"github.com/gosqlite/gosqlite/tools/bench/workload"
)

// defaultGo are the Go of a release and the oldest that the root module admits.
const defaultGo = "go1.27.4,go1.26.8"

const defaultDrivers = "gosqlite,mattn,mattn@latest,modernc,ncruces,zombiezen,nothing,floor"

// options are what the command line says.
type options struct {
	size       workload.Size
	rounds     int
	contenders []contender.Contender // without a toolchain
	toolchains []string              // at least one
	musl       string                // command of a C compiler for musl, "" for none
	workloads  []workload.Workload
	json, svg  string // files, "" for none
	update     string // page whose section is replaced, "" for none
}

const usage = `Measures gosqlite against other SQLite drivers for Go and prints a report in Markdown.

  GOWORK=off go -C tools/bench run .                           everything, about ten minutes
  GOWORK=off go -C tools/bench run . -quick                    two minutes, rougher figures
  GOWORK=off go -C tools/bench run . -workloads '^scan'        some workloads
  GOWORK=off go -C tools/bench run . -drivers gosqlite,mattn   some drivers; NAME@VERSION, NAME@latest work, too
  GOWORK=off go -C tools/bench run . -musl 'zig cc -target x86_64-linux-musl'   gosqlite and mattn over that libc, too
  GOWORK=off go -C tools/bench run . -update ../../docs/benchmarks.md -svg ../../docs/benchmarks_driver.svg

A C compiler and internal/capi/sqlite3.c (./bazelw run //internal/capi:amalgamation) are needed. The first run compiles
the drivers, which takes minutes more.

`

// parseOptions says with done that there is nothing to run.
func parseOptions(args []string, stdout, stderr io.Writer) (o options, code int, done bool) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	quick := flags.Bool("quick", false, "fewer rounds of less work")
	rounds := flags.Int("rounds", 0, "rounds of each workload (default 11, with -quick 5)")
	drivers := flags.String("drivers", defaultDrivers, "who is measured")
	pattern := flags.String("workloads", "", "regular expression of the workloads' names")
	toolchains := flags.String("go", defaultGo, "toolchains: the first for everything, others for what depends on Go; local is the running one")
	flags.StringVar(&o.musl, "musl", "", "measure gosqlite and the latest mattn with musl, too, by this C compiler `command`")
	list := flags.Bool("list", false, "print the workloads and exit")
	flags.StringVar(&o.json, "json", "", "write raw data to this `file`")
	flags.StringVar(&o.svg, "svg", "", "write a plot to this `file`")
	flags.StringVar(&o.update, "update", "", "replace what stands between <!-- driver --> and <!-- /driver --> in this `file`")
	for _, arg := range args {
		if arg == "-h" || arg == "-help" || arg == "--help" {
			flags.SetOutput(stdout)
		}
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return o, exitOK, true
	} else if err != nil {
		return o, exitUsage, true
	}
	o.musl = strings.TrimSpace(o.musl)
	err := o.choose(*drivers, *pattern, *toolchains)
	if err == nil && (flags.NArg() > 0 || *rounds < 0) {
		err = fmt.Errorf("read arguments: no words are taken behind flags, and rounds are counted from 1")
	}
	if err != nil {
		fmt.Fprintf(stderr, "bench: %v; see -h\n", err)
		return o, exitUsage, true
	}
	if *list {
		for _, w := range o.workloads {
			fmt.Fprintf(stdout, "%-18s %s\n", w.Name, w.What)
		}
		return o, exitOK, true
	}
	if o.rounds = 11; *quick {
		o.size, o.rounds = workload.Quick, 5
	}
	if *rounds > 0 {
		o.rounds = *rounds
	}
	return o, 0, false
}

func (o *options) choose(drivers, pattern, toolchains string) (err error) {
	if o.contenders, err = contender.Parse(drivers); err != nil {
		return err
	}
	matches, err := regexp.Compile(pattern)
	if err != nil {
		return fmt.Errorf("read -workloads: %w", err)
	}
	for _, w := range workload.All() {
		if matches.MatchString(w.Name) {
			o.workloads = append(o.workloads, w)
		}
	}
	if len(o.workloads) == 0 {
		return fmt.Errorf("find workloads: no name matches %q; -list prints them", pattern)
	}
	for name := range strings.SplitSeq(toolchains, ",") {
		o.toolchains = append(o.toolchains, strings.TrimSpace(name))
	}
	return nil
}

// all are the contenders of the list and, behind them, those with musl.
func (o options) all() []contender.Contender {
	if o.musl == "" {
		return o.contenders
	}
	return slices.Concat(o.contenders, contender.WithMusl(o.musl))
}
