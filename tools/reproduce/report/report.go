// SPDX-License-Identifier: MIT

// Package report puts the results of a comparison of two builds together and prints them, as a table for people and
// as JSON for machines. A result is PASS only if something was compared, all of it was equal, nothing was skipped and
// nothing leaked.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/leak"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
)

// Exit codes.
const (
	ExitPass       = 0
	ExitIncomplete = 1
	ExitDifferent  = 3
)

// Variation is one fact in which the builds differed.
type Variation struct {
	Name string `json:"name"`
	Sets string `json:"sets"`
	// Exercised tells, where plants were built, whether the planted leak of this fact was seen. A variation that its
	// plant cannot reach shows nothing.
	Exercised *bool `json:"exercised,omitempty"`
	// Also are plants of other facts that were red under this one alone.
	Also []string `json:"also,omitempty"`
	// Unseen says why no plant can reach it. Then it counts neither way, and a plant that was seen is a fault.
	Unseen string `json:"unseen,omitempty"`
}

// Report is the result of one run.
type Report struct {
	Targets    []string
	Platforms  []string
	Variations []Variation
	NotVaried  []string
	Files      []compare.File
	Actions    *compare.Actions // nil if there were no execution logs
	Leaks      *leak.Report     // nil if no leak test was asked for
	// Sides tells who made each build, and Relation how they are related, where that is known.
	Sides    []string
	Relation string
	// Faults are differences of other kinds, such as an action that ran twice and did not make the same.
	Faults []string
	// Inputs names what differs among the files that no action made.
	Inputs []string
	// Explain is asked about the first file that differs, if both are at hand, and Explained is what it said. The text is
	// for people.
	Explain   func(a, b string) (string, error)
	Explained string
	// Ledger is that of build B, and Digest its digest, if one was asked for.
	Ledger *ledger.Ledger
	Digest string
	// Plants tells that the targets were planted leaks: then every variation must be exercised, where each is alone by its own
	// plant only, and nothing else counts.
	Plants bool
}

// counts are the verdicts on files.
func (r *Report) counts() (pass, fail, skip int) {
	for _, f := range r.Files {
		switch f.Status {
		case compare.Pass:
			pass++
		case compare.Skip:
			skip++
		case compare.Apart:
		default:
			fail++
		}
	}
	return pass, fail, skip
}

// ExitCode is 3 for a difference or leak, 1 if something was not compared or checked, else 0.
func (r *Report) ExitCode() int {
	if r.Plants {
		return r.plantCode()
	}
	pass, fail, skip := r.counts()
	fail += len(r.Faults)
	incomplete := pass+fail == 0 || skip > 0
	if a := r.Actions; a != nil {
		fail += a.Fail
		incomplete = incomplete || a.Skip > 0 || a.Total == 0
	}
	if l := r.Leaks; l != nil {
		fail += len(l.Findings)
		incomplete = incomplete || len(l.Failures) > 0 || l.Files() == 0
	}
	switch {
	case fail > 0:
		return ExitDifferent
	case incomplete:
		return ExitIncomplete
	}
	return ExitPass
}

func (r *Report) plantCode() int {
	counted := 0
	for _, v := range r.Variations {
		if v.Exercised == nil || *v.Exercised == (v.Unseen != "") || len(v.Also) > 0 {
			return ExitDifferent
		}
		if v.Unseen == "" {
			counted++
		}
	}
	if counted == 0 {
		return ExitIncomplete
	}
	return ExitPass
}

// Verdict is the exit code in a word.
func (r *Report) Verdict() string {
	switch r.ExitCode() {
	case ExitPass:
		return "PASS"
	case ExitDifferent:
		return "FAIL"
	}
	return "INCOMPLETE"
}

