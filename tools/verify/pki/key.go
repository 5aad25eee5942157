// SPDX-License-Identifier: MIT

package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
)

// A Key is a public key.
type Key struct {
	Raw    []byte // SubjectPublicKeyInfo in DER
	public crypto.PublicKey
}

// Hint is what a Sigstore bundle calls a key by: the SHA-256 of its SubjectPublicKeyInfo, in base64.
func (k *Key) Hint() string {
	sum := sha256.Sum256(k.Raw)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// IsP256 reports whether k is a key of ECDSA on the curve P-256, the only kind that signs files of a release.
func (k *Key) IsP256() bool {
	e, ok := k.public.(*ecdsa.PublicKey)
	return ok && e.Curve == elliptic.P256()
}

type subjectPublicKeyInfo struct {
	Algorithm algorithmIdentifier
	Key       asn1.BitString
}

type algorithmIdentifier struct {
	Algorithm  asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

var (
	oidEC      = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidRSA     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidEd25519 = asn1.ObjectIdentifier{1, 3, 101, 112}

	curves = []struct {
		oid   asn1.ObjectIdentifier
		curve elliptic.Curve
	}{
		{asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}, elliptic.P256()},
		{asn1.ObjectIdentifier{1, 3, 132, 0, 34}, elliptic.P384()},
		{asn1.ObjectIdentifier{1, 3, 132, 0, 35}, elliptic.P521()},
	}
)

// Limits of RSA keys, in bits.
const (
	minRSA = 2048
	maxRSA = 8192
)

// ParseKeyPEM reads one PEM block "PUBLIC KEY"; nothing may follow it.
func ParseKeyPEM(text []byte) (*Key, error) {
	der, err := onePEM(text, "PUBLIC KEY")
	if err != nil {
		return nil, err
	}
	return ParseKey(der)
}

// onePEM is the contents of a text that is one PEM block of a type.
func onePEM(text []byte, kind string) ([]byte, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("PEM: no block BEGIN %s", kind)
	}
	if len(bytes.TrimSpace(rest)) > 0 || !bytes.HasPrefix(bytes.TrimSpace(text), []byte("-----BEGIN")) {
		return nil, fmt.Errorf("PEM: more than one block BEGIN %s", kind)
	}
	return block.Bytes, nil
}

// ParseKey reads a SubjectPublicKeyInfo of RFC 5280 section 4.1.2.7: ECDSA on P-256, P-384 or P-521, RSA, or Ed25519.
func ParseKey(der []byte) (*Key, error) {
	var info subjectPublicKeyInfo
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 {
		return nil, errors.New("public key: not a SubjectPublicKeyInfo in DER")
	}
	bits := info.Key.RightAlign()
	if info.Key.BitLength%8 != 0 {
		return nil, errors.New("public key: not a whole number of bytes")
	}
	k := &Key{Raw: bytes.Clone(der)}
	var err error
	switch alg := info.Algorithm; {
	case alg.Algorithm.Equal(oidEC):
		k.public, err = parseEC(alg.Parameters.FullBytes, bits)
	case alg.Algorithm.Equal(oidRSA):
		k.public, err = parseRSA(bits)
	case alg.Algorithm.Equal(oidEd25519):
		if len(bits) != ed25519.PublicKeySize || len(alg.Parameters.FullBytes) > 0 {
			return nil, errors.New("public key: malformed Ed25519 key")
		}
		k.public = ed25519.PublicKey(bits)
	default:
		return nil, fmt.Errorf("public key: algorithm %v is not known", alg.Algorithm)
	}
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	return k, nil
}

func parseEC(parameters, point []byte) (*ecdsa.PublicKey, error) {
	var named asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(parameters, &named); err != nil || len(rest) > 0 {
		return nil, errors.New("the curve has no name")
	}
	for _, c := range curves {
		if c.oid.Equal(named) {
			return ecdsa.ParseUncompressedPublicKey(c.curve, point)
		}
	}
	return nil, fmt.Errorf("curve %v is not known", named)
}

