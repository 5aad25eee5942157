// SPDX-License-Identifier: MIT

package report

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/vex"
)

// Released is what a release is, as far as a report has to be about it.
type Released struct {
	Day   time.Time         // of the release
	Files map[string]string // SHA-256 in hexadecimal, by name: bills of materials in CycloneDX, and debug twins
	Basis vex.Basis         // decisions, database and feed that may let it out: no others
}

// Endings of the names of Released.Files.
const (
	BillSuffix = ".cdx.json"
	TwinSuffix = "_debug.tar.gz"
)

// Fresh returns an error unless the report lets this release out: it passed the release gate with every scanner, on the
// day of the release, and read exactly these bills of materials and exactly these debug twins, one for the platform of
// each bill, and judged them by the decisions, the database and the feed of the release.
func (r *Report) Fresh(of *Released) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !r.Pass || len(r.Problems) > 0 {
		bad("it did not pass: %d problems", len(r.Problems))
	}
	if !r.Release {
		bad("it was no release gate: scan with --gate release")
	}
	if !r.Complete {
		bad("not every scanner was asked")
	}
	if want := of.Day.Format(time.DateOnly); r.Day != want {
		bad("it is of %s, and the release of %s", r.Day, want)
	}
	for _, b := range []struct{ what, have, want string }{
		{"triage.json", r.Triage, of.Basis.Triage}, {"the vulnerability database", r.Database.SHA256, of.Basis.Database}, {"the C feed", r.Feed.SHA256, of.Basis.Feed},
	} {
		if b.have != b.want || b.want == "" {
			bad("it went by another form of %s, %q, than the release, %q: scan without --triage and --db, in the tree of the release", b.what, b.have, b.want)
		}
	}
	errs = append(errs, r.read(of)...)
	if errs != nil {
		return fmt.Errorf("use scan report: %w", errors.Join(errs...))
	}
	return nil
}

// read holds what the report read against what is released.
func (r *Report) read(of *Released) []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	read := map[string]string{}
	for _, b := range r.Bills {
		read[b.File] = b.SHA256
	}
	for _, t := range r.Twins {
		read[t.File] = t.SHA256
		if t.Programs == 0 {
			bad("it looked at no program of %s", t.File)
		}
	}
	count := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(of.Files)) {
		switch {
		case strings.HasSuffix(name, BillSuffix):
			count[BillSuffix]++
		case strings.HasSuffix(name, TwinSuffix):
			count[TwinSuffix]++
		default:
			bad("%s is neither a bill of materials (*%s) nor a debug twin (*%s)", name, BillSuffix, TwinSuffix)
		}
		if read[name] != of.Files[name] {
			bad("it did not read %s as it is released", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(read)) {
		if of.Files[name] != read[name] {
			bad("it read %s, which is not released so", name)
		}
	}
	for _, b := range r.Bills {
		if b.Twin != "" && read[b.Twin] == "" {
			bad("it read %s, and not the programs of that platform in %s", b.File, b.Twin)
		}
	}
	if count[BillSuffix] == 0 {
		bad("the release has no bills of materials")
	}
	if count[TwinSuffix] == 0 {
		bad("the release has no debug twins")
	}
	return errs
}
