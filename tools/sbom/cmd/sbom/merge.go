// SPDX-License-Identifier: MIT

package main

import (
	"flag"
	"io"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

const mergeUsage = `usage: sbom merge --graph FILE... --out FILE

  --graph FILE  the graph of a platform's archive; may be repeated
  --out FILE    the graph of the whole release to write
  @FILE         stands for the arguments in FILE, one a line
`

func merge(args []string, stdout io.Writer) error {
	var graphs action.List
	var out string
	flags := flag.NewFlagSet("merge", flag.ContinueOnError)
	flags.Var(&graphs, "graph", "")
	flags.StringVar(&out, "out", "", "")
	if err := action.Parse(flags, mergeUsage, args, stdout); err != nil {
		return err
	}
	if len(graphs) == 0 || out == "" {
		return action.UsageError("at least one --graph and --out are needed")
	}
	var documents []*graph.Document
	for _, name := range graphs {
		d, err := readGraph(name)
		if err != nil {
			return err
		}
		documents = append(documents, d)
	}
	whole, err := graph.Merge(documents)
	if err != nil {
		return action.Reject(err)
	}
	text, err := whole.Encode()
	if err != nil {
		return action.Reject(err)
	}
	return action.WriteFile(out, 0o644, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
