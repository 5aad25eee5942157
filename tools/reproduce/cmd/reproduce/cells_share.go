// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/trial"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// share runs the cells of each group for all platforms at once, against one build A.
func (c *table) share(ctx context.Context, platforms []string, groups [][]variation.Variation) error {
	// What is left is known before anything is built, so that build A is made of nothing else.
	wanted := make([][]string, len(groups))
	var vary []variation.Variation
	for i, g := range groups {
		if wanted[i] = c.left(platforms, g); len(wanted[i]) > 0 {
			vary = append(vary, g...)
		}
	}
	built := slices.DeleteFunc(slices.Clone(platforms), func(p string) bool {
		return !slices.ContainsFunc(wanted, func(w []string) bool { return slices.Contains(w, p) })
	})
	if len(built) == 0 {
		return nil
	}
	if c.options.work == "" {
		// Paths that are not varied have to be those of build A.
		work, err := workFolder("", "", filepath.Join(cacheFolder(c.term), "gosqlite"))
		if err != nil {
			return err
		}
		c.work = work
	}
	first := map[string]*trial.Baseline{}
	err := c.of(built...).with(vary, c.term, func(t *trial.Trial) error {
		made, err := t.First(ctx)
		for i, b := range made {
			first[built[i]] = b
		}
		return err
	})
	if err != nil {
		return c.stopped(err, vary, built...)
	}
	for i, g := range groups {
		if len(wanted[i]) == 0 {
			continue
		}
		if err := c.next(ctx, wanted[i], g, first); err != nil {
			return err
		}
	}
	return nil
}

// next runs the cells of one group.
func (c *table) next(ctx context.Context, platforms []string, vary []variation.Variation, first map[string]*trial.Baseline) error {
	var before []*trial.Baseline
	for _, p := range platforms {
		before = append(before, first[p])
	}
	start := c.now()
	var reports []*report.Report
	err := c.of(platforms...).with(vary, c.term, func(t *trial.Trial) (err error) {
		reports, err = t.Next(ctx, before)
		return err
	})
	if err != nil {
		return c.broken(ctx, err, vary, platforms...)
	}
	if err := c.unchanged(ctx); err != nil {
		return c.stopped(err, vary, platforms...)
	}
	// The builds of several cells, of which each has its part.
	took := c.now().Sub(start) / time.Duration(len(platforms))
	for i, p := range platforms {
		if err := c.add(c.at(p, vary), reports[i], took); err != nil {
			return errors.Join(err, c.save())
		}
	}
	return c.save()
}
