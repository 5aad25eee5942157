// SPDX-License-Identifier: MIT

// Vex writes what is decided about known vulnerabilities of a release's components, as OpenVEX, CycloneDX and CSAF. It is run
// by build actions: it reads bills of materials, decisions and the kept database, and no clock, network or git. What nobody has
// decided yet, and what was decided and does not count, is under investigation there; whether a release may go out so is the
// scan's to say, which also looks at programs and source. Package action has the exit
// codes.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
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
	"github.com/gosqlite/gosqlite/tools/scan/govuln"
	"github.com/gosqlite/gosqlite/tools/scan/triage"
	"github.com/gosqlite/gosqlite/tools/scan/vex"
	"github.com/gosqlite/gosqlite/tools/scan/vulndb"
)

const usage = `usage: vex --version VERSION --time TIME --triage FILE --db FOLDER --openvex FILE --cyclonedx FILE --csaf FILE --sbom FILE...

  --version VERSION    of the release, such as 1.2.3
  --time TIME          the release date, such as 2026-11-23T00:00:00Z; decisions are held against its day
  --triage FILE        the decisions
  --db FOLDER          the kept vulnerability database
  --openvex FILE       the documents to write
  --cyclonedx FILE
  --csaf FILE
  --sbom FILE          a bill of materials in CycloneDX; may be repeated
  @FILE                stands for the arguments in FILE, one a line
`

// maxInput bounds a file that is read whole, in bytes.
const maxInput = 64 << 20

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "vex", write(ctx, args, stdout))
}

type options struct {
	version, time, triage, db, openvex, cyclonedx, csaf string
	sboms                                               action.List
}

func write(ctx context.Context, args []string, stdout io.Writer) error {
	o := &options{}
	flags := flag.NewFlagSet("vex", flag.ContinueOnError)
	for name, to := range map[string]*string{
		"version": &o.version, "time": &o.time, "triage": &o.triage, "db": &o.db, "openvex": &o.openvex, "cyclonedx": &o.cyclonedx, "csaf": &o.csaf,
	} {
		flags.StringVar(to, name, "", "")
	}
	flags.Var(&o.sboms, "sbom", "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if slices.Contains([]string{o.version, o.triage, o.db, o.openvex, o.cyclonedx, o.csaf}, "") || len(o.sboms) == 0 {
		return action.UsageError("all flags are needed, and one --sbom at least")
	}
	if want := vex.CSAFName(o.version); filepath.Base(o.csaf) != want {
		return action.UsageError("--csaf %s: by the standard the file has to be called %s", o.csaf, want)
	}
	at, err := time.Parse("2006-01-02T15:04:05Z", o.time)
	if err != nil {
		return action.UsageError("--time %q: write it as 2026-11-23T00:00:00Z", o.time)
	}
	d, err := o.judge(ctx, at)
	if err != nil {
		return err
	}
	// All or none.
	var texts [3][]byte
	for i, make := range []func() ([]byte, error){d.OpenVEX, d.CycloneDX, d.CSAF} {
		if texts[i], err = make(); err != nil {
			return err
		}
	}
	for i, name := range []string{o.openvex, o.cyclonedx, o.csaf} {
		if err := action.WriteFile(name, 0o644, func(w io.Writer) error { _, err := w.Write(texts[i]); return err }); err != nil {
			return err
		}
	}
	return nil
}

// judge looks the components of the bills up and holds what is found against the decisions.
func (o *options) judge(ctx context.Context, at time.Time) (*vex.Document, error) {
	text, err := action.ReadFile(o.triage, maxInput)
	if err != nil {
		return nil, fmt.Errorf("read the decisions: %w", err)
	}
	decisions, err := triage.Parse(text)
	if err != nil {
		return nil, err
	}
	known, err := feed.Embedded()
	if err != nil {
		return nil, err
	}
	bills, components, err := readBills(o.sboms)
	if err != nil {
		return nil, err
	}
	database, err := vulndb.Open(ctx, nil, o.db, component.GoModules(components))
	if err != nil {
		return nil, err
	}
	var resolved []feed.Resolution
	for _, c := range components {
		r, err := known.Resolve(c)
		if err != nil {
			return nil, err
		}
		resolved = append(resolved, r...)
	}
	if _, err := known.Looked(components); err != nil {
		return nil, err
	}
	ofC, err := known.Find(components)
	if err != nil {
		return nil, err
	}
	ofGo, err := govuln.ByComponents(database, components, govuln.BillScanner)
	if err != nil {
		return nil, err
	}
	scanners := []string{feed.Scanner, govuln.BillScanner}
	verdict := gate.Judge(&gate.Input{
		Triage: decisions, Now: at, Bills: true, Required: scanners,
		Facts:    &triage.Facts{Components: components, Bills: bills, Findings: finding.Merge(append(ofC, ofGo...)), Ran: scanners},
		Scanners: []gate.Scanner{{Name: feed.Scanner, Count: len(ofC)}, {Name: govuln.BillScanner, Count: len(ofGo)}},
	})
	d, err := vex.New(o.version, o.time, bills, verdict, resolved)
	if err == nil {
		d.Basis = vex.Basis{Triage: action.DigestOf(text), Database: database.Meta.SHA256, Feed: known.SHA256}
	}
	return d, err
}

func readBills(names []string) (bills []*component.Document, all []component.Component, err error) {
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	for _, name := range names {
		text, err := action.ReadFile(name, maxInput)
		if err != nil {
			return nil, nil, fmt.Errorf("read bill of materials: %w", err)
		}
		d, err := component.Parse(filepath.Base(name), text)
		if err != nil {
			return nil, nil, err
		}
		bills, all = append(bills, d), append(all, d.Components...)
	}
	return bills, all, nil
}
