// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/conformance"
	"github.com/gosqlite/gosqlite/tools/sbom/conformance/schema"
)

const scoreUsage = `usage: sbom score --document FILE... [--schemas DIR...] [--at-least N] [--json]

  --document FILE  a document in JSON: CycloneDX or SPDX 2.3
  --schemas DIR    a folder with JSON schemas; without them the points for a valid document are lost
  --at-least N     reject a document of a lower score
  --json           print a report for machines
  @FILE            stands for the arguments in FILE, one a line

The score is our own measurement by the formula of sbomqs.
`

// A scored document in the report for machines.
type scored struct {
	Document string `json:"document"`
	Format   string `json:"format"`
	conformance.Result
}

func score(args []string, stdout io.Writer) error {
	var documents, folders action.List
	var least float64
	var asJSON bool
	flags := flag.NewFlagSet("score", flag.ContinueOnError)
	flags.Var(&documents, "document", "")
	flags.Var(&folders, "schemas", "")
	flags.Float64Var(&least, "at-least", 0, "")
	flags.BoolVar(&asJSON, "json", false, "")
	if err := action.Parse(flags, scoreUsage, args, stdout); err != nil {
		return err
	}
	if len(documents) == 0 {
		return action.UsageError("--document is needed")
	}
	schemas, err := openSchemas(folders)
	if err != nil {
		return err
	}
	var results []scored
	for _, name := range documents {
		s, err := scoreDocument(name, schemas)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		results = append(results, s)
	}
	if asJSON {
		err = printJSON(stdout, results)
	} else {
		err = printScores(stdout, results)
	}
	if err != nil {
		return err
	}
	for _, s := range results {
		if s.Score < least {
			err = errors.Join(err, fmt.Errorf("%s: the score is %s, and at least %.2f is wanted", s.Document, s.Result, least))
		}
	}
	return action.Reject(err)
}

func scoreDocument(name string, schemas *schema.Schemas) (scored, error) {
	text, err := fromFile(name, limited)
	if err != nil {
		return scored{}, err
	}
	bill, err := conformance.Parse(text)
	if err != nil {
		return scored{}, err
	}
	state := conformance.SchemaUnchecked
	if schemas != nil {
		switch _, err := schemas.Validate(text); {
		case errors.Is(err, schema.ErrInvalid):
			state = conformance.SchemaInvalid
		case err != nil:
			return scored{}, err
		default:
			state = conformance.SchemaValid
		}
	}
	return scored{name, string(bill.Spec) + " " + bill.Version, conformance.Score(bill, state)}, nil
}

func printScores(w io.Writer, results []scored) error {
	for _, s := range results {
		fmt.Fprintf(w, "%s (%s): %s of 10 by the sbomqs formula\n", s.Document, s.Format, s.Result)
		if s.Uncounted > 0 {
			fmt.Fprintf(w, "  it does not look at %d components of the formulation, with which it would be %.2f\n", s.Uncounted, s.With)
		}
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, c := range s.Categories {
			for _, f := range c.Features {
				if f.Points > 0 {
					fmt.Fprintf(t, "  -%.3f\t%s/%s\t%s\n", f.Points, c.Name, f.Name, f.Lost)
				}
			}
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

const expectUsage = `usage: sbom expect --document FILE

  --document FILE  a document in JSON: CycloneDX or SPDX 2.3
  @FILE            stands for the arguments in FILE, one a line
`

func expect(args []string, stdout io.Writer) error {
	var document string
	flags := flag.NewFlagSet("expect", flag.ContinueOnError)
	flags.StringVar(&document, "document", "", "")
	if err := action.Parse(flags, expectUsage, args, stdout); err != nil {
		return err
	}
	if document == "" {
		return action.UsageError("--document is needed")
	}
	bill, err := fromFile(document, conformance.Read)
	if err != nil {
		return err
	}
	for _, line := range conformance.Expectation(bill) {
		if _, err := fmt.Fprintln(stdout, line); err != nil {
			return err
		}
	}
	return nil
}
