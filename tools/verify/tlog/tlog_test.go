// SPDX-License-Identifier: MIT

package tlog_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/tlog"
)

var (
	keys = releasetest.NewKeys()
	own  = keys.Logs[0]
	sig  = []byte("a signature")
	// what the signature is over
	digest = [32]byte{1, 2, 3}
)

// parse reads an entry as a bundle's parser does.
func parse(t testing.TB, doc map[string]any) *bundle.LogEntry {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var e bundle.LogEntry
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return &e
}

func entry(before, after int) map[string]any {
	return releasetest.LogEntry{Log: own, Digest: digest[:], Signature: sig, Key: releasetest.SPKI(keys.Release), Before: before, After: after}.JSON()
}

func releaseKey(t *testing.T) *pki.Key {
	t.Helper()
	k, err := pki.ParseKey(releasetest.SPKI(keys.Release))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func logs(t *testing.T, of ...*releasetest.Log) (list []tlog.Log) {
	t.Helper()
	for _, l := range of {
		k, err := pki.ParseKeyPEM([]byte(l.PublicPEM()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, tlog.Log{Name: l.Origin, Origin: l.Origin, Key: k})
	}
	return list
}

var signed = &bundle.Bundle{Message: &bundle.Message{Signature: sig}}

// verdict is the first thing that is wrong.
func verdict(t *testing.T, doc map[string]any) error {
	t.Helper()
	e, err := tlog.Read(parse(t, doc))
	switch {
	case err != nil:
		return err
	case !e.Of(signed, digest, releaseKey(t)):
		return errors.New("of another signature")
	case e.Included() != nil:
		return e.Included()
	case e.SignedBy(logs(t, keys.Logs[1], own)) == nil:
		return errors.New("of no known log")
	}
	return nil
}

// TestTrees proves every entry of small trees, whose proofs are made by the definition.
func TestTrees(t *testing.T) {
	for size := 1; size <= 33; size++ {
		for index := range size {
			if err := verdict(t, entry(index, size-1-index)); err != nil {
				t.Fatalf("entry %d of %d: %v", index, size, err)
			}
		}
	}
}

// TestForeignProofs: in a tree, the proof of one entry is none of another place.
func TestForeignProofs(t *testing.T) {
	for size := 1; size <= 17; size++ {
		for index := range size {
			for at := range size {
				o := entry(index, size-1-index)
				o["logIndex"], proofOf(o)["logIndex"] = fmt.Sprint(at), fmt.Sprint(at)
				if err := verdict(t, o); (err == nil) != (at == index) {
					t.Errorf("entry %d of %d by the proof of %d: %v", at, size, index, err)
				}
			}
		}
	}
}

type object = map[string]any

func proofOf(o object) object { return o["inclusionProof"].(object) }

// note changes the checkpoint.
func note(o object, old, new string) {
	c := proofOf(o)["checkpoint"].(object)
	c["envelope"] = strings.Replace(c["envelope"].(string), old, new, 1)
}

func TestRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		change func(o object)
		want   string
	}{
		"no proof":            {func(o object) { delete(o, "inclusionProof") }, "no inclusion proof"},
		"another index":       {func(o object) { o["logIndex"] = "4" }, "its proof is of"},
		"a negative index":    {func(o object) { o["logIndex"], proofOf(o)["logIndex"] = "-1", "-1" }, "its proof is of"},
		"an index beyond":     {func(o object) { o["logIndex"], proofOf(o)["logIndex"] = "9", "9" }, "the tree has"},
		"no body":             {func(o object) { delete(o, "canonicalizedBody") }, "its body has 0 bytes"},
		"a body that is none": {func(o object) { o["canonicalizedBody"] = "AAAA" }, "its body"},
		"another kind":        {func(o object) { o["kindVersion"].(object)["kind"] = "dsse" }, "its body is a"},
		"an unknown kind":     {func(o object) { o["kindVersion"].(object)["version"] = "0.0.1" }, "its kind is not read"},
		"a short proof":       {func(o object) { proofOf(o)["hashes"] = proofOf(o)["hashes"].([]any)[1:] }, "belong to it"},
		"a long proof": {func(o object) {
			proofOf(o)["hashes"] = append(proofOf(o)["hashes"].([]any), proofOf(o)["hashes"].([]any)[0])
		}, "belong to it"},
		"an endless proof":      {func(o object) { proofOf(o)["hashes"] = make([]any, 100) }, "hashes"},
		"a hash that is none":   {func(o object) { proofOf(o)["hashes"].([]any)[0] = "AAAA" }, "no hash"},
		"hashes swapped":        {func(o object) { h := proofOf(o)["hashes"].([]any); h[0], h[1] = h[1], h[0] }, "another root"},
		"another root told":     {func(o object) { proofOf(o)["rootHash"] = proofOf(o)["hashes"].([]any)[0] }, "another root or size"},
		"another size told":     {func(o object) { proofOf(o)["treeSize"] = "7" }, "another root or size"},
		"no checkpoint":         {func(o object) { delete(proofOf(o), "checkpoint") }, "no signed note"},
		"no signature":          {func(o object) { note(o, "— log1", "— lug1") }, "no known log"},
		"another origin":        {func(o object) { note(o, "log1.example.org\n", "log2.example.org\n") }, "no known log"},
		"a line more":           {func(o object) { note(o, "\n\n", "\nmore\n\n") }, "no known log"},
		"a size that is none":   {func(o object) { note(o, "\n8\n", "\n08\n") }, "size"},
		"a signature cut off":   {func(o object) { note(o, "— witness.example.org aGlu", "— witness.example.org aG") }, "malformed signature"},
		"signatures by the lot": {func(o object) { note(o, "\n\n", "\n\n"+strings.Repeat("— x AAAAAAAA\n", 40)) }, "too many"},
	} {
		o := entry(5, 2)
		test.change(o)
		if err := verdict(t, o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := verdict(t, entry(5, 2)); err != nil {
		t.Errorf("control: %v", err)
	}
}

// TestOf: an entry is good for the signature that it holds, and for no other.
func TestOf(t *testing.T) {
	of := releasetest.LogEntry{Log: own, Digest: digest[:], Signature: sig, Key: releasetest.SPKI(keys.Release)}
	certified := of
	certified.Key, certified.Leaf = nil, keys.Leaf.DER
	byLeaf := &bundle.Bundle{Message: signed.Message, Certificate: keys.Leaf.DER}
	payload := []byte("payload")
	envelope := &bundle.Bundle{Envelope: &bundle.Envelope{Payload: payload, Signature: sig}}
	dsse := of
	sum := sha256.Sum256(payload)
	dsse.Kind, dsse.Digest = "dsse", sum[:]
	for name, test := range map[string]struct {
		entry  releasetest.LogEntry
		bundle *bundle.Bundle
		digest [32]byte
		key    *pki.Key
		want   bool
	}{
		"its own":                     {of, signed, digest, releaseKey(t), true},
		"another digest":              {of, signed, [32]byte{9}, releaseKey(t), false},
		"another signature":           {of, &bundle.Bundle{Message: &bundle.Message{Signature: []byte("x")}}, digest, releaseKey(t), false},
		"no key":                      {of, signed, digest, nil, false},
		"a certificate's":             {certified, byLeaf, digest, nil, true},
		"a key's, by the certificate": {certified, signed, digest, releaseKey(t), false},
		"a certificate's, by a key":   {of, byLeaf, digest, releaseKey(t), false},
		"an envelope's":               {of, envelope, digest, releaseKey(t), true},
		"an envelope's by payload":    {dsse, envelope, digest, releaseKey(t), true},
		"a message's by payload":      {dsse, signed, sum, releaseKey(t), false},
		"another payload's":           {dsse, &bundle.Bundle{Envelope: &bundle.Envelope{Payload: []byte("x"), Signature: sig}}, digest, releaseKey(t), false},
	} {
		e, err := tlog.Read(parse(t, test.entry.JSON()))
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Of(test.bundle, test.digest, test.key); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
