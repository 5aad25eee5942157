// SPDX-License-Identifier: MIT

package pkcs8

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"hash"

	"golang.org/x/crypto/scrypt"
)

var (
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidScrypt = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}

	hmacs = map[string]func() hash.Hash{
		"1.2.840.113549.2.9":  sha256.New,
		"1.2.840.113549.2.10": sha512.New384,
		"1.2.840.113549.2.11": sha512.New,
	}
)

type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier
}

type scryptParams struct {
	Salt                      []byte
	Cost, BlockSize, Parallel int
	KeyLength                 int `asn1:"optional"`
}

// Limits: a hostile file must neither be cheap to guess nor cost minutes or gigabytes.
const (
	minIterations = 1000
	maxIterations = 10_000_000
	maxCost       = 1 << 20
	maxMemory     = 256 << 20 // bytes of scrypt: 128 × cost × block size
)

// derive makes a key of size bytes from the passphrase.
func derive(by pkix.AlgorithmIdentifier, passphrase []byte, size int) ([]byte, error) {
	switch {
	case by.Algorithm.Equal(oidPBKDF2):
		var p pbkdf2Params
		if err := unmarshal(by.Parameters.FullBytes, &p); err != nil {
			return nil, fmt.Errorf("PBKDF2: %w", err)
		}
		h := hmacs[p.PRF.Algorithm.String()]
		if h == nil {
			return nil, fmt.Errorf("PBKDF2 with %v: HMAC with SHA-256, -384 or -512 is needed", p.PRF.Algorithm)
		}
		if p.Iterations < minIterations || p.Iterations > maxIterations || len(p.Salt) < 8 || p.KeyLength != 0 && p.KeyLength != size {
			return nil, fmt.Errorf("PBKDF2 with %d iterations, a salt of %d bytes and a key of %d", p.Iterations, len(p.Salt), p.KeyLength)
		}
		return pbkdf2.Key(h, string(passphrase), p.Salt, p.Iterations, size)
	case by.Algorithm.Equal(oidScrypt):
		var p scryptParams
		if err := unmarshal(by.Parameters.FullBytes, &p); err != nil {
			return nil, fmt.Errorf("scrypt: %w", err)
		}
		if p.Cost < 1<<10 || p.Cost > maxCost || p.BlockSize < 1 || p.Parallel < 1 || p.Parallel > 16 || len(p.Salt) < 8 ||
			p.BlockSize > maxMemory/128/p.Cost || p.KeyLength != 0 && p.KeyLength != size {
			return nil, fmt.Errorf("scrypt with N %d, r %d, p %d, a salt of %d bytes and a key of %d", p.Cost, p.BlockSize, p.Parallel, len(p.Salt), p.KeyLength)
		}
		return scrypt.Key(passphrase, p.Salt, p.Cost, p.BlockSize, p.Parallel, size)
	}
	return nil, fmt.Errorf("key derivation %v is neither PBKDF2 nor scrypt", by.Algorithm)
}
