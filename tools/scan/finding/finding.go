// SPDX-License-Identifier: MIT

// Package finding is the one form in which every scanner says what it found. Data only: no scanner and no report is
// known here.
package finding

import (
	"cmp"
	"fmt"
	"slices"
)

// A Rank says how near a vulnerability is to being executed.
type Rank int

// From far to near.
const (
	Required Rank = iota // the component is there; whether its vulnerable part is linked is not known
	Imported             // the vulnerable package or feature is linked
	Called               // a way to the vulnerable function was found
)

var rankWords = []string{"required", "imported", "called"}

// String is the word of reports.
func (r Rank) String() string { return rankWords[r] }

// MarshalText is String.
func (r Rank) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the word of a report.
func (r *Rank) UnmarshalText(text []byte) error {
	i := slices.Index(rankWords, string(text))
	if i < 0 {
		return fmt.Errorf("read rank: %q is none of %q", text, rankWords)
	}
	*r = Rank(i)
	return nil
}

// A Finding is one vulnerability in one component, or one result of static analysis.
type Finding struct {
	Scanner   string   `json:"scanner"` // name of the scanner, as in the list of scanners
	ID        string   `json:"id"`      // of the record, or the rule
	Aliases   []string `json:"aliases,omitempty"`
	Component string   `json:"component"` // purl without version, or the file for static analysis
	Version   string   `json:"version,omitempty"`
	Refs      []string `json:"refs,omitempty"` // ids of this component in bills of materials
	Rank      Rank     `json:"rank"`
	Severity  string   `json:"severity"` // critical, high, medium, low or unknown
	Score     float64  `json:"score,omitempty"`
	Vector    string   `json:"vector,omitempty"` // CVSS
	Fixed     string   `json:"fixed,omitempty"`  // the first version without it
	Summary   string   `json:"summary"`
	Where     []string `json:"where,omitempty"` // modules, programs or bills of materials
	Trace     []string `json:"trace,omitempty"` // from our code to the vulnerable function
	Line      int      `json:"line,omitempty"`
	Note      string   `json:"note,omitempty"` // what the scanner knows beyond the record
	// Status is what the scanner itself decided: "" for nothing, not_affected with Evidence, or under_investigation,
	// which counts as affected.
	Status   string `json:"status,omitempty"`
	Evidence string `json:"evidence,omitempty"`
}

// Names are the id and its aliases.
func (f *Finding) Names() []string { return append([]string{f.ID}, f.Aliases...) }

// Compare orders findings as reports show them: nearest first, then gravest, then by name.
func Compare(a, b Finding) int {
	return cmp.Or(
		-cmp.Compare(a.Rank, b.Rank), -cmp.Compare(a.Score, b.Score), cmp.Compare(severity(a), severity(b)),
		cmp.Compare(a.Scanner, b.Scanner), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Component, b.Component),
		cmp.Compare(a.Version, b.Version), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Summary, b.Summary),
	)
}

// Severities from grave to slight; what has no severity is treated as high, since nobody showed that it is less.
var Severities = []string{"critical", "high", "unknown", "medium", "low"}

func severity(f Finding) int { return slices.Index(Severities, f.Severity) }

// Merge joins findings of the same vulnerability in the same component: the nearest rank wins, and places add up.
func Merge(all []Finding) []Finding {
	type key struct {
		scanner, id, component, version, evidence string
		line                                      int
	}
	index := map[key]int{}
	var merged []Finding
	for _, f := range all {
		k := key{f.Scanner, f.ID, f.Component, f.Version, f.Status + f.Evidence, f.Line}
		i, ok := index[k]
		if !ok {
			index[k] = len(merged)
			merged = append(merged, f)
			continue
		}
		m := &merged[i]
		m.Where, m.Refs = union(m.Where, f.Where), union(m.Refs, f.Refs)
		if f.Rank > m.Rank {
			m.Rank, m.Trace = f.Rank, f.Trace
		}
	}
	for i := range merged {
		merged[i].Where, merged[i].Refs = union(merged[i].Where, nil), union(merged[i].Refs, nil)
	}
	slices.SortFunc(merged, Compare)
	return merged
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
