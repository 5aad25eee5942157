// SPDX-License-Identifier: MIT

// Package rekor records signatures in a transparency log of the kind Rekor v2, and checks each answer before it is used:
// that the entry is ours, that the inclusion proof leads from it to the root, and that the log signed that root.
//
//   - https://github.com/sigstore/rekor-tiles/blob/main/CLIENTS.md
//   - RFC 6962 section 2.1.1: inclusion proofs
//   - https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note
//
// A signature is recorded with the SHA-256 that it is about and the public key or certificate, for everybody to see and
// for ever. For an envelope that is the digest of the bytes that DSSE signs; the statement itself stays out.
package rekor

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
)

// maxAnswer bounds a log's answer, in bytes.
const maxAnswer = 1 << 20

// keyDetails names ECDSA on P-256 with SHA-256.
const keyDetails = "PKIX_ECDSA_P256_SHA_256"

// A Log is a configured log.
type Log struct {
	URL    string
	Key    crypto.PublicKey // of the log: Ed25519, or ECDSA with SHA-256
	Client *http.Client     // entries take a log up to 20 seconds
	// Keep is a folder for answers that were checked; empty keeps none. A log refuses an entry that it has, so that a run that
	// comes again, after one that failed later, needs them.
	Keep string
}

type raw struct {
	RawBytes []byte `json:"rawBytes"`
}

type verifier struct {
	PublicKey   *raw   `json:"publicKey,omitempty"`
	Certificate *raw   `json:"x509Certificate,omitempty"`
	KeyDetails  string `json:"keyDetails"`
}

type signature struct {
	Content  []byte   `json:"content"`
	Verifier verifier `json:"verifier"`
}

type request struct {
	HashedRekord struct {
		Digest    []byte    `json:"digest"`
		Signature signature `json:"signature"`
	} `json:"hashedRekordRequestV002"`
}

// An answer is what is read of a TransparencyLogEntry.
type answer struct {
	LogIndex       json.Number `json:"logIndex"`
	InclusionProof struct {
		Hashes     [][]byte `json:"hashes"`
		Checkpoint struct {
			Envelope string `json:"envelope"`
		} `json:"checkpoint"`
	} `json:"inclusionProof"`
	Body []byte `json:"canonicalizedBody"`
}

// A body is what the log holds.
type body struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Spec       struct {
		HashedRekord struct {
			Data struct {
				Algorithm string `json:"algorithm"`
				Digest    []byte `json:"digest"`
			} `json:"data"`
			Signature signature `json:"signature"`
		} `json:"hashedRekordV002"`
	} `json:"spec"`
}

// Record records e. The answer is the log's, as it belongs into a bundle.
func (l *Log) Record(ctx context.Context, e bundle.Entry) (json.RawMessage, error) {
	var r request
	r.HashedRekord.Digest = e.Digest[:]
	r.HashedRekord.Signature = signature{Content: e.Signature, Verifier: verifierOf(e)}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	kept := filepath.Join(l.Keep, fmt.Sprintf("%x.json", sha256.Sum256(fmt.Appendf(nil, "%s\n%s", l.URL, text))))
	if l.Keep != "" {
		if got, err := action.ReadFile(kept, maxAnswer); err == nil && l.check(got, e) == nil {
			return got, nil
		}
		if err := os.MkdirAll(l.Keep, 0o755); err != nil {
			return nil, fmt.Errorf("keep answers of log %s: %w", l.URL, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// What was sent is recorded, so that its answer is waited for, by the client's time.
	got, err := l.post(context.WithoutCancel(ctx), text)
	if err != nil {
		return nil, fmt.Errorf("record in log %s: %w", l.URL, err)
	}
	if err := l.check(got, e); err != nil {
		return nil, fmt.Errorf("entry of log %s: %w", l.URL, err)
	}
	if l.Keep != "" {
		if err := action.WriteFile(kept, 0o644, func(w io.Writer) error { _, err := w.Write(got); return err }); err != nil {
			return nil, fmt.Errorf("keep answer of log %s: %w", l.URL, err)
		}
	}
	return got, nil
}

func verifierOf(e bundle.Entry) verifier {
	if e.Certificate != nil {
		return verifier{Certificate: &raw{e.Certificate}, KeyDetails: keyDetails}
	}
	return verifier{PublicKey: &raw{e.PublicKey}, KeyDetails: keyDetails}
}

func (l *Log) post(ctx context.Context, text []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(l.URL, "/")+"/api/v2/log/entries", bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	answer, err := l.Client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated:
		return nil, fmt.Errorf("the server says %s: %.300q", answer.Status, data)
	case len(data) > maxAnswer:
		return nil, fmt.Errorf("an answer larger than %d bytes", maxAnswer)
	}
	return data, nil
}

func (l *Log) check(text []byte, e bundle.Entry) error {
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	var b body
	if err := json.Unmarshal(a.Body, &b); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	if b.Kind != "hashedrekord" || b.APIVersion != "0.0.2" {
		return fmt.Errorf("it is a %q %q, and not a hashedrekord 0.0.2", b.Kind, b.APIVersion)
	}
	h := b.Spec.HashedRekord
	same := h.Data.Algorithm == "SHA2_256" && bytes.Equal(h.Data.Digest, e.Digest[:]) && bytes.Equal(h.Signature.Content, e.Signature) &&
		h.Signature.Verifier.equal(verifierOf(e))
	if !same {
		return errors.New("it is of another signature")
	}
	// No index is without its digits: protobuf leaves out a zero.
	index := uint64(0)
	if a.LogIndex != "" {
		if _, err := fmt.Sscanf(a.LogIndex.String(), "%d", &index); err != nil {
			return fmt.Errorf("log index %.30q", a.LogIndex)
		}
	}
	c, err := l.checkpoint(a.InclusionProof.Checkpoint.Envelope)
	if err != nil {
		return err
	}
	root, err := rootOf(leafHash(a.Body), index, c.size, a.InclusionProof.Hashes)
	if err != nil {
		return err
	}
	if !bytes.Equal(root[:], c.root) {
		return errors.New("the inclusion proof does not lead to the root that the log signed")
	}
	return nil
}

func (v verifier) equal(other verifier) bool {
	same := func(a, b *raw) bool {
		return a == nil && b == nil || a != nil && b != nil && bytes.Equal(a.RawBytes, b.RawBytes)
	}
	return same(v.PublicKey, other.PublicKey) && same(v.Certificate, other.Certificate)
}
