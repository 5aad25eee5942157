// SPDX-License-Identifier: MIT

// Package gate decides whether a scan passes. It brings findings and decisions together; what neither covers is a
// problem, and so is a scanner that did not run: nothing found by nobody is not clean.
package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
)

// A Scanner is one source of findings in this run.
type Scanner struct {
	Name    string   `json:"name"`
	Version string   `json:"version,omitempty"`
	Input   string   `json:"input,omitempty"` // what it read: a digest, a number of files
	Count   int      `json:"findings"`
	Error   string   `json:"error,omitempty"` // why it did not run; "" when it did
	Notes   []string `json:"notes,omitempty"`
	// Kept says what of it was said in an earlier run, about the same bytes, and was not asked again; "" for nothing. It is no
	// part of a report, which is the same either way.
	Kept string `json:"-"`
}

// Input is all that a verdict depends on.
type Input struct {
	Triage   *triage.File
	Facts    *triage.Facts
	Scanners []Scanner
	Required []string  // scanners that have to run
	Now      time.Time // the day that decisions are held against: data, never the clock
	// Release is set for the release gate: the database's day is held against the policy. In other runs the calendar
	// alone never changes the verdict about a tree.
	Release     bool
	DatabaseDay time.Time
	// Rows are the names in platforms/matrix.bzl, which platforms of decisions have to be among; nil when nobody read it.
	Rows []string
	// Bills is set when only bills of materials were read: evidence that needs more was checked when the release was
	// made, and is reported here as not checked again.
	Bills bool
}

// The kinds of problems.
const (
	Untriaged       = "untriaged"
	Overdue         = "overdue"
	LateDeadline    = "late-deadline"
	ExpiredDecision = "expired-decision"
	LaterDecision   = "later-decision"
	UnusedDecision  = "unused-decision"
	EvidenceBroken  = "evidence-broken"
	EvidenceUnseen  = "evidence-not-checked"
	FixedButFound   = "fixed-but-found"
	OtherPlatform   = "other-platform"
	DatabaseStale   = "database-stale"
	ScannerNotRun   = "scanner-not-run"
)

// A Problem is one reason why the gate says no.
type Problem struct {
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// An Item is a finding with what was decided about it.
type Item struct {
	finding.Finding
	Decision      string   `json:"decision"` // a status of triage, or below-policy, or none
	Justification string   `json:"justification,omitempty"`
	Reason        string   `json:"reason,omitempty"`
	Owner         string   `json:"owner,omitempty"`
	Due           string   `json:"due,omitempty"`
	Checked       []string `json:"checked,omitempty"` // evidence, and what was seen
	Doubt         string   `json:"doubt,omitempty"`   // why the decision does not count on this day; "" when it does
}

// An Aside is a decision of which this run can show nothing: what it is about is on platforms that were not looked at. It is
// no problem, and lets nothing out. Where all platforms are looked at, there is none.
type Aside struct {
	Decision string `json:"decision"`
	Why      string `json:"why"`
}

// BelowPolicy marks static analysis that the policy wants no decision about.
const BelowPolicy = "below-policy"

// A Verdict is the outcome of a run.
type Verdict struct {
	Items    []Item    `json:"items"`
	Problems []Problem `json:"problems"`
	Asides   []Aside   `json:"not_applicable"`
}

// Pass says whether the gate opens.
func (v *Verdict) Pass() bool { return len(v.Problems) == 0 }

// Judge brings everything together.
func Judge(in *Input) *Verdict {
	v := &Verdict{Items: []Item{}, Problems: []Problem{}, Asides: []Aside{}}
	add := func(kind, subject, format string, args ...any) {
		v.Problems = append(v.Problems, Problem{kind, subject, fmt.Sprintf(format, args...)})
	}
	ran := in.ran(add)
	in.database(add)
	used := map[*triage.Decision]bool{}
	for i := range in.Facts.Findings {
		f := &in.Facts.Findings[i]
		d := in.Triage.For(f)
		if d == nil {
			v.Items = append(v.Items, in.item(f, nil, add))
			continue
		}
		used[d] = true
		covered, outside := triage.Divide(f, in.Facts.Elsewhere(d))
		if covered != nil {
			v.Items = append(v.Items, in.item(covered, d, add))
		}
		if outside != nil {
			v.Items = append(v.Items, in.item(outside, nil, add))
		}
	}
	for i := range in.Triage.Decisions {
		d := &in.Triage.Decisions[i]
		if aside := in.decision(d, used[d], ran, add); aside != "" {
			v.Asides = append(v.Asides, Aside{d.Name(), aside})
		}
	}
	slices.SortFunc(v.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Text, b.Text))
	})
	return v
}

type addFunc func(kind, subject, format string, args ...any)

func (in *Input) ran(add addFunc) []string {
	var ran []string
	for _, s := range in.Scanners {
		if s.Error == "" {
			ran = append(ran, s.Name)
		} else {
			add(ScannerNotRun, s.Name, "%s", s.Error)
		}
	}
	for _, name := range in.Required {
		if !slices.ContainsFunc(in.Scanners, func(s Scanner) bool { return s.Name == name }) {
			add(ScannerNotRun, name, "it was not asked to run, and the gate needs it")
		}
	}
	return ran
}

