// SPDX-License-Identifier: MIT

package conformance

import (
	"fmt"
	"slices"
)

// Compare reports each statement that one of two documents makes and the other does not. Only what one format has no place
// for is left out: the serial number or namespace, the contact of the author, and CycloneDX's declarations of completeness,
// which the rules of a profile look at.
func Compare(x, y *Bill) []string {
	var differences []string
	left, right := statements(x), statements(y)
	for _, s := range left {
		if _, ok := slices.BinarySearch(right, s); !ok {
			differences = append(differences, fmt.Sprintf("only %s: %s", x.Spec, s))
		}
	}
	for _, s := range right {
		if _, ok := slices.BinarySearch(left, s); !ok {
			differences = append(differences, fmt.Sprintf("only %s: %s", y.Spec, s))
		}
	}
	return differences
}

// statements is everything that a document says, one sentence each, sorted.
func statements(b *Bill) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	say("document is named %q, of %s, under %s, about %s", b.Name, b.Time, b.DataLicense, b.Primary)
	say("document is by %q with %q in the phases %q", b.Authors, b.Tools, b.Lifecycles)
	for _, f := range b.Facts {
		say("document: %s", f)
	}
	for _, c := range b.Components {
		say("%s is %q %q by %q (%s) in the role %s", c.ID, c.Name, c.Version, c.Supplier, c.SupplierURL, c.Role)
		say("%s is identified by %s and %s", c.ID, c.PURL, c.CPE)
		say("%s is under %s, declared as %s, copyright %q", c.ID, c.Concluded, c.Declared, c.Copyright)
		say("%s comes in %q", c.ID, c.FileName)
		for _, f := range c.Facts {
			say("%s: %s", c.ID, f)
		}
	}
	for _, e := range b.Edges {
		say("%s %s %s", e.From, e.Kind, e.To)
	}
	slices.Sort(out)
	return out
}
