// SPDX-License-Identifier: MIT

package tamper

import (
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// A signature and a type do not make evidence: these statements are signed by whom the policy names, are about the release,
// and say something else than what they are counted for.
func predicateCases() []Case {
	c := one(familyStatement)
	says := func(change func(p object)) func(k *keys) hooks {
		return stated("reproduced-2.intoto.json", func(s object) { change(sub(s, "predicate")) })
	}
	const reproduced = "reproduced statement"
	files := func(change func(list []any) []any) func(k *keys) hooks {
		return stated(releasetest.Ledger, func(s object) {
			build := sub(s, "predicate", "build")
			build["files"] = change(build["files"].([]any))
		})
	}
	const malformed, mismatch = "ledger-malformed", "ledger-mismatch"
	return []Case{
		c("a demonstration", reproduced, "reproduced", "reproduced-threshold", says(func(p object) { p["demonstration"] = true })),
		c("not said whether it is a demonstration", reproduced, "reproduced", "reproduced-threshold", says(func(p object) { delete(p, "demonstration") })),
		c("of other bytes", reproduced, "reproduced", "reproduced-threshold", says(func(p object) { p["identical"] = false })),
		c("not said whether of the same bytes", reproduced, "reproduced", "reproduced-threshold", says(func(p object) { delete(p, "identical") })),
		c("the word true for the same bytes", reproduced, "reproduced", "reproduced-threshold", says(func(p object) { p["identical"] = "true" })),
		c("an array for a predicate", reproduced, "reproduced", "reproduced-threshold", stated("reproduced-2.intoto.json", func(s object) { s["predicate"] = []any{true} })),
		c("an array for a predicate", "ledger statement", "ledger", malformed, stated(releasetest.Ledger, func(s object) { s["predicate"] = []any{} })),
		c("an empty ledger", "ledger statement", "ledger", malformed, stated(releasetest.Ledger, func(s object) { s["predicate"] = object{} })),
		c("another schema of ledger", "ledger statement", "ledger", malformed, stated(releasetest.Ledger, func(s object) { sub(s, "predicate")["schema"] = "gosqlite-ledger/0" })),
		c("a file twice in the ledger", "ledger statement", "ledger", malformed, files(func(l []any) []any { return append(l, l[0]) })),
		c("a ledger without files", "ledger statement", "ledger", mismatch, files(func([]any) []any { return []any{} })),
		c("a ledger of another manifest", "ledger statement", "ledger", mismatch, files(func(l []any) []any { return l[1:] })),
		c("a ledger that lacks a file", "ledger statement", "ledger", mismatch, files(func(l []any) []any { return l[:len(l)-1] })),
		c("a ledger of another build", "ledger statement", "ledger", mismatch, files(func(l []any) []any {
			l[len(l)-1].(object)["sha256"] = strings.Repeat("0", 64)
			return l
		})),
	}
}

// demonstrated makes all reproducers demonstrators, under a policy that accepts what proves nothing.
func demonstrated(*keys) hooks {
	return hooks{
		Statement: func(name string, s map[string]any) {
			if strings.HasPrefix(name, "reproduced-") {
				sub(s, "predicate")["demonstration"] = true
			}
		},
		Policy: func(p *policy.File) { p.Development = true },
	}
}
