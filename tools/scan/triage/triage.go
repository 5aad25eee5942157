// SPDX-License-Identifier: MIT

// Package triage holds what was decided about findings. Decisions are data in one file; from them come the gate's
// verdict and every VEX document.
//
// # The file
//
// triage.json is JSON with a policy and a list of decisions. A decision has:
//
//	scanner    the scanner whose findings it is about, or vulnerability for all that look for known vulnerabilities
//	id         of the record, or an alias of it; or the rule of static analysis
//	component  purl without version; for static analysis a file, a folder that ends in /..., or ... for all files
//	versions   of the component; known vulnerabilities only. A new version wants a new look.
//	platforms  rows of platforms/matrix.bzl, or patterns of them (path.Match), that alone have the component; known
//	           vulnerabilities only. A bill of materials of another platform that lists the component closes the gate, and
//	           the decision covers nothing there. Where none of them is looked at, and the component is nowhere, the decision
//	           stands aside: the report lists it as not applicable. Without them it is about every platform.
//	status     affected, not_affected, fixed or under_investigation, the words of OpenVEX
//	justification  for not_affected: one of OpenVEX's five words
//	reason     why, in a sentence or two; for affected, what is done about it
//	owner      a role of the policy
//	decided    day, YYYY-MM-DD; the decision counts from then on, and no run of an earlier day may use it
//	confirmed  for affected and under_investigation: day on which that was first known. It stays when a decision is made anew.
//	deadline   day by which affected and under_investigation end; at most the policy's days for the severity after confirmed
//	expires    day after which the decision counts no more; at most the policy's days after decided
//	evidence   what has to be true for it, checked again at each run: see [Evidence]
//
// A known vulnerability that does not affect us needs evidence. A decision that covers nothing is an error, because it
// would cover something tomorrow.
package triage

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
)

// Schema identifies the file's format.
const Schema = "gosqlite-triage/1"

// Vulnerability stands for all scanners of known vulnerabilities.
const Vulnerability = "vulnerability"

// VulnerabilityScanners are the scanners of known vulnerabilities.
var VulnerabilityScanners = []string{"go-source", "go-binary", "go-bill", "go-modules", "c-feed"}

// The words of status.
const (
	Affected           = "affected"
	NotAffected        = "not_affected"
	Fixed              = "fixed"
	UnderInvestigation = "under_investigation"
)

// Justifications of not_affected: https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md#status-justifications
var Justifications = []string{
	"component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist",
}

// A File is the policy and the decisions.
type File struct {
	Schema    string     `json:"schema"`
	Policy    Policy     `json:"policy"`
	Decisions []Decision `json:"decisions"`
}

// A Policy says what decisions may say.
type Policy struct {
	Deadlines    map[string]int `json:"deadline_days"`     // days to end a vulnerability, by severity
	DecisionDays int            `json:"decision_days"`     // most days from decided to expires
	DatabaseDays int            `json:"database_max_days"` // most days between the database and a release
	DatabaseWhy  string         `json:"database_reason"`   // why so many
	Owners       []string       `json:"owners"`            // roles
	Analysis     string         `json:"analysis_severity"` // the least severity of static analysis that wants a decision
	ByFile       []string       `json:"by_file,omitempty"` // folders, as of code that reads from a network, in which no decision is about a whole folder
}

// A Decision is what was decided about one finding, or a group of findings of static analysis.
type Decision struct {
	Scanner       string     `json:"scanner"`
	ID            string     `json:"id"`
	Component     string     `json:"component"`
	Versions      []string   `json:"versions,omitempty"`
	Platforms     []string   `json:"platforms,omitempty"`
	Status        string     `json:"status"`
	Justification string     `json:"justification,omitempty"`
	Reason        string     `json:"reason"`
	Owner         string     `json:"owner"`
	Decided       string     `json:"decided"`
	Confirmed     string     `json:"confirmed,omitempty"`
	Deadline      string     `json:"deadline,omitempty"`
	Expires       string     `json:"expires"`
	Evidence      []Evidence `json:"evidence,omitempty"`
}

