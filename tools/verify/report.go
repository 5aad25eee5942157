// SPDX-License-Identifier: MIT

package verify

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// ReportSchema identifies the JSON form of a report.
const ReportSchema = "gosqlite-verification/1"

// A Report is the verdicts on a release.
type Report struct {
	Schema  string       `json:"schema"`
	OK      bool         `json:"ok"`
	Version string       `json:"version"` // empty when no manifest could be read
	Files   []FileReport `json:"files"`
	Faults  []Fault      `json:"faults"`
	Notes   []string     `json:"notes"` // what was not demanded and so not judged

	// Objects are the objects that bills of materials name, by what their digests were held against.
	Objects Objects `json:"objects"`

	// Bytes is how much was read, unpacked bytes included.
	Bytes int64 `json:"bytes"`

	// Outer is what listing, digests and signatures took, of OuterBytes; Inner is what contents and rules took. They are
	// no part of what is written: the same release has the same report.
	Outer, Inner time.Duration `json:"-"`
	OuterBytes   int64         `json:"-"`
}

// Objects counts what bills of materials name with a digest.
type Objects struct {
	Recomputed int `json:"recomputed"` // held against the bytes: those of the release, and inputs that were given
	Bound      int `json:"bound"`      // upstream objects whose bytes were not there: the signature alone binds them
}

// A FileReport is the verdict on a file.
type FileReport struct {
	Name    string   `json:"name"`
	Role    Role     `json:"role"`
	Size    int64    `json:"size"`
	SHA256  string   `json:"sha256"`
	OK      bool     `json:"ok"`
	Passed  []string `json:"passed"`  // rules
	Refused []string `json:"refused"` // error classes
}

func (r *release) newReport() *Report {
	report := &Report{Schema: ReportSchema, Faults: []Fault{}, Notes: r.notes(), Bytes: r.bytes}
	report.Objects, _ = r.countObjects()
	if r.manifest != nil {
		report.Version = r.manifest.Version
	}
	for _, f := range r.files {
		report.Files = append(report.Files, FileReport{
			Name: f.name, Role: f.role, Size: f.size, SHA256: hex.EncodeToString(f.sha256[:]), Passed: []string{}, Refused: []string{},
		})
	}
	return report
}

// add enters what a rule said, and what it should have said and did not.
func (p *Report) add(v *verdicts, files []*file) {
	for i, f := range files {
		passed, judged := v.ok[f.name]
		switch {
		case judged && passed:
			p.Files[i].Passed = append(p.Files[i].Passed, v.rule.Name)
		case !judged && slices.Contains(v.rule.Roles, f.role):
			v.faults = append(v.faults, Fault{f.name, v.rule.Name, NotChecked, "the rule gave no verdict"})
		}
	}
	p.Faults = append(p.Faults, v.faults...)
}

// unjudged draws the conclusion.
func (p *Report) unjudged() {
	for i := range p.Files {
		f := &p.Files[i]
		if len(f.Passed) == 0 && !slices.ContainsFunc(p.Faults, func(x Fault) bool { return x.File == f.Name }) {
			p.Faults = append(p.Faults, Fault{f.Name, "", NotChecked, "no rule gave a verdict"})
		}
	}
	for i := range p.Files {
		f := &p.Files[i]
		for _, x := range p.Faults {
			if x.File == f.Name && !slices.Contains(f.Refused, x.Class) {
				f.Refused = append(f.Refused, x.Class)
			}
		}
		f.OK = len(f.Refused) == 0
	}
	p.OK = len(p.Faults) == 0 && len(p.Files) > 0
}

// Classes are the error classes of the report, sorted.
func (p *Report) Classes() []string {
	var classes []string
	for _, f := range p.Faults {
		classes = append(classes, f.Class)
	}
	slices.Sort(classes)
	return slices.Compact(classes)
}

// Table prints the report for people: a line for each file, then each refusal, then the conclusion.
func (p *Report) Table(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range p.Files {
		verdict := fmt.Sprintf("ok\t%d rules", len(f.Passed))
		if !f.OK {
			verdict = "REFUSED\t" + strings.Join(f.Refused, ", ")
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", printable(f.Name), f.Role, verdict)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, f := range p.Faults {
		fmt.Fprintf(w, "%s: %s: %s (rule %s)\n", printable(f.File), f.Class, printable(f.Detail), f.Rule)
	}
	for _, n := range p.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
	if o := p.Objects; o.Recomputed+o.Bound > 0 {
		fmt.Fprintf(w, "bills of materials: %d objects recomputed, %d upstream objects bound\n", o.Recomputed, o.Bound)
	}
	conclusion := "VERIFIED"
	if !p.OK {
		conclusion = "REFUSED"
	}
	_, err := fmt.Fprintf(w, "%s: release %s, %d files, %d refusals\n", conclusion, p.Version, len(p.Files), len(p.Faults))
	return err
}

// printable keeps names and details from outside from moving a terminal's cursor.
func printable(s string) string {
	if s == "" {
		return "release"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f {
			return '?'
		}
		return r
	}, s)
}
