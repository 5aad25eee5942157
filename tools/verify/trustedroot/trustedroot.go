// SPDX-License-Identifier: MIT

// Package trustedroot reads Sigstore's trusted root, a JSON document with the certificates of authorities and when they
// count: https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
//
// Certification and timestamp authorities are read, and transparency logs whose key is Ed25519 or ECDSA on P-256. Certificate
// transparency is not judged by this program.
package trustedroot

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
	"github.com/gosqlite/gosqlite/tools/verify/timestamp"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// MaxSize bounds a trusted root, in bytes.
const MaxSize = 4 << 20

const maxAuthorities = 32

type file struct {
	MediaType   string            `json:"mediaType"`
	Logs        []log             `json:"tlogs"`
	Authorities []authority       `json:"certificateAuthorities"`
	CTLogs      []json.RawMessage `json:"ctlogs"`
	Stamps      []authority       `json:"timestampAuthorities"`
}

type authority struct {
	Subject struct {
		Organization string `json:"organization"`
		CommonName   string `json:"commonName"`
	} `json:"subject"`
	URI   string `json:"uri"`
	Chain struct {
		Certificates []struct {
			RawBytes strictjson.Base64 `json:"rawBytes"`
		} `json:"certificates"`
	} `json:"certChain"`
	ValidFor span   `json:"validFor"`
	Operator string `json:"operator"`
}

// Parse reads a trusted root. Its authorities may vouch for anything.
func Parse(text []byte) (*trust.Trust, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("trusted root: %d bytes, at most %d", len(text), MaxSize)
	}
	var f file
	if err := strictjson.Strict(text, &f); err != nil {
		return nil, fmt.Errorf("trusted root: %w", err)
	}
	if max(len(f.Authorities), len(f.Stamps), len(f.Logs)) > maxAuthorities {
		return nil, fmt.Errorf("trusted root: more than %d authorities or logs", maxAuthorities)
	}
	t := &trust.Trust{}
	for _, a := range f.Authorities {
		chain, from, until, err := a.read()
		if err != nil {
			return nil, err
		}
		t.Authorities = append(t.Authorities, trust.Authority{Name: a.URI, Certificates: chain, Roles: trust.Roles, From: from, Until: until})
	}
	for _, a := range f.Stamps {
		chain, from, until, err := a.read()
		if err != nil {
			return nil, err
		}
		t.Stamps = append(t.Stamps, timestamp.Authority{Name: a.URI + a.Subject.CommonName, Certificates: chain, From: from, Until: until})
	}
	for _, l := range f.Logs {
		known, err := l.read()
		if err != nil {
			return nil, err
		}
		t.Logs = append(t.Logs, known...)
	}
	return t, nil
}

// read is the authority's chain and its window.
func (a *authority) read() (chain []*pki.Certificate, from, until time.Time, err error) {
	if chain, err = a.certificates(); err != nil {
		return nil, from, until, err
	}
	from, until, err = a.ValidFor.read()
	return chain, from, until, err
}

// A span is a window; an empty bound is none.
type span struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

func (v span) read() (from, until time.Time, err error) {
	for _, bound := range []struct {
		text string
		to   *time.Time
	}{{v.Start, &from}, {v.End, &until}} {
		if bound.text == "" {
			continue
		}
		if *bound.to, err = time.Parse(time.RFC3339, bound.text); err != nil {
			return from, until, fmt.Errorf("trusted root: validFor: %w", err)
		}
	}
	return from, until, nil
}

func (a *authority) certificates() ([]*pki.Certificate, error) {
	if n := len(a.Chain.Certificates); n == 0 || n > pki.MaxChain {
		return nil, errors.New("trusted root: an authority without certificates, or with too many")
	}
	var chain []*pki.Certificate
	for _, c := range a.Chain.Certificates {
		parsed, err := pki.ParseCertificate(c.RawBytes)
		if err != nil {
			return nil, fmt.Errorf("trusted root: %w", err)
		}
		chain = append(chain, parsed)
	}
	return chain, nil
}
