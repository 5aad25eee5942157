// SPDX-License-Identifier: MIT

// Package report writes what a scan found: as JSON for machines, as a table for a terminal, as SARIF for code hosts and
// editors, and as one HTML page that needs nothing beside it.
package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

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
	Twins    []Twin         `json:"twins"`
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
	Twin   string `json:"twin,omitempty"` // the debug twin of its platform; "" when it is about no single platform
}

// A Twin is a debug twin whose programs were read.
type Twin struct {
	File     string `json:"file"`
	SHA256   string `json:"sha256"`
	Programs int    `json:"programs"`
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

// Sort brings lists whose order says nothing into one order.
func (r *Report) Sort() {
	slices.SortFunc(r.Bills, func(a, b Bill) int { return cmp.Compare(a.File, b.File) })
	slices.SortFunc(r.Twins, func(a, b Twin) int { return cmp.Compare(a.File, b.File) })
}
