// SPDX-License-Identifier: MIT

// Package train runs the steps of a release in order and remembers which are done, so that a run that failed goes on where
// it stopped.
//
// The state is a JSON file: version, source commit, targets, and the steps that are done with their seconds. It counts for
// one version, one commit and the same targets: with others the run is refused, and nothing is guessed. A step that is done
// is not run again, unless it is asked for by name; then those after it are no longer done.
//
// Steps that only look, at what may change between two runs, run in each: a tree that was clean need not be.
//
// A step that fails ends the run, with what to do. Guarded steps, which are those that others see, run only after every
// step before them is done. Nothing is published by a run that does not reach its end.
package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Schema identifies the state's format.
const Schema = "gosqlite-train/1"

// Publish is the name of the step whose meaning hangs on whether it is a dry run.
const Publish = "publish"

// ErrOther says that a state is of another release.
var ErrOther = errors.New("name another folder by --out, or remove the file to begin anew")

// maxState bounds the state's file, in bytes.
const maxState = 1 << 20

// A Step is one part of a release.
type Step struct {
	Name    string
	Doc     string // what it does, in a few words
	Advice  string // what to do when it fails
	Guarded bool   // runs only when all before it are done
	Always  bool   // runs each time, before what comes after it: it only looks, and nothing that it makes is stood on
	Run     func(ctx context.Context) error
}

// Done is a step that ended well.
type Done struct {
	Step    string  `json:"step"`
	Seconds float64 `json:"seconds"`
}

// A State is what was done so far.
type State struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Targets string `json:"targets"` // what is built
	Publish bool   `json:"publish"` // false: a dry run
	// Told is what steps were told by flags, by their names. A step that is told something else has not done that.
	Told  map[string]string `json:"told,omitempty"`
	Steps []Done            `json:"steps"`
}

// Open reads the state of a release, or begins one when there is no file. The release is version, commit and targets; the
// state of another one is ErrOther. Steps that were told something else before, or had another meaning, are no longer done.
func Open(file string, release State) (*State, error) {
	release.Schema, release.Steps = Schema, []Done{}
	data, err := action.ReadFile(file, maxState)
	if errors.Is(err, fs.ErrNotExist) {
		return &release, nil
	}
	s := &State{}
	if err == nil {
		err = json.Unmarshal(data, s)
	}
	if err == nil && s.Schema != Schema {
		err = fmt.Errorf("its schema is %q, not %s", s.Schema, Schema)
	}
	if err != nil {
		return nil, fmt.Errorf("read the state %s: %w; remove the file to begin anew", file, err)
	}
	if s.Version != release.Version || s.Commit != release.Commit || s.Targets != release.Targets {
		return nil, fmt.Errorf("read the state %s: it is of %s at %s built as %s, not of %s at %s built as %s; %w",
			file, s.Version, s.Commit, s.Targets, release.Version, release.Commit, release.Targets, ErrOther)
	}
	// A dry run becomes a real one by its last step alone, which then has to run.
	if s.Publish != release.Publish {
		s.Steps = slices.DeleteFunc(s.Steps, func(d Done) bool { return d.Step == Publish })
	}
	s.Steps = slices.DeleteFunc(s.Steps, func(d Done) bool { return s.Told[d.Step] != release.Told[d.Step] })
	s.Publish, s.Told = release.Publish, release.Told
	return s, nil
}

// Save writes the state.
func (s *State) Save(file string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return action.WriteFile(file, 0o644, func(w io.Writer) error { _, err := w.Write(append(text, '\n')); return err })
}

func (s *State) done(name string) bool {
	return slices.ContainsFunc(s.Steps, func(d Done) bool { return d.Step == name })
}

// A Train is the steps and what they run on.
type Train struct {
	Steps []Step
	State *State
	Save  func(*State) error
	Now   func() time.Time
	Out   io.Writer // progress, for people
}

// Go runs the steps that are not done, or only the one that is named; and before those the ones that always run.
func (t *Train) Go(ctx context.Context, only string) error {
	last := len(t.Steps) - 1
	if only != "" {
		if last = t.index(only); last < 0 {
			return action.UsageError("--step %q is none of %s", only, strings.Join(t.names(), ", "))
		}
	}
	for i, step := range t.Steps[:last+1] {
		switch {
		case only != "" && step.Name != only && !step.Always:
			continue
		case only == "" && t.State.done(step.Name) && !step.Always:
			fmt.Fprintf(t.Out, "[%d/%d] %s: done before\n", i+1, len(t.Steps), step.Name)
			continue
		}
		if err := t.step(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (t *Train) index(name string) int {
	return slices.IndexFunc(t.Steps, func(s Step) bool { return s.Name == name })
}

func (t *Train) step(ctx context.Context, i int) error {
	step := t.Steps[i]
	if step.Guarded {
		for _, before := range t.Steps[:i] {
			if !t.State.done(before.Name) {
				return action.Reject(fmt.Errorf("%s: step %s is not done; run the release without --step", step.Name, before.Name))
			}
		}
	}
	fmt.Fprintf(t.Out, "[%d/%d] %s: %s\n", i+1, len(t.Steps), step.Name, step.Doc)
	// Whatever comes after a step stands on it, so that nothing after it counts any more; but for one that only looks.
	t.State.Steps = slices.DeleteFunc(t.State.Steps, func(d Done) bool {
		at := t.index(d.Step)
		return at == i || at > i && !step.Always
	})
	if err := t.Save(t.State); err != nil {
		return err
	}
	start := t.Now()
	err := step.Run(ctx)
	seconds := t.Now().Sub(start).Seconds()
	if err != nil {
		fmt.Fprintf(t.Out, "[%d/%d] %s: FAILED after %.1f s; nothing is published\n", i+1, len(t.Steps), step.Name, seconds)
		return fmt.Errorf("%s: %w\n%s; then run the same command again, and it goes on here", step.Name, err, step.Advice)
	}
	t.State.Steps = append(t.State.Steps, Done{step.Name, seconds})
	slices.SortStableFunc(t.State.Steps, func(a, b Done) int { return t.index(a.Step) - t.index(b.Step) })
	fmt.Fprintf(t.Out, "[%d/%d] %s: %.1f s\n", i+1, len(t.Steps), step.Name, seconds)
	return t.Save(t.State)
}

func (t *Train) names() []string {
	var all []string
	for _, s := range t.Steps {
		all = append(all, s.Name)
	}
	return all
}
