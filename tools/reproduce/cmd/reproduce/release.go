// SPDX-License-Identifier: MIT

package main

import (
	"fmt"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/published"
	"github.com/gosqlite/gosqlite/tools/reproduce/report"
)

// openRelease reads the published release, and builds what it says that it is: one platform is asked for by --platforms, as
// whoever made it did.
func (o *options) openRelease(t *command.Terminal) (*published.Release, error) {
	r, err := published.Open(t.From(o.release))
	if err != nil {
		return nil, err
	}
	o.targets = list{r.Target}
	if r.Target == "//tools/release:release" {
		if len(r.Platforms) != 1 {
			return nil, fmt.Errorf("read release: it was built as %s, which is one platform, and names %d", r.Target, len(r.Platforms))
		}
		o.platforms = list{"//platforms:" + r.Platforms[0]}
	}
	return r, nil
}

// state writes the statement that the release was reproduced.
func (o *options) state(release *published.Release, r *report.Report, t *command.Terminal) error {
	p := published.Reproduction{Demonstration: o.demonstration, Target: release.Target, Platforms: release.Platforms, Varied: []string{}, Ledger: r.Digest, Side: r.Ledger.Side}
	for _, v := range r.Variations {
		if v.Unseen == "" { // what no action can see shows nothing
			p.Varied = append(p.Varied, v.Name)
		}
	}
	text, err := release.Statement(p, r.Files)
	if err != nil {
		return err
	}
	name := t.From(o.statement)
	if err := command.WriteText(name, text); err != nil {
		return err
	}
	fmt.Fprintf(t.Stderr, "reproduce: wrote %s; sign it with: sign statement --in %s --key KEY\n", name, name)
	return nil
}
