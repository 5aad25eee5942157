// SPDX-License-Identifier: MIT

// Package judge says what the actions of a traced build took from outside their declared inputs.
//
// An action may touch its execution root, which Bazel filled with its inputs; what it made itself in the folder for
// temporary files; and what the published list names. A path is judged as it was named, and where it was opened, also by
// where the kernel says that it led: only to an input that the action declared. A program that is run may lead no further by
// links that the action made. Every command of Bazel's log has to be in
// the trace, and every traced action in the log, so that nothing passes unseen.
package judge

import (
	"path"
	"strings"

	"github.com/gosqlite/gosqlite/tools/hermeticity/action"
)

// Rules that a finding can break.
const (
	RulePath       = "path"            // outside, and not in the list
	RuleUndeclared = "undeclared"      // a link in the execution root led to something that is no input of the action
	RuleLeft       = "left by another" // a temporary file that another action, or somebody else, made
	RuleSocket     = "socket"
	RuleCall       = "call" // one that hides what it opens
	RuleNotTraced  = "not traced"
	RuleNotLogged  = "not in the log"
	RuleRunner     = "runner" // without a sandbox
)

// Judge hears every access, and then the log.
type Judge struct {
	List *List
	Temp string // folder for temporary files
	// Real follows the links of a path, during the build or after it. It gives none for a path that is not there, and more
	// than one for a path without the name of its configuration, which it has in several: see Real.
	Real func(path string) []string

	accesses int
	used     map[int]int // of the list's entries
	found    map[found]int
	owners   map[string]*action.Action // of the entries of Temp; nil of what was there before
	led      map[*action.Action]map[string]found
	foreign  map[*action.Action]int
	files    map[string]string // of programs: where they lie
}

// found is a finding of an action that has no name yet.
type found struct {
	action              *action.Action
	rule, program, what string
}

// New makes a judge; there are the names that the folder for temporary files holds before the build.
func New(list *List, temp string, there []string, real func(path string) []string) *Judge {
	j := &Judge{List: list, Temp: temp, Real: real, files: map[string]string{}, used: map[int]int{}, found: map[found]int{}, owners: map[string]*action.Action{},
		led: map[*action.Action]map[string]found{}, foreign: map[*action.Action]int{}}
	for _, name := range there {
		j.owners[name] = nil
	}
	return j
}

// Access judges one access; false refuses it. What a refused program does is counted and not judged.
func (j *Judge) Access(a action.Access) bool {
	j.accesses++
	if a.Foreign {
		j.foreign[a.Action]++
		return true
	}
	rule := ""
	switch {
	case a.Kind == action.Socket:
		rule = RuleSocket
	case a.Kind == action.Other:
		rule = RuleCall
	case within(a.Path, a.Action.Root):
		j.follow(&a)
	case within(a.Path, j.Temp):
		if !j.temporary(&a) {
			rule = RuleLeft
		} else if a.Real != a.Path {
			j.follow(&a)
		}
	default:
		if i := j.List.find(&a, j.file(a.Action, a.Program), j.Temp); i >= 0 {
			j.used[i]++
		} else {
			rule = RulePath
		}
	}
	if rule == "" {
		return true
	}
	j.found[j.finding(rule, &a)]++
	return false
}

func (j *Judge) finding(rule string, a *action.Access) found {
	what := string(a.Kind) + " " + a.Path
	if rule == RuleSocket || rule == RuleCall {
		what = a.Call + "(" + a.Path + ")"
	}
	if a.Errno != "" {
		what += ": " + a.Errno
	}
	return found{a.Action, rule, path.Base(a.Program), what}
}

// follow remembers where a link in the execution root or in the folder for temporary files led; what it may lead to is known when
// the log is.
func (j *Judge) follow(a *action.Access) {
	if a.Real == "" || within(a.Real, a.Action.Root) || within(a.Real, j.Temp) && j.temporary(&action.Access{Action: a.Action, Path: a.Real}) {
		return
	}
	if j.led[a.Action] == nil {
		j.led[a.Action] = map[string]found{}
	}
	f := j.finding(RuleUndeclared, a)
	f.what += " led to " + a.Real
	j.led[a.Action][a.Real] = f
}

// temporary tells whether a temporary file is the action's own. What is not there is nobody's.
func (j *Judge) temporary(a *action.Access) bool {
	if a.Path == j.Temp {
		return a.Kind == action.Look || a.Kind == action.Read || a.Kind == action.Enter
	}
	top, below, _ := strings.Cut(strings.TrimPrefix(a.Path, j.Temp+"/"), "/")
	owner, taken := j.owners[top]
	if a.Errno == "" && below == "" {
		switch {
		case a.Makes == action.Creates, a.Makes == action.Ensures && !taken:
			j.owners[top] = a.Action
			return true
		case a.Makes == action.Removes && owner == a.Action:
			delete(j.owners, top)
			return true
		}
	}
	// A name that is taken says only that; the action goes on to another.
	return taken && owner == a.Action || a.Errno == "ENOENT" || a.Errno == "EEXIST" && (a.Makes == action.Creates || a.Makes == action.Ensures)
}

// file is where a program really lies; empty if it is there no more.
func (j *Judge) file(a *action.Action, program string) string {
	if rest, ok := strings.CutPrefix(program, a.Root); ok {
		program = inputRoot(a.Root) + rest // of which the sandbox holds a link
	}
	file, ok := j.files[program]
	if !ok {
		if real := j.Real(program); len(real) > 0 {
			file = real[0]
		}
		j.files[program] = file
	}
	return file
}
