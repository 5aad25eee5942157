// SPDX-License-Identifier: MIT

// Package tlog judges entries of transparency logs of the kind Rekor v2, offline: what an entry is about, whether it is in
// the tree whose root is told, and whether a known log signed that root.
//
//   - https://github.com/sigstore/rekor-tiles/blob/main/CLIENTS.md
//   - RFC 9162 section 2.1.3.2: inclusion proofs
//   - https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note
//
// Of two kinds of entries the contents are read: hashedrekord 0.0.2 and dsse 0.0.2. An entry says nothing of time: whoever
// wants to know when a signature was made needs a timestamp.
package tlog

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// Limits of an entry.
const (
	maxBody  = 1 << 20 // bytes
	maxProof = 63      // hashes
)

// A Log is one that is known.
type Log struct {
	Name        string
	Origin      string   // the first line of its checkpoints
	Key         *pki.Key // Ed25519, or ECDSA with SHA-256
	From, Until time.Time
}

// ErrKind reports an entry of a kind whose contents are not read.
var ErrKind = errors.New("log entry: its kind is not read")

// An Entry is one that could be read.
type Entry struct {
	body       []byte
	about      about
	index      int64
	proof      [][]byte
	checkpoint *checkpoint
}

// about is what a log holds of a signature.
type about struct {
	digest    []byte // SHA-256
	payload   bool   // of an envelope's payload, rather than of what was signed
	signature []byte
	key, leaf []byte // in DER; one of them
}

type raw struct {
	RawBytes strictjson.Base64 `json:"rawBytes"`
}

type signature struct {
	Content  strictjson.Base64 `json:"content"`
	Verifier struct {
		PublicKey   *raw   `json:"publicKey"`
		Certificate *raw   `json:"x509Certificate"`
		KeyDetails  string `json:"keyDetails"`
	} `json:"verifier"`
}

type digest struct {
	Algorithm string            `json:"algorithm"`
	Digest    strictjson.Base64 `json:"digest"`
}

// body is the text that a log holds.
type body struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Spec       struct {
		HashedRekord *struct {
			Data      digest    `json:"data"`
			Signature signature `json:"signature"`
		} `json:"hashedRekordV002"`
		DSSE *struct {
			PayloadHash digest      `json:"payloadHash"`
			Signatures  []signature `json:"signatures"`
		} `json:"dsseV002"`
	} `json:"spec"`
}

// Read reads an entry of a bundle. Of one that is ErrKind, nothing is known.
func Read(e *bundle.LogEntry) (*Entry, error) {
	if k := e.KindVersion; k.Version != "0.0.2" || k.Kind != "hashedrekord" && k.Kind != "dsse" {
		return nil, fmt.Errorf("%w: %.40q %.20q", ErrKind, k.Kind, k.Version)
	}
	entry, err := read(e)
	if err != nil {
		return nil, fmt.Errorf("log entry: %w", err)
	}
	return entry, nil
}

func read(e *bundle.LogEntry) (*Entry, error) {
	p := e.InclusionProof
	switch {
	case p == nil:
		return nil, errors.New("it has no inclusion proof")
	case e.LogIndex < 0 || e.LogIndex != p.LogIndex:
		return nil, fmt.Errorf("it stands at %d, and its proof is of %d", e.LogIndex, p.LogIndex)
	case len(e.CanonicalizedBody) == 0 || len(e.CanonicalizedBody) > maxBody:
		return nil, fmt.Errorf("its body has %d bytes", len(e.CanonicalizedBody))
	case len(p.Hashes) > maxProof:
		return nil, fmt.Errorf("its proof has %d hashes", len(p.Hashes))
	}
	x := &Entry{body: e.CanonicalizedBody, index: int64(e.LogIndex)}
	for _, h := range p.Hashes {
		if len(h) != sha256.Size {
			return nil, errors.New("its proof holds what is no hash")
		}
		x.proof = append(x.proof, h)
	}
	var err error
	if x.about, err = readBody(e); err != nil {
		return nil, err
	}
	if x.checkpoint, err = parseCheckpoint(p.Checkpoint.Envelope); err != nil {
		return nil, err
	}
	if len(p.RootHash) > 0 && !bytes.Equal(p.RootHash, x.checkpoint.root[:]) || p.TreeSize != 0 && int64(p.TreeSize) != x.checkpoint.size {
		return nil, errors.New("its proof names another root or size than its checkpoint")
	}
	return x, nil
}

