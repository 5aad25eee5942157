// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/publish/gate"
	"github.com/gosqlite/gosqlite/tools/publish/plan"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// A publication is one release on its way to one of the targets.
type publication struct {
	o         *options // with this target
	to        target
	published []string // versions that the target has
	plan      *plan.Plan
}

func isFolder(target string) bool {
	return strings.HasPrefix(target, "file:") || isRepository(target)
}

func isRepository(target string) bool { return strings.HasPrefix(target, "tuf:") }

// intoRepository says whether a target is a TUF repository.
func (o *options) intoRepository() bool {
	return isRepository(o.to) || slices.ContainsFunc(o.targets, isRepository)
}

// intoFolder says whether a target is a folder, which flags for folders are about.
func (o *options) intoFolder() bool {
	return isFolder(o.to) || slices.ContainsFunc(o.targets, isFolder)
}

// checkTargets admits one folder, since its checksum database has one history, and no target twice.
func (o *options) checkTargets() error {
	folders := 0
	for i, t := range o.targets {
		if slices.Contains(o.targets[:i], t) {
			return action.UsageError("--to %s stands twice", t)
		}
		if isFolder(t) {
			folders++
		}
	}
	if folders > 1 {
		return action.UsageError("--to names %d folders: one is the publisher's, others are copies; see gosqlite-fetch mirror", folders)
	}
	return nil
}

// publications verifies, asks the gates and plans for every target. It writes nothing. Registries come first: by the index of
// a folder users learn of a version.
func (o *options) publications(ctx context.Context, w world) ([]publication, error) {
	targets := slices.Clone(o.targets)
	slices.SortStableFunc(targets, func(a, b string) int {
		switch {
		case isFolder(a) == isFolder(b):
			return 0
		case isFolder(a):
			return 1
		}
		return -1
	})
	in, err := o.input(w.now())
	if err != nil {
		return nil, err
	}
	o.trusts = in.Policy
	var all []publication
	for _, t := range targets {
		one := *o
		one.to = t
		x := publication{o: &one}
		if x.to, err = one.open(w); err == nil {
			x.published, err = x.to.versions(ctx)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	// All of its bytes are read for that: once, however many targets there are.
	candidate, err := gate.Examine(ctx, in)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := all[i].prepare(ctx, candidate); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// prepare asks the gates, and plans. It writes nothing.
func (x *publication) prepare(ctx context.Context, candidate *gate.Candidate) error {
	verdicts := candidate.Judge(x.published)
	x.plan = &plan.Plan{Schema: plan.Schema, Version: candidate.Release.Version, Manifest: candidate.Release.Digest, Target: x.o.to,
		Gates: verdicts, Files: []plan.File{}, DryRun: !x.o.publish}
	if !gate.Pass(verdicts) {
		return nil
	}
	err := x.to.change(ctx, x.o, candidate.Release, x.plan)
	x.plan.OK = err == nil && x.plan.Refused == ""
	return err
}

// refusal is why the release may not go there; nil if it may.
func (x *publication) refusal() error {
	switch {
	case x.plan.Refused != "":
		return errors.New(x.plan.Refused)
	case !x.plan.OK:
		return fmt.Errorf("%s may not be published into %s: a gate said no", x.plan.Version, x.plan.Target)
	}
	return nil
}

// commit carries all plans out, each whole for its readers or not at all. What one target has it keeps when a later one
// fails: the same command goes on there.
func commit(ctx context.Context, all []publication) error {
	var done []string
	for _, x := range all {
		// An equal state may be that of a run which ended between its last two steps.
		var err error
		if x.plan.Next != x.plan.Base {
			err = x.to.commit(ctx)
		}
		if err == nil {
			err = x.o.database.remember()
		}
		if err != nil && len(done) > 0 {
			err = fmt.Errorf("%w; %s has the release; the same command goes on", err, strings.Join(done, " and "))
		}
		if err != nil {
			return err
		}
		done = append(done, x.plan.Target)
	}
	return nil
}
