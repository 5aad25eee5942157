// SPDX-License-Identifier: MIT

package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
)

// comparison knows which paths were made by a logged action, and which of them differ.
type comparison struct {
	a, b   *execlog.Log
	made   map[string]bool
	failed map[string]bool
}

func (c *comparison) note(p pair) {
	for _, s := range []*execlog.Spawn{p.A, p.B} {
		if s == nil {
			continue
		}
		for _, f := range s.Outputs {
			c.made[f.Path] = true
		}
	}
	if p.A == nil || p.B == nil {
		return
	}
	for _, o := range outputDiff(p.A, p.B) {
		c.failed[o.Path] = true
	}
}

func (c *comparison) judge(p pair) (Action, error) {
	known := p.A
	if known == nil {
		known = p.B
	}
	act := Action{Mnemonic: known.Mnemonic, Label: known.Label, Primary: known.Primary(), Status: Fail}
	switch {
	case p.A == nil || p.B == nil:
		act.Cause, act.Detail = OneSided, "ran in build A only"
		if p.A == nil {
			act.Detail = "ran in build B only"
		}
		return act, nil
	case p.A.Status != "" || p.B.Status != "":
		act.Cause, act.Detail = Failed, fmt.Sprintf("A: %s exit %d; B: %s exit %d", p.A.Status, p.A.ExitCode, p.B.Status, p.B.ExitCode)
		return act, nil
	}
	act.Outputs = outputDiff(p.A, p.B)
	same := len(act.Outputs) == 0
	if same && (p.A.CacheHit || p.B.CacheHit) {
		act.Status, act.Cause, act.Detail = Skip, FromCache, fmt.Sprintf("A: %s; B: %s", p.A.Runner, p.B.Runner)
		return act, nil
	}
	if same && len(p.A.Outputs) == 0 {
		act.Status, act.Cause, act.Detail = Skip, NoOutput, "nothing to compare"
		return act, nil
	}
	if err := c.explain(p, &act); err != nil {
		return act, err
	}
	if same {
		act.Status = Pass
		if act.Cause == Culprit {
			act.Cause = ""
		}
	}
	return act, nil
}

// explain finds the origin of a difference among command, environment and inputs. No difference at all makes the
// action a culprit.
func (c *comparison) explain(p pair, act *Action) error {
	command := commandDiff(p.A, p.B)
	inputs, err := c.inputDiff(p)
	if err != nil {
		return err
	}
	var sources []string
	consequence := ""
	for _, path := range inputs {
		switch {
		case c.failed[path]:
			consequence = path
		case !c.made[path] || c.madeByLink(path):
			sources = append(sources, path)
		default:
			// Made by an action that is in one log only.
			consequence = path
		}
	}
	switch {
	case command != "":
		act.Cause, act.Detail = Command, command
	case len(sources) > 0:
		act.Cause, act.Detail = Source, fmt.Sprintf("input %s differs, and no logged action made it", sources[0])
	case consequence != "":
		act.Cause, act.Detail = Consequence, "input "+consequence+" differs"
	default:
		act.Cause = Culprit
	}
	return nil
}

func (c *comparison) madeByLink(path string) bool {
	_, a := c.a.Symlinks[path]
	_, b := c.b.Symlinks[path]
	return a || b
}

func commandDiff(a, b *execlog.Spawn) string {
	if d := firstDiff(a.Args, b.Args); d != "" {
		return "argument " + d
	}
	x, y := slices.Sorted(slices.Values(a.Env)), slices.Sorted(slices.Values(b.Env))
	if d := firstDiff(x, y); d != "" {
		return "environment " + d
	}
	return ""
}

func firstDiff(a, b []string) string {
	for i := range max(len(a), len(b)) {
		x, y := "(none)", "(none)"
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return fmt.Sprintf("%d: %q in A, %q in B", i, short(x), short(y))
		}
	}
	return ""
}

func short(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "..."
	}
	return strings.ToValidUTF8(s, "?")
}

// merged walks two sorted lists of files by path.
func merged(a, b []execlog.File, visit func(x, y *execlog.File)) {
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Path < b[0].Path:
			visit(&a[0], nil)
			a = a[1:]
		case len(a) == 0 || b[0].Path < a[0].Path:
			visit(nil, &b[0])
			b = b[1:]
		default:
			visit(&a[0], &b[0])
			a, b = a[1:], b[1:]
		}
	}
}

func (c *comparison) inputDiff(p pair) ([]string, error) {
	if execlog.SameInputs(c.a, p.A, c.b, p.B) {
		return nil, nil
	}
	a, err := c.a.Inputs(p.A)
	if err != nil {
		return nil, err
	}
	b, err := c.b.Inputs(p.B)
	if err != nil {
		return nil, err
	}
	var out []string
	merged(a, b, func(x, y *execlog.File) {
		switch {
		case y == nil:
			out = append(out, x.Path)
		case x == nil || !x.Same(*y):
			out = append(out, y.Path)
		}
	})
	return out, nil
}

func outputDiff(a, b *execlog.Spawn) []Output {
	var out []Output
	merged(a.Outputs, b.Outputs, func(x, y *execlog.File) {
		o := Output{}
		if x != nil {
			o.Path, o.HashA, o.SizeA = x.Path, x.Hash, x.Size
		}
		if y != nil {
			o.Path, o.HashB, o.SizeB = y.Path, y.Hash, y.Size
		}
		if x == nil || y == nil || !x.Same(*y) {
			out = append(out, o)
		}
	})
	for i := range max(len(a.Missing), len(b.Missing)) {
		if i >= len(a.Missing) || i >= len(b.Missing) || a.Missing[i] != b.Missing[i] {
			out = append(out, Output{Path: append(append([]string{}, a.Missing...), b.Missing...)[i]})
		}
	}
	return out
}
