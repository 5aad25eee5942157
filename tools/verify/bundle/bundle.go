// SPDX-License-Identifier: MIT

// Package bundle reads Sigstore bundles of version 0.3, which hold one signature and what belongs to it:
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
package bundle

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// MediaType is that of the only version which is read.
const MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"

// Limits of a bundle.
const (
	MaxSize       = 4 << 20 // bytes
	MaxTimestamps = 8
	MaxLogEntries = 8
	maxSignature  = 4 << 10
)

// A Bundle is one signature. Exactly one of Message and Envelope is there.
type Bundle struct {
	Hint        string // of the key, when Certificate is nil
	Certificate []byte // leaf in DER
	Timestamps  [][]byte
	LogEntries  []LogEntry
	Message     *Message
	Envelope    *Envelope
}

// A Message is a signature over a file.
type Message struct {
	Algorithm string // of the digest; only a hint, and empty when there is none
	Digest    []byte
	Signature []byte
}

// An Envelope is a DSSE envelope with one signature.
type Envelope struct {
	Payload     []byte
	PayloadType string
	KeyID       string
	Signature   []byte
}

// PAE is what a DSSE signature is over: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
func (e *Envelope) PAE() []byte {
	head := fmt.Sprintf("DSSEv1 %d %s %d ", len(e.PayloadType), e.PayloadType, len(e.Payload))
	return append([]byte(head), e.Payload...)
}

// Signature is the bytes of the one signature.
func (b *Bundle) Signature() []byte {
	if b.Message != nil {
		return b.Message.Signature
	}
	return b.Envelope.Signature
}

// Int64 is a 64-bit number of the protobuf JSON mapping: a string of digits.
type Int64 int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *Int64) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return errors.New("a 64-bit number stands in quotes")
	}
	v, err := strconv.ParseInt(s, 10, 64)
	*n = Int64(v)
	return err
}

// A LogEntry is the proof that a transparency log holds the signature.
type LogEntry struct {
	LogIndex Int64 `json:"logIndex"`
	LogID    struct {
		KeyID strictjson.Base64 `json:"keyId"`
	} `json:"logId"`
	KindVersion struct {
		Kind    string `json:"kind"`
		Version string `json:"version"`
	} `json:"kindVersion"`
	IntegratedTime   Int64 `json:"integratedTime"`
	InclusionPromise *struct {
		SignedEntryTimestamp strictjson.Base64 `json:"signedEntryTimestamp"`
	} `json:"inclusionPromise"`
	InclusionProof *struct {
		LogIndex   Int64               `json:"logIndex"`
		RootHash   strictjson.Base64   `json:"rootHash"`
		TreeSize   Int64               `json:"treeSize"`
		Hashes     []strictjson.Base64 `json:"hashes"`
		Checkpoint struct {
			Envelope string `json:"envelope"`
		} `json:"checkpoint"`
	} `json:"inclusionProof"`
	CanonicalizedBody strictjson.Base64 `json:"canonicalizedBody"`
}

// file is the JSON form.
type file struct {
	MediaType string `json:"mediaType"`
	Material  *struct {
		PublicKey *struct {
			Hint string `json:"hint"`
		} `json:"publicKey"`
		Certificate *struct {
			RawBytes strictjson.Base64 `json:"rawBytes"`
		} `json:"certificate"`
		Chain      json.RawMessage `json:"x509CertificateChain"`
		LogEntries []LogEntry      `json:"tlogEntries"`
		Timestamps *struct {
			RFC3161 []struct {
				SignedTimestamp strictjson.Base64 `json:"signedTimestamp"`
			} `json:"rfc3161Timestamps"`
		} `json:"timestampVerificationData"`
	} `json:"verificationMaterial"`
	Message *struct {
		Digest *struct {
			Algorithm string            `json:"algorithm"`
			Digest    strictjson.Base64 `json:"digest"`
		} `json:"messageDigest"`
		Signature strictjson.Base64 `json:"signature"`
	} `json:"messageSignature"`
	Envelope *struct {
		Payload     strictjson.Base64 `json:"payload"`
		PayloadType string            `json:"payloadType"`
		Signatures  []struct {
			Sig   strictjson.Base64 `json:"sig"`
			KeyID string            `json:"keyid"`
		} `json:"signatures"`
	} `json:"dsseEnvelope"`
}

// Parse reads a bundle. Faults are the liberties of package strictjson.
func Parse(data []byte) (b *Bundle, faults []string, err error) {
	if len(data) > MaxSize {
		return nil, nil, fmt.Errorf("bundle: %d bytes, at most %d", len(data), MaxSize)
	}
	var f file
	if faults, err = strictjson.Read(data, &f); err != nil {
		return nil, nil, fmt.Errorf("bundle: %w", err)
	}
	if b, err = f.bundle(); err != nil {
		return nil, nil, fmt.Errorf("bundle: %w", err)
	}
	return b, faults, nil
}

func (f *file) bundle() (*Bundle, error) {
	m := f.Material
	switch {
	case f.MediaType != MediaType:
		return nil, fmt.Errorf("media type %.80q; %s is read", f.MediaType, MediaType)
	case m == nil:
		return nil, errors.New("no verification material")
	case m.Chain != nil:
		return nil, errors.New("a certificate chain, which version 0.3 does not allow")
	case (m.PublicKey == nil) == (m.Certificate == nil):
		return nil, errors.New("one of public key and certificate is needed")
	case (f.Message == nil) == (f.Envelope == nil):
		return nil, errors.New("one of message signature and envelope is needed")
	case len(m.LogEntries) > MaxLogEntries:
		return nil, fmt.Errorf("%d log entries, at most %d", len(m.LogEntries), MaxLogEntries)
	}
	b := &Bundle{LogEntries: m.LogEntries}
	if m.PublicKey != nil {
		b.Hint = m.PublicKey.Hint
	} else if b.Certificate = m.Certificate.RawBytes; len(b.Certificate) == 0 {
		return nil, errors.New("empty certificate")
	}
	if m.Timestamps != nil {
		if len(m.Timestamps.RFC3161) > MaxTimestamps {
			return nil, fmt.Errorf("%d timestamps, at most %d", len(m.Timestamps.RFC3161), MaxTimestamps)
		}
		for _, t := range m.Timestamps.RFC3161 {
			b.Timestamps = append(b.Timestamps, t.SignedTimestamp)
		}
	}
	if err := f.signed(b); err != nil {
		return nil, err
	}
	if n := len(b.Signature()); n == 0 || n > maxSignature {
		return nil, fmt.Errorf("a signature of %d bytes", n)
	}
	return b, nil
}

func (f *file) signed(b *Bundle) error {
	if f.Message != nil {
		b.Message = &Message{Signature: f.Message.Signature}
		if d := f.Message.Digest; d != nil {
			b.Message.Algorithm, b.Message.Digest = d.Algorithm, d.Digest
		}
		return nil
	}
	e := f.Envelope
	if len(e.Signatures) != 1 {
		return fmt.Errorf("%d signatures; an envelope has one", len(e.Signatures))
	}
	if len(e.Payload) == 0 {
		return errors.New("empty payload")
	}
	b.Envelope = &Envelope{Payload: e.Payload, PayloadType: e.PayloadType, KeyID: e.Signatures[0].KeyID, Signature: e.Signatures[0].Sig}
	return nil
}
