// SPDX-License-Identifier: MIT

package cms_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/cms"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

func message(content string) cms.Message {
	return cms.Message{Version: 1, ContentType: cms.OIDData, Content: cms.Must([]byte(content)), Digested: []byte(content),
		Signed: []cms.Attribute{{Type: asn1.ObjectIdentifier{2, 999, 2}, Value: cms.Must(7)}}}
}

func identities(t *testing.T) map[string]*identity.Identity {
	t.Helper()
	ca := signtest.CA(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := ca.CodeSigner(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*identity.Identity{"ECDSA": signtest.Certified(t, ca), "RSA": {Key: key, Chain: chain}}
}

func TestSignAndVerify(t *testing.T) {
	for name, id := range identities(t) {
		t.Run(name, func(t *testing.T) {
			der, err := cms.Sign(id.Key, id.Chain, message("hello"))
			if err != nil {
				t.Fatal(err)
			}
			again, err := cms.Sign(id.Key, id.Chain, message("hello"))
			if err != nil || !bytes.Equal(der, again) {
				t.Errorf("a second message differs: %v", err)
			}
			s, err := cms.Parse(der)
			if err != nil {
				t.Fatal(err)
			}
			leaf, err := s.Verify([]byte("hello"), nil)
			if err != nil || !leaf.Equal(id.Chain[0]) {
				t.Errorf("Verify = %v", err)
			}
			if _, err := s.Verify([]byte("hellO"), nil); err == nil {
				t.Error("another content was accepted")
			}
			// A bit of the signature, which ends the message.
			der[len(der)-1] ^= 1
			if s, err = cms.Parse(der); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Verify([]byte("hello"), nil); err == nil {
				t.Error("another signature was accepted")
			}
		})
	}
}

// A signed attribute that is changed turns the signature wrong.
func TestAttributesAreSigned(t *testing.T) {
	id := identities(t)["ECDSA"]
	der, err := cms.Sign(id.Key, id.Chain, message("hello"))
	if err != nil {
		t.Fatal(err)
	}
	old, other := []byte{0x88, 0x37, 0x02, 0x31, 0x03, 0x02, 0x01, 7}, []byte{0x88, 0x37, 0x02, 0x31, 0x03, 0x02, 0x01, 8} // 2.999.2: 7
	if !bytes.Contains(der, old) {
		t.Fatal("the attribute is not there")
	}
	s, err := cms.Parse(bytes.Replace(der, old, other, 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Verify([]byte("hello"), nil); err == nil {
		t.Error("a changed attribute was accepted")
	}
}

func TestRefuses(t *testing.T) {
	id := identities(t)["ECDSA"]
	if _, err := cms.Sign(id.Key, nil, message("x")); err == nil {
		t.Error("signed without a certificate")
	}
	der, err := cms.Sign(id.Key, id.Chain, message("hello"))
	if err != nil {
		t.Fatal(err)
	}
	without := message("hello")
	detached, err := cms.Sign(wrongKey{id.Key, signtest.Key(t)}, id.Chain, without)
	if err != nil {
		t.Fatal(err)
	}
	s, err := cms.Parse(detached)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Verify([]byte("hello"), nil); err == nil {
		t.Error("a signature of another key was accepted")
	}
	for name, text := range map[string][]byte{
		"nothing": nil, "cut off": der[:len(der)-1], "longer": append(bytes.Clone(der), 0), "too large": make([]byte, cms.MaxSize+1),
		"not signed": cms.Sequence(cms.Must(cms.OIDData), cms.Explicit(0, cms.Must([]byte("x")))),
	} {
		if _, err := cms.Parse(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// wrongKey says that it is one key and signs with another.
type wrongKey struct {
	says crypto.Signer
	crypto.Signer
}

func (w wrongKey) Public() crypto.PublicKey { return w.says.Public() }

func FuzzParse(f *testing.F) {
	f.Add(cms.Sequence(cms.Must(cms.OIDSignedData), cms.Explicit(0, cms.Sequence())))
	f.Fuzz(func(t *testing.T, der []byte) {
		if s, err := cms.Parse(der); err == nil {
			s.Verify(nil, nil)
		}
	})
}