func (in *Input) database(add addFunc) {
	if !in.Release {
		return
	}
	age := int(in.Now.Sub(in.DatabaseDay).Hours() / 24)
	if in.DatabaseDay.IsZero() || age > in.Triage.Policy.DatabaseDays {
		add(DatabaseStale, in.DatabaseDay.Format(time.DateOnly), "the vulnerability database is %d days older than the release; the policy allows %d: scan db import a newer one", age, in.Triage.Policy.DatabaseDays)
	}
}

func (in *Input) item(f *finding.Finding, d *triage.Decision, add addFunc) Item {
	item := Item{Finding: *f}
	subject := f.ID + " in " + f.Component
	if f.Version != "" {
		subject += "@" + f.Version
	}
	if f.Line > 0 {
		subject += fmt.Sprintf(":%d", f.Line)
	}
	known := slices.Contains(triage.VulnerabilityScanners, f.Scanner)
	switch {
	case d != nil:
		item.Decision, item.Justification, item.Reason, item.Owner, item.Due = d.Status, d.Justification, d.Reason, d.Owner, cmp.Or(d.Deadline, d.Expires)
		if late := in.Triage.Policy.Late(d, f.Severity); late != "" && known {
			add(LateDeadline, subject, "%s", late)
		}
		if d.Deadline != "" && triage.Past(d.Deadline, in.Now) {
			add(Overdue, subject, "its deadline was %s", d.Deadline)
		}
		if d.Status == triage.Fixed {
			add(FixedButFound, subject, "it is decided to be fixed, and %s finds it", f.Scanner)
		}
		item.Doubt = in.doubt(f, d)
		for i := range d.Evidence {
			_, saw := in.Facts.Check(d, &d.Evidence[i])
			item.Checked = append(item.Checked, d.Evidence[i].String()+": "+saw)
		}
	case f.Status == triage.NotAffected:
		item.Decision, item.Justification, item.Reason = triage.NotAffected, "vulnerable_code_not_present", f.Evidence
		item.Checked = []string{f.Evidence}
	case !known && slices.Index(finding.Severities, f.Severity) > slices.Index(finding.Severities, in.Triage.Policy.Analysis):
		item.Decision = BelowPolicy
	default:
		item.Decision = "none"
		add(Untriaged, subject, "%s: %s (%s, %s); fix it, or decide on it in triage.json", f.Scanner, f.Summary, f.Rank, f.Severity)
	}
	return item
}

// doubt says why a decision does not count although it covers the finding; "" when it does. What could not be looked at is
// no doubt: it closes the gate, and where bills of materials are all that there is, others have looked.
func (in *Input) doubt(f *finding.Finding, d *triage.Decision) string {
	if triage.Past(d.Expires, in.Now) {
		return "the decision expired on " + d.Expires
	}
	if triage.Later(d.Decided, in.Now) {
		return "it was decided later, on " + d.Decided
	}
	if d.Status == triage.Fixed {
		return "it is decided to be fixed, and " + f.Scanner + " finds it"
	}
	for i := range d.Evidence {
		if verdict, saw := in.Facts.Check(d, &d.Evidence[i]); verdict == triage.Broken {
			return d.Evidence[i].String() + ": this is true no more: " + saw
		}
	}
	return ""
}

// decision checks what is true of a decision whatever it covers, and says why it stands aside; "" when it does not.
func (in *Input) decision(d *triage.Decision, used bool, ran []string, add addFunc) (aside string) {
	if triage.Past(d.Expires, in.Now) {
		add(ExpiredDecision, d.Name(), "it expired on %s; look again", d.Expires)
	}
	if triage.Later(d.Decided, in.Now) {
		add(LaterDecision, d.Name(), "it was decided on %s, and this run is of %s", d.Decided, in.Now.Format(time.DateOnly))
	}
	if unknown := d.Unknown(in.Rows); in.Rows != nil && len(unknown) > 0 {
		add(UnusedDecision, d.Name(), "platforms: %s is no row of platforms/matrix.bzl; mend or remove it", strings.Join(unknown, ", "))
	}
	for _, b := range in.Facts.Elsewhere(d) {
		add(OtherPlatform, d.Name(), "it is about %s alone, and %s, of %s, lists the component: look there, and name the platform", strings.Join(d.Platforms, ", "), b.File, b.Platform)
	}
	if !used {
		aside = in.Facts.Absent(d)
	}
	// A decision is unused only when all scanners that it is about looked, at everything: bills of materials of other
	// platforms, or of an older release, do not list what the decision may be about.
	about := []string{d.Scanner}
	if d.Scanner == triage.Vulnerability {
		about = triage.VulnerabilityScanners
	}
	looked := !slices.ContainsFunc(about, func(s string) bool { return !slices.Contains(ran, s) })
	if !used && aside == "" && looked && d.Status != triage.Fixed && !in.Bills {
		add(UnusedDecision, d.Name(), "no finding of %s matches it; remove it", strings.Join(about, ", "))
	}
	for i := range d.Evidence {
		e := &d.Evidence[i]
		switch verdict, saw := in.Facts.Check(d, e); {
		case verdict == triage.Broken:
			add(EvidenceBroken, d.Name(), "%s: this is true no more: %s", e, saw)
		case verdict == triage.Unchecked && !in.Bills && aside == "" && (used || looked):
			add(EvidenceUnseen, d.Name(), "%s: %s", e, saw)
		}
	}
	return aside
}
