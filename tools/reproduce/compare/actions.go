// SPDX-License-Identifier: MIT

// Package compare holds two builds against each other: their release files byte for byte, and their actions by the
// execution logs. It says which action differed first, in the order of dependencies: an action whose inputs and
// command were equal and whose outputs are not is a culprit; one that read the output of a culprit is a consequence.
package compare

import (
	"fmt"
	"slices"
	"sort"

	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
)

// Status is the verdict on one file or action. Skip is not Pass: nothing was compared. Apart is a file that no build makes,
// such as a signature; it counts for nothing.
type Status string

// The verdicts.
const (
	Pass  Status = "PASS"
	Fail  Status = "FAIL"
	Skip  Status = "SKIP"
	Apart Status = "APART"
)

// Cause says why an action counts as it does.
type Cause string

// The causes of a failed or skipped action.
const (
	Culprit     Cause = "culprit"     // equal inputs and command, other outputs
	Command     Cause = "command"     // the command line or environment differs
	Source      Cause = "source"      // an input differs that no logged action made
	Consequence Cause = "consequence" // an input differs that a failed action made
	OneSided    Cause = "one-sided"   // the action ran in one build only
	FromCache   Cause = "from cache"  // the action did not run in one of the builds
	Failed      Cause = "failed"      // the action itself failed
	NoOutput    Cause = "no output"   // the action made no file in either build
	Unknown     Cause = "unknown"     // what is known of the other build does not tell of it
)

// Output is one differing output of an action.
type Output struct {
	Path  string `json:"path"`
	HashA string `json:"sha256_a"` // empty for an empty or absent file
	HashB string `json:"sha256_b"`
	SizeA int64  `json:"size_a"`
	SizeB int64  `json:"size_b"`
	Place *Place `json:"place,omitempty"` // where the content differs, if both files were at hand
}

// Action is the verdict on one action.
type Action struct {
	Mnemonic string   `json:"mnemonic"`
	Label    string   `json:"label"`
	Primary  string   `json:"primary_output"`
	Status   Status   `json:"status"`
	Cause    Cause    `json:"cause,omitempty"`
	Detail   string   `json:"detail,omitempty"`
	Outputs  []Output `json:"outputs,omitempty"` // the differing ones
}

// Actions is the comparison of two execution logs.
type Actions struct {
	Total, Pass, Fail, Skip int
	// NotPassed lists what failed or was skipped, causes before consequences, else in the order of log A.
	NotPassed []Action
	// Keys lists actions with equal outputs whose command, environment or inputs differ. They pass, but a shared
	// cache would miss them.
	Keys []Action
}

// A name is what an action is called by, together with others of its kind.
type name struct{ mnemonic, label, primary string }

func nameOf(s *execlog.Spawn) name { return name{s.Mnemonic, s.Label, s.Primary()} }

type pair = Pair[execlog.Spawn]

// Logs compares two logs action by action.
func Logs(a, b *execlog.Log) (*Actions, error) {
	if a.HashFunction != b.HashFunction {
		return nil, fmt.Errorf("compare execution logs: digests are %q in one and %q in the other", a.HashFunction, b.HashFunction)
	}
	pairs := match(a, b)
	c := &comparison{a: a, b: b, failed: map[string]bool{}, made: map[string]bool{}}
	for _, p := range pairs {
		c.note(p)
	}
	out := &Actions{}
	for _, p := range pairs {
		act, err := c.judge(p)
		if err != nil {
			return nil, err
		}
		out.Add(act)
	}
	return out, nil
}

// Add counts the verdict on one more action and puts it where it belongs.
func (o *Actions) Add(act Action) {
	o.Total++
	o.count(act)
}

func (o *Actions) count(act Action) {
	switch act.Status {
	case Pass:
		o.Pass++
		if act.Detail != "" {
			o.Keys = append(o.Keys, act)
		}
		return
	case Fail:
		o.Fail++
	case Skip:
		o.Skip++
	}
	i := sort.Search(len(o.NotPassed), func(i int) bool { return rank(o.NotPassed[i]) > rank(act) })
	o.NotPassed = slices.Insert(o.NotPassed, i, act)
}

// First is the action to look at first, or nil if none failed.
func (o *Actions) First() *Action {
	if len(o.NotPassed) > 0 && o.NotPassed[0].Status == Fail {
		return &o.NotPassed[0]
	}
	return nil
}

// rank puts the origin of a difference before what follows from it.
func rank(a Action) int {
	if a.Status == Skip {
		return 3
	}
	switch a.Cause {
	case Consequence:
		return 2
	case OneSided, Failed:
		return 1
	}
	return 0
}

// match pairs actions of equal names by what they are: the likest are one action.
func match(a, b *execlog.Log) []pair {
	inputs := func(x, y *execlog.Spawn) bool { return execlog.SameInputs(a, x, b, y) }
	command := func(x, y *execlog.Spawn) bool { return commandDiff(x, y) == "" }
	outputs := func(x, y *execlog.Spawn) bool { return len(outputDiff(x, y)) == 0 }
	return Pairs(a.Spawns, b.Spawns, nameOf,
		func(x, y *execlog.Spawn) bool { return command(x, y) && inputs(x, y) && outputs(x, y) },
		func(x, y *execlog.Spawn) bool { return command(x, y) && inputs(x, y) },
		outputs, command,
		func(_, _ *execlog.Spawn) bool { return true })
}

// Merge adds the result of another pair of logs.
func (o *Actions) Merge(p *Actions) {
	o.Total, o.Pass, o.Fail, o.Skip = o.Total+p.Total, o.Pass+p.Pass, o.Fail+p.Fail, o.Skip+p.Skip
	o.Keys = append(o.Keys, p.Keys...)
	o.NotPassed = append(o.NotPassed, p.NotPassed...)
	sort.SliceStable(o.NotPassed, func(i, j int) bool { return rank(o.NotPassed[i]) < rank(o.NotPassed[j]) })
}
