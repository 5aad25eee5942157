// SPDX-License-Identifier: MIT

package pkcs8

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
)

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestRoundTrip(t *testing.T) {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []crypto.Signer{newKey(t), edwards} {
		text, err := Encode(key, []byte("correct horse"), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(text, []byte("correct horse"))
		if err != nil || !got.(interface{ Equal(crypto.PrivateKey) bool }).Equal(key) {
			t.Errorf("Parse = %v, %v", got, err)
		}
		if _, err := Parse(text, []byte("correct hors")); !errors.Is(err, ErrPassphrase) {
			t.Errorf("a wrong passphrase: %v", err)
		}
	}
	if _, err := Encode(newKey(t), nil, rand.Reader); err == nil {
		t.Error("an empty passphrase was accepted")
	}
	if _, err := Encode(newKey(t), []byte("x"), bytes.NewReader(nil)); err == nil {
		t.Error("missing randomness was accepted")
	}
}

// pbkdf2File encrypts by PBKDF2 and AES-128, as other programs do.
func pbkdf2File(t *testing.T, key crypto.Signer, change func(*pbkdf2Params)) []byte {
	t.Helper()
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p := pbkdf2Params{Salt: []byte("12345678"), Iterations: 2048, PRF: pkix.AlgorithmIdentifier{
		Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}, Parameters: asn1.NullRawValue}}
	k, err := pbkdf2.Key(sha512.New, "x", p.Salt, p.Iterations, 16)
	if err != nil {
		t.Fatal(err)
	}
	change(&p)
	block, err := aes.NewCipher(k)
	if err != nil {
		t.Fatal(err)
	}
	iv := bytes.Repeat([]byte{7}, 16)
	pad := 16 - len(plain)%16
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(plain, plain)
	der := func(v any) asn1.RawValue {
		b, err := asn1.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return asn1.RawValue{FullBytes: b}
	}
	file := der(encryptedKey{pkix.AlgorithmIdentifier{Algorithm: oidPBES2, Parameters: der(pbes2{
		pkix.AlgorithmIdentifier{Algorithm: oidPBKDF2, Parameters: der(p)},
		pkix.AlgorithmIdentifier{Algorithm: oidAES128CBC, Parameters: der(iv)},
	})}, plain})
	return pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: file.FullBytes})
}

func TestPBKDF2(t *testing.T) {
	key := newKey(t)
	got, err := Parse(pbkdf2File(t, key, func(*pbkdf2Params) {}), []byte("x"))
	if err != nil || !key.Equal(got) {
		t.Errorf("Parse = %v, %v", got, err)
	}
	for name, change := range map[string]func(*pbkdf2Params){
		"SHA-1":          func(p *pbkdf2Params) { p.PRF.Algorithm = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7} },
		"too few rounds": func(p *pbkdf2Params) { p.Iterations = 1 },
		"too many":       func(p *pbkdf2Params) { p.Iterations = 1 << 40 },
		"short salt":     func(p *pbkdf2Params) { p.Salt = []byte("1") },
		"key length":     func(p *pbkdf2Params) { p.KeyLength = 99 },
	} {
		if _, err := Parse(pbkdf2File(t, key, change), []byte("x")); err == nil || errors.Is(err, ErrPassphrase) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	good, err := Encode(newKey(t), []byte("x"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":       "",
		"not encrypted": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: plain})),
		"two blocks":    string(good) + string(good),
		"headers":       strings.Replace(string(good), "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n\n", 1),
		"no structure":  string(pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: []byte("x")})),
		"too large":     strings.Repeat(" ", MaxText+1),
	} {
		if _, err := Parse([]byte(text), []byte("x")); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	hostile := scryptParams{Salt: make([]byte, 16), Cost: 1 << 20, BlockSize: 1 << 10, Parallel: 1}
	by, err := algorithm(oidScrypt, hostile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := derive(by, []byte("x"), 32); err == nil {
		t.Error("scrypt of 128 GiB was accepted")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if key, err := Parse(text, []byte("x")); err == nil && key == nil {
			t.Error("neither a key nor an error")
		}
	})
}
