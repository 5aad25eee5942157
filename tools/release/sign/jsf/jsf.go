// SPDX-License-Identifier: MIT

// Package jsf puts a signature into a JSON object, as CycloneDX documents carry it: JSON Signature Format 0.82
// (https://cyberphone.github.io/doc/security/jsf.html), algorithm ES256. The object gets the member
//
//	"signature":{"algorithm":"ES256","keyId":HINT,"publicKey":{"crv":"P-256","kty":"EC","x":X,"y":Y},"value":SIGNATURE}
//
// or, for an identity with certificates, "certificatePath" (without the root) in the place of keyId and publicKey. HINT is that of bundles. What
// is signed is the canonical text (package jcs) of the object with its signature, but without the value; the signature is r
// and s, 32 bytes each. Byte strings are base64 in the alphabet for URLs, without padding. The result is the canonical text
// and a newline.
package jsf

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

// member is the object's member that holds the signature.
const member = "signature"

type signature struct {
	Algorithm       string     `json:"algorithm"`
	KeyID           string     `json:"keyId,omitempty"`
	PublicKey       *publicKey `json:"publicKey,omitempty"`
	CertificatePath []string   `json:"certificatePath,omitempty"`
	Value           string     `json:"value,omitempty"`
}

// A publicKey is a JSON web key, RFC 7517 and RFC 7518 section 6.2.1.
type publicKey struct {
	Type  string `json:"kty"`
	Curve string `json:"crv"`
	X     string `json:"x"`
	Y     string `json:"y"`
}

// Sign returns the object with a signature of id. An object that is signed already is refused.
func Sign(text []byte, id *identity.Identity) ([]byte, error) {
	canonical, err := jcs.Transform(text)
	if err != nil {
		return nil, err
	}
	object := map[string]json.RawMessage{}
	if err := json.Unmarshal(canonical, &object); err != nil || len(object) == 0 {
		return nil, errors.New("sign JSON: it is no object, or an empty one")
	}
	if _, ok := object[member]; ok {
		return nil, errors.New("sign JSON: the object has a signature already")
	}
	s, err := describe(id)
	if err != nil {
		return nil, fmt.Errorf("sign JSON: %w", err)
	}
	toSign, err := with(object, s)
	if err != nil {
		return nil, err
	}
	der, err := id.Sign(sha256.Sum256(toSign))
	if err != nil {
		return nil, err
	}
	if s.Value, err = fixed(der); err != nil {
		return nil, fmt.Errorf("sign JSON: %w", err)
	}
	signed, err := with(object, s)
	return append(signed, '\n'), err
}

func with(object map[string]json.RawMessage, s *signature) ([]byte, error) {
	var err error
	if object[member], err = json.Marshal(s); err != nil {
		return nil, err
	}
	return jcs.Marshal(object)
}

// describe is the signature of id before there is a value.
func describe(id *identity.Identity) (*signature, error) {
	if err := identity.CheckP256(id.Key.Public()); err != nil {
		return nil, err
	}
	s := &signature{Algorithm: "ES256"}
	for _, c := range id.WithoutRoot() {
		s.CertificatePath = append(s.CertificatePath, encode(c.Raw))
	}
	if len(id.Chain) > 0 {
		return s, nil
	}
	public, err := id.Public()
	if err != nil {
		return nil, err
	}
	point, err := id.Key.Public().(*ecdsa.PublicKey).Bytes() // uncompressed: 4, x, y
	if err != nil {
		return nil, err
	}
	s.KeyID = identity.Hint(public)
	s.PublicKey = &publicKey{Type: "EC", Curve: "P-256", X: encode(point[1:33]), Y: encode(point[33:])}
	return s, nil
}

// fixed turns an ASN.1 signature into r and s.
func fixed(der []byte) (string, error) {
	var v struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &v); err != nil || len(rest) > 0 || v.R.Sign() <= 0 || v.S.Sign() <= 0 || v.R.BitLen() > 256 || v.S.BitLen() > 256 {
		return "", errors.New("the key's signature is no ECDSA signature on P-256")
	}
	return encode(append(v.R.FillBytes(make([]byte, 32)), v.S.FillBytes(make([]byte, 32))...)), nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// IsCycloneDX says whether a text is a CycloneDX document in JSON.
func IsCycloneDX(text []byte) bool {
	var v struct{ BOMFormat string }
	return bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && json.Unmarshal(text, &v) == nil && v.BOMFormat == "CycloneDX"
}
