// SPDX-License-Identifier: MIT

package trial

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// First builds once for each platform, in the surroundings of build A where the trial's variations are varied. Next compares
// later builds in the same work folder with it. It needs Side.
func (t *Trial) First(ctx context.Context) ([]*Baseline, error) {
	a, _, tokens, err := variation.Pair(t.Work, t.Variations, t.Jobs, t.Random)
	if err != nil {
		return nil, err
	}
	var out []*Baseline
	err = t.once(ctx, a, func(one *Trial, s *side) error {
		l, err := one.ledger(s)
		b := &Baseline{Ledger: l, Setting: a, tokens: tokens, whole: true}
		if errors.Is(err, ledger.ErrUnstable) {
			b.faults, err = []string{"build A: " + err.Error()}, nil
		}
		out = append(out, b)
		return err
	})
	return out, err
}

// Next builds once for each platform and compares with what First made of the same platforms, one report each. The
// surroundings are the same but for the trial's variations, which First was given, too.
func (t *Trial) Next(ctx context.Context, first []*Baseline) ([]*report.Report, error) {
	if len(first) != max(1, len(t.Platforms)) {
		return nil, fmt.Errorf("build for %d platforms: %d were built before", max(1, len(t.Platforms)), len(first))
	}
	b, tokens, err := variation.Alike(first[0].Setting, t.Work, t.Variations, t.Random)
	if err != nil {
		return nil, err
	}
	// What is not varied has the values of build A, which must not be found, either.
	tokens = append(tokens, first[0].tokens...)
	var out []*report.Report
	err = t.once(ctx, b, func(one *Trial, s *side) error {
		one.Against = first[len(out)]
		r, err := one.judge(ctx, []*side{s}, t.Variations, tokens)
		out = append(out, r)
		return err
	})
	return out, err
}

// once makes one build for each platform and gives each to visit, with a trial of its platform. Builds of one setting share what
// their actions made.
func (t *Trial) once(ctx context.Context, s variation.Setting, visit func(one *Trial, s *side) error) (err error) {
	if t.Plants != "" || t.Side == nil {
		return errors.New("build for several comparisons: no plants, and who makes it")
	}
	if err := makeEmpty(t.Work); err != nil {
		return err
	}
	made := &side{setting: s, store: filepath.Join(t.Work, "store")}
	defer func() {
		if e := t.cleanUp([]*side{made}); err == nil {
			err = e
		}
	}()
	if err := t.buildAll(ctx, []*side{made}); err != nil {
		return err
	}
	for i := range made.products {
		one := *t
		if len(t.Platforms) > 0 {
			one.Platforms = t.Platforms[i : i+1]
		}
		if err := visit(&one, &side{setting: s, products: made.products[i : i+1]}); err != nil {
			return err
		}
	}
	return nil
}