// ExplainFirst lets Explain look at the first file that differs, of those that both builds made: maps from name to path.
func (r *Report) ExplainFirst(a, b map[string]string) {
	for _, f := range r.Files {
		if r.Explain == nil || r.Explained != "" || f.Status != compare.Fail || a[f.Name] == "" || b[f.Name] == "" {
			continue
		}
		text, err := r.Explain(a[f.Name], b[f.Name])
		if err != nil {
			text = err.Error()
		}
		r.Explained = f.Name + ":\n" + text
	}
}

// First names what to look at first, in a line: an action, a fault, a file or a leak. It is empty where nothing differs.
func (r *Report) First() string {
	if r.Actions != nil && r.Actions.First() != nil {
		first, _, _ := strings.Cut(describe(*r.Actions.First()), "\n")
		return first
	}
	if len(r.Faults) > 0 {
		return r.Faults[0]
	}
	for _, f := range r.Files {
		if f.Status == compare.Fail {
			return f.Name + ": " + whereOf(f)
		}
	}
	if r.Leaks != nil && len(r.Leaks.Findings) > 0 {
		l := r.Leaks.Findings[0]
		return fmt.Sprintf("%s leaks %q: %s, offset %d", l.File, l.Text, l.Where, l.Offset)
	}
	return ""
}

// SetSides says who made each build.
func (r *Report) SetSides(a, b ledger.Side) {
	r.Sides = []string{a.String(), b.String()}
	r.Relation = string(ledger.Relate(a, b))
}

// SetLedger takes the ledger of build B and its digest.
func (r *Report) SetLedger(l *ledger.Ledger) (err error) {
	r.Ledger = l
	r.Digest, err = l.Digest()
	return err
}

// Merge takes variations and actions of another run of planted leaks.
func (r *Report) Merge(o *Report) {
	r.Targets = append(r.Targets, o.Targets...)
	r.Variations = append(r.Variations, o.Variations...)
	if r.Actions == nil {
		r.Actions = &compare.Actions{}
	}
	r.Actions.Merge(o.Actions)
}

// WriteJSON writes the report for machines.
func (r *Report) WriteJSON(w io.Writer) error {
	pass, fail, skip := r.counts()
	type count struct {
		Total int `json:"total"`
		Pass  int `json:"pass"`
		Fail  int `json:"fail"`
		Skip  int `json:"skip"`
	}
	out := struct {
		Verdict     string           `json:"verdict"`
		Targets     []string         `json:"targets"`
		Platforms   []string         `json:"platforms"`
		Variations  []Variation      `json:"variations"`
		NotVaried   []string         `json:"not_varied"`
		FileCount   count            `json:"file_count"`
		Files       []compare.File   `json:"files"`
		ActionCount *count           `json:"action_count,omitempty"`
		First       *compare.Action  `json:"first_difference,omitempty"`
		Actions     []compare.Action `json:"actions_not_passed,omitempty"`
		Keys        []compare.Action `json:"actions_with_other_keys,omitempty"`
		Leaks       *leak.Report     `json:"leaks,omitempty"`
		Faults      []string         `json:"faults,omitempty"`
		Sides       []string         `json:"sides,omitempty"`
		Relation    string           `json:"relation,omitempty"`
		Inputs      []string         `json:"inputs_differ,omitempty"`
		Digest      string           `json:"ledger_sha256,omitempty"`
		Explained   string           `json:"explained,omitempty"`
	}{Verdict: r.Verdict(), Targets: r.Targets, Platforms: r.Platforms, Variations: r.Variations, NotVaried: r.NotVaried,
		FileCount: count{len(r.Files), pass, fail, skip}, Files: r.Files, Leaks: r.Leaks, Faults: r.Faults,
		Sides: r.Sides, Relation: r.Relation, Inputs: r.Inputs, Digest: r.Digest, Explained: r.Explained}
	if a := r.Actions; a != nil {
		out.ActionCount = &count{a.Total, a.Pass, a.Fail, a.Skip}
		out.First, out.Actions, out.Keys = a.First(), a.NotPassed, a.Keys
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
