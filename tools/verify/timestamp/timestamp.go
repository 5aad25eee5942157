// SPDX-License-Identifier: MIT

// Package timestamp checks timestamps of RFC 3161: that an authority saw a signature at a time.
package timestamp

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/cms"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
)

// A Token is a timestamp, not yet trusted.
type Token struct {
	Time    time.Time
	Imprint []byte // SHA-256 of what was stamped

	data *cms.SignedData
	info []byte
}

var (
	oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidSHA256  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

type response struct {
	Status struct {
		Status int
		Text   asn1.RawValue  `asn1:"optional"`
		Info   asn1.BitString `asn1:"optional"`
	}
	Token asn1.RawValue `asn1:"optional"`
}

type tstInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Algorithm struct {
			Algorithm  asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Digest []byte
	}
	Serial     *big.Int
	Time       asn1.RawValue
	Accuracy   asn1.RawValue `asn1:"optional"`
	Ordering   bool          `asn1:"optional"`
	Nonce      *big.Int      `asn1:"optional"`
	TSA        asn1.RawValue `asn1:"optional,explicit,tag:0"`
	Extensions asn1.RawValue `asn1:"optional,tag:1"`
}

// Parse reads a TimeStampResp, which is what a Sigstore bundle holds.
func Parse(der []byte) (*Token, error) {
	t, err := parse(der)
	if err != nil {
		return nil, fmt.Errorf("timestamp: %w", err)
	}
	return t, nil
}

func parse(der []byte) (*Token, error) {
	var r response
	if rest, err := asn1.Unmarshal(der, &r); err != nil || len(rest) > 0 {
		return nil, errors.New("not a TimeStampResp in DER")
	}
	if r.Status.Status != 0 && r.Status.Status != 1 { // granted, grantedWithMods
		return nil, fmt.Errorf("the authority refused, status %d", r.Status.Status)
	}
	// What nothing signs could be changed without notice.
	if len(r.Status.Text.FullBytes) > 0 || r.Status.Info.BitLength > 0 {
		return nil, errors.New("a status with a text")
	}
	return token(r.Token.FullBytes)
}

// ParseToken reads a TimeStampToken by itself, which is what lies beside a signature inside of a program.
func ParseToken(der []byte) (*Token, error) {
	t, err := token(der)
	if err != nil {
		return nil, fmt.Errorf("timestamp: %w", err)
	}
	return t, nil
}

func token(der []byte) (*Token, error) {
	data, err := cms.Parse(der)
	if err != nil {
		return nil, err
	}
	if len(data.Unsigned) > 0 {
		return nil, errors.New("unsigned attributes")
	}
	if !data.ContentType.Equal(oidTSTInfo) {
		return nil, fmt.Errorf("content type %v", data.ContentType)
	}
	t := &Token{data: data}
	if rest, err := asn1.Unmarshal(data.Content, &t.info); err != nil || len(rest) > 0 {
		return nil, errors.New("the content is no OCTET STRING")
	}
	var info tstInfo
	if rest, err := asn1.Unmarshal(t.info, &info); err != nil || len(rest) > 0 {
		return nil, errors.New("malformed TSTInfo")
	}
	switch {
	case info.Version != 1:
		return nil, fmt.Errorf("version %d", info.Version)
	case !info.Imprint.Algorithm.Algorithm.Equal(oidSHA256) || len(info.Imprint.Digest) != sha256.Size:
		return nil, fmt.Errorf("imprint by %v; SHA-256 is needed", info.Imprint.Algorithm.Algorithm)
	}
	t.Imprint = info.Imprint.Digest
	t.Time, err = generalizedTime(info.Time)
	return t, err
}

