// SPDX-License-Identifier: MIT

// Package leak searches released bytes for what a build machine left in them: names of its user, host and folders,
// words of the build system, absolute paths, times, owners, and identities that are missing or shared.
//
// A file is taken apart as far as it goes: gzip, tar, zip and ar are opened, ELF, PE, COFF and Mach-O are parsed, and
// compressed debug sections are unpacked. The rest must be text. A file of any other format is a failure, because
// nothing is known to be absent from it.
//
// The rules are the table Rules. What a rule finds may be allowed by an entry of a list (see Allow) that gives its
// reason; allow.json holds the entries that the programs themselves need, such as /dev/urandom.
package leak

import (
	"fmt"
	"sort"
	"time"
)

// Token is a value that stands for a fact of the build machine. It is chosen at random for one build, so that any
// occurrence is a leak and not chance.
type Token struct {
	Name  string // "user", "host", "home", "path" ...
	Value string // at least MinToken bytes
}

// MinToken is the least length of a token in bytes; shorter values occur by chance.
const MinToken = 6

// Options is what a run looks for.
type Options struct {
	Tokens []Token
	Allow  *Allow
	// Time, if not nil, is the time that every member of an archive must have. Without it the members of one archive
	// must have equal times.
	Time *time.Time
	// StackSize in bytes, if not 0, is the main stack that static programs with C for Linux and programs for Windows
	// must ask for.
	StackSize uint64
}

// Finding is one leak.
type Finding struct {
	Rule   string `json:"rule"`
	File   string `json:"file"`   // archive members follow their archive after '!'
	Where  string `json:"where"`  // section, header field, or line
	Offset uint64 `json:"offset"` // in the file, or in a decompressed section if Where says so
	Text   string `json:"text"`
}

// Failure is a file that could not be checked.
type Failure struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

// Report is the result of a run. It is clean only if both lists are empty and at least one file was checked.
type Report struct {
	Checked  map[string]int `json:"checked"` // files by format, archives and their members alike
	Findings []Finding      `json:"findings"`
	Failures []Failure      `json:"failures"`
}

// Files is the number of files checked.
func (r *Report) Files() int {
	n := 0
	for _, c := range r.Checked {
		n += c
	}
	return n
}

// Checker collects findings over all files of one run.
type Checker struct {
	opts     Options
	report   Report
	spent    int64 // bytes unpacked so far
	identity map[string]identified
}

// New makes a checker. It refuses tokens too short to mean anything.
func New(opts Options) (*Checker, error) {
	for _, t := range opts.Tokens {
		if t.Name == "" || len(t.Value) < MinToken {
			return nil, fmt.Errorf("take token %q: the value has %d bytes, at least %d are needed to rule out chance", t.Name, len(t.Value), MinToken)
		}
	}
	if opts.Allow == nil {
		opts.Allow = &Allow{}
	}
	return &Checker{opts: opts, report: Report{Checked: map[string]int{}}, identity: map[string]identified{}}, nil
}

// File checks one file and all it contains.
func (c *Checker) File(name string, data []byte) {
	c.walk(name, data, 0)
}

// Fail records a file that could not be read at all.
func (c *Checker) Fail(name string, err error) {
	c.report.Failures = append(c.report.Failures, Failure{File: name, Error: err.Error()})
}

// Report gives what was found so far, sorted by file, rule and offset.
func (c *Checker) Report() Report {
	r := c.report
	r.Findings = append([]Finding{}, r.Findings...)
	r.Failures = append([]Failure{}, r.Failures...)
	sort.SliceStable(r.Findings, func(i, j int) bool {
		a, b := r.Findings[i], r.Findings[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Rule != b.Rule {
			return a.Rule < b.Rule
		}
		return a.Offset < b.Offset
	})
	return r
}

func (c *Checker) check(u *unit) {
	c.report.Checked[u.kind]++
	for _, rule := range Rules {
		for _, f := range rule.check(c, u) {
			f.Rule, f.File = rule.Name, u.name
			c.report.Findings = append(c.report.Findings, f)
		}
	}
}
