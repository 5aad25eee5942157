// SPDX-License-Identifier: MIT

package trust

import (
	"fmt"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/timestamp"
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

// Stamped says why a timestamp does not stand that lies beside a signature inside of a program; "" if an authority of the
// policy made it over that signature. now is the verifier's clock.
func (t *Trust) Stamped(token *timestamp.Token, signature []byte, now time.Time) string {
	if _, reasons := token.Verify(signature, t.Stamps); len(reasons) > 0 {
		return reasons[0].Error()
	}
	if token.Time.After(now.Add(slack)) {
		return fmt.Sprintf("timestamp: %s lies in the future", token.Time.UTC().Format(time.RFC3339))
	}
	return ""
}
