// SPDX-License-Identifier: MIT

package jsf_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/jsf"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

const document = `{"specVersion": "1.7", "bomFormat": "CycloneDX", "version": 1.0, "name": "<ü>"}`

// value is the member that is not signed; the text is canonical, so that it can be cut out.
var value = regexp.MustCompile(`,"value":"([^"]+)"`)

func check(t *testing.T, text []byte, key *ecdsa.PublicKey) bool {
	t.Helper()
	found := value.FindSubmatch(text)
	if found == nil {
		t.Fatalf("no value: %s", text)
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(found[1]))
	if err != nil || len(raw) != 64 {
		t.Fatalf("value of %d bytes: %v", len(raw), err)
	}
	sum := sha256.Sum256(bytes.TrimSuffix(value.ReplaceAll(text, nil), []byte("\n")))
	return ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:]))
}

func TestSign(t *testing.T) {
	key := signtest.Key(t)
	for _, id := range []*identity.Identity{{Key: key}, signtest.Certified(t, signtest.CA(t))} {
		text, err := jsf.Sign([]byte(document), id)
		if err != nil {
			t.Fatal(err)
		}
		public := id.Key.Public().(*ecdsa.PublicKey)
		if !check(t, text, public) {
			t.Errorf("the signature is wrong: %s", text)
		}
		if check(t, bytes.Replace(text, []byte(`"1.7"`), []byte(`"1.6"`), 1), public) {
			t.Error("a changed document was accepted")
		}
		if check(t, bytes.Replace(text, []byte(`ES256`), []byte(`ES384`), 1), public) {
			t.Error("a changed algorithm was accepted")
		}
		var got struct {
			Name      string
			Signature struct {
				Algorithm       string
				PublicKey       *struct{ KTY, CRV, X, Y string }
				CertificatePath []string
			}
		}
		if err := json.Unmarshal(text, &got); err != nil || got.Name != "<ü>" || got.Signature.Algorithm != "ES256" {
			t.Errorf("%s, %v", text, err)
		}
		if p := got.Signature.PublicKey; len(id.Chain) == 0 {
			x, _ := base64.RawURLEncoding.DecodeString(p.X)
			if want, _ := public.Bytes(); !bytes.Equal(x, want[1:33]) || p.CRV != "P-256" || p.KTY != "EC" {
				t.Errorf("public key %+v", p)
			}
		} else if p != nil || len(got.Signature.CertificatePath) != 1 {
			t.Errorf("signature %+v", got.Signature)
		}
		if again, err := jsf.Sign([]byte(document), id); err != nil || !bytes.Equal(again, text) {
			t.Errorf("a second signature differs: %v", err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	id := &identity.Identity{Key: signtest.Key(t)}
	for name, text := range map[string]string{
		"array": "[]", "empty": "{}", "null": "null", "signed": `{"signature":null}`, "no JSON": "x",
		"twice": `{"a":1,"a":2}`, "more": document + document,
	} {
		if _, err := jsf.Sign([]byte(text), id); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestIsCycloneDX(t *testing.T) {
	if !jsf.IsCycloneDX([]byte(document)) || jsf.IsCycloneDX([]byte(strings.Replace(document, "CycloneDX", "SPDX", 1))) || jsf.IsCycloneDX([]byte("[]")) {
		t.Error("IsCycloneDX takes one for another")
	}
}
