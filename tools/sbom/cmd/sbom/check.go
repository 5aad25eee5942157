// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/conformance"
	"github.com/gosqlite/gosqlite/tools/sbom/conformance/schema"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/policy"
	"github.com/gosqlite/gosqlite/tools/sbom/recompute"
)

const checkUsage = `usage: sbom check --graph FILE [--document FILE... (--schemas DIR... | --without-schemas)]
                  [--expect FILE] [--policy FILE] [--release DIR] [--linked NAME=FILE...]
                  [--tree NAME=DIR...] [--download URL=FILE...] [--at-least-equal N] [--json]
       sbom check --document FILE... with the same flags but for --policy

  --graph FILE         the graph; without it, digests are those that the first document names
  --document FILE      a document in JSON that was written from it: CycloneDX or SPDX 2.3
  --schemas DIR        a folder with JSON schemas; may be repeated
  --without-schemas    say that documents are not held against schemas
  --expect FILE        the components and linked objects that have to be there
  --policy FILE        the licenses that are accepted
  --release DIR        files of the release, whose digests and whose members' digests are taken again
  --linked NAME=FILE   a linked file, by the name that the graph has for it
  --tree NAME=DIR      a tree of files
  --download URL=FILE  a download
  --at-least-equal N   how many digests have to be recomputed and equal
  --json               print a report for machines
  @FILE                stands for the arguments in FILE, one a line

A digest whose object is not at hand is bound: the document names it, and nothing looked at it.
`

// A fault is something that is wrong.
type fault struct {
	Check string `json:"check"`
	Of    string `json:"of,omitempty"` // document
	Text  string `json:"text"`
}

type report struct {
	Faults   []fault             `json:"faults"`
	Digests  []recompute.Verdict `json:"digests"`
	Licenses []policy.Verdict    `json:"licenses,omitempty"`
	Skipped  []string            `json:"skipped,omitempty"`
}

func (r *report) add(check, of, format string, args ...any) {
	r.Faults = append(r.Faults, fault{check, of, fmt.Sprintf(format, args...)})
}

func check(args []string, stdout io.Writer) error {
	var graphFile, expectFile, policyFile, release string
	var documents, schemas, linked, trees, downloads action.List
	var without, asJSON bool
	var least int
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.StringVar(&graphFile, "graph", "", "")
	flags.StringVar(&expectFile, "expect", "", "")
	flags.StringVar(&policyFile, "policy", "", "")
	flags.StringVar(&release, "release", "", "")
	flags.Var(&documents, "document", "")
	flags.Var(&schemas, "schemas", "")
	flags.Var(&linked, "linked", "")
	flags.Var(&trees, "tree", "")
	flags.Var(&downloads, "download", "")
	flags.IntVar(&least, "at-least-equal", 0, "")
	flags.BoolVar(&without, "without-schemas", false, "")
	flags.BoolVar(&asJSON, "json", false, "")
	if err := action.Parse(flags, checkUsage, args, stdout); err != nil {
		return err
	}
	switch {
	case graphFile == "" && len(documents) == 0:
		return action.UsageError("--graph or --document is needed")
	case graphFile == "" && policyFile != "":
		return action.UsageError("--policy looks at the graph: give --graph")
	case len(documents) > 0 && (len(schemas) > 0) == without:
		return action.UsageError("with --document, give either --schemas or --without-schemas")
	case expectFile != "" && len(documents) == 0:
		return action.UsageError("--expect looks at documents: give --document")
	}
	at := recompute.Objects{Release: release}
	var err error
	for _, p := range []struct {
		flag string
		list action.List
		into *map[string]string
	}{{"linked", linked, &at.Linked}, {"tree", trees, &at.Trees}, {"download", downloads, &at.Archive}} {
		if *p.into, err = pairs(p.flag, p.list); err != nil {
			return err
		}
	}
	var d *graph.Document
	if graphFile != "" {
		if d, err = readGraph(graphFile); err != nil {
			return err
		}
	}
	r := &report{Faults: []fault{}}
	bill, err := checkDocuments(r, d, documents, schemas, expectFile)
	if err != nil {
		return err
	}
	if d == nil {
		r.Skipped = append(r.Skipped, "no document was held against the graph that it was written from")
		if d, err = digestsOf(bill); err != nil {
			return fmt.Errorf("%s: %w", documents[0], err)
		}
	}
	if policyFile != "" {
		if err := checkPolicy(r, d, policyFile); err != nil {
			return err
		}
	}
	if err := checkDigests(r, d, at, least); err != nil {
		return err
	}
	return r.print(stdout, asJSON)
}

