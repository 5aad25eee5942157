// SPDX-License-Identifier: MIT

// Package tamper is a benchmark of release verification: a list of ways in which a release can be wrong, each with the
// error class by which it has to be refused, and controls that have to pass.
//
// A case of the kind Folder is what anyone can do to a folder: whoever serves it, or stands between. It is tried on any
// release, also a real one. A case of the kind Insider is what only somebody with keys could do, or a program that signs
// by mistake: it is built with keys that the benchmark makes, and shows that a good signature does not excuse anything.
// Cases of the kind Demand ask for something that the release does not have.
package tamper

import (
	"time"

	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// A Kind is who could make the defect.
type Kind string

// The kinds.
const (
	Folder  Kind = "folder"
	Insider Kind = "insider"
	Demand  Kind = "demand"
	Control Kind = "control"
)

// A Case is one way in which a release is wrong; a Control is one in which it is right.
type Case struct {
	Family   string // of mutations
	Mutation string
	Object   string // what is changed
	Kind     Kind
	Rule     string   // that has to refuse it; empty for a control
	Classes  []string // one of which the rule has to say
	Advisory string   // past mistake of this sort, in the Go vulnerability database; or empty

	// Change is done to the finished folder. It is nil for cases that are made with keys.
	Change func(f *Dir) error
	// Hooks are defects that are made with keys.
	Hooks func(k *releasetest.Keys) releasetest.Hooks
	// Ask changes what the user asks for.
	Ask func(o *verify.Options, f *Dir) error
}

// Name identifies a case.
func (c *Case) Name() string { return c.Mutation + ", " + c.Object }

// A Result is what became of a case.
type Result struct {
	Case
	Refused bool
	Right   bool // refused by the right rule with the right class; for a control: not refused
	Got     []string
	Took    time.Duration
	Peers   map[string]Verdict // by the peer's name
}

// Verdict is what another program said.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "passes"
	Refused Verdict = "refuses"
	NotRun  Verdict = "not run"
)
