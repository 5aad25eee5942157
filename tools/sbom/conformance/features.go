// SPDX-License-Identifier: MIT

package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"
	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"
)

// perComponent scores ten by the share of components, and at most 9.9 while one is left.
func perComponent(what string, has func(c *Component) bool) func(s *scored) (float64, string) {
	return func(s *scored) (float64, string) {
		var without []string
		for _, c := range s.counted {
			if !has(c) {
				without = append(without, c.ID)
			}
		}
		return share(len(s.counted)-len(without), len(s.counted), "no "+what, without)
	}
}

func share(have, total int, lost string, who []string) (float64, string) {
	switch {
	case total == 0:
		return ignored, "no components"
	case have == total:
		return 10, ""
	}
	return min(9.9, 10*float64(have)/float64(total)), fmt.Sprintf("%s: %s (%d of %d)", lost, strings.Join(who, ", "), len(who), total)
}

func perDocument(lost string, has func(s *scored) bool) func(s *scored) (float64, string) {
	return func(s *scored) (float64, string) {
		if has(s) {
			return 10, ""
		}
		return 0, lost
	}
}

// cycloneDXOnly is a feature that the formula knows no field for in SPDX, and for which SPDX gets nothing.
func cycloneDXOnly(lost string, has func(s *scored) bool) func(s *scored) (float64, string) {
	return func(s *scored) (float64, string) {
		if s.Spec == SPDX {
			return 0, "the formula has no field for it in SPDX"
		}
		return perDocument(lost, has)(s)
	}
}

func noWeakHashes(s *scored) (float64, string) {
	var hashed, weak int
	var who []string
	for _, c := range s.counted {
		if len(c.Hashes) == 0 {
			continue
		}
		hashed++
		if !c.strong() {
			weak++
			who = append(who, c.ID)
		}
	}
	if hashed == 0 {
		return 0, "no hashes"
	}
	return share(hashed-weak, hashed, "only a weak hash", who)
}

func signature(s *scored) (float64, string) {
	switch sig := s.Signature; {
	case s.Spec == SPDX:
		return ignored, "SPDX has no signature inside"
	case sig.Algorithm == "" || sig.Value == "":
		return 0, "not signed: the copy that sign makes has these points"
	case !sig.Key:
		return 5, "signed without an RSA or elliptic-curve key or a certificate"
	}
	return 10, ""
}

// dependencyCompleteness looks at the subject and what it depends on directly, where they have dependencies.
func dependencyCompleteness(s *scored) (float64, string) {
	if s.Spec == SPDX {
		return ignored, "SPDX can't declare it"
	}
	direct := []string{s.Primary}
	for _, e := range s.Edges {
		if e.From == s.Primary {
			direct = append(direct, e.To)
		}
	}
	slices.Sort(direct)
	var relevant int
	var without []string
	for _, id := range slices.Compact(direct) {
		if !slices.ContainsFunc(s.Edges, func(e Edge) bool {
			return e.From == id && e.Kind != "generated-from" && !slices.Contains(transient, e.Kind)
		}) {
			continue
		}
		relevant++
		if !slices.Contains(s.CompleteFor, id) {
			without = append(without, id)
		}
	}
	if relevant == 0 {
		return 0, "no dependencies"
	}
	return share(relevant-len(without), relevant, "dependencies not declared complete", without)
}

func schemaValid(s *scored) (float64, string) {
	switch s.schema {
	case SchemaValid:
		return 10, ""
	case SchemaInvalid:
		return 0, "breaks the schema"
	}
	return 0, "was not held against the schema"
}

// parts are the licenses of an expression, with their exceptions.
func parts(expression string) []string {
	licenses, err := spdxexp.ExtractLicenses(expression)
	if err != nil {
		return []string{expression}
	}
	return licenses
}

// listed says whether all licenses are known by their own IDs. As in the formula's source, a license with an exception is
// looked up as a whole, and is not found.
func listed(c *Component) bool {
	if !known(c.Concluded) {
		return false
	}
	for _, l := range parts(c.Concluded) {
		if ok, _ := spdxlicenses.IsActiveLicense(l); !ok && !deprecated(l) && !strings.HasPrefix(l, "LicenseRef-") {
			return false
		}
	}
	return true
}

func deprecated(id string) bool {
	ok, _ := spdxlicenses.IsDeprecatedLicense(id)
	return ok
}

func notDeprecated(c *Component) bool {
	return !slices.ContainsFunc(parts(c.Concluded), deprecated)
}

// copyleft are the families of licenses that AboutCode (https://scancode-licensedb.aboutcode.org), which the formula goes
// by, has in a category of copyleft.
var copyleft = []string{
	"AGPL-", "CC-BY-SA-", "CDDL-", "CPL-", "EPL-", "EUPL-", "GFDL-", "GPL-", "LGPL-", "MPL-", "MS-RL", "OSL-", "SSPL-", "APSL-", "CECILL-", "Sleepycat", "QPL-",
}

// Copyleft says whether an expression has a license that asks for derived works to be under it, exceptions aside.
func Copyleft(expression string) bool {
	return slices.ContainsFunc(parts(expression), func(l string) bool {
		return slices.ContainsFunc(copyleft, func(family string) bool { return strings.HasPrefix(l, family) })
	})
}