// Name is what messages call the decision.
func (d *Decision) Name() string { return d.Scanner + " " + d.ID + " in " + d.Component }

// Known says whether the decision is about known vulnerabilities, not static analysis.
func (d *Decision) Known() bool {
	return d.Scanner == Vulnerability || slices.Contains(VulnerabilityScanners, d.Scanner)
}

// Unknown are the platforms of the decision that are none of rows.
func (d *Decision) Unknown(rows []string) []string {
	return slices.DeleteFunc(slices.Clone(d.Platforms), func(pattern string) bool {
		return slices.ContainsFunc(rows, func(row string) bool { ok, _ := path.Match(pattern, row); return ok })
	})
}

// on says whether the decision is about the platform.
func (d *Decision) on(platform string) bool {
	return len(d.Platforms) == 0 || slices.ContainsFunc(d.Platforms, func(pattern string) bool { ok, _ := path.Match(pattern, platform); return ok })
}

// Parse reads the file and checks every decision against the policy. All that is wrong is reported at once.
func Parse(text []byte) (*File, error) {
	var f File
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("read triage: %w", err)
	}
	if f.Schema != Schema {
		return nil, fmt.Errorf("read triage: schema %q is not known, only %q", f.Schema, Schema)
	}
	errs := f.Policy.check()
	seen := map[string]bool{}
	for i := range f.Decisions {
		d := &f.Decisions[i]
		for _, err := range d.check(&f.Policy) {
			errs = append(errs, fmt.Errorf("%s: %w", d.Name(), err))
		}
		key := d.Name() + " " + strings.Join(d.Versions, " ")
		if seen[key] {
			errs = append(errs, fmt.Errorf("%s: it is there twice", d.Name()))
		}
		seen[key] = true
	}
	if errs != nil {
		return nil, fmt.Errorf("read triage: %w", errors.Join(errs...))
	}
	return &f, nil
}

func (p *Policy) check() []error {
	var errs []error
	for _, s := range finding.Severities {
		if p.Deadlines[s] <= 0 {
			errs = append(errs, fmt.Errorf("policy: deadline_days of %s is not set", s))
		}
	}
	if p.DecisionDays <= 0 || p.DatabaseDays <= 0 || strings.TrimSpace(p.DatabaseWhy) == "" || len(p.Owners) == 0 || !slices.Contains(finding.Severities, p.Analysis) {
		errs = append(errs, errors.New("policy: decision_days, database_max_days, database_reason, owners or analysis_severity is not set"))
	}
	return errs
}

func (d *Decision) check(p *Policy) []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if d.Scanner == "" || d.ID == "" || d.Component == "" {
		bad("scanner, id or component is missing")
	}
	if d.Known() && (len(d.Versions) == 0 || !strings.HasPrefix(d.Component, "pkg:")) {
		bad("a known vulnerability is decided for a purl and its versions")
	}
	if !d.Known() && len(d.Versions) > 0 {
		bad("versions are for known vulnerabilities")
	}
	if !d.Known() && len(d.Platforms) > 0 {
		bad("platforms are for known vulnerabilities")
	}
	for _, p := range d.Platforms {
		if _, err := path.Match(p, "x"); err != nil || p == "" {
			bad("platforms: %q is no pattern", p)
		}
	}
	if folder, ok := strings.CutSuffix(d.Component, "..."); ok && !d.Known() {
		for _, b := range p.ByFile {
			if strings.HasPrefix(b+"/", folder) || strings.HasPrefix(folder, b+"/") {
				bad("it would accept in advance what comes into %s: the policy wants decisions about single files there", b)
			}
		}
	}
	if strings.TrimSpace(d.Reason) == "" {
		bad("reason is missing")
	}
	if !slices.Contains(p.Owners, d.Owner) {
		bad("owner %q is no role of the policy: %s", d.Owner, strings.Join(p.Owners, ", "))
	}
	decided, err := day(d.Decided)
	if err != nil {
		bad("decided: %w", err)
	}
	if expires, err := day(d.Expires); err != nil {
		bad("expires: %w", err)
	} else if days(decided, expires) < 0 || days(decided, expires) > p.DecisionDays {
		bad("expires is %d days after decided; the policy allows %d", days(decided, expires), p.DecisionDays)
	}
	return append(append(errs, d.checkStatus()...), d.checkDeadline(decided)...)
}

