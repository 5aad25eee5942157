// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
)

// FuzzAboutArtifact: a statement that is about an artifact holds its digest, and has one meaning.
func FuzzAboutArtifact(f *testing.F) {
	digest := sha256.Sum256([]byte("artifact"))
	sum := hex.EncodeToString(digest[:])
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"` + sum + `"}}],"predicateType":"x","predicate":{}}`))
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[],"Subject":[{"digest":{"sha256":"` + sum + `"}}]}`))
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","SUBJECT":[{"digest":{"sha256":"` + sum + `"}}]}`))
	f.Add([]byte(`{"subject":[{"digest":{"sha256":"` + sum + `"}}]}`))
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":null},null]}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		e := &bundle.Envelope{PayloadType: "application/vnd.in-toto+json", Payload: payload}
		if aboutArtifact(e, digest) != nil {
			return
		}
		if !bytes.Contains(payload, []byte(`"subject"`)) && !bytes.Contains(payload, []byte(`\u`)) {
			t.Errorf("%q has no subject", payload)
		}
		if aboutArtifact(e, sha256.Sum256([]byte("another"))) == nil {
			t.Errorf("%q is about everything", payload)
		}
		e.Payload = append(bytes.Clone(payload), payload...)
		if aboutArtifact(e, digest) == nil {
			t.Errorf("two statements are one")
		}
	})
}

// TestAboutArtifact: one seed is about it, and the others are not.
func TestAboutArtifact(t *testing.T) {
	digest := sha256.Sum256([]byte("artifact"))
	sum := hex.EncodeToString(digest[:])
	for text, about := range map[string]bool{
		`{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"` + sum + `"}}],"predicate":{}}`: true,
		`{"_type":"https://in-toto.io/Statement/v1","SUBJECT":[{"digest":{"sha256":"` + sum + `"}}]}`:                false,
		`{"_type":"other","subject":[{"digest":{"sha256":"` + sum + `"}}]}`:                                          false,
	} {
		e := &bundle.Envelope{PayloadType: "application/vnd.in-toto+json", Payload: []byte(text)}
		if err := aboutArtifact(e, digest); (err == nil) != about {
			t.Errorf("%s: %v", text, err)
		}
	}
}
