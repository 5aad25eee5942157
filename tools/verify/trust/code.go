// SPDX-License-Identifier: MIT

package trust

import (
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
)

// VouchesForCode says why no authority of the role code vouches for a leaf at a time; "" if one does. The signature brings
// its intermediates with it.
func (t *Trust) VouchesForCode(leaf *pki.Certificate, intermediates []*pki.Certificate, when time.Time) string {
	if !leaf.IsFor(pki.PurposeCodeSigning) || !leaf.May(pki.UsageSignature) || leaf.IsCA {
		return "the certificate of " + leaf.CommonName + " is not for code signing alone"
	}
	for i := range t.Authorities {
		authority := &t.Authorities[i]
		last := len(authority.Certificates) - 1
		chain, err := pki.Chain(leaf, append(authority.Certificates[:last:last], intermediates...), authority.Certificates[last:])
		if err != nil {
			continue
		}
		a := &Assessment{}
		authority.admits(a, leaf, Code)
		if len(a.Faults) > 0 {
			return a.Faults[0].Detail
		}
		for _, c := range chain {
			if !c.ValidAt(when) {
				return "the certificate of " + c.CommonName + " was not valid at " + when.UTC().Format(time.RFC3339)
			}
		}
		return ""
	}
	return "no authority of the policy stands behind the certificate of " + leaf.CommonName
}
