// SPDX-License-Identifier: MIT

package verify

import (
	"fmt"
	"slices"
)

// A Rule is one question that is asked about every file of some roles.
type Rule struct {
	Name    string
	Asks    string
	Reads   string
	Classes []string // the error classes that its refusals have
	Roles   []Role   // files that it has to give a verdict on; empty for a rule about the release as a whole

	check func(r *release, v *verdicts)
}

// NotChecked is the class of a file on which a rule owes its verdict.
const NotChecked = "not-checked"

// A Fault is a refusal.
type Fault struct {
	File   string `json:"file"` // or empty for the release as a whole
	Rule   string `json:"rule"`
	Class  string `json:"class"`
	Detail string `json:"detail"`
}

// verdicts collects what one rule says.
type verdicts struct {
	rule   *Rule
	waived bool
	ok     map[string]bool
	faults []Fault
}

// maxFaults bounds the refusals of one rule; the last one then says that there are more.
const maxFaults = 100

// pass says that a file withstood the rule's question.
func (v *verdicts) pass(name string) { v.ok[name] = true }

// fail refuses a file.
func (v *verdicts) fail(name, class, format string, args ...any) {
	if !slices.Contains(v.rule.Classes, class) {
		panic(fmt.Sprintf("rule %s has no class %s", v.rule.Name, class))
	}
	v.ok[name] = v.waived
	if !v.waived && len(v.faults) < maxFaults {
		v.faults = append(v.faults, Fault{name, v.rule.Name, class, fmt.Sprintf(format, args...)})
	}
}

// judge asks every rule.
func (r *release) judge(rules []Rule) *Report {
	report := r.newReport()
	for i := range rules {
		v := &verdicts{rule: &rules[i], waived: rules[i].Name == r.options.waive, ok: map[string]bool{}}
		if err := v.ask(r); err != nil {
			v.ok = map[string]bool{}
			v.faults = append(v.faults, Fault{"", rules[i].Name, NotChecked, err.Error()})
		}
		report.add(v, r.files)
	}
	report.unjudged()
	return report
}

// ask runs the rule; a panic of it, which hostile bytes may cause, is an error.
func (v *verdicts) ask(r *release) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the rule broke down: %v", p)
		}
	}()
	v.rule.check(r, v)
	return nil
}

// eachFile asks a question about each file of the rule's roles. The question returns a class, empty for a pass, and a
// detail.
func eachFile(question func(r *release, f *file) (class, detail string)) func(*release, *verdicts) {
	return func(r *release, v *verdicts) {
		for _, f := range r.files {
			if !slices.Contains(v.rule.Roles, f.role) {
				continue
			}
			if class, detail := question(r, f); class != "" {
				v.fail(f.name, class, "%s", detail)
			} else {
				v.pass(f.name)
			}
		}
	}
}
