// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"slices"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// runPlants builds the planted leaks, and tells which variations they exercise.
func runPlants(ctx context.Context, args []string, term *command.Terminal) int {
	var alone bool
	o, code := parseBuild(true, args, term, func(fs *flag.FlagSet) {
		fs.BoolVar(&alone, "alone", false, "build the plants of all these facts under each alone: no other may be red, but for the clock's")
	})
	if o == nil {
		return code
	}
	vary, err := o.alone(term)
	if err != nil {
		return term.Fail(command.ExitUsage, err)
	}
	groups := apart([][]variation.Variation{vary})
	if alone {
		o.beside = ungrouped(vary)
		groups = nil
		for _, v := range vary {
			groups = append(groups, []variation.Variation{v})
		}
	}
	if len(groups) > 1 && o.keep {
		return term.Fail(command.ExitUsage, errors.New("--keep: plants of sandboxes, and all with --alone, are built apart from each other, in the same folder; name one by --variation"))
	}
	r := &report.Report{Plants: true}
	for _, g := range groups {
		one, err := o.trial(ctx, g, term)
		if err != nil {
			return term.Fail(failure(err), err)
		}
		r.Merge(one)
	}
	r.NotVaried = variation.NotVariedBeside(vary)
	return term.Finish(r, o.json)
}

// ungrouped are those that exclude no other.
func ungrouped(vary []variation.Variation) []variation.Variation {
	return slices.DeleteFunc(slices.Clone(vary), func(v variation.Variation) bool { return v.Group != "" })
}

// apart takes rows of a group that excludes others, which are kinds of sandboxes, from the rest: plants of the rest run in none.
func apart(groups [][]variation.Variation) [][]variation.Variation {
	var out [][]variation.Variation
	for _, vary := range groups {
		var rest []variation.Variation
		for _, v := range vary {
			if v.Group == "" {
				rest = append(rest, v)
			} else {
				out = append(out, []variation.Variation{v})
			}
		}
		if len(rest) > 0 {
			out = append(out, rest)
		}
	}
	return out
}
