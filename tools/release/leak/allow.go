// SPDX-License-Identifier: MIT

package leak

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed allow.json
var builtin []byte

// Allow is a list of exceptions. Its file is JSON, a list of objects:
//
//	{"rules": ["path"], "pattern": "/dev/urandom", "in": "", "reason": "entropy source of libc and SQLite"}
//
// pattern is a regular expression. For the rule path it must match from the first byte of the path on, and what it
// leaves over must hold no further '/', since Go stores strings without an end mark. For word it must cover the word.
// For every other rule it must match the whole text of the finding; for "format", a file name whose format may be
// unknown. in, if not empty, is a regular expression for the file name, archive and member joined by '!'.
type Allow struct {
	entries []allowEntry
}

type allowEntry struct {
	Rules   []string `json:"rules"`
	Pattern string   `json:"pattern"`
	In      string   `json:"in,omitempty"`
	Reason  string   `json:"reason"`

	start, any, whole, in *regexp.Regexp
}

// DefaultAllow is the committed list.
func DefaultAllow() (*Allow, error) {
	a := &Allow{}
	return a, a.Add("allow.json", builtin)
}

// Add reads further entries. It refuses entries without a reason and rules that do not exist.
func (a *Allow) Add(name string, data []byte) error {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	var list []allowEntry
	if err := dec.Decode(&list); err != nil {
		return fmt.Errorf("read allow list %s: %w", name, err)
	}
	for i := range list {
		if err := list[i].compile(); err != nil {
			return fmt.Errorf("read allow list %s: entry %d: %w", name, i+1, err)
		}
	}
	a.entries = append(a.entries, list...)
	return nil
}

func (e *allowEntry) compile() error {
	if e.Reason == "" || e.Pattern == "" || len(e.Rules) == 0 {
		return errors.New("rules, pattern and reason are all needed")
	}
	for _, r := range e.Rules {
		if r != "format" && !slices.ContainsFunc(Rules, func(x Rule) bool { return x.Name == r }) {
			return fmt.Errorf("no rule is called %q", r)
		}
	}
	for _, p := range []struct {
		to   **regexp.Regexp
		text string
	}{{&e.start, "^(?:" + e.Pattern + ")"}, {&e.any, e.Pattern}, {&e.whole, "^(?:" + e.Pattern + ")$"}, {&e.in, e.In}} {
		re, err := regexp.Compile(p.text)
		if err != nil {
			return fmt.Errorf("pattern: %w", err)
		}
		re.Longest()
		*p.to = re
	}
	return nil
}

func (e *allowEntry) covers(rule, file string) bool {
	return slices.Contains(e.Rules, rule) && (e.In == "" || e.in.MatchString(file))
}

// allowed is for rules whose finding is one value.
func (c *Checker) allowed(rule, file, text string) bool {
	for i := range c.opts.Allow.entries {
		e := &c.opts.Allow.entries[i]
		if e.covers(rule, file) && e.whole.MatchString(text) {
			return true
		}
	}
	return false
}

// allowedPath is for a path and whatever follows it without an end mark.
func (c *Checker) allowedPath(file string, path []byte) bool {
	for i := range c.opts.Allow.entries {
		e := &c.opts.Allow.entries[i]
		if !e.covers("path", file) {
			continue
		}
		if m := e.start.FindIndex(path); m != nil && !slices.Contains(path[m[1]:], '/') {
			return true
		}
	}
	return false
}

// allowedWord is for data[start:end] within its surroundings.
func (c *Checker) allowedWord(file string, data []byte, start, end int) bool {
	const reach = 128
	low := max(0, start-reach)
	window := data[low:min(len(data), end+reach)]
	for i := range c.opts.Allow.entries {
		e := &c.opts.Allow.entries[i]
		if !e.covers("word", file) {
			continue
		}
		for _, m := range e.any.FindAllIndex(window, -1) {
			if low+m[0] <= start && low+m[1] >= end {
				return true
			}
		}
	}
	return false
}
