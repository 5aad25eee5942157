// SPDX-License-Identifier: MIT

// Package report writes what a scan found: as JSON for machines, as a table for a terminal, as SARIF for code hosts and
// editors, and as one HTML page that needs nothing beside it.
package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/scan/gate"
)

// Schema identifies the JSON form.
const Schema = "gosqlite-scan/1"

// A Report is everything that one run says. It is a pure function of its inputs, which it names by digest.
type Report struct {
	Schema   string         `json:"schema"`
	Subject  string         `json:"subject"` // what was scanned
	Day      string         `json:"day"`     // that decisions were held against
	Release  bool           `json:"release_gate"`
	Complete bool           `json:"complete"` // every scanner that a release needs was asked
	Pass     bool           `json:"pass"`
	Database Database       `json:"database"`
	Feed     Feed           `json:"feed"`
	Triage   string         `json:"triage_sha256"`
	Bills    []Bill         `json:"bills"`
	Scanners []gate.Scanner `json:"scanners"`
	gate.Verdict
}

// Database is the Go vulnerability database that was used.
type Database struct {
	Source      string `json:"source"`
	Commit      string `json:"commit,omitempty"`
	Date        string `json:"date"`
	SHA256      string `json:"sha256"`
	Records     int    `json:"records"`
	Attribution string `json:"attribution"`
}

// Feed is the C feed that was used.
type Feed struct {
	Date    string `json:"date"`
	SHA256  string `json:"sha256"`
	Records int    `json:"records"`
}

// A Bill is a bill of materials that was read.
type Bill struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// JSON writes the report for machines.
func (r *Report) JSON() ([]byte, error) { return encode(r) }

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	return b.Bytes(), nil
}

// maxReport bounds a report that is read back, in bytes.
const maxReport = 64 << 20

// Parse reads a report.
func Parse(text []byte) (*Report, error) {
	if len(text) > maxReport {
		return nil, fmt.Errorf("read report: larger than %d bytes", maxReport)
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("read report: schema %q is not known, only %q", r.Schema, Schema)
	}
	return &r, nil
}

// Fresh returns an error unless the report lets this release out: it passed the release gate with every scanner, on the
// day of the release, and read exactly these bills of materials.
func (r *Report) Fresh(day time.Time, bills []Bill) error {
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
	if want := day.Format(time.DateOnly); r.Day != want {
		bad("it is of %s, and the release of %s", r.Day, want)
	}
	for _, b := range bills {
		if !slices.Contains(r.Bills, b) {
			bad("it did not read %s as it is released", b.File)
		}
	}
	for _, b := range r.Bills {
		if !slices.Contains(bills, b) {
			bad("it read %s, which is not released so", b.File)
		}
	}
	if len(bills) == 0 {
		bad("the release has no bills of materials")
	}
	if errs != nil {
		return fmt.Errorf("use scan report: %w", errors.Join(errs...))
	}
	return nil
}

// Sort brings lists whose order says nothing into one order.
func (r *Report) Sort() {
	slices.SortFunc(r.Bills, func(a, b Bill) int { return cmp.Compare(a.File, b.File) })
}
