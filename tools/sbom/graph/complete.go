// SPDX-License-Identifier: MIT

package graph

import (
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"
)

// checkComplete reports what a component lacks. There is one exemption, and it is written here: the subject of a whole
// release has no digest.
func (d *Document) checkComplete(f *faults, c *Component) {
	missing := func(what, how string) {
		f.add("%s: no %s: declare %s for the %s %q", c.ID, what, how, c.Role, c.Name)
	}
	if c.Name == "" {
		missing("name", "name")
	}
	if c.Version == "" {
		missing("version", "version")
	}
	if c.Supplier.Name == "" {
		missing("supplier", "the supplier's name and URL")
	} else {
		checkOrganisation(f, c.ID+": supplier", c.Supplier)
	}
	if c.PURL == "" && c.CPE == "" {
		missing("identifier", "a purl")
	}
	if c.License.Declared == "" || c.License.Concluded == "" {
		missing("license", "its declared and its concluded license as SPDX expressions")
	} else {
		checkExpression(f, c.ID, "declared license", c.License.Declared)
		checkExpression(f, c.ID, "concluded license", c.License.Concluded)
	}
	if !slices.ContainsFunc(c.References, Reference.leadsToIt) {
		missing("origin", "a reference of type vcs, source-distribution or distribution")
	}
	wholeRelease := c.ID == d.Subject && d.Platform == ""
	if len(c.Digests) == 0 && !wholeRelease {
		missing("digest", "the file, tree or download that a digest can be taken of")
		return
	}
	for _, alg := range []Algorithm{SHA256, SHA512} {
		principal := c.Principal()
		if len(principal) > 0 && !slices.ContainsFunc(principal, func(d Digest) bool { return d.Alg == alg }) {
			f.add("%s: no %s of its %s %s", c.ID, alg, principal[0].Object, principal[0].Name)
		}
	}
}

// leadsToIt says whether the component or its source is had there.
func (r Reference) leadsToIt() bool {
	return r.Type == VCS || r.Type == SourceDistribution || r.Type == Distribution
}

// checkExpression reports what is not an SPDX license expression of listed licenses and LicenseRefs. NONE and NOASSERTION
// say nothing, so that they count as missing.
func checkExpression(f *faults, id, what, expression string) {
	switch expression {
	case "NONE", "NOASSERTION":
		f.add("%s: %s is %s, which says nothing: declare it", id, what, expression)
		return
	}
	// Parsers of expressions expand them, which takes time exponential in the number of operators.
	if n := strings.Count(expression, " AND ") + strings.Count(expression, " OR "); n > MaxOperators {
		f.add("%s: %s has %d operators, and the limit is %d", id, what, n, MaxOperators)
		return
	}
	if ok, bad := spdxexp.ValidateLicenses([]string{expression}); !ok {
		f.add("%s: %s %q is no SPDX license expression", id, what, strings.Join(bad, ", "))
	}
}
