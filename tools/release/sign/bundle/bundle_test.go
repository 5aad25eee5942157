// SPDX-License-Identifier: MIT

package bundle_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// parsed is a bundle, by the specification's names.
type parsed struct {
	MediaType            string
	VerificationMaterial struct {
		PublicKey                 *struct{ Hint string }
		Certificate               *struct{ RawBytes []byte }
		TimestampVerificationData *struct {
			Rfc3161Timestamps []struct{ SignedTimestamp []byte }
		}
		TlogEntries []json.RawMessage
	}
	MessageSignature *struct {
		MessageDigest struct {
			Algorithm string
			Digest    []byte
		}
		Signature []byte
	}
	DsseEnvelope *struct {
		Payload     []byte
		PayloadType string
		Signatures  []struct {
			KeyID string
			Sig   []byte
		}
	}
}

func parse(t *testing.T, text []byte) *parsed {
	t.Helper()
	canonical, err := jcs.Transform(text)
	if err != nil || !bytes.Equal(append(canonical, '\n'), text) {
		t.Errorf("not canonical: %v\n%s", err, text)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	b := &parsed{}
	if err := d.Decode(b); err != nil {
		t.Fatal(err)
	}
	if b.MediaType != "application/vnd.dev.sigstore.bundle.v0.3+json" {
		t.Errorf("media type %s", b.MediaType)
	}
	return b
}

func TestMessage(t *testing.T) {
	key := signtest.Key(t)
	w := &bundle.Writer{Identity: &identity.Identity{Key: key}}
	digest := sha256.Sum256([]byte("file"))
	text, err := w.Message(context.Background(), digest)
	if err != nil {
		t.Fatal(err)
	}
	b := parse(t, text)
	m := b.MessageSignature
	if m == nil || b.DsseEnvelope != nil || m.MessageDigest.Algorithm != "SHA2_256" || !bytes.Equal(m.MessageDigest.Digest, digest[:]) {
		t.Fatalf("%s", text)
	}
	if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], m.Signature) {
		t.Error("the signature is wrong")
	}
	public, err := w.Identity.Public()
	if err != nil {
		t.Fatal(err)
	}
	if b.VerificationMaterial.PublicKey.Hint != identity.Hint(public) || b.VerificationMaterial.Certificate != nil {
		t.Errorf("material %+v", b.VerificationMaterial)
	}
	if again, err := w.Message(context.Background(), digest); err != nil || !bytes.Equal(again, text) {
		t.Errorf("a second bundle differs: %v", err)
	}
}

func TestStatement(t *testing.T) {
	key := signtest.Key(t)
	statement := []byte(`{"_type":"https://in-toto.io/Statement/v1"}` + "\n")
	certified := signtest.Certified(t, signtest.CA(t))
	for _, id := range []*identity.Identity{{Key: key}, certified} {
		w := &bundle.Writer{Identity: id}
		text, err := w.Statement(context.Background(), statement)
		if err != nil {
			t.Fatal(err)
		}
		b := parse(t, text)
		e := b.DsseEnvelope
		if e == nil || b.MessageSignature != nil || !bytes.Equal(e.Payload, statement) || e.PayloadType != "application/vnd.in-toto+json" || len(e.Signatures) != 1 {
			t.Fatalf("%s", text)
		}
		// The example of https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, with our type and payload.
		sum := sha256.Sum256([]byte("DSSEv1 28 application/vnd.in-toto+json 44 " + string(statement)))
		if !ecdsa.VerifyASN1(id.Key.Public().(*ecdsa.PublicKey), sum[:], e.Signatures[0].Sig) {
			t.Error("the signature is wrong")
		}
		if e.Signatures[0].KeyID != "" {
			t.Errorf("key id %q", e.Signatures[0].KeyID)
		}
		if len(id.Chain) > 0 && !bytes.Equal(b.VerificationMaterial.Certificate.RawBytes, id.Chain[0].Raw) {
			t.Error("the certificate is not the leaf")
		}
	}
}

type recorder struct {
	seen []byte
	err  error
}

func (r *recorder) Timestamp(_ context.Context, message []byte) ([]byte, error) {
	r.seen = bytes.Clone(message)
	return []byte("stamp"), r.err
}

func (r *recorder) Record(_ context.Context, e bundle.Entry) (json.RawMessage, error) {
	return json.RawMessage(`{"logIndex":"1", "a":2}`), r.err
}

func TestEvidence(t *testing.T) {
	stamp := &recorder{}
	w := &bundle.Writer{Identity: &identity.Identity{Key: signtest.Key(t)}, Timestamps: []bundle.Timestamper{stamp}, Logs: []bundle.Log{stamp}}
	text, err := w.Message(context.Background(), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	b := parse(t, text)
	if !bytes.Equal(stamp.seen, b.MessageSignature.Signature) {
		t.Error("the timestamp is not of the signature")
	}
	if got := b.VerificationMaterial.TimestampVerificationData.Rfc3161Timestamps; len(got) != 1 || string(got[0].SignedTimestamp) != "stamp" {
		t.Errorf("timestamps %v", got)
	}
	if got := b.VerificationMaterial.TlogEntries; len(got) != 1 || string(got[0]) != `{"a":2,"logIndex":"1"}` {
		t.Errorf("log entries %s", got)
	}
	// Evidence that can't be had is no bundle without it.
	stamp.err = errors.New("the authority is closed")
	if _, err := w.Message(context.Background(), [32]byte{1}); !errors.Is(err, stamp.err) {
		t.Errorf("Message = %v", err)
	}
}

func TestCurve(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &bundle.Writer{Identity: &identity.Identity{Key: key}}
	if _, err := w.Message(context.Background(), [32]byte{1}); err == nil {
		t.Error("P-384 was accepted")
	}
	if _, err := w.Statement(context.Background(), []byte("{}")); err == nil {
		t.Error("P-384 was accepted")
	}
}

func TestCheckMessage(t *testing.T) {
	id := &identity.Identity{Key: signtest.Key(t)}
	public, err := id.Public()
	if err != nil {
		t.Fatal(err)
	}
	other, err := (&identity.Identity{Key: signtest.Key(t)}).Public()
	if err != nil {
		t.Fatal(err)
	}
	w := &bundle.Writer{Identity: id}
	text, err := w.Message(context.Background(), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	if err := bundle.CheckMessage(text, [32]byte{1}, public); err != nil {
		t.Error(err)
	}
	statement, err := w.Statement(context.Background(), []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.Message(context.Background(), [32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	of := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
	one, two := [32]byte{1}, [32]byte{2}
	for name, test := range map[string]struct{ text, key []byte }{
		"another key":       {text, other},
		"another file":      {again, public},
		"another signature": {bytes.Replace(again, []byte(of(two[:])), []byte(of(one[:])), 1), public},
		"another hint":      {bytes.Replace(text, []byte(identity.Hint(public)), []byte(identity.Hint(other)), 1), public},
		"a statement":       {statement, public},
		"another text":      {append([]byte(" "), text...), public},
		"no bundle":         {nil, public},
		"no key":            {text, nil},
	} {
		if err := bundle.CheckMessage(test.text, one, test.key); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
