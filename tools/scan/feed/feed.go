// SPDX-License-Identifier: MIT

// Package feed holds vulnerability records of the C code that releases are built from, in the OSV format, and looks up
// components in them. No public database covers that code by version: the Go database has no C, and a CVE names products.
//
// # What a record says
//
// Each file of records/ is an OSV record. The package's purl and database_specific.cpe name the component. Further fields
// of database_specific:
//
//	status     confirmed, or under_investigation: something about the range could not be confirmed, and note says what.
//	           Under investigation counts as affected.
//	options    compile options without which the vulnerable code is not compiled; all are needed
//	severity   label and score as the source gives them
//	sources    what was read to write the record: address, day, and what it says
//
// Versions of two parts, as glibc's, are written with a third: 2.39.0. Which functions and objects of a component are linked
// is no matter of the record: decisions of triage name them as evidence, which is checked in each run.
//
// # What the feed claims
//
// collection.json says how, when and from what the records were collected, and lists each component that a release or its
// build has. It claims no completeness.
package feed

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/osv"
)

// Scanner is the name under which the feed reports.
const Scanner = "c-feed"

//go:embed collection.json records/*.json
var embedded embed.FS

// The words of database_specific.status.
const (
	Confirmed          = "confirmed"
	UnderInvestigation = "under_investigation"
)

// Specific is database_specific of a record.
type Specific struct {
	CPE      string   `json:"cpe,omitempty"`
	Status   string   `json:"status"`
	Note     string   `json:"note,omitempty"`
	Options  []string `json:"options,omitempty"`
	Severity struct {
		Label string  `json:"label"`
		Score float64 `json:"score,omitempty"`
	} `json:"severity"`
	Sources []Source `json:"sources"`
}

// A Source is something that was read.
type Source struct {
	URL  string `json:"url"`
	Read string `json:"read"` // day, YYYY-MM-DD
	Says string `json:"says"`
}

// A Record is an OSV record with what the feed adds.
type Record struct {
	osv.Record
	Feed Specific
	Text []byte
}

// Collection says how the records were collected.
type Collection struct {
	Schema     string      `json:"schema"`
	Date       string      `json:"date"`
	Method     string      `json:"method"`
	Complete   bool        `json:"complete"` // always false: the feed claims no completeness
	License    string      `json:"license"`
	Components []Collected `json:"components"`
}

// Collected is a component that records were collected for, or were not.
type Collected struct {
	PURL     string `json:"purl"`
	CPE      string `json:"cpe,omitempty"`
	LookedAt string `json:"looked_at"`
	// Searched is for records; what was not is said in each scan with the reason, so that it is not taken for clean.
	Searched bool     `json:"searched"`
	Sources  []Source `json:"sources,omitempty"` // what was looked through, beside the sources of records
}

// notSearched begins the reason in LookedAt of what was not searched.
const notSearched = "not searched: "

func (c *Collected) check() error {
	if why, ok := strings.CutPrefix(c.LookedAt, notSearched); !c.Searched && (!ok || why == "") {
		return fmt.Errorf("%s was not searched, and looked_at has to begin with %q and a reason", c.PURL, notSearched)
	}
	return checkSources(c.Sources)
}

func checkSources(sources []Source) error {
	for _, s := range sources {
		if _, err := time.Parse(time.DateOnly, s.Read); err != nil || !strings.HasPrefix(s.URL, "https://") || s.Says == "" {
			return fmt.Errorf("source %q has to say an https address, the day on which it was read, and what it says", s.URL)
		}
	}
	return nil
}

// A Feed is the records with their collection.
type Feed struct {
	Collection Collection
	Records    []Record
	SHA256     string // of the records: each file's name, a newline, its bytes, in the order of names
}

// Embedded is the feed of this tree.
func Embedded() (*Feed, error) { return Load(embedded) }

// Load reads a feed from a folder of that form.
func Load(dir fs.FS) (*Feed, error) {
	var f Feed
	text, err := fs.ReadFile(dir, "collection.json")
	if err == nil {
		err = strict(text, &f.Collection)
	}
	if err != nil {
		return nil, fmt.Errorf("read feed: collection.json: %w", err)
	}
	if c := f.Collection; c.Complete || c.Method == "" || len(c.Components) == 0 {
		return nil, errors.New("read feed: collection.json has to say a method and the components, and may not claim to be complete")
	}
	for i := range f.Collection.Components {
		if err := f.Collection.Components[i].check(); err != nil {
			return nil, fmt.Errorf("read feed: collection.json: %w", err)
		}
	}
	names, err := fs.Glob(dir, "records/*.json")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("read feed: it has no records (%v)", err)
	}
	slices.Sort(names)
	sum := sha256.New()
	for _, name := range names {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read feed: %w", err)
		}
		r, err := parse(data)
		if err == nil && r.ID+".json" != path.Base(name) {
			err = fmt.Errorf("it holds record %s", r.ID)
		}
		if err != nil {
			return nil, fmt.Errorf("read feed: %s: %w", name, err)
		}
		fmt.Fprintf(sum, "%s\n%s", path.Base(name), data)
		f.Records = append(f.Records, *r)
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return &f, f.covered()
}

// covered refuses records of components that the collection does not list.
func (f *Feed) covered() error {
	for _, r := range f.Records {
		for _, a := range r.Affected {
			known := false
			for _, c := range f.Collection.Components {
				known = known || c.PURL == a.Package.PURL
			}
			if !known {
				return fmt.Errorf("read feed: %s is about %q, which collection.json does not list", r.ID, a.Package.PURL)
			}
		}
	}
	return nil
}

