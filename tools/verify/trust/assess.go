// SPDX-License-Identifier: MIT

package trust

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/timestamp"
)

// slack is by how much the verifier's clock may be behind.
const slack = 24 * time.Hour

// Assess judges the signature of b over a message with this SHA-256 by someone of a role. now is the verifier's clock:
// it decides where no timestamp says when the signature was made. All questions are asked, also after a no.
func (t *Trust) Assess(b *bundle.Bundle, digest [32]byte, role Role, now time.Time) *Assessment {
	a := &Assessment{}
	if b.Envelope != nil {
		digest = [32]byte(pki.Digest(crypto.SHA256, b.Envelope.PAE()))
	}
	t.stamps(a, b, now)
	times := a.Times
	if len(times) == 0 {
		times = []time.Time{now}
	}
	var key *pki.Key
	if b.Certificate != nil {
		key = t.certificate(a, b.Certificate, role, times)
	} else {
		key = t.key(a, b.Hint, role, times)
	}
	if m := b.Message; m != nil && (m.Algorithm != "" || m.Digest != nil) {
		if m.Algorithm != "SHA2_256" || !bytes.Equal(m.Digest, digest[:]) {
			a.fault(CheckHint, "message-digest-mismatch", "the bundle names another digest than the file has")
		}
	}
	if b.Envelope != nil && b.Envelope.KeyID != "" && b.Envelope.KeyID != b.Hint {
		a.fault(CheckHint, "key-id-mismatch", "the envelope's key id is not the bundle's hint")
	}
	if key == nil {
		return a
	}
	a.Key = key.Hint()
	if !key.IsP256() {
		a.fault(CheckAlgorithm, "wrong-algorithm", "releases are signed by ECDSA on P-256 with SHA-256")
	}
	if key.VerifyDigest(crypto.SHA256, digest[:], b.Signature()) != nil {
		a.fault(CheckSignature, "bad-signature", "the signature is not one of "+a.Signer+" over this file")
	}
	t.entries(a, b, digest, key, times)
	return a
}

// key finds the key that a hint names, and judges it.
func (t *Trust) key(a *Assessment, hint string, role Role, times []time.Time) *pki.Key {
	i := slices.IndexFunc(t.Keys, func(k Key) bool { return k.Key.Hint() == hint })
	if i < 0 {
		a.fault(CheckKey, "unknown-key", fmt.Sprintf("key %.50q is not in the policy", hint))
		return nil
	}
	k := &t.Keys[i]
	a.Signer = k.Name
	if !has(k.Roles, role) {
		a.fault(CheckRole, "wrong-role", fmt.Sprintf("%s may sign for %v, not as %s", k.Name, k.Roles, role))
	}
	for _, when := range times {
		if !k.covers(when) {
			a.fault(CheckWindow, "key-outside-validity", fmt.Sprintf("%s was not valid at %s", k.Name, when.UTC().Format(time.RFC3339)))
		}
	}
	return k.Key
}

// certificate judges a leaf certificate, and returns its key.
func (t *Trust) certificate(a *Assessment, der []byte, role Role, times []time.Time) *pki.Key {
	leaf, err := pki.ParseCertificate(der)
	if err != nil {
		a.fault(CheckChain, "malformed-certificate", err.Error())
		return nil
	}
	a.Signer = strings.Join(leaf.Identities, ", ")
	authority, chain := t.chain(leaf, role)
	if authority == nil {
		a.fault(CheckChain, "untrusted-certificate", "no authority of the policy stands behind the certificate of "+leaf.CommonName)
		chain = []*pki.Certificate{leaf}
	} else {
		authority.admits(a, leaf, role)
	}
	if !leaf.IsFor(pki.PurposeCodeSigning) || !leaf.May(pki.UsageSignature) || leaf.IsCA {
		a.fault(CheckPurpose, "wrong-purpose", "the certificate of "+leaf.CommonName+" is not for code signing alone")
	}
	a.Chain = chain
	authority.valid(a, chain, times)
	return leaf.Key
}

