// SPDX-License-Identifier: MIT

package remoteexec

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"time"
)

const (
	keyBits = 2048

	// Audience is whom tokens are made for.
	Audience = "gosqlite-build"

	// Tokens are made at the start and not renewed: they outlive what one starts on a desk.
	tokenValidity = 30 * 24 * time.Hour
)

// Subjects of tokens; acl.yml says what each may do.
const (
	// SubjectCI writes results and has actions carried out.
	SubjectCI = "ci"
	// SubjectReader reads.
	SubjectReader = "reader"
	// SubjectWorker takes actions, and reads and writes blobs; it cannot write results.
	SubjectWorker = "worker"
)

// signer makes JSON Web Tokens by RS256, the one asymmetric kind that BuildGrid's configuration allows.
//
// Format: RFC 7519, RFC 7518 section 3.3.
type signer struct {
	key    *rsa.PrivateKey
	random io.Reader
}

func newSigner(random io.Reader) (*signer, error) {
	key, err := rsa.GenerateKey(random, keyBits)
	if err != nil {
		return nil, fmt.Errorf("make key of tokens: %w", err)
	}
	return &signer{key: key, random: random}, nil
}

// publicKey is what verifies the tokens, as PEM.
func (s *signer) publicKey() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(s.key.Public())
	if err != nil {
		return nil, fmt.Errorf("write key of tokens: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// token is one for a subject, from now on and until then.
func (s *signer) token(subject string, now, until time.Time) (string, error) {
	claims, err := json.Marshal(struct {
		Subject   string `json:"sub"`
		Audience  string `json:"aud"`
		IssuedAt  int64  `json:"iat"`
		ExpiresAt int64  `json:"exp"`
	}{subject, Audience, now.Unix(), until.Unix()})
	if err != nil {
		return "", fmt.Errorf("make token: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(s.random, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return text + "." + encode(signature), nil
}
