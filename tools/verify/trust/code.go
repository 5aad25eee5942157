// SPDX-License-Identifier: MIT

package trust

import (
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
)

// VouchesForCode says why no authority of the role code vouches for a leaf at all of the times; "" if one does. The
// signature brings its intermediates with it.
func (t *Trust) VouchesForCode(leaf *pki.Certificate, intermediates []*pki.Certificate, times []time.Time) string {
	if !leaf.IsFor(pki.PurposeCodeSigning) || !leaf.May(pki.UsageSignature) || leaf.IsCA {
		return "the certificate of " + leaf.CommonName + " is not for code signing alone"
	}
	why := "no authority of the policy stands behind the certificate of " + leaf.CommonName
	for i := range t.Authorities {
		authority := &t.Authorities[i]
		last := len(authority.Certificates) - 1
		chain, err := pki.Chain(leaf, append(authority.Certificates[:last:last], intermediates...), authority.Certificates[last:])
		if err != nil {
			continue
		}
		// One root may stand in the policy for several purposes, each with its own identities.
		a := &Assessment{}
		authority.admits(a, leaf, Code)
		authority.valid(a, chain, times)
		if len(a.Faults) == 0 {
			return ""
		}
		why = a.Faults[0].Detail
	}
	return why
}
