// SPDX-License-Identifier: MIT

package remoteexec

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"
)

// open checks a token as its reader does, and gives what it says.
func open(t *testing.T, token string, public []byte) (claims map[string]any, ok bool) {
	t.Helper()
	block, _ := pem.Decode(public)
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("token %q", token)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	if rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, sum[:], signature) != nil {
		return nil, false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims, true
}

func TestToken(t *testing.T) {
	s, err := newSigner(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := s.publicKey()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	token, err := s.token("ci", now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	claims, ok := open(t, token, public)
	if !ok || claims["sub"] != "ci" || claims["aud"] != Audience || claims["iat"] != 1.8e9 || claims["exp"] != 1.8e9+3600 {
		t.Errorf("%v %v", claims, ok)
	}
	// The plant: other claims under the same signature.
	other, err := s.token("reader", now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(token, "."), strings.Split(other, ".")
	if _, ok := open(t, a[0]+"."+b[1]+"."+a[2], public); ok {
		t.Error("a token with another's claims is taken")
	}
}
