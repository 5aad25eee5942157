// SPDX-License-Identifier: MIT

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/reproduce/cells"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// plants builds the planted leak of each variation that was not seen yet where the cells are made. What no action can see has
// none that could be.
func (c *table) plants(ctx context.Context, groups [][]variation.Variation) error {
	for _, vary := range apart(groups) {
		vary = slices.DeleteFunc(vary, func(v variation.Variation) bool {
			return v.Unseen != "" || c.history.Exercised(c.at("", []variation.Variation{v}))
		})
		if len(vary) == 0 {
			continue
		}
		if err := c.plant(ctx, vary); err != nil {
			// One that cannot be built leaves the others alone.
			for _, v := range vary {
				one := []variation.Variation{v}
				start := c.now()
				if err := c.plant(ctx, one); ctx.Err() != nil {
					return errors.Join(fmt.Errorf("build plants: %w", cmp.Or(err, ctx.Err())), c.save())
				} else if err != nil {
					c.planted(one, start, func(int) bool { return false }, brief(err))
				}
			}
		}
		if err := c.save(); err != nil {
			return err
		}
	}
	return nil
}

// plant builds some together.
func (c *table) plant(ctx context.Context, vary []variation.Variation) error {
	o := *c.options
	o.pack, o.targets, o.platforms, o.against, o.logs = defaultPlants, nil, nil, nil, nil
	start := c.now()
	r, err := o.trial(ctx, vary, c.term)
	if err != nil {
		return err
	}
	c.planted(vary, start, func(i int) bool { return r.Variations[i].Exercised != nil && *r.Variations[i].Exercised }, "")
	return nil
}

// planted adds what was seen of plants.
func (c *table) planted(vary []variation.Variation, start time.Time, seen func(i int) bool, why string) {
	for i, v := range vary {
		x := c.at(cells.Plants, []variation.Variation{v})
		x.Targets, x.Flags = "", ""
		x.Seconds, x.Verdict, x.First = int(c.now().Sub(start).Seconds()), "FAIL", why
		if seen(i) {
			x.Verdict = "PASS"
		}
		c.added = append(c.added, x)
	}
}
