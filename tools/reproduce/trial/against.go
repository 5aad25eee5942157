// SPDX-License-Identifier: MIT

package trial

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// Baseline is a build made elsewhere, against which one new build is compared.
type Baseline struct {
	Files  map[string]string // release files: name from the release's folder to path; nil if only their digests are known
	Ledger *ledger.Ledger    // nil if nothing is known of its actions; it may tell of more than the new build
	// Logs are execution logs that tell of its actions, in the place of a ledger, but not who made them. They are read when the
	// new build is there: they may hold many times its actions.
	Logs    []string
	Setting variation.Setting // the surroundings that it was made in
	tokens  []variation.Token // random values in them; none if it was not made by First
	whole   bool              // Ledger tells of this build's actions and of nothing more, so that one it has alone is a difference
	faults  []string          // what is wrong with it alone, to be reported of each build that is compared with it
	// Judge compares release files by rules of its own, given those of the new build by name; nil for byte by byte with
	// Files. Of the maker of what it knows the surroundings are not known either.
	Judge func(built map[string]string) ([]compare.File, error)
}

func (b *Baseline) fits(t *Trial) error {
	switch {
	case b == nil:
		return nil
	case len(t.Platforms) > 1:
		return errors.New("compare with another build: one platform at a time")
	case t.Plants != "":
		return errors.New("compare with another build: plants are built twice")
	case b.Files == nil && b.Ledger == nil && len(b.Logs) == 0 && b.Judge == nil:
		return errors.New("compare with another build: neither its files nor its ledger are known")
	}
	return nil
}

// compare holds the new build, and its ledger, against the baseline. Actions are compared where the baseline tells of any.
func (b *Baseline) compare(r *report.Report, p *Product, made *ledger.Ledger) error {
	r.Faults = append(r.Faults, b.faults...)
	l := b.Ledger
	if len(b.Logs) > 0 {
		var err error
		if l, err = b.selected(made); err != nil {
			return err
		}
	}
	if l != nil {
		var actions *compare.Actions
		r.Files, actions = ledger.Compare(&l.Build, &made.Build, !b.whole)
		if len(b.Logs)+len(l.Build.Actions) > 0 {
			r.Actions = actions
		}
	}
	if made != nil {
		maker := ledger.Side{}
		if l != nil {
			maker = l.Side
		}
		r.SetSides(maker, made.Side)
	}
	judge := b.Judge
	switch {
	case judge != nil:
		r.NotVaried = append(r.NotVaried, "what this machine has in common with that of the release's maker")
	case b.Files != nil:
		judge = func(built map[string]string) ([]compare.File, error) { return compare.Files(b.Files, built) }
	default:
		return nil
	}
	byContent, err := judge(bare(p.Files))
	if err != nil {
		return fmt.Errorf("compare release files: %w", err)
	}
	if l != nil && len(l.Build.Files) > 0 {
		byContent = strictest(byContent, r.Files)
	}
	r.Files = byContent
	r.ExplainFirst(b.Files, bare(p.Files))
	return nil
}

// strictest are the verdicts by the files, and those by the ledger where it tells of something else: a folder and a ledger of
// two builds are no baseline.
func strictest(byContent, byLedger []compare.File) []compare.File {
	out := slices.Clone(byContent)
	for _, f := range byLedger {
		i := slices.IndexFunc(out, func(x compare.File) bool { return x.Name == f.Name })
		switch {
		case i < 0:
			f.Detail = "by the ledger, " + f.Detail + "; the folder has no such file"
			out = append(out, f)
		case f.Status != compare.Pass && out[i].Status == compare.Pass:
			f.Detail = "by the ledger, " + f.Detail + "; the folder has the same as the new build"
			out[i] = f
		}
	}
	slices.SortFunc(out, func(a, b compare.File) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// selected reads from the logs what they tell of the new build's actions.
func (b *Baseline) selected(made *ledger.Ledger) (*ledger.Ledger, error) {
	var logs []*execlog.Log
	for _, path := range b.Logs {
		log, err := ReadLog(path)
		if err != nil {
			return nil, err
		}
		if len(log.Spawns) > 0 { // else that build had nothing to do
			logs = append(logs, log)
		}
	}
	return ledger.Selected(&made.Build, logs, ledger.Side{})
}

// ledger is that of one side; nil when nobody wants it.
func (t *Trial) ledger(s *side) (*ledger.Ledger, error) {
	if t.Plants != "" || t.Side == nil && (t.Against == nil || t.Against.Ledger == nil && len(t.Against.Logs) == 0) {
		return nil, nil
	}
	files := map[string]string{}
	var logs []*execlog.Log
	for i, p := range s.products {
		for name, path := range bare(p.Files) {
			if len(s.products) > 1 {
				_, row, _ := strings.Cut(t.Platforms[i], ":")
				name = row + "/" + name
			}
			files[name] = path
		}
		log, err := ReadLog(p.Log)
		if err != nil {
			return nil, err
		}
		// A platform after the first may have nothing left to do.
		if i == 0 || len(log.Spawns) > 0 {
			logs = append(logs, log)
		}
	}
	side := ledger.Side{}
	if t.Side != nil {
		side = t.Side(s.setting)
	}
	return ledger.New(files, logs, side)
}

// bare takes the folder off that all names have, so that the names are those of the release's folder.
func bare(files map[string]string) map[string]string {
	names := sortedKeys(files)
	if len(names) == 0 {
		return files
	}
	folder := path.Dir(names[0])
	for _, n := range names {
		for folder != "." && !strings.HasPrefix(n, folder+"/") {
			folder = path.Dir(folder)
		}
	}
	if folder == "." {
		return files
	}
	out := map[string]string{}
	for _, n := range names {
		out[strings.TrimPrefix(n, folder+"/")] = files[n]
	}
	return out
}
