// SPDX-License-Identifier: MIT

package sshsig

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// signedTag is a tag, and the hint of who signed it.
func signedTag(t testing.TB) (tag []byte, hint string) {
	t.Helper()
	key := releasetest.NewKeys().Release
	text, err := base64.StdEncoding.DecodeString(releasetest.SignTag(releasetest.TagOf("v1.2.0", "commit", "0"), key, releasetest.SSH{})["object"].(string))
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	return text, base64.StdEncoding.EncodeToString(sum[:])
}

func TestVerify(t *testing.T) {
	tag, hint := signedTag(t)
	unsigned, signature := Split(tag)
	s, err := Parse(signature)
	if err != nil || s.Key.Hint() != hint {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := s.Verify(unsigned); err != nil {
		t.Error(err)
	}
	if err := s.Verify(append(bytes.Clone(unsigned), '\n')); err == nil {
		t.Error("another tag has the signature, too")
	}
	if _, none := Split(unsigned); none != nil {
		t.Errorf("found %q in an unsigned tag", none)
	}
}

// TestEveryByteCounts: no bit of a signature can be turned and no byte cut off.
func TestEveryByteCounts(t *testing.T) {
	tag, hint := signedTag(t)
	unsigned, signature := Split(tag)
	stands := func(text []byte) bool {
		s, err := Parse(text)
		return err == nil && s.Key.Hint() == hint && s.Verify(unsigned) == nil
	}
	if !stands(signature) {
		t.Fatal("the signature does not stand")
	}
	for i := range signature {
		// Where lines end is of no account: a line break that becomes something else is, though.
		changed := bytes.Clone(signature)
		if changed[i] ^= 1; stands(changed) {
			t.Errorf("byte %d may be %q", i, changed[i])
		}
		if stands(signature[:i]) {
			t.Errorf("the first %d bytes are enough", i)
		}
	}
}
