// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/show"
)

const showUsage = `usage: sbom %s --graph FILE

  --graph FILE  the graph
  @FILE         stands for the arguments in FILE, one a line
`

func table(args []string, stdout io.Writer) error { return shown("table", args, stdout, show.Table) }

func tree(args []string, stdout io.Writer) error { return shown("tree", args, stdout, show.Tree) }

func shown(name string, args []string, stdout io.Writer, print func(w io.Writer, d *graph.Document) error) error {
	var graphFile string
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.StringVar(&graphFile, "graph", "", "")
	if err := action.Parse(flags, fmt.Sprintf(showUsage, name), args, stdout); err != nil {
		return err
	}
	if graphFile == "" {
		return action.UsageError("--graph is needed")
	}
	d, err := readGraph(graphFile)
	if err != nil {
		return err
	}
	return print(stdout, d)
}

const treemapUsage = `usage: sbom treemap --areas FILE --title TEXT [--svg FILE] [--html FILE]

  --areas FILE  a JSON list of {"name", "group", "bytes"}, as attribution prints it
  --title TEXT  what the picture shows
  --svg FILE    the picture to write
  --html FILE   a page with the picture and a table to write
  @FILE         stands for the arguments in FILE, one a line
`

func treemap(args []string, stdout io.Writer) error {
	var areasFile, title, svg, html string
	flags := flag.NewFlagSet("treemap", flag.ContinueOnError)
	flags.StringVar(&areasFile, "areas", "", "")
	flags.StringVar(&title, "title", "", "")
	flags.StringVar(&svg, "svg", "", "")
	flags.StringVar(&html, "html", "", "")
	if err := action.Parse(flags, treemapUsage, args, stdout); err != nil {
		return err
	}
	if areasFile == "" || title == "" || svg == "" && html == "" {
		return action.UsageError("--areas, --title and one of --svg and --html are needed")
	}
	text, err := fromFile(areasFile, limited)
	if err != nil {
		return err
	}
	var areas []show.Area
	if err := json.Unmarshal(text, &areas); err != nil {
		return fmt.Errorf("read areas of %s: %w", areasFile, err)
	}
	if svg != "" {
		if err := action.WriteFile(svg, 0o644, func(w io.Writer) error { return show.SVG(w, title, areas) }); err != nil {
			return err
		}
	}
	if html == "" {
		return nil
	}
	return action.WriteFile(html, 0o644, func(w io.Writer) error { return show.HTML(w, title, areas) })
}
