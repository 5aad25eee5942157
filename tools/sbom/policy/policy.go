// SPDX-License-Identifier: MIT

// Package policy says whether the licenses of a bill of materials are ones that the project accepts.
//
// A policy is a JSON text:
//
//	{
//	 "allowed": ["MIT", "blessing"],
//	 "undelivered": ["GPL-2.0-only WITH Linux-syscall-note"],
//	 "exceptions": [
//	  {"component": "pkg:generic/glibc", "license": "LGPL-2.1-or-later WITH GCC-exception-2.0-note", "reason": "..."}
//	 ],
//	 "denied": [{"license": "AGPL-3.0-only", "reason": "..."}]
//	}
//
// What is allowed is for all components; undelivered, for headers, interface stubs and build tools in addition, of which
// nothing reaches a user; an exception, for one component, by its purl without version, and for the files that it is in. Of alternatives (OR) one has to be
// accepted, of parts (AND) all. What no list names is refused, as what is denied is; denied gives the reason. An exception
// that no component of a whole release needs is a fault: it would cover what nobody looked at.
package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// MaxText bounds a policy, in bytes.
const MaxText = 1 << 20

// A Policy is the licenses that are accepted.
type Policy struct {
	Allowed     []string    `json:"allowed"`
	Undelivered []string    `json:"undelivered"`
	Exceptions  []Exception `json:"exceptions"`
	Denied      []Denial    `json:"denied"`
}

// An Exception accepts a license for one component.
type Exception struct {
	Component string `json:"component"`
	License   string `json:"license"`
	Reason    string `json:"reason"`
}

// A Denial says why a license is not accepted.
type Denial struct {
	License string `json:"license"`
	Reason  string `json:"reason"`
}

// A State is what a policy says of a component.
type State string

// The states.
const (
	Allowed  State = "allowed"
	Excepted State = "exception"
	Refused  State = "refused"
)

// A Verdict is a component's state and the reason for it.
type Verdict struct {
	Component string `json:"component"` // identity
	Role      string `json:"role"`
	License   string `json:"license"`
	State     State  `json:"state"`
	Reason    string `json:"reason,omitempty"`
}

// Read reads a policy.
func Read(r io.Reader) (*Policy, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	if len(text) > MaxText {
		return nil, fmt.Errorf("read policy: larger than %d bytes", MaxText)
	}
	var p Policy
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	if dec.More() {
		return nil, fmt.Errorf("read policy: more than one value")
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	return &p, nil
}

func (p *Policy) check() error {
	licenses := slices.Concat(p.Allowed, p.Undelivered)
	for _, e := range p.Exceptions {
		if e.Component == "" || strings.TrimSpace(e.Reason) == "" {
			return fmt.Errorf("exception for %q of %q: a component and a reason are needed", e.License, e.Component)
		}
		licenses = append(licenses, e.License)
	}
	for _, d := range p.Denied {
		if strings.TrimSpace(d.Reason) == "" {
			return fmt.Errorf("denied %q: a reason is needed", d.License)
		}
		if slices.Contains(licenses, d.License) {
			return fmt.Errorf("%q is both accepted and denied", d.License)
		}
		licenses = append(licenses, d.License)
	}
	if ok, bad := spdxexp.ValidateLicenses(licenses); !ok {
		return fmt.Errorf("%s: not licenses by their SPDX IDs", strings.Join(bad, ", "))
	}
	return nil
}

// Judge returns a verdict for each component, in the order of the document, and for a whole release
// one for each exception that none needed.
func (p *Policy) Judge(d *graph.Document) ([]Verdict, error) {
	used := make([]bool, len(p.Exceptions))
	var verdicts []Verdict
	for i := range d.Components {
		v, err := p.judge(d, &d.Components[i], used)
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, v)
	}
	for i, e := range p.Exceptions {
		// One platform need not have what another needs.
		if !used[i] && d.Platform == "" {
			verdicts = append(verdicts, Verdict{e.Component, "", e.License, Refused, "no component needs this exception: take it out"})
		}
	}
	return verdicts, nil
}

func (p *Policy) judge(d *graph.Document, c *graph.Component, used []bool) (Verdict, error) {
	v := Verdict{Component: c.Identity(), Role: string(c.Role), License: c.License.Concluded, State: Allowed}
	accepted := p.Allowed
	if c.Role.Transient() {
		accepted = slices.Concat(accepted, p.Undelivered)
	}
	if ok, err := satisfies(c, accepted); ok || err != nil {
		return v, err
	}
	var reasons []string
	inside := parts(d, c)
	for i, e := range p.Exceptions {
		if e.Component != v.Component && !inside[e.Component] {
			continue
		}
		accepted = append(accepted[:len(accepted):len(accepted)], e.License)
		reasons = append(reasons, e.Reason)
		ok, err := satisfies(c, accepted)
		if err != nil {
			return v, err
		}
		used[i] = true
		if ok {
			v.State, v.Reason = Excepted, strings.Join(reasons, "; ")
			return v, nil
		}
	}
	v.State, v.Reason = Refused, p.why(c.License.Concluded)
	return v, nil
}

// parts are the components in a file that is delivered: it is under their licenses, too, by their exceptions.
func parts(d *graph.Document, c *graph.Component) map[string]bool {
	inside := map[string]bool{}
	if c.Role != graph.Subject && c.Role != graph.Delivered {
		return inside
	}
	for id := range d.Reach(c.ID, graph.Contains, graph.Links) {
		inside[d.Component(id).Identity()] = true
	}
	return inside
}

func satisfies(c *graph.Component, accepted []string) (bool, error) {
	if len(accepted) == 0 {
		return false, nil
	}
	ok, err := spdxexp.Satisfies(c.License.Concluded, accepted)
	if err != nil {
		return false, fmt.Errorf("judge %s: license %q: %w", c.ID, c.License.Concluded, err)
	}
	return ok, nil
}

func (p *Policy) why(expression string) string {
	for _, d := range p.Denied {
		if strings.Contains(" "+strings.Trim(expression, "()")+" ", " "+d.License+" ") {
			return "denied: " + d.Reason
		}
	}
	return "no list names it: decide, and write down why"
}
