// SPDX-License-Identifier: MIT

package api

import "strings"

// Promise is where Go says what stays: https://go.dev/doc/go1compat
const Promise = "https://go.dev/doc/go1compat"

// rules say which part of the promise a kind of change breaks: "programs written to the Go 1 specification will continue
// to compile and run correctly, unchanged". What a change is, apidiff and constraint.go say; the texts below are their words. The first that
// matches counts.
var rules = []struct{ message, rule string }{
	{"package removed", "a package stays: programs that import it must go on to compile"},
	{"added unexported method", "an interface that others may implement gets no method: their types would no longer satisfy it"},
	{"value changed", "a constant keeps its value: programs that store or compare it must go on to run correctly"},
	{"constraint narrowed", "a type that satisfies a constraint goes on to satisfy it: programs that use the function with it must go on to compile"},
	{"no longer implements", "a type keeps satisfying the interfaces that it satisfied: assignments must go on to compile"},
	{"comparable", "a comparable type stays comparable: programs that compare it or use it as a key must go on to compile"},
	{"old is comparable", "a comparable type stays comparable: programs that compare it or use it as a key must go on to compile"},
	{"removed", "an exported name stays: programs that use it must go on to compile"},
	{"added", "an interface that others may implement gets no method: their types would no longer satisfy it"},
	{"changed from", "an exported thing keeps its type: programs that call, assign or convert it must go on to compile"},
}

// ruleOf is the rule that an incompatible change breaks.
func ruleOf(message string) string {
	for _, r := range rules {
		if strings.Contains(message, r.message) {
			return r.rule
		}
	}
	return "programs that compile must go on to compile and to run correctly"
}
