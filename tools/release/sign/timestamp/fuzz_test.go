// SPDX-License-Identifier: MIT

package timestamp_test

import (
	"bytes"
	"context"
	"encoding/asn1"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
	"github.com/gosqlite/gosqlite/tools/release/sign/timestamp"
)

// query asks to stamp a digest of zeros.
func query(f *testing.F) []byte {
	f.Helper()
	q, err := asn1.Marshal(struct {
		Version int
		Imprint struct {
			Algorithm struct {
				Algorithm asn1.ObjectIdentifier
			}
			Digest []byte
		}
		Nonce int
		Cert  bool
	}{Version: 1, Imprint: struct {
		Algorithm struct {
			Algorithm asn1.ObjectIdentifier
		}
		Digest []byte
	}{struct{ Algorithm asn1.ObjectIdentifier }{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}, make([]byte, 32)}, Nonce: 1, Cert: true})
	if err != nil {
		f.Fatal(err)
	}
	return q
}

// FuzzToken: the token of an answer stands in it.
func FuzzToken(f *testing.F) {
	server := &timestamp.Server{Random: bytes.NewReader(make([]byte, 1<<16)), Now: clock}
	key := signtest.Key(f)
	chain, err := signtest.CA(f).TimestampSigner(&key.PublicKey)
	if err != nil {
		f.Fatal(err)
	}
	server.Key, server.Chain = key, chain
	answer, err := server.Answer(context.Background(), query(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(answer)
	f.Fuzz(func(t *testing.T, data []byte) {
		if token, err := timestamp.Token(data); err == nil && !bytes.Contains(data, token) {
			t.Error("a token from nowhere")
		}
	})
}

// FuzzQuery: a server answers whatever it is asked, or says why not.
func FuzzQuery(f *testing.F) {
	key := signtest.Key(f)
	chain, err := signtest.CA(f).TimestampSigner(&key.PublicKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(query(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		server := &timestamp.Server{Key: key, Chain: chain, Random: bytes.NewReader(make([]byte, 1<<10)), Now: clock}
		if answer, err := server.Answer(context.Background(), data); err == nil {
			if _, err := timestamp.Token(answer); err != nil {
				t.Errorf("an answer without a token: %v", err)
			}
		}
	})
}
