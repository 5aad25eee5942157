// SPDX-License-Identifier: MIT

// Package bundle writes Sigstore bundles v0.3: a signature of one file with everything that a verifier needs beside its
// policy. They verify offline, with our verifier, cosign and every other client of that format.
//
//   - https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
//   - https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
//
// Two kinds: a message signature is over the SHA-256 of a file; an envelope (DSSE) holds an in-toto statement, byte for byte
// the statement's file. Both are by ECDSA on P-256 with SHA-256, in ASN.1.
//
// The verification material is the certificate, or, for an identity without one, a hint at the public key: the base64 of
// the SHA-256 of its SubjectPublicKeyInfo. An envelope has no keyid, which cosign would compare with a name of its own. A
// chain's other certificates belong into the verifier's trusted root, and the format forbids them here. Timestamps are over
// the bytes of the signature.
//
// The text is canonical JSON (package jcs) and a newline. A software key without timestamps makes the same bytes each time.
package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

// Types of the format.
const (
	MediaType   = "application/vnd.dev.sigstore.bundle.v0.3+json"
	PayloadType = "application/vnd.in-toto+json"
)

// Extension ends the name of a bundle; before it stands the name of the file that is signed.
const Extension = ".sigstore.json"

// MaxStatement bounds a statement, in bytes.
const MaxStatement = 16 << 20

// A Timestamper stamps a message at an authority; the answer is a TimeStampResp in DER.
type Timestamper interface {
	Timestamp(ctx context.Context, message []byte) ([]byte, error)
}

// An Entry is what a transparency log is asked to record.
type Entry struct {
	Digest      [32]byte // of the file that is signed; for an envelope, of the bytes that DSSE signs
	Signature   []byte
	PublicKey   []byte // SubjectPublicKeyInfo in DER
	Certificate []byte // in DER; nil for an identity without one
}

// A Log records entries. The answer is the log's TransparencyLogEntry, in JSON.
type Log interface {
	Record(ctx context.Context, e Entry) (json.RawMessage, error)
}

// A Writer makes the bundles of one identity, each with a timestamp of every authority and an entry of every log. It may be
// used from several goroutines: the key signs one at a time, since a token has one conversation; the network is asked at
// once.
type Writer struct {
	Identity   *identity.Identity
	Timestamps []Timestamper
	Logs       []Log

	key sync.Mutex
}

type bundle struct {
	MediaType string            `json:"mediaType"`
	Material  material          `json:"verificationMaterial"`
	Message   *messageSignature `json:"messageSignature,omitempty"`
	Envelope  *envelope         `json:"dsseEnvelope,omitempty"`
}

type material struct {
	PublicKey   *publicKey        `json:"publicKey,omitempty"`
	Certificate *certificate      `json:"certificate,omitempty"`
	Timestamps  *timestamps       `json:"timestampVerificationData,omitempty"`
	Log         []json.RawMessage `json:"tlogEntries,omitempty"`
}

type publicKey struct {
	Hint string `json:"hint"`
}

type certificate struct {
	RawBytes []byte `json:"rawBytes"`
}

type timestamps struct {
	RFC3161 []signedTimestamp `json:"rfc3161Timestamps"`
}

type signedTimestamp struct {
	SignedTimestamp []byte `json:"signedTimestamp"`
}

type messageSignature struct {
	Digest    messageDigest `json:"messageDigest"`
	Signature []byte        `json:"signature"`
}

type messageDigest struct {
	Algorithm string `json:"algorithm"`
	Digest    []byte `json:"digest"`
}

type envelope struct {
	Payload     []byte      `json:"payload"`
	PayloadType string      `json:"payloadType"`
	Signatures  []signature `json:"signatures"`
}

type signature struct {
	Signature []byte `json:"sig"`
}

// Message is the bundle of a file with that SHA-256.
func (w *Writer) Message(ctx context.Context, digest [32]byte) ([]byte, error) {
	sig, err := w.sign(digest)
	if err != nil {
		return nil, err
	}
	b := &bundle{MediaType: MediaType, Message: &messageSignature{messageDigest{"SHA2_256", digest[:]}, sig}}
	return w.finish(ctx, b, Entry{Digest: digest, Signature: sig})
}

// Statement is the bundle of an in-toto statement, given as the bytes of its file.
func (w *Writer) Statement(ctx context.Context, text []byte) ([]byte, error) {
	if len(text) > MaxStatement {
		return nil, fmt.Errorf("sign statement: larger than %d bytes", MaxStatement)
	}
	digest := sha256.Sum256(preAuth(PayloadType, text))
	sig, err := w.sign(digest)
	if err != nil {
		return nil, err
	}
	e := &envelope{Payload: text, PayloadType: PayloadType, Signatures: []signature{{Signature: sig}}}
	return w.finish(ctx, &bundle{MediaType: MediaType, Envelope: e}, Entry{Digest: digest, Signature: sig})
}

// preAuth is DSSE's pre-authentication encoding: what the signature of an envelope is about.
func preAuth(payloadType string, payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
}

func (w *Writer) sign(digest [32]byte) ([]byte, error) {
	if err := identity.CheckP256(w.Identity.Key.Public()); err != nil {
		return nil, err
	}
	w.key.Lock()
	defer w.key.Unlock()
	return w.Identity.Sign(digest)
}

// finish adds the verification material.
func (w *Writer) finish(ctx context.Context, b *bundle, e Entry) ([]byte, error) {
	var err error
	if e.PublicKey, err = w.Identity.Public(); err != nil {
		return nil, err
	}
	if len(w.Identity.Chain) > 0 {
		e.Certificate = w.Identity.Chain[0].Raw
		b.Material.Certificate = &certificate{e.Certificate}
	} else {
		b.Material.PublicKey = &publicKey{identity.Hint(e.PublicKey)}
	}
	for _, t := range w.Timestamps {
		answer, err := t.Timestamp(ctx, e.Signature)
		if err != nil {
			return nil, err
		}
		if b.Material.Timestamps == nil {
			b.Material.Timestamps = &timestamps{}
		}
		b.Material.Timestamps.RFC3161 = append(b.Material.Timestamps.RFC3161, signedTimestamp{answer})
	}
	for _, l := range w.Logs {
		entry, err := l.Record(ctx, e)
		if err != nil {
			return nil, err
		}
		b.Material.Log = append(b.Material.Log, entry)
	}
	return jcs.File(b)
}