// checkDeadline wants both days of a decision that leaves something open, and neither of another one.
func (d *Decision) checkDeadline(decided time.Time) []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	open := d.Status == Affected || d.Status == UnderInvestigation
	if open != (d.Deadline != "") {
		bad("a deadline is for %s and %s, and needed there", Affected, UnderInvestigation)
	}
	if open != (d.Confirmed != "") {
		bad("the day on which it was confirmed is for %s and %s, and needed there", Affected, UnderInvestigation)
	}
	if !open {
		return errs
	}
	if _, err := day(d.Deadline); err != nil {
		bad("deadline: %w", err)
	}
	if confirmed, err := day(d.Confirmed); err != nil {
		bad("confirmed: %w", err)
	} else if days(confirmed, decided) < 0 {
		bad("it was confirmed on %s, after it was decided on %s", d.Confirmed, d.Decided)
	}
	return errs
}

func (d *Decision) checkStatus() []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	open := d.Status == Affected || d.Status == UnderInvestigation
	switch {
	case d.Status == NotAffected && !slices.Contains(Justifications, d.Justification):
		bad("justification %q is none of %s", d.Justification, strings.Join(Justifications, ", "))
	case d.Status != NotAffected && d.Justification != "":
		bad("a justification is for %s", NotAffected)
	case !open && d.Status != NotAffected && d.Status != Fixed:
		bad("status %q is not known", d.Status)
	}
	if d.Known() && (d.Status == NotAffected || d.Status == Fixed) && len(d.Evidence) == 0 {
		bad("%s needs evidence", d.Status)
	}
	for _, e := range d.Evidence {
		if err := e.check(); err != nil {
			bad("evidence: %w", err)
		}
	}
	return errs
}

// Covers says whether the decision is about the finding, as far as that was found on its platforms: see [Divide].
func (d *Decision) Covers(f *finding.Finding) bool {
	if !slices.Contains(f.Names(), d.ID) {
		return false
	}
	if d.Scanner == Vulnerability {
		return slices.Contains(VulnerabilityScanners, f.Scanner) && d.Component == f.Component && slices.Contains(d.Versions, f.Version)
	}
	if d.Scanner != f.Scanner {
		return false
	}
	if d.Known() {
		return d.Component == f.Component && slices.Contains(d.Versions, f.Version)
	}
	if folder, ok := strings.CutSuffix(d.Component, "..."); ok {
		return strings.HasPrefix(f.Component, folder)
	}
	return d.Component == f.Component
}

// For returns the decision about a finding: of several, the narrowest.
func (f *File) For(x *finding.Finding) *Decision {
	var best *Decision
	for i := range f.Decisions {
		if d := &f.Decisions[i]; d.Covers(x) && (best == nil || len(d.Component) > len(best.Component)) {
			best = d
		}
	}
	return best
}

// Late says why a decision about a finding of this severity may not wait until its deadline; "" when it may.
func (p *Policy) Late(d *Decision, severity string) string {
	if d.Deadline == "" {
		return ""
	}
	confirmed, err := day(d.Confirmed)
	deadline, err2 := day(d.Deadline)
	if err := cmp.Or(err, err2); err != nil {
		return err.Error()
	}
	if n := days(confirmed, deadline); n > p.Deadlines[severity] {
		return fmt.Sprintf("its deadline is %d days after it was confirmed; the policy allows %d for %s", n, p.Deadlines[severity], severity)
	}
	return ""
}

func day(text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no day: write YYYY-MM-DD", text)
	}
	return t, nil
}

func days(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }

// Later says whether the day in text lies after the day of now. A day that is none is later.
func Later(text string, now time.Time) bool {
	t, err := day(text)
	return err != nil || days(now, t) > 0
}

// Past says whether the day in text lies before the day of now. A day that is none is past.
func Past(text string, now time.Time) bool {
	t, err := day(text)
	return err != nil || days(t, now) > 0
}
