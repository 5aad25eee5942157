// SPDX-License-Identifier: MIT

package gittag_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/gittag"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

const tag = "object 0123\ntype commit\ntag v1.2.3\ntagger A <a@example.invalid> 1 +0000\n\ngosqlite v1.2.3\n"

// TestSign: that git and the verifier take it, too, is shown by release/checks.
func TestSign(t *testing.T) {
	id := &identity.Identity{Key: signtest.Key(t)}
	signed, err := gittag.Sign([]byte(tag), id)
	if err != nil {
		t.Fatal(err)
	}
	unsigned, signature := gittag.Split(signed)
	if string(unsigned) != tag || !bytes.HasPrefix(signature, []byte(gittag.Begin)) {
		t.Errorf("%s", signed)
	}
	if again, err := gittag.Sign([]byte(tag), id); err != nil || !bytes.Equal(again, signed) {
		t.Errorf("signed again, it is another: %s, %v", again, err)
	}
	if !gittag.SignedBy(signed, id) {
		t.Error("the signature does not stand")
	}
	for i := range signed {
		changed := bytes.Clone(signed)
		changed[i] ^= 1
		if gittag.SignedBy(changed, id) {
			t.Errorf("byte %d may be %q", i, changed[i])
		}
	}
	if gittag.SignedBy([]byte(tag), id) || gittag.SignedBy(signed, &identity.Identity{Key: signtest.Key(t)}) {
		t.Error("without a signature, or by another key, it counts as signed by this one")
	}
}

func TestSignRefuses(t *testing.T) {
	id := &identity.Identity{Key: signtest.Key(t)}
	signed, err := gittag.Sign([]byte(tag), id)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		says string
		tag  string
		id   *identity.Identity
	}{
		{"a signature already", string(signed), id},
		{"no newline", strings.TrimSpace(tag), id},
		{"P-256", tag, &identity.Identity{Key: p384}},
	} {
		if text, err := gittag.Sign([]byte(test.tag), test.id); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s, %v; want it to say %q", text, err, test.says)
		}
	}
}