func strict(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

func parse(data []byte) (*Record, error) {
	base, err := osv.Parse(data)
	if err != nil {
		return nil, err
	}
	r := &Record{Record: *base, Text: data}
	if err := strict(base.Specific, &r.Feed); err != nil {
		return nil, fmt.Errorf("database_specific: %w", err)
	}
	s := r.Feed
	if s.Status != Confirmed && s.Status != UnderInvestigation {
		return nil, fmt.Errorf("status %q is neither %s nor %s", s.Status, Confirmed, UnderInvestigation)
	}
	if s.Status == UnderInvestigation && s.Note == "" {
		return nil, errors.New("it is under investigation and no note says what is open")
	}
	if !slices.Contains(finding.Severities, s.Severity.Label) {
		return nil, fmt.Errorf("severity %q is none of %q", s.Severity.Label, finding.Severities)
	}
	if len(s.Sources) == 0 || len(r.Affected) == 0 {
		return nil, errors.New("it names no source or nothing affected")
	}
	return r, checkSources(s.Sources)
}

// A Resolution says what became of one record for one component.
type Resolution struct {
	Record    *Record
	Component component.Component
	Affected  bool // by its version
	Past      bool // its version is not affected, and an affected one came before it
	Fixed     string
	Absent    string // why the vulnerable code is not there although the version is affected; "" when it may be
}

// Looked says what the feed can say about components that are no Go modules. One that the collection does not list is an
// error, since nobody looked for records of it, and it would seem clean; unsearched are those that it lists as such, each with
// the reason.
func (f *Feed) Looked(components []component.Component) (unsearched []string, err error) {
	var unknown []string
	for _, c := range components {
		if c.GoModule() != "" {
			continue
		}
		i := slices.IndexFunc(f.Collection.Components, func(have Collected) bool {
			return have.PURL == c.Package() || have.CPE != "" && product(have.CPE) == product(c.CPE)
		})
		switch {
		case i < 0:
			unknown = append(unknown, cmp.Or(c.Package(), c.CPE))
		case !f.Collection.Components[i].Searched:
			unsearched = append(unsearched, c.Package()+": "+f.Collection.Components[i].LookedAt)
		}
	}
	slices.Sort(unknown)
	slices.Sort(unsearched)
	if unknown != nil {
		err = fmt.Errorf("look up components: collection.json of the C feed does not list %s: search for records, and list it", strings.Join(slices.Compact(unknown), ", "))
	}
	return slices.Compact(unsearched), err
}

// Resolve looks the component up by purl, or by CPE where it has no purl that the feed knows.
func (f *Feed) Resolve(c component.Component) ([]Resolution, error) {
	var all []Resolution
	for i := range f.Records {
		r := &f.Records[i]
		for _, a := range r.Affected {
			if a.Package.PURL != c.Package() && (r.Feed.CPE == "" || product(r.Feed.CPE) != product(c.CPE)) {
				continue
			}
			v, err := a.Match(c.Version)
			if err != nil {
				return nil, fmt.Errorf("look up %s in %s: %w", c.ID, r.ID, err)
			}
			res := Resolution{Record: r, Component: c, Affected: v.Affected, Past: v.Past, Fixed: v.Fixed}
			if v.Affected {
				res.Absent = r.absent(c)
			}
			all = append(all, res)
		}
	}
	return all, nil
}

// product is vendor and product of a CPE 2.3 name: cpe:2.3:a:vendor:product:...
func product(cpe string) string {
	parts := strings.Split(cpe, ":")
	if len(parts) < 5 {
		return "none of " + cpe
	}
	return strings.Join(parts[3:5], ":")
}

// absent says which option the record needs and the component lacks. A component that does not say its options may have
// them all.
func (r *Record) absent(c component.Component) string {
	if c.Options == nil {
		return ""
	}
	for _, need := range r.Feed.Options {
		if !slices.ContainsFunc(c.Options, func(have string) bool { return have == need || have == need+"=1" }) {
			return "option " + need + " is not set"
		}
	}
	return ""
}

// Find is Resolve as findings: only what is affected by its version.
func (f *Feed) Find(components []component.Component) ([]finding.Finding, error) {
	var all []finding.Finding
	for _, c := range components {
		resolved, err := f.Resolve(c)
		if err != nil {
			return nil, err
		}
		for _, r := range resolved {
			if r.Affected {
				all = append(all, r.finding())
			}
		}
	}
	return finding.Merge(all), nil
}

func (r *Resolution) finding() finding.Finding {
	s := r.Record.Feed
	out := finding.Finding{
		Scanner: Scanner, ID: r.Record.ID, Aliases: r.Record.Aliases,
		Component: r.Component.Package(), Version: r.Component.Version, Refs: []string{r.Component.ID},
		Rank: finding.Imported, Severity: s.Severity.Label, Score: s.Severity.Score, Fixed: r.Fixed,
		Summary: r.Record.Summary, Where: []string{r.Component.Document}, Note: s.Note,
	}
	for _, v := range r.Record.Severity {
		out.Vector = v.Score
	}
	if r.Component.Role == component.BuildTool {
		out.Rank = finding.Required
	}
	switch {
	case r.Absent != "":
		out.Rank, out.Status, out.Evidence = finding.Required, "not_affected", r.Absent
	case s.Status == UnderInvestigation:
		out.Status = UnderInvestigation
	}
	return out
}
