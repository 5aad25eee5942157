// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/scan/component"
	"github.com/gosqlite/gosqlite/tools/scan/feed"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/gate"
	"github.com/gosqlite/gosqlite/tools/scan/report"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
	"github.com/gosqlite/gosqlite/tools/scan/vex"
	"github.com/gosqlite/gosqlite/tools/scan/vulndb"
)

// errNo ends a run whose gate said no.
var errNo = errors.New("the gate says no")

// options are the flags of a scan.
type options struct {
	root, db, triage, release, gate, only, out, date, zig string
	sboms, twins                                          action.List
	json, fresh                                           bool
}

func (o *options) declare(f *flag.FlagSet) {
	f.StringVar(&o.root, "root", "", "")
	f.StringVar(&o.db, "db", "", "")
	f.StringVar(&o.triage, "triage", "", "")
	f.StringVar(&o.release, "release", "", "")
	f.StringVar(&o.gate, "gate", "tree", "")
	f.StringVar(&o.only, "only", "", "")
	f.StringVar(&o.out, "out", "", "")
	f.StringVar(&o.date, "date", "", "")
	f.StringVar(&o.zig, "zig", "", "")
	f.Var(&o.sboms, "sbom", "")
	f.Var(&o.twins, "twin", "")
	f.BoolVar(&o.json, "json", false, "")
	f.BoolVar(&o.fresh, "fresh", false, "")
}

func (o *options) validate(rest []string) error {
	switch {
	case len(rest) > 0:
		return action.UsageError("unexpected argument %q", rest[0])
	case o.gate != "tree" && o.gate != "release":
		return action.UsageError("--gate is tree or release, not %q", o.gate)
	case o.release != "" && (len(o.sboms) > 0 || len(o.twins) > 0 || o.only != "" || o.gate == "release"):
		return action.UsageError("--release looks at a published release alone: without --sbom, --twin, --only and --gate")
	}
	for _, name := range split(o.only) {
		if !slices.Contains(allScanners(), name) {
			return action.UsageError("--only %s: no such scanner; there are %s", name, strings.Join(allScanners(), ", "))
		}
	}
	return nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// session is one run.
type session struct {
	options
	env       environment
	day       time.Time
	temp      string
	decisions *triage.File
	database  *vulndb.Database
	feed      *feed.Feed
	bills     []*component.Document
	facts     triage.Facts
	resolved  []feed.Resolution
	rows      []string // of the matrix; nil without a tree
	report    report.Report
	self      string // digest of this program; "" where nothing is kept under it

	keptPrograms int // of debug twins, whose results were kept
}

func scan(ctx context.Context, args []string, env environment) error {
	s := &session{env: env}
	rest, err := parse("scan", env, args, s.declare)
	if err != nil {
		return err
	}
	if err := s.validate(rest); err != nil {
		return err
	}
	if s.release == "" { // before anything that takes time, in which the file may become another program's
		if s.self, err = s.env.sum(); err != nil {
			return err
		}
	}
	if s.day, err = parseDay(s.date); err != nil {
		return err
	}
	if s.root, err = findRoot(s.root, env); err != nil {
		return err
	}
	if s.temp, err = os.MkdirTemp("", "scan"); err != nil {
		return err
	}
	defer os.RemoveAll(s.temp)
	if err := s.read(ctx); err != nil {
		return err
	}
	if s.release != "" {
		err = s.runBills(nil)
	} else {
		err = s.runTree(ctx)
	}
	if err != nil {
		return err
	}
	return s.finish()
}

// read takes in everything that findings are held against.
func (s *session) read(ctx context.Context) error {
	triageFile := orElse(s.triage, filepath.Join(s.root, "tools", "scan", "triage.json"))
	text, err := readFile(triageFile)
	if err != nil {
		return fmt.Errorf("read triage: %w", err)
	}
	if s.decisions, err = triage.Parse(text); err != nil {
		return err
	}
	s.report.Triage = action.DigestOf(text)
	if s.feed, err = feed.Embedded(); err != nil {
		return err
	}
	s.report.Feed = report.Feed{Date: s.feed.Collection.Date, SHA256: s.feed.SHA256, Records: len(s.feed.Records)}
	if s.release != "" {
		if s.sboms, err = releaseBills(s.release); err != nil {
			return err
		}
	}
	if err := s.readBills(); err != nil {
		return err
	}
	modules, err := s.modules(ctx)
	if err != nil {
		return err
	}
	place := orElse(s.db, filepath.Join(s.root, "tools", "scan", "db"))
	var client *http.Client
	if strings.HasPrefix(s.db, "http") {
		client = s.env.client
	}
	if s.database, err = vulndb.Open(ctx, client, place, modules); err != nil {
		return err
	}
	m := s.database.Meta
	s.report.Database = report.Database{Source: m.Source, Commit: m.Commit, Date: m.Date, SHA256: m.SHA256, Records: m.Records, Attribution: m.Attribution}
	return nil
}

// releaseBills are the bills of materials of a published release. CycloneDX has all that is asked; other formats say the
// same again.
func releaseBills(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.cdx.json"))
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "vex.cdx.json") })
	if len(names) == 0 {
		return nil, fmt.Errorf("read release %s: it has no bill of materials (*.cdx.json)", dir)
	}
	return names, nil
}

