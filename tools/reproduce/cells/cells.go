// SPDX-License-Identifier: MIT

// Package cells keeps the cells of the reproduction table that were run: one for each variation, platform and
// distribution. Runs accumulate in a file, so that a table of many builds can be made in many sittings, and nothing is
// ever counted that was not run. The file has one JSON object a line, oldest first.
//
// A cell counts as passed only if all was equal and its variation is exercised: the planted leak of that fact was seen to
// turn a build red on the same machine and distribution.
package cells

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// Plants stands in the place of a platform for a run of planted leaks.
const Plants = "plants"

// Limits of a file.
const (
	maxLine  = 1 << 20
	maxCells = 1 << 20
)

// A Cell is one run.
type Cell struct {
	Variation    string `json:"variation"` // its name; several that were varied together are joined by +
	Platform     string `json:"platform"`  // label, or Plants
	Distribution string `json:"distribution"`
	Machine      string `json:"machine"` // hash, as in a ledger's side
	Kernel       string `json:"kernel"`
	Source       string `json:"source"`                // digest of the tree that was built
	Targets      string `json:"targets,omitempty"`     // that were built, joined by blanks; empty for those of a run that names none
	Flags        string `json:"flags,omitempty"`       // of the build command, beside those of the variation
	System       string `json:"system,omitempty"`      // distribution of build B, where that is varied
	FileSystem   string `json:"file_system,omitempty"` // that both builds were made on; empty if it is not known
	At           string `json:"at"`                    // RFC 3339, UTC
	Seconds      int    `json:"seconds"`               // of the builds that are this cell's own, or its part of builds for several
	// Shared tells that build A was made once for several cells, and build B for several platforms one after another.
	Shared bool `json:"shared,omitempty"`

	Verdict string `json:"verdict"`          // PASS, FAIL or INCOMPLETE; of a plant, PASS if it was exercised
	Files   int    `json:"files"`            // compared
	Actions int    `json:"actions"`          // compared
	First   string `json:"first,omitempty"`  // difference, or why nothing was compared
	Report  string `json:"report,omitempty"` // file beside this one with the whole report of a cell that did not pass
	Ledger  string `json:"ledger,omitempty"`
}

// key is what makes two runs those of one cell of a source.
type key struct{ variation, platform, distribution, machine, targets, flags, system, fileSystem string }

func (c *Cell) key() key {
	return key{c.Variation, c.Platform, c.Distribution, c.Machine, c.Targets, c.Flags, c.System, c.FileSystem}
}

// A History is all runs, oldest first.
type History []Cell

// Read reads a file; one that is not there is an empty history.
func Read(path string) (History, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read cells: %w", err)
	}
	defer f.Close()
	var h History
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 4<<10), maxLine)
	for lines.Scan() {
		var c Cell
		d := json.NewDecoder(strings.NewReader(lines.Text()))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			return nil, fmt.Errorf("read cells: %s line %d: %w", path, len(h)+1, err)
		}
		if _, err := d.Token(); err != io.EOF {
			return nil, fmt.Errorf("read cells: %s line %d: something follows behind the cell", path, len(h)+1)
		}
		if _, err := time.Parse(time.RFC3339, c.At); err != nil || c.Variation == "" || c.Platform == "" || c.Verdict == "" || len(h) >= maxCells {
			return nil, fmt.Errorf("read cells: %s line %d: no cell, or one too many", path, len(h)+1)
		}
		h = append(h, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read cells: %s: %w", path, err)
	}
	return h, nil
}

// Append adds cells to a file, which need not be there, by one write at its end: what others add at the same time stays.
func Append(path string, added History) error {
	if len(added) == 0 {
		return nil
	}
	var lines bytes.Buffer
	e := json.NewEncoder(&lines)
	for _, c := range added {
		if err := e.Encode(c); err != nil {
			return fmt.Errorf("write cells: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("write cells: %w", err)
	}
	before, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		if _, err = f.Write(lines.Bytes()); err != nil {
			err = errors.Join(err, f.Truncate(before)) // half a line would be none
		}
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write cells: %w", err)
	}
	return nil
}

// Done tells whether a cell of this source needs no other run.
func (h History) Done(c Cell) bool {
	return slices.ContainsFunc(h, func(x Cell) bool { return x.key() == c.key() && x.Source == c.Source && x.Verdict == "PASS" })
}

// Exercised tells whether the plants of a cell's variations were all seen on its machine, distribution and file system, each
// by its latest run.
func (h History) Exercised(c Cell) bool {
	for name := range strings.SplitSeq(c.Variation, "+") {
		seen, system := false, c.System
		if name != c.Variation && name != variation.SystemName {
			system = "" // that of another variation
		}
		for _, x := range h {
			if x.Platform == Plants && x.Variation == name && x.Distribution == c.Distribution && x.Machine == c.Machine && x.System == system && x.FileSystem == c.FileSystem {
				seen = x.Verdict == "PASS"
			}
		}
		if !seen {
			return false
		}
	}
	return true
}

// NotExercised is the verdict of the table on a cell that passed and whose variation shows nothing.
const NotExercised = "NOT EXERCISED"

// A Row is all runs of a cell of one source: the latest that found a difference, else the latest, with the table's verdict. A
// difference is not taken back by a run that did not find it.
type Row struct {
	Cell
	Verdict string `json:"verdict"`
	Runs    int    `json:"runs"`
	Failed  int    `json:"failed"` // of the runs
}

// Rows is the table of one source: what was run, and nothing else, ordered by variation, platform, distribution.
func (h History) Rows(source string) []Row {
	all := map[key]*Row{}
	for _, c := range h {
		if c.Source != source || c.Platform == Plants {
			continue
		}
		r := all[c.key()]
		if r == nil {
			r = &Row{}
			all[c.key()] = r
		}
		if r.Runs++; c.Verdict == "FAIL" {
			r.Failed++
		}
		if c.Verdict == "FAIL" || r.Failed == 0 {
			r.Cell = c
		}
	}
	rows := []Row{}
	for _, r := range all {
		if r.Verdict = r.Cell.Verdict; r.Verdict == "PASS" && !h.Exercised(r.Cell) {
			r.Verdict = NotExercised
		}
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(strings.Compare(a.Variation, b.Variation), strings.Compare(a.Platform, b.Platform), strings.Compare(a.Distribution, b.Distribution), strings.Compare(a.Machine, b.Machine),
			strings.Compare(a.Targets, b.Targets), strings.Compare(a.Flags, b.Flags), strings.Compare(a.System, b.System), strings.Compare(a.FileSystem, b.FileSystem))
	})
	return rows
}

// Sources lists the trees that were built, the latest first.
func (h History) Sources() []string {
	var out []string
	for _, c := range slices.Backward(h) {
		if c.Platform != Plants && !slices.Contains(out, c.Source) {
			out = append(out, c.Source)
		}
	}
	return out
}

// Count is how many rows have each verdict.
func Count(rows []Row) map[string]int {
	n := map[string]int{}
	for _, r := range rows {
		n[r.Verdict]++
	}
	return n
}
