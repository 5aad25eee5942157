// SPDX-License-Identifier: MIT

package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/cyclonedx"
	"github.com/gosqlite/gosqlite/tools/sbom/diff"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

const diffUsage = `usage: sbom diff --old FILE --new FILE [--json]

  --old FILE  of the older release: a graph (.graph.json), its CycloneDX document (.cdx.json), or its bill, which sbom bill prints
  --new FILE  of the newer one, likewise; a bill is compared with a bill or with documents of platforms
  --json      print a report for machines
  @FILE       stands for the arguments in FILE, one a line
`

func differences(args []string, stdout io.Writer) error {
	var oldFile, newFile string
	var asJSON bool
	flags := flag.NewFlagSet("diff", flag.ContinueOnError)
	flags.StringVar(&oldFile, "old", "", "")
	flags.StringVar(&newFile, "new", "", "")
	flags.BoolVar(&asJSON, "json", false, "")
	if err := action.Parse(flags, diffUsage, args, stdout); err != nil {
		return err
	}
	if oldFile == "" || newFile == "" {
		return action.UsageError("--old and --new are needed")
	}
	r, err := compare(oldFile, newFile)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(stdout, r)
	}
	return diff.Table(stdout, r)
}

func compare(oldFile, newFile string) (diff.Report, error) {
	if isDocument(oldFile) && isDocument(newFile) {
		before, err := readDocument(oldFile)
		if err != nil {
			return diff.Report{}, err
		}
		after, err := readDocument(newFile)
		if err != nil {
			return diff.Report{}, err
		}
		return diff.Compare(before, after), nil
	}
	before, err := readBill(oldFile)
	if err != nil {
		return diff.Report{}, err
	}
	after, err := readBill(newFile)
	if err != nil {
		return diff.Report{}, err
	}
	return diff.CompareBills(before, after), nil
}

// isDocument tells graphs and documents from bills, by their names.
func isDocument(name string) bool {
	return strings.HasSuffix(name, ".graph.json") || strings.HasSuffix(name, ".cdx.json")
}

func readDocument(name string) (*graph.Document, error) {
	if strings.HasSuffix(name, ".cdx.json") {
		return fromFile(name, cyclonedx.Read)
	}
	return readGraph(name)
}

// readBill reads a bill, or makes that of a platform's document.
func readBill(name string) (*diff.Bill, error) {
	if !isDocument(name) {
		return fromFile(name, diff.ReadBill)
	}
	d, err := readDocument(name)
	if err != nil {
		return nil, err
	}
	return diff.NewBill([]*graph.Document{d})
}

const billUsage = `usage: sbom bill --document FILE...

Prints what a release was made of, in short: components, versions, licenses and platforms. It goes into changes/next/facts of
the next release.

  --document FILE  a graph or CycloneDX document of a platform; repeated. One of the whole release is passed over
  @FILE            stands for the arguments in FILE, one a line
`

func bill(args []string, stdout io.Writer) error {
	var names action.List
	flags := flag.NewFlagSet("bill", flag.ContinueOnError)
	flags.Var(&names, "document", "")
	if err := action.Parse(flags, billUsage, args, stdout); err != nil {
		return err
	}
	if len(names) == 0 {
		return action.UsageError("--document is needed")
	}
	var documents []*graph.Document
	for _, name := range names {
		d, err := readDocument(name)
		if err != nil {
			return err
		}
		documents = append(documents, d)
	}
	b, err := diff.NewBill(documents)
	if err != nil {
		return err
	}
	text, err := b.Encode()
	if err != nil {
		return err
	}
	if _, err := stdout.Write(text); err != nil {
		return fmt.Errorf("print bill: %w", err)
	}
	return nil
}
