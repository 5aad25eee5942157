// SPDX-License-Identifier: MIT

package tamper

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// A Bench runs cases. Temp is a folder that it may fill.
type Bench struct {
	Temp string
	// Release and Policy are what folder cases are tried on.
	Release string
	Policy  *policy.Policy
	Now     time.Time        // the verifier's clock for Release
	Clock   func() time.Time // for the figures
	Peers   []Peer

	keys    *releasetest.Keys
	current *policy.Policy  // of the release that a case made
	said    map[string]bool // by cosign; see cosigned
}

// NewBench makes a bench whose folder cases are tried on a release that it makes itself.
func NewBench(temp string, clock func() time.Time) (*Bench, error) {
	b := &Bench{Temp: temp, Release: filepath.Join(temp, "base"), Now: releasetest.Now, Clock: clock, keys: releasetest.NewKeys()}
	r := releasetest.Build(b.keys, releasetest.Hooks{})
	if err := r.Write(b.Release); err != nil {
		return nil, fmt.Errorf("make a release: %w", err)
	}
	var err error
	b.Policy, err = parse(r.Policy)
	return b, err
}

// On makes the bench try folder cases on another release.
func (b *Bench) On(release string, p *policy.Policy, now time.Time) {
	b.Release, b.Policy, b.Now = release, p, now
}

func parse(f *policy.File) (*policy.Policy, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	return policy.Parse(text)
}

// FolderCases are what anyone can do to the release that the bench has, and the control that nobody did.
func (b *Bench) FolderCases() ([]Case, error) {
	objects, err := Objects(b.Release)
	if err != nil {
		return nil, err
	}
	return sorted(append(FolderCases(objects), Case{Mutation: "as it is", Object: "release", Kind: Control, Change: func(*Dir) error { return nil }})), nil
}

// Cases are all cases and controls, in the order of tables.
func (b *Bench) Cases() ([]Case, error) {
	objects, err := Objects(b.Release)
	if err != nil {
		return nil, err
	}
	return sorted(slices.Concat(FolderCases(objects), InsiderCases(), DemandCases(), Controls())), nil
}

func sorted(cases []Case) []Case {
	order := func(c *Case) string {
		first := strings.Index("fidc", map[Kind]string{Folder: "f", Insider: "i", Demand: "d", Control: "c"}[c.Kind])
		return fmt.Sprintf("%d\x00%s\x00%s\x00%s", first, c.Family, c.Object, c.Mutation)
	}
	slices.SortStableFunc(cases, func(x, y Case) int { return cmp.Compare(order(&x), order(&y)) })
	return cases
}

// Run runs one case.
func (b *Bench) Run(ctx context.Context, c Case) (*Result, error) {
	r := &Result{Case: c, Peers: map[string]Verdict{}}
	err := b.prepared(c, func(d *Dir, o verify.Options) error {
		start := b.Clock()
		report, err := verify.Run(ctx, o)
		r.Took = b.Clock().Sub(start)
		if err != nil {
			r.Refused, r.Got = true, []string{"error: " + err.Error()}
			return nil
		}
		r.Refused, r.Got = !report.OK, report.Classes()
		r.Right = c.Kind == Control && report.OK || slices.ContainsFunc(report.Faults, c.expects)
		for _, p := range b.Peers {
			r.Peers[p.Name] = p.verdict(ctx, d, b)
		}
		return nil
	})
	return r, err
}

// expects reports whether a fault is the one by which the case has to be refused.
func (c *Case) expects(f verify.Fault) bool {
	return slices.Contains(strings.Split(c.Rule, "|"), f.Rule) && slices.Contains(c.Classes, f.Class)
}

// PassesWithout reports whether a case passes when nothing but the verdict of one rule is missing: then the rule is what
// stands between the defect and the user.
func (b *Bench) PassesWithout(ctx context.Context, c Case, rule string) (passes bool, err error) {
	err = b.prepared(c, func(_ *Dir, o verify.Options) error {
		report, err := verify.Run(ctx, verify.Waive(o, rule))
		passes = err == nil && report.OK
		return nil
	})
	return passes, err
}

// A Need is a rule, and the name of a case that passes without it; empty if every case is refused all the same.
type Need struct{ Rule, Case string }

// Needs finds for each rule of the verifier a case that shows that it is needed.
func (b *Bench) Needs(ctx context.Context, cases []Case) ([]Need, error) {
	var needs []Need
	for _, rule := range verify.Rules {
		n := Need{Rule: rule.Name}
		for _, c := range cases {
			if c.Rule != rule.Name || n.Case != "" {
				continue
			}
			passes, err := b.PassesWithout(ctx, c, rule.Name)
			if err != nil {
				return nil, err
			}
			if passes {
				n.Case = c.Name()
			}
		}
		needs = append(needs, n)
	}
	return needs, nil
}

// prepared makes the folder of a case, and removes it afterwards.
func (b *Bench) prepared(c Case, use func(d *Dir, o verify.Options) error) error {
	temp, err := os.MkdirTemp(b.Temp, "case")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	d := &Dir{Path: filepath.Join(temp, "release"), Aside: filepath.Join(temp, "aside")}
	if err := os.MkdirAll(d.Aside, 0o755); err != nil {
		return err
	}
	now := b.Now
	if b.current = b.Policy; c.Change != nil {
		err = d.copy(b.Release)
	} else {
		now = releasetest.Now
		err = b.make(c, d)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.Name(), err)
	}
	o := verify.Options{Dir: d.Path, Policy: b.current, Now: now}
	for _, step := range []func() error{
		func() error { return maybe(c.Change, d) },
		func() error {
			if c.Ask == nil {
				return nil
			}
			return c.Ask(&o, d)
		},
	} {
		if err := step(); err != nil {
			return fmt.Errorf("%s: %w", c.Name(), err)
		}
	}
	return use(d, o)
}

// make builds the release of a case that is made with keys.
func (b *Bench) make(c Case, d *Dir) (err error) {
	var h hooks
	if c.Hooks != nil {
		h = c.Hooks(b.keys)
	}
	made := releasetest.Build(b.keys, h)
	if b.current, err = parse(made.Policy); err != nil {
		return err
	}
	return made.Write(d.Path)
}

func maybe(change func(*Dir) error, d *Dir) error {
	if change == nil {
		return nil
	}
	return change(d)
}