func parseRSA(der []byte) (*rsa.PublicKey, error) {
	var key struct {
		N *big.Int
		E int
	}
	if rest, err := asn1.Unmarshal(der, &key); err != nil || len(rest) > 0 {
		return nil, errors.New("malformed RSA key")
	}
	if n := key.N.BitLen(); key.N.Sign() <= 0 || n < minRSA || n > maxRSA || key.E < 3 || key.E%2 == 0 || key.E > 1<<31-1 {
		return nil, fmt.Errorf("RSA key of %d bits and exponent %d; %d to %d bits are accepted", n, key.E, minRSA, maxRSA)
	}
	return &rsa.PublicKey{N: key.N, E: key.E}, nil
}

// An algorithm is a way to sign: what kind of key and, for RSA and ECDSA, which hash.
type algorithm struct {
	oid  asn1.ObjectIdentifier
	hash crypto.Hash // 0 for Ed25519
	rsa  bool
}

var algorithms = []algorithm{
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, crypto.SHA256, false},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, crypto.SHA384, false},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, crypto.SHA512, false},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, crypto.SHA256, true},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}, crypto.SHA384, true},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}, crypto.SHA512, true},
	{oidEd25519, 0, false},
}

func findAlgorithm(oid asn1.ObjectIdentifier) (algorithm, bool) {
	for _, a := range algorithms {
		if a.oid.Equal(oid) {
			return a, true
		}
	}
	return algorithm{}, false
}

// ErrSignature reports a signature that does not verify.
var ErrSignature = errors.New("the signature does not verify")

// Verify checks a signature over message by the algorithm that oid names.
func (k *Key) Verify(oid asn1.ObjectIdentifier, message, signature []byte) error {
	alg, ok := findAlgorithm(oid)
	if !ok {
		return fmt.Errorf("signature algorithm %v is not known", oid)
	}
	if alg.hash == 0 {
		if pub, ok := k.public.(ed25519.PublicKey); ok && ed25519.Verify(pub, message, signature) {
			return nil
		}
		return ErrSignature
	}
	if _, isRSA := k.public.(*rsa.PublicKey); isRSA != alg.rsa {
		return fmt.Errorf("signature algorithm %v does not fit the key", oid)
	}
	return k.VerifyDigest(alg.hash, Digest(alg.hash, message), signature)
}

// VerifyDigest checks an ECDSA or RSA (PKCS #1 v1.5) signature over the digest of a message.
func (k *Key) VerifyDigest(hash crypto.Hash, digest, signature []byte) error {
	switch pub := k.public.(type) {
	case *ecdsa.PublicKey:
		if ecdsa.VerifyASN1(pub, digest, signature) {
			return nil
		}
	case *rsa.PublicKey:
		if rsa.VerifyPKCS1v15(pub, hash, digest, signature) == nil {
			return nil
		}
	}
	return ErrSignature
}

// VerifyText checks a signature over a text as logs sign their checkpoints: by Ed25519, or by ECDSA with SHA-256.
func (k *Key) VerifyText(text, signature []byte) error {
	if e, ok := k.public.(ed25519.PublicKey); ok {
		if !ed25519.Verify(e, text, signature) {
			return ErrSignature
		}
		return nil
	}
	if _, ok := k.public.(*ecdsa.PublicKey); !ok {
		return ErrSignature
	}
	return k.VerifyDigest(crypto.SHA256, Digest(crypto.SHA256, text), signature)
}

// Digest is the digest of message by SHA-256, SHA-384 or SHA-512; nil by anything else.
func Digest(hash crypto.Hash, message []byte) []byte {
	switch hash {
	case crypto.SHA256:
		sum := sha256.Sum256(message)
		return sum[:]
	case crypto.SHA384:
		sum := sha512.Sum384(message)
		return sum[:]
	case crypto.SHA512:
		sum := sha512.Sum512(message)
		return sum[:]
	}
	return nil
}

var hashes = map[string]crypto.Hash{
	"2.16.840.1.101.3.4.2.1": crypto.SHA256,
	"2.16.840.1.101.3.4.2.2": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// HashOf is the hash function that an object identifier names; 0 for one that is not known, or too weak.
func HashOf(oid asn1.ObjectIdentifier) crypto.Hash { return hashes[oid.String()] }

// PEM is the key as openssl writes it.
func (k *Key) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.Raw})
}
