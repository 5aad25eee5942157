// SPDX-License-Identifier: MIT

// Package verify decides whether a folder is a release that its user wants: complete, unchanged, made by whom the policy
// trusts, and consistent in itself. It works offline, links no network code, and shares no code with the programs that build
// and sign: it has its own reader even of the manifest. Commands have the same way to be called and to end, package action.
//
// # How it decides
//
// The folder is read once for digests and once for contents. Then every rule of the table Rules is asked about every file
// of the roles that the rule names, and gives a verdict. The release stands when no verdict is a no and no verdict is
// missing: a file that some rule was to judge and did not, for whatever reason, is a failure of the class not-checked. A
// rule that panics fails every file it was to judge.
//
// A document that can't be read at all is refused by the rule "documents"; rules about its contents then skip it. Faults
// have stable classes, which README-like tables list by Classes.
//
// # What it trusts
//
// The policy, its own code, and the clock where no timestamp says when a signature was made. The folder must not change
// while it is read: nobody else may have write access to it.
package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// Options say what to check, and against what.
type Options struct {
	Dir    string
	Policy *policy.Policy
	Now    time.Time // the clock
	// Version is the version that the user asked for; empty for any that the policy admits.
	Version string
	// Platform, if it is not empty, makes a part of a release enough: what belongs to the whole, and to this platform of
	// the manifest. Files of other platforms may be missing, and so may the debug twin where the policy demands none.
	// What is there is judged as ever.
	Platform string
	// Inputs is a folder with what the release was made of. Digests of upstream objects in bills of materials are then
	// looked for among the digests of its files; otherwise they count as bound by the signature alone.
	Inputs string
	// GoSum is a go.sum that is to agree with the release's Go module; nil for none.
	GoSum []byte

	// Clock times the work; nil for no times in the report.
	Clock func() time.Time

	// waive is a rule whose refusals count as passed. It is for the test that shows that each rule is needed.
	waive string
}

// Waive returns options under which the refusals of a rule count as passed. The tamper benchmark shows by it that no rule
// is idle; a program for users has no way to ask for it.
func Waive(o Options, rule string) Options {
	o.waive = rule
	return o
}

// ErrPolicy reports that there is no policy to check by.
var ErrPolicy = errors.New("no policy: say whom to trust")

// Run checks a release. The error is for what kept it from checking; what it found is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Policy == nil {
		return nil, ErrPolicy
	}
	if info, err := os.Stat(o.Dir); err != nil {
		return nil, fmt.Errorf("open release: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("open release: %s is not a folder", o.Dir)
	}
	r := &release{options: o, ctx: ctx, byName: map[string]*file{}, folded: map[string]int{}}
	watch := stopwatch{clock: o.Clock}
	watch.lap()
	if err := r.steps(r.list, r.digest, r.documents); err != nil {
		return nil, err
	}
	outer, bytes := watch.lap(), r.bytes
	if err := r.steps(r.longDigest, r.bills, r.unpack, r.inputs); err != nil {
		return nil, err
	}
	report := r.judge(Rules)
	report.Outer, report.OuterBytes, report.Inner = outer, bytes, watch.lap()
	return report, nil
}

func (r *release) steps(steps ...func() error) error {
	for _, step := range steps {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// A stopwatch tells the time since it was last asked; without a clock, none.
type stopwatch struct {
	clock func() time.Time
	last  time.Time
}

func (w *stopwatch) lap() time.Duration {
	if w.clock == nil {
		return 0
	}
	now := w.clock()
	took := now.Sub(w.last)
	w.last = now
	return took
}
