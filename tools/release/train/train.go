// SPDX-License-Identifier: MIT

// Package train runs the steps of a release in order and remembers which are done, so that a run that failed goes on where
// it stopped.
//
// The state is a JSON file: version, source commit, and the steps that are done with their seconds. It counts for one
// version and one commit: with another the run is refused, and nothing is guessed. A step that is done is not run again,
// unless it is asked for by name; then those after it are no longer done.
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
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// Schema identifies the state's format.
const Schema = "gosqlite-train/1"

// maxState bounds the state's file, in bytes.
const maxState = 1 << 20

// A Step is one part of a release.
type Step struct {
	Name    string
	Doc     string // what it does, in a few words
	Advice  string // what to do when it fails
	Guarded bool   // runs only when all before it are done
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
	Publish bool   `json:"publish"` // false: a dry run
	Steps   []Done `json:"steps"`
}

// Open reads the state of a release, or begins one when there is no file.
func Open(file, version, commit string, publish bool) (*State, error) {
	fresh := &State{Schema: Schema, Version: version, Commit: commit, Publish: publish, Steps: []Done{}}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err == nil && info.Size() > maxState {
		err = fmt.Errorf("it is larger than %d bytes", maxState)
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(file)
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
	if s.Version != version || s.Commit != commit {
		return nil, fmt.Errorf("read the state %s: it is of %s at %s, not of %s at %s; name another folder by --out, or remove the file to begin anew",
			file, s.Version, s.Commit, version, commit)
	}
	// A dry run becomes a real one by its last steps alone.
	s.Publish = publish
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

// Go runs the steps that are not done, or only the one that is named.
func (t *Train) Go(ctx context.Context, only string) error {
	if only != "" && !slices.ContainsFunc(t.Steps, func(s Step) bool { return s.Name == only }) {
		return action.UsageError("--step %q is none of %s", only, strings.Join(t.names(), ", "))
	}
	for i, step := range t.Steps {
		switch {
		case only != "" && step.Name != only:
			continue
		case only == "" && t.State.done(step.Name):
			fmt.Fprintf(t.Out, "[%d/%d] %s: done before\n", i+1, len(t.Steps), step.Name)
			continue
		}
		if err := t.step(ctx, i); err != nil {
			return err
		}
	}
	return nil
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
	// Whatever comes after a step stands on it, so that nothing after it counts any more.
	t.State.Steps = slices.DeleteFunc(t.State.Steps, func(d Done) bool {
		return slices.IndexFunc(t.Steps, func(s Step) bool { return s.Name == d.Step }) >= i
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
