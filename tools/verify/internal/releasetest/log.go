// SPDX-License-Identifier: MIT

package releasetest

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
)

// A Log is a transparency log of the kind Rekor v2 whose tree has other entries before and after each that is asked for. It
// follows the definitions of RFC 6962, not their short cuts.
type Log struct {
	Origin string
	Key    ed25519.PrivateKey
}

// NewLog makes a log.
func NewLog(origin string) *Log {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	return &Log{origin, key}
}

// PublicPEM is the log's public key.
func (l *Log) PublicPEM() string {
	der, err := x509.MarshalPKIXPublicKey(l.Key.Public())
	must(err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// A LogEntry is what a log is asked to hold.
type LogEntry struct {
	Log           *Log
	Digest        []byte
	Signature     []byte
	Key, Leaf     []byte // in DER; one of them
	Before, After int    // entries beside it
	Kind          string // hashedrekord, or dsse whose digest is that of the payload
}

// JSON is the entry as a bundle holds it.
func (e LogEntry) JSON() map[string]any {
	verifier := map[string]any{"keyDetails": "PKIX_ECDSA_P256_SHA_256"}
	if e.Leaf != nil {
		verifier["x509Certificate"] = map[string]any{"rawBytes": b64(e.Leaf)}
	} else {
		verifier["publicKey"] = map[string]any{"rawBytes": b64(e.Key)}
	}
	digest := map[string]any{"algorithm": "SHA2_256", "digest": b64(e.Digest)}
	signature := map[string]any{"content": b64(e.Signature), "verifier": verifier}
	kind, spec := "hashedrekord", map[string]any{"hashedRekordV002": map[string]any{"data": digest, "signature": signature}}
	if e.Kind == "dsse" {
		kind, spec = "dsse", map[string]any{"dsseV002": map[string]any{"payloadHash": digest, "signatures": []any{signature}}}
	}
	body := compact(map[string]any{"apiVersion": "0.0.2", "kind": kind, "spec": spec})
	return e.Log.entry(body, kind, e.Before, e.After)
}

// entry proves that a body is in a tree.
func (l *Log) entry(body []byte, kind string, before, after int) map[string]any {
	var tree [][]byte
	for i := range before + 1 + after {
		if i == before {
			tree = append(tree, body)
		} else {
			tree = append(tree, fmt.Appendf(nil, "entry %d", i))
		}
	}
	hashes := []any{}
	for _, h := range PathOf(before, tree) {
		hashes = append(hashes, b64(h[:]))
	}
	root := RootOf(tree)
	index := fmt.Sprint(before)
	return map[string]any{
		"logIndex": index, "logId": map[string]any{"keyId": b64([]byte(l.Origin))}, "kindVersion": map[string]any{"kind": kind, "version": "0.0.2"},
		"canonicalizedBody": b64(body),
		"inclusionProof": map[string]any{
			"logIndex": index, "rootHash": b64(root[:]), "treeSize": fmt.Sprint(len(tree)), "hashes": hashes,
			"checkpoint": map[string]any{"envelope": l.Checkpoint(len(tree), root)},
		},
	}
}

// Checkpoint is the note by which a log signs a root. A witness signs it, too.
func (l *Log) Checkpoint(size int, root [32]byte) string {
	text := fmt.Sprintf("%s\n%d\n%s\n", l.Origin, size, base64.StdEncoding.EncodeToString(root[:]))
	note := func(name string, signature []byte) string {
		return "— " + name + " " + base64.StdEncoding.EncodeToString(append([]byte("hint"), signature...)) + "\n"
	}
	return text + "\n" + note("witness.example.org", []byte("a witness")) + note(l.Origin, ed25519.Sign(l.Key, []byte(text)))
}

// RootOf is the hash of a tree.
func RootOf(tree [][]byte) [32]byte {
	if len(tree) == 1 {
		return sha256.Sum256(append([]byte{0}, tree[0]...))
	}
	k := half(len(tree))
	left, right := RootOf(tree[:k]), RootOf(tree[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// PathOf is the proof of an entry.
func PathOf(index int, tree [][]byte) [][32]byte {
	if len(tree) == 1 {
		return nil
	}
	k := half(len(tree))
	if index < k {
		return append(PathOf(index, tree[:k]), RootOf(tree[k:]))
	}
	return append(PathOf(index-k, tree[k:]), RootOf(tree[:k]))
}

// half is the largest power of two below n.
func half(n int) int {
	k := 1
	for k*2 < n {
		k *= 2
	}
	return k
}