func (s *session) readBills() error {
	slices.Sort(s.sboms)
	for _, name := range s.sboms {
		text, err := readFile(name)
		if err != nil {
			return fmt.Errorf("read bill of materials: %w", err)
		}
		d, err := component.Parse(filepath.Base(name), text)
		if err != nil {
			return err
		}
		s.bills = append(s.bills, d)
		s.facts.Components = append(s.facts.Components, d.Components...)
		bill := report.Bill{File: d.File, SHA256: action.DigestOf(text)}
		if t := d.Twin(); t != "" {
			bill.Twin = t + ".tar.gz"
		}
		s.report.Bills = append(s.report.Bills, bill)
	}
	return nil
}

// modules are those that the database has to know: of the tree, or of the bills of a release.
func (s *session) modules(ctx context.Context) ([]string, error) {
	if s.release == "" {
		files, err := modFiles(ctx, s.env.system(), s.root)
		if err != nil {
			return nil, fmt.Errorf("find go.mod files: %w", err)
		}
		return vulndb.Modules(files)
	}
	return component.GoModules(s.facts.Components), nil
}

func (s *session) add(name, version, input string, notes []string, found []finding.Finding, err error) {
	sc := gate.Scanner{Name: name, Version: version, Input: input, Count: len(found), Notes: notes}
	if err != nil {
		sc.Error = err.Error()
	}
	s.report.Scanners = append(s.report.Scanners, sc)
	s.facts.Findings = append(s.facts.Findings, found...)
	if err == nil {
		s.facts.Ran = append(s.facts.Ran, name)
	}
}

// finish judges, writes and prints.
func (s *session) finish() error {
	day, err := s.database.Day()
	if err != nil {
		return err
	}
	s.facts.Findings, s.facts.Bills = finding.Merge(s.facts.Findings), s.bills
	verdict := gate.Judge(&gate.Input{
		Rows:   s.rows,
		Triage: s.decisions, Facts: &s.facts, Scanners: s.report.Scanners, Required: s.required(), Now: s.day,
		Release: s.gate == "release", DatabaseDay: day, Bills: s.release != "",
	})
	r := &s.report
	r.Schema, r.Day, r.Release, r.Complete, r.Verdict, r.Pass = report.Schema, s.date, s.gate == "release", s.only == "" && s.release == "", *verdict, verdict.Pass()
	r.Subject = "the tree"
	if s.release != "" {
		r.Subject = "release " + s.bills[0].Version
	}
	if r.Bills == nil {
		r.Bills = []report.Bill{}
	}
	if r.Twins == nil {
		r.Twins = []report.Twin{}
	}
	r.Sort()
	if err := s.write(verdict); err != nil {
		return err
	}
	if s.json {
		text, err := r.JSON()
		if err != nil {
			return err
		}
		if _, err := s.env.stdout.Write(text); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	} else if err := r.Table(s.env.stdout); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if !r.Pass {
		return errNo
	}
	return nil
}

func (s *session) write(verdict *gate.Verdict) error {
	if s.out == "" {
		return nil
	}
	files := map[string]func() ([]byte, error){"scan.json": s.report.JSON, "scan.sarif": s.report.SARIF, "scan.html": s.report.HTML}
	if len(s.bills) > 0 {
		d, err := vex.New(s.bills[0].Version, s.date+"T00:00:00Z", s.bills, verdict, s.resolved)
		if err != nil {
			return err
		}
		d.Basis = vex.Basis{Triage: s.report.Triage, Database: s.report.Database.SHA256, Feed: s.report.Feed.SHA256}
		files["vex.cdx.json"], files[vex.CSAFName(d.Version)] = d.CycloneDX, d.CSAF
		if len(d.Statements) > 0 { // OpenVEX has no form for a document that states nothing
			files["vex.openvex.json"] = d.OpenVEX
		}
	}
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return err
	}
	for name, make := range files {
		text, err := make()
		if err != nil {
			return err
		}
		if err := write(s.out, name, text); err != nil {
			return err
		}
	}
	return nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