func readBody(e *bundle.LogEntry) (about, error) {
	var b body
	if err := strictjson.Strict(e.CanonicalizedBody, &b); err != nil {
		return about{}, fmt.Errorf("its body: %w", err)
	}
	if b.Kind != e.KindVersion.Kind || b.APIVersion != e.KindVersion.Version {
		return about{}, fmt.Errorf("it is called a %s, and its body is a %.40q", e.KindVersion.Kind, b.Kind)
	}
	var d digest
	var s signature
	switch h, env := b.Spec.HashedRekord, b.Spec.DSSE; {
	case h != nil && env == nil && b.Kind == "hashedrekord":
		d, s = h.Data, h.Signature
	case env != nil && h == nil && b.Kind == "dsse" && len(env.Signatures) == 1:
		d, s = env.PayloadHash, env.Signatures[0]
	default:
		return about{}, errors.New("its body holds something else than one signature")
	}
	v := s.Verifier
	if d.Algorithm != "SHA2_256" || len(d.Digest) != sha256.Size || (v.PublicKey == nil) == (v.Certificate == nil) {
		return about{}, errors.New("its body lacks a SHA-256, or one key or certificate")
	}
	a := about{digest: d.Digest, payload: b.Kind == "dsse", signature: s.Content}
	if v.PublicKey != nil {
		a.key = v.PublicKey.RawBytes
	} else {
		a.leaf = v.Certificate.RawBytes
	}
	return a, nil
}

// Of says whether the entry is of b's signature: over what has this digest, by this key. The log's word is only good for
// what it holds, byte for byte.
func (x *Entry) Of(b *bundle.Bundle, digest [32]byte, key *pki.Key) bool {
	want := digest[:]
	if x.about.payload {
		if b.Envelope == nil {
			return false
		}
		sum := sha256.Sum256(b.Envelope.Payload)
		want = sum[:]
	}
	signer := x.about.leaf != nil && bytes.Equal(x.about.leaf, b.Certificate) ||
		x.about.key != nil && b.Certificate == nil && key != nil && bytes.Equal(x.about.key, key.Raw)
	return signer && bytes.Equal(x.about.digest, want) && bytes.Equal(x.about.signature, b.Signature())
}

// Included says why the proof does not lead from the entry to the root of the checkpoint; nil if it does.
func (x *Entry) Included() error {
	root, err := rootOf(leafHash(x.body), x.index, x.checkpoint.size, x.proof)
	if err == nil && root != x.checkpoint.root {
		err = errors.New("it leads to another root")
	}
	if err != nil {
		return fmt.Errorf("inclusion proof: %w", err)
	}
	return nil
}

// SignedBy is the log that signed the checkpoint; nil if none of them did.
func (x *Entry) SignedBy(logs []Log) *Log {
	for i := range logs {
		if x.checkpoint.signedBy(&logs[i]) {
			return &logs[i]
		}
	}
	return nil
}

// Origin is the log that the checkpoint says it is of.
func (x *Entry) Origin() string { return x.checkpoint.origin }

// leafHash is RFC 6962's hash of an entry.
func leafHash(entry []byte) [32]byte { return sha256.Sum256(append([]byte{0}, entry...)) }

func nodeHash(left, right []byte) [32]byte {
	return sha256.Sum256(bytes.Join([][]byte{{1}, left, right}, nil))
}

// rootOf is the root of a tree of size leaves, by the proof of the one at index. The proof's length is what size and index
// say: as many neighbours below the node where the way to the leaf and the right edge of the tree part as that has levels,
// and one for each bit of index above it.
func rootOf(leaf [32]byte, index, size int64, proof [][]byte) ([32]byte, error) {
	if index < 0 || index >= size {
		return leaf, fmt.Errorf("the entry stands at %d, and the tree has %d", index, size)
	}
	inner, border := 0, 0
	for n := index ^ (size - 1); n > 0; n >>= 1 {
		inner++
	}
	for n := index >> inner; n > 0; n &= n - 1 {
		border++
	}
	if len(proof) != inner+border {
		return leaf, fmt.Errorf("%d hashes, and %d belong to it", len(proof), inner+border)
	}
	hash := leaf
	for level, neighbour := range proof[:inner] {
		if index>>level&1 == 0 {
			hash = nodeHash(hash[:], neighbour)
		} else {
			hash = nodeHash(neighbour, hash[:])
		}
	}
	for _, neighbour := range proof[inner:] {
		hash = nodeHash(neighbour, hash[:])
	}
	return hash, nil
}
