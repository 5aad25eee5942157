// SPDX-License-Identifier: MIT

// Package pkcs8 reads and writes private keys in encrypted PKCS #8 files: PEM blocks ENCRYPTED PRIVATE KEY, as
// openssl pkcs8 -topk8 makes them. A key that is not encrypted is refused, so that no release key lies on a disk as it is.
//
//   - RFC 5958: EncryptedPrivateKeyInfo
//   - RFC 8018: PBES2 and PBKDF2
//   - RFC 7914: scrypt
//
// Written are PBES2 with scrypt (N 16384, r 8, p 5; openssl refuses more memory) and AES-256-CBC. Read are PBKDF2 with
// HMAC-SHA-256, -384 or -512, and scrypt; each with AES-128-, -192- or -256-CBC. PBES1, PBKDF2 with SHA-1, DES and RC2 are
// refused.
//
// The encryption has no integrity of its own: a wrong passphrase is seen by the padding, by the key's own structure, and
// by the public key that an EC key carries.
package pkcs8

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
)

// MaxText bounds a key file, in bytes.
const MaxText = 64 << 10

// blockType is the label of RFC 7468 section 11.
const blockType = "ENCRYPTED PRIVATE KEY"

// ErrPassphrase says that a key did not come out with this passphrase: it is wrong, or the file is damaged.
var ErrPassphrase = errors.New("wrong passphrase, or a damaged file")

var (
	oidPBES2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidAES128CBC = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES192CBC = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}
	oidAES256CBC = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2 struct {
	Derivation, Encryption pkix.AlgorithmIdentifier
}

// Parse returns the key in a PEM text. The text holds one block and nothing else.
func Parse(text, passphrase []byte) (crypto.Signer, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("read key: larger than %d bytes", MaxText)
	}
	block, rest := pem.Decode(text)
	switch {
	case block == nil || len(bytes.TrimSpace(rest)) > 0:
		return nil, errors.New("read key: the file is not one PEM block")
	case block.Type != blockType:
		return nil, fmt.Errorf("read key: the file holds %.40q and not %q: encrypt the key with openssl pkcs8 -topk8 -v2 aes-256-cbc", block.Type, blockType)
	case len(block.Headers) > 0:
		return nil, errors.New("read key: the PEM block has headers")
	}
	var e encryptedKey
	if err := unmarshal(block.Bytes, &e); err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	plain, err := e.decrypt(passphrase)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	defer clear(plain)
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", ErrPassphrase) // the cause would tell of the bytes
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("read key: a key of type %T can't sign", key)
	}
	return signer, nil
}

// Encode returns the PEM text of a key. Salt and initial value come from random.
func Encode(key crypto.Signer, passphrase []byte, random io.Reader) ([]byte, error) {
	if len(passphrase) == 0 {
		return nil, errors.New("write key: the passphrase is empty")
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("write key: %w", err)
	}
	defer clear(plain)
	salt, iv := make([]byte, 16), make([]byte, aes.BlockSize)
	for _, b := range [][]byte{salt, iv} {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, fmt.Errorf("write key: %w", err)
		}
	}
	der, err := encrypt(plain, passphrase, salt, iv)
	if err != nil {
		return nil, fmt.Errorf("write key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der}), nil
}

func encrypt(plain, passphrase, salt, iv []byte) ([]byte, error) {
	derivation, err := algorithm(oidScrypt, scryptParams{Salt: salt, Cost: 1 << 14, BlockSize: 8, Parallel: 5})
	if err != nil {
		return nil, err
	}
	encryption, err := algorithm(oidAES256CBC, iv)
	if err != nil {
		return nil, err
	}
	scheme, err := algorithm(oidPBES2, pbes2{derivation, encryption})
	if err != nil {
		return nil, err
	}
	key, err := derive(derivation, passphrase, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize // RFC 8018 section 6.1.1
	data := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)
	return asn1.Marshal(encryptedKey{scheme, data})
}

func (e *encryptedKey) decrypt(passphrase []byte) ([]byte, error) {
	if !e.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, fmt.Errorf("encryption %v is not PBES2: encrypt the key with openssl pkcs8 -topk8 -v2 aes-256-cbc", e.Algorithm.Algorithm)
	}
	var scheme pbes2
	if err := unmarshal(e.Algorithm.Parameters.FullBytes, &scheme); err != nil {
		return nil, err
	}
	size := 0
	switch oid := scheme.Encryption.Algorithm; {
	case oid.Equal(oidAES128CBC):
		size = 16
	case oid.Equal(oidAES192CBC):
		size = 24
	case oid.Equal(oidAES256CBC):
		size = 32
	default:
		return nil, fmt.Errorf("cipher %v is not AES in CBC mode", oid)
	}
	var iv []byte
	if err := unmarshal(scheme.Encryption.Parameters.FullBytes, &iv); err != nil {
		return nil, err
	}
	if len(iv) != aes.BlockSize || len(e.Data) == 0 || len(e.Data)%aes.BlockSize != 0 {
		return nil, errors.New("initial value or data is no multiple of a block")
	}
	key, err := derive(scheme.Derivation, passphrase, size)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(e.Data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, e.Data)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > aes.BlockSize || !bytes.Equal(plain[len(plain)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, ErrPassphrase
	}
	return plain[:len(plain)-pad], nil
}

func algorithm(oid asn1.ObjectIdentifier, parameters any) (pkix.AlgorithmIdentifier, error) {
	der, err := asn1.Marshal(parameters)
	return pkix.AlgorithmIdentifier{Algorithm: oid, Parameters: asn1.RawValue{FullBytes: der}}, err
}

// unmarshal reads exactly one value.
func unmarshal(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err == nil && len(rest) > 0 {
		err = errors.New("asn1: there is something after the value")
	}
	return err
}