// valid judges whether the authority vouched at all of the times, and whether the certificates were valid. A nil authority
// has no window.
func (authority *Authority) valid(a *Assessment, chain []*pki.Certificate, times []time.Time) {
	for _, when := range times {
		at := when.UTC().Format(time.RFC3339)
		if authority != nil && !timestamp.Within(when, authority.From, authority.Until) {
			a.fault(CheckValidity, "certificate-expired", authority.Name+" did not vouch at "+at)
		}
		for _, c := range chain {
			if !c.ValidAt(when) {
				a.fault(CheckValidity, "certificate-expired", "the certificate of "+c.CommonName+" was not valid at "+at)
			}
		}
	}
}

// chain finds an authority that stands behind leaf: if several do, as one root may stand in a policy for several purposes,
// the first that vouches for the role.
func (t *Trust) chain(leaf *pki.Certificate, role Role) (found *Authority, way []*pki.Certificate) {
	for i := range t.Authorities {
		authority := &t.Authorities[i]
		c := authority.Certificates
		chain, err := pki.Chain(leaf, c[:len(c)-1], c[len(c)-1:])
		if err == nil && (found == nil || !has(found.Roles, role) && has(authority.Roles, role)) {
			found, way = authority, chain
		}
	}
	return found, way
}

// admits judges whether the authority may vouch for leaf in a role.
func (authority *Authority) admits(a *Assessment, leaf *pki.Certificate, role Role) {
	if !has(authority.Roles, role) {
		a.fault(CheckRole, "wrong-role", fmt.Sprintf("%s vouches for %v, not for %s", authority.Name, authority.Roles, role))
	}
	// Commercial code signing names an organisation, not an address.
	known := len(leaf.Identities) > 0 || role == Code && len(authority.Identities) == 0
	for _, id := range leaf.Identities {
		known = known && (len(authority.Identities) == 0 || slices.Contains(authority.Identities, id))
	}
	if !known {
		a.fault(CheckIdentity, "wrong-identity", fmt.Sprintf("%s: identities %.200q are not those of the policy", authority.Name, leaf.Identities))
	}
	if authority.Issuer != "" && authority.Issuer != leaf.OIDCIssuer {
		a.fault(CheckIdentity, "wrong-issuer", fmt.Sprintf("%s: issuer %.200q is not that of the policy", authority.Name, leaf.OIDCIssuer))
	}
}

// stampChecks says which check each reason to refuse a timestamp belongs to.
var stampChecks = []struct {
	reason error
	check  Check
	class  string
}{
	{timestamp.ErrImprint, CheckStampOver, "timestamp-mismatch"},
	{timestamp.ErrSignature, CheckStampSig, "timestamp-bad-signature"},
	{timestamp.ErrUntrusted, CheckStampTrust, "timestamp-untrusted"},
	{timestamp.ErrPurpose, CheckStampFor, "timestamp-wrong-purpose"},
	{timestamp.ErrValidity, CheckStampTime, "timestamp-expired"},
	{timestamp.ErrBinding, CheckStampBinds, "timestamp-unbound"},
}

// stamps judges the timestamps. A policy that names no authority judges none; otherwise every one that is there must
// stand.
func (t *Trust) stamps(a *Assessment, b *bundle.Bundle, now time.Time) {
	var names []string
	for _, der := range b.Timestamps {
		if len(t.Stamps) == 0 {
			break
		}
		token, err := timestamp.Parse(der)
		if err != nil {
			a.fault(CheckStampForm, "malformed-timestamp", err.Error())
			continue
		}
		name, reasons := token.Verify(b.Signature(), t.Stamps)
		for _, reason := range reasons {
			for _, s := range stampChecks {
				if errors.Is(reason, s.reason) {
					a.fault(s.check, s.class, reason.Error())
				}
			}
		}
		if token.Time.After(now.Add(slack)) {
			a.fault(CheckStampFuture, "timestamp-future", fmt.Sprintf("timestamp of %s lies in the future", token.Time.Format(time.RFC3339)))
		}
		a.Times = append(a.Times, token.Time)
		if !slices.Contains(names, name) && len(reasons) == 0 {
			names = append(names, name)
		}
	}
	if len(names) < t.MinStamps {
		a.fault(CheckStampCount, "timestamp-missing", fmt.Sprintf("%d timestamps by different authorities stand; the policy demands %d", len(names), t.MinStamps))
	}
}