// generalizedTime reads the form of RFC 3161 section 2.4.2: UTC, and fractions of a second, which encoding/asn1 refuses.
func generalizedTime(v asn1.RawValue) (time.Time, error) {
	if v.Tag == asn1.TagGeneralizedTime && v.Class == asn1.ClassUniversal && len(v.Bytes) <= 32 {
		if t, err := time.Parse("20060102150405Z", string(v.Bytes)); err == nil {
			return t, nil
		}
		if t, err := time.Parse("20060102150405.999999999Z", string(v.Bytes)); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("malformed time %.40q", v.Bytes)
}

// The reasons for which a timestamp is refused; callers tell them apart.
var (
	ErrImprint   = errors.New("timestamp: it is over something else")
	ErrSignature = errors.New("timestamp: the authority's signature does not verify")
	ErrUntrusted = errors.New("timestamp: no trusted authority stands behind it")
	ErrPurpose   = errors.New("timestamp: the authority's certificate is not for time stamping alone")
	ErrValidity  = errors.New("timestamp: a certificate of the authority was not valid at that time")
	ErrBinding   = errors.New("timestamp: it does not bind the authority's certificate")
)

// An Authority is a trusted timestamp authority.
type Authority struct {
	Name string
	// Certificates are the root and, before it, intermediates and the authority's own certificate, as far as tokens do
	// not hold them. Only the last is trusted by itself.
	Certificates []*pki.Certificate
	From, Until  time.Time // when its timestamps count; zero for no bound
}

// Within reports whether t lies between two times, bounds included. A zero time is no bound.
func Within(t, from, until time.Time) bool {
	return (from.IsZero() || !t.Before(from)) && (until.IsZero() || !t.After(until))
}

// Verify checks that one of the authorities made t over stamped. It reports every reason to refuse, and the name of the
// authority as far as it is known.
func (t *Token) Verify(stamped []byte, authorities []Authority) (name string, reasons []error) {
	imprint := sha256.Sum256(stamped)
	if !bytes.Equal(imprint[:], t.Imprint) {
		reasons = append(reasons, ErrImprint)
	}
	var chain []*pki.Certificate
	var signer *pki.Certificate
	for _, a := range authorities {
		leaf := t.data.Signer(a.Certificates)
		if leaf == nil || !Within(t.Time, a.From, a.Until) {
			continue
		}
		signer = leaf
		last := len(a.Certificates) - 1
		pool := append(a.Certificates[:last:last], t.data.Certificates...)
		if found, err := pki.Chain(leaf, pool, a.Certificates[last:]); err == nil {
			name, chain = a.Name, found
			break
		}
	}
	if chain == nil || !behind(chain, t.data.Certificates) {
		reasons = append(reasons, ErrUntrusted)
	}
	if signer == nil {
		signer = t.data.Signer(nil)
	}
	if signer == nil {
		return name, append(reasons, ErrSignature)
	}
	return name, append(reasons, t.signer(signer, chain)...)
}

// behind reports whether all certificates that came with a token stand behind it. Nothing signs their list: one that is not
// needed could be any. Where an authority sends a cross-certificate of its root, the policy has to name the root above.
func behind(chain, sent []*pki.Certificate) bool {
	for _, c := range sent {
		if !slices.ContainsFunc(chain, func(x *pki.Certificate) bool { return bytes.Equal(x.Raw, c.Raw) }) {
			return false
		}
	}
	return true
}

// signer checks the signature and the certificates behind it.
func (t *Token) signer(signer *pki.Certificate, chain []*pki.Certificate) (reasons []error) {
	if t.data.Verify(signer, t.info) != nil {
		reasons = append(reasons, ErrSignature)
	}
	if !signer.IsFor(pki.PurposeTimeStamping) || !signer.May(pki.UsageSignature) {
		reasons = append(reasons, ErrPurpose)
	}
	if !t.data.NamesCertificate(signer) {
		reasons = append(reasons, ErrBinding)
	}
	for _, c := range chain {
		if !c.ValidAt(t.Time) {
			return append(reasons, ErrValidity)
		}
	}
	return reasons
}

// Certificates are those that came with the token.
func (t *Token) Certificates() []*pki.Certificate { return t.data.Certificates }
