// SPDX-License-Identifier: MIT

package main

import (
	"flag"
	"io"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/cyclonedx"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/spdx"
)

const writeUsage = `usage: sbom write --graph FILE --out FORMAT=FILE...

  --graph FILE       the graph
  --out FORMAT=FILE  a document to write; may be repeated. The formats:
                     cyclonedx-1.7+json  cyclonedx-1.6+json  cyclonedx-1.6+xml
                     spdx-2.3+json       spdx-2.3+tag-value  spdx-3.0.1+json
  @FILE              stands for the arguments in FILE, one a line
`

// formats are the writers by the names that people type.
var formats = writers()

func writers() map[string]func(w io.Writer, d *graph.Document) error {
	m := map[string]func(w io.Writer, d *graph.Document) error{}
	for _, f := range []cyclonedx.Format{cyclonedx.JSON17, cyclonedx.JSON16, cyclonedx.XML16} {
		m[string(f)] = func(w io.Writer, d *graph.Document) error { return cyclonedx.Write(w, d, f) }
	}
	for _, f := range []spdx.Format{spdx.JSON23, spdx.TagValue23, spdx.JSON301} {
		m[string(f)] = func(w io.Writer, d *graph.Document) error { return spdx.Write(w, d, f) }
	}
	return m
}

func write(args []string, stdout io.Writer) error {
	var graphFile string
	var outs action.List
	flags := flag.NewFlagSet("write", flag.ContinueOnError)
	flags.StringVar(&graphFile, "graph", "", "")
	flags.Var(&outs, "out", "")
	if err := action.Parse(flags, writeUsage, args, stdout); err != nil {
		return err
	}
	if graphFile == "" || len(outs) == 0 {
		return action.UsageError("--graph and at least one --out are needed")
	}
	for _, out := range outs {
		format, file, _ := strings.Cut(out, "=")
		if formats[format] == nil || file == "" {
			return action.UsageError("--out %q: write it as FORMAT=FILE, with a format that --help names", out)
		}
	}
	d, err := readGraph(graphFile)
	if err != nil {
		return err
	}
	for _, out := range outs {
		format, file, _ := strings.Cut(out, "=")
		err := action.WriteFile(file, 0o644, func(w io.Writer) error { return formats[format](w, d) })
		if err != nil {
			return err
		}
	}
	return nil
}
