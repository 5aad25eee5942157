// SPDX-License-Identifier: MIT

// Package plan is what a publisher is going to do, for people and for machines. It is printed before anything is written,
// and a dry run ends with it.
package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/gosqlite/gosqlite/tools/publish/gate"
)

// Schema identifies the JSON form.
const Schema = "gosqlite-publication/1"

// A Plan is one publication.
type Plan struct {
	Schema   string         `json:"schema"`
	Version  string         `json:"version"`  // with a leading v
	Manifest string         `json:"manifest"` // SHA-256 of manifest.json, in hexadecimal
	Target   string         `json:"target"`   // as it was asked for
	Base     string         `json:"base"`     // state of the target that the plan is made upon; "" for an empty one
	Next     string         `json:"next"`     // state afterwards; "" where a gate said no before that could be known
	Gates    []gate.Verdict `json:"gates"`
	Files    []File         `json:"files"`
	Refused  string         `json:"refused,omitempty"` // why the target does not take it
	DryRun   bool           `json:"dry_run"`
	OK       bool           `json:"ok"` // every gate said yes, and the target takes it
}

// A File is one at the target.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
	Change string `json:"change"` // new, same or replace
}

// JSON writes the plan for machines.
func (p *Plan) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(p)
}

// Table writes the plan for people.
func (p *Plan) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, g := range p.Gates {
		verdict := "yes"
		if !g.OK {
			verdict = "NO"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", verdict, g.Gate, g.Asks)
		for _, said := range g.Said {
			for line := range strings.Lines(said) {
				fmt.Fprintf(t, "\t\t- %s\n", visible(strings.TrimSpace(line)))
			}
		}
	}
	fmt.Fprintln(t)
	bytes, changed := int64(0), 0
	for _, f := range p.Files {
		if f.Change != "same" {
			bytes += f.Size
			changed++
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%.12s\n", f.Change, visible(f.Path), f.Size, f.SHA256)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s %s into %s: %d of %d files change, %d bytes\n", p.conclusion(), p.Version, p.Target, changed, len(p.Files), bytes)
	if err == nil && p.Refused != "" {
		_, err = fmt.Fprintln(w, visible(p.Refused))
	}
	return err
}

func (p *Plan) conclusion() string {
	switch {
	case !p.OK:
		return "REFUSED:"
	case p.Next == p.Base:
		return "nothing to do:"
	case p.DryRun:
		return "dry run, would publish"
	}
	return "publishing"
}

// visible keeps names from outside from moving a terminal's cursor, and from breaking a table.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