// checkDocuments holds documents against everything but files, and returns the first. Without a graph, d is nil.
func checkDocuments(r *report, d *graph.Document, documents, folders []string, expectFile string) (first *conformance.Bill, err error) {
	schemas, err := openSchemas(folders)
	if err != nil {
		return nil, err
	}
	if schemas == nil && len(documents) > 0 {
		r.Skipped = append(r.Skipped, "no document was held against its schema")
	}
	expected := []byte(nil)
	if expectFile != "" {
		if expected, err = fromFile(expectFile, limited); err != nil {
			return nil, err
		}
	}
	for _, name := range documents {
		text, err := fromFile(name, limited)
		if err != nil {
			return nil, err
		}
		bill, err := conformance.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := checkDocument(r, d, name, text, bill, schemas); err != nil {
			return nil, err
		}
		if first == nil {
			first = bill
		} else {
			for _, text := range conformance.Compare(first, bill) {
				r.add("equivalence", name, "%s", text)
			}
		}
		if expectFile != "" {
			for _, text := range conformance.Expect(bill, string(expected)) {
				r.add("expectation", name, "%s", text)
			}
		}
	}
	return first, nil
}

func checkDocument(r *report, d *graph.Document, name string, text []byte, bill *conformance.Bill, schemas *schema.Schemas) error {
	if d != nil && !writtenFrom(d, text) {
		r.add("graph", name, "no format of the graph has these bytes: the document was changed, or is of another graph")
	}
	if schemas != nil {
		switch _, err := schemas.Validate(text); {
		case errors.Is(err, schema.ErrInvalid):
			r.add("schema", name, "%v", err)
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, p := range conformance.Profiles {
		// BSI TR-03183-2 does not admit SPDX 2, which is written for those who read nothing else.
		if bill.Spec == conformance.SPDX && p.Name == "bsi-2.1" {
			continue
		}
		for _, f := range p.Check(bill) {
			r.add(f.Profile+"/"+f.Rule, name, "%s", f.Text)
		}
	}
	return nil
}

// writtenFrom says whether a document has the bytes that one of the writers makes of a graph.
func writtenFrom(d *graph.Document, text []byte) bool {
	for _, format := range slices.Sorted(maps.Keys(formats)) {
		var b bytes.Buffer
		if err := formats[format](&b, d); err == nil && bytes.Equal(b.Bytes(), text) {
			return true
		}
	}
	return false
}

func checkPolicy(r *report, d *graph.Document, name string) error {
	p, err := fromFile(name, policy.Read)
	if err != nil {
		return err
	}
	if r.Licenses, err = p.Judge(d); err != nil {
		return err
	}
	for _, v := range r.Licenses {
		if v.State == policy.Refused {
			r.add("policy", "", "%s is under %s: %s", v.Component, v.License, v.Reason)
		}
	}
	return nil
}

func (r *report) print(w io.Writer, asJSON bool) error {
	if asJSON {
		if err := printJSON(w, r); err != nil {
			return err
		}
	} else {
		for _, f := range r.Faults {
			of := ""
			if f.Of != "" {
				of = f.Of + ": "
			}
			fmt.Fprintf(w, "%s: %s%s\n", f.Check, of, f.Text)
		}
		states := map[recompute.State]int{}
		for _, v := range r.Digests {
			states[v.State]++
		}
		fmt.Fprintf(w, "digests: %d equal, %d different, %d bound\n", states[recompute.Equal], states[recompute.Different], states[recompute.Bound])
		for _, s := range r.Skipped {
			fmt.Fprintf(w, "not checked: %s\n", s)
		}
	}
	if n := len(r.Faults); n > 0 {
		return action.Reject(fmt.Errorf("%d faults", n))
	}
	return nil
}
