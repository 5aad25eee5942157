// SPDX-License-Identifier: MIT

// Package policy is what a user of the verifier trusts and demands. This comment is the specification of its file.
//
// A policy comes from the user: by a flag, or from the user's configuration. It is never looked for in the folder that is
// checked, because whoever made that folder could put one there.
//
//	{
//	  "schema": "gosqlite-policy/1",
//	  "keys": [
//	    {"name": "release 2026", "pem": "-----BEGIN PUBLIC KEY-----\n...", "roles": ["release"],
//	     "from": "2026-01-01T00:00:00Z", "until": "2028-01-01T00:00:00Z"}
//	  ],
//	  "authorities": [
//	    {"name": "Code CA", "certificates": ["-----BEGIN CERTIFICATE-----\n..."], "roles": ["release"],
//	     "identities": ["https://example.org/release"], "issuer": "", "from": "", "until": "2028-01-01T00:00:00Z"}
//	  ],
//	  "timestamps": [
//	    {"name": "TSA", "certificates": ["-----BEGIN CERTIFICATE-----\n..."]}
//	  ],
//	  "logs": [
//	    {"name": "log 2026", "origin": "log.example.org", "pem": "-----BEGIN PUBLIC KEY-----\n..."}
//	  ],
//	  "require": {"minimum_version": "1.0.0", "timestamps": 1, "log_entries": 1, "evidence": ["sbom", "debug"], "reproduced": 0},
//	  "builder": "https://example.org/builder",
//	  "allow_development": false
//	}
//
// Only schema is needed, and at least one key or authority with the role release. The values:
//
//	keys          public keys (ECDSA on P-256), with roles and the window in which their signatures count
//	authorities   code-signing authorities: intermediates first and the root last; the identities (URIs or e-mail
//	              addresses) that may sign, any if there are none; what the issuer extension has to say; and the window,
//	              as of keys. One root may stand here several times, for several roles
//	timestamps    RFC 3161 authorities, certificates and window as above, for signatures of files and inside of programs;
//	              every certificate that a timestamp brings has to lead there
//	logs          transparency logs of the kind Rekor v2, by the origin of their checkpoints, with key and window as above
//	roles         release, reproducer, code (signatures inside of programs)
//	require       minimum_version: older releases are refused, which stops a rollback
//	              timestamps: how many, by different authorities, each signature needs
//	              log_entries: how many entries, in logs of different origins, each signature needs
//	              evidence: any of sbom, debug, commit, tag, ledger, signed-sbom, signed-archives, module, vex, notes,
//	              api, inputs
//	              reproduced: how many reproducers must have had the same bytes; a demonstration is none of them
//	builder       the builder's identity in the provenance; any if empty
//	allow_development   accepts signatures of a development authority, and demonstrations of reproducers, which prove
//	              nothing
//
// What nobody is trusted for is not judged, and counts for nothing: timestamps where no timestamp authority is named,
// checkpoints where there is no log,
// statements of reproducers where there is none, and whose signatures inside of programs are where no authority has the
// role code. The report says so. Where somebody is named, everything of the sort has to be theirs.
//
// Unknown fields, duplicate keys and anything after the object are errors.
package policy

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
	"github.com/gosqlite/gosqlite/tools/verify/timestamp"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// Schema identifies the format.
const Schema = "gosqlite-policy/1"

// Limits of a policy.
const (
	MaxSize = 1 << 20 // bytes
	maxList = 64      // entries of any list
)

// A Policy is what is trusted and demanded.
type Policy struct {
	Trust            trust.Trust
	MinimumVersion   string
	Evidence         []Evidence
	Reproduced       int
	Builder          string
	AllowDevelopment bool
}

// Evidence is something beside the payload that a policy can demand.
type Evidence string

// The kinds of evidence.
const (
	SBOM           Evidence = "sbom"            // a CycloneDX and an SPDX document for each archive
	Debug          Evidence = "debug"           // a debug twin for each archive
	Commit         Evidence = "commit"          // commit.intoto.json
	Tag            Evidence = "tag"             // a signed tag in commit.intoto.json
	Ledger         Evidence = "ledger"          // ledger.intoto.json
	SignedSBOM     Evidence = "signed-sbom"     // a copy with an embedded signature for each CycloneDX document
	SignedArchives Evidence = "signed-archives" // manifest_signed.json and what it lists
	Module         Evidence = "module"          // the Go module
	VEX            Evidence = "vex"             // a VEX document
	Notes          Evidence = "notes"           // release notes
	API            Evidence = "api"             // the description of the interface
	// Inputs wants the user's inputs with every upstream object that a bill of materials names by a digest, so that none is
	// bound by the signature alone: each download, each tree of files, and each linked file.
	Inputs Evidence = "inputs"
)

var evidence = []Evidence{SBOM, Debug, Commit, Tag, Ledger, SignedSBOM, SignedArchives, Module, VEX, Notes, API, Inputs}

// File is the JSON form.
type File struct {
	Schema      string      `json:"schema"`
	Keys        []Key       `json:"keys,omitempty"`
	Authorities []Authority `json:"authorities,omitempty"`
	Timestamps  []Stamps    `json:"timestamps,omitempty"`
	Logs        []Log       `json:"logs,omitempty"`
	Require     Require     `json:"require"`
	Builder     string      `json:"builder,omitempty"`
	Development bool        `json:"allow_development,omitempty"`
}

// Key is a trusted key in JSON.
type Key struct {
	Name  string       `json:"name"`
	PEM   string       `json:"pem"`
	Roles []trust.Role `json:"roles"`
	From  string       `json:"from,omitempty"`
	Until string       `json:"until,omitempty"`
}

// Authority is a certification authority in JSON.
type Authority struct {
	Name         string       `json:"name"`
	Certificates []string     `json:"certificates"`
	Roles        []trust.Role `json:"roles"`
	Identities   []string     `json:"identities,omitempty"`
	Issuer       string       `json:"issuer,omitempty"`
	From         string       `json:"from,omitempty"`
	Until        string       `json:"until,omitempty"`
}

// Stamps is a timestamp authority in JSON.
type Stamps struct {
	Name         string   `json:"name"`
	Certificates []string `json:"certificates"`
	From         string   `json:"from,omitempty"`
	Until        string   `json:"until,omitempty"`
}

// Require is what is demanded, in JSON.
type Require struct {
	MinimumVersion string     `json:"minimum_version,omitempty"`
	Timestamps     int        `json:"timestamps,omitempty"`
	LogEntries     int        `json:"log_entries,omitempty"`
	Evidence       []Evidence `json:"evidence,omitempty"`
	Reproduced     int        `json:"reproduced,omitempty"`
}

// Parse reads a policy.
func Parse(text []byte) (*Policy, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("policy: %d bytes, at most %d", len(text), MaxSize)
	}
	var f File
	if err := strictjson.Strict(text, &f); err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	p, err := f.Policy()
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return p, nil
}

// Policy is what f says.
func (f *File) Policy() (*Policy, error) {
	if f.Schema != Schema {
		return nil, fmt.Errorf("schema %.40q; this program reads %s", f.Schema, Schema)
	}
	if max(len(f.Keys), len(f.Authorities), len(f.Timestamps), len(f.Logs), len(f.Require.Evidence)) > maxList {
		return nil, fmt.Errorf("a list of more than %d entries", maxList)
	}
	p := &Policy{
		MinimumVersion: f.Require.MinimumVersion, Evidence: f.Require.Evidence, Reproduced: f.Require.Reproduced,
		Builder: f.Builder, AllowDevelopment: f.Development,
	}
	p.Trust.MinStamps, p.Trust.MinEntries = f.Require.Timestamps, f.Require.LogEntries
	for _, read := range []func(*File) error{p.keys, p.authorities, p.stamps, p.logs, p.require} {
		if err := read(f); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *Policy) keys(f *File) error {
	for _, k := range f.Keys {
		key, err := pki.ParseKeyPEM([]byte(k.PEM))
		if err != nil {
			return fmt.Errorf("key %.80q: %w", k.Name, err)
		}
		for _, other := range p.Trust.Keys {
			if other.Key.Hint() == key.Hint() || other.Name == k.Name {
				return fmt.Errorf("key %.80q: stands twice; give one entry all its roles", k.Name)
			}
		}
		if err := checkRoles(k.Name, k.Roles); err != nil {
			return err
		}
		t := trust.Key{Name: k.Name, Key: key, Roles: k.Roles}
		if t.From, t.Until, err = window(k.From, k.Until); err != nil {
			return fmt.Errorf("key %.80q: %w", k.Name, err)
		}
		p.Trust.Keys = append(p.Trust.Keys, t)
	}
	return nil
}

func window(from, until string) (start, end time.Time, err error) {
	if start, err = moment(from); err == nil {
		end, err = moment(until)
	}
	return start, end, err
}

// Moment is a time as a policy writes it; "" for none.
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

const layout = "2006-01-02T15:04:05Z"

func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		return t, fmt.Errorf("time %.40q is not such as 2026-11-23T00:00:00Z", text)
	}
	return t, nil
}

func checkRoles(name string, roles []trust.Role) error {
	if name == "" || len(roles) == 0 {
		return fmt.Errorf("%.80q: a name and at least one role are needed", name)
	}
	for _, r := range roles {
		if !slices.Contains(trust.Roles, r) {
			return fmt.Errorf("%.80q: role %.40q is none of %v", name, r, trust.Roles)
		}
	}
	return nil
}

func (p *Policy) authorities(f *File) error {
	for _, a := range f.Authorities {
		chain, err := certificates(a.Name, a.Certificates)
		if err != nil {
			return err
		}
		if err := checkRoles(a.Name, a.Roles); err != nil {
			return err
		}
		from, until, err := window(a.From, a.Until)
		if err != nil {
			return fmt.Errorf("authority %.80q: %w", a.Name, err)
		}
		p.Trust.Authorities = append(p.Trust.Authorities, trust.Authority{
			Name: a.Name, Certificates: chain, Identities: a.Identities, Issuer: a.Issuer, Roles: a.Roles, From: from, Until: until,
		})
	}
	return nil
}

func certificates(name string, list []string) ([]*pki.Certificate, error) {
	if name == "" || len(list) == 0 || len(list) > pki.MaxChain {
		return nil, fmt.Errorf("%.80q: a name and 1 to %d certificates are needed", name, pki.MaxChain)
	}
	var chain []*pki.Certificate
	for _, text := range list {
		c, err := pki.ParseCertificatePEM([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("%.80q: %w", name, err)
		}
		chain = append(chain, c)
	}
	return chain, nil
}

func (p *Policy) stamps(f *File) error {
	for _, s := range f.Timestamps {
		chain, err := certificates(s.Name, s.Certificates)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(p.Trust.Stamps, func(a timestamp.Authority) bool { return a.Name == s.Name }) {
			return fmt.Errorf("timestamps %.80q: stands twice", s.Name)
		}
		from, until, err := window(s.From, s.Until)
		if err != nil {
			return fmt.Errorf("timestamps %.80q: %w", s.Name, err)
		}
		p.Trust.Stamps = append(p.Trust.Stamps, timestamp.Authority{Name: s.Name, Certificates: chain, From: from, Until: until})
	}
	return nil
}

func (p *Policy) require(f *File) error {
	reproducers := p.reproducers()
	switch {
	case !p.Trust.Knows(trust.Release):
		return errors.New("no key and no authority has the role release, so that nothing could pass")
	case p.Trust.MinStamps < 0 || p.Trust.MinStamps > len(p.Trust.Stamps):
		return fmt.Errorf("require: %d timestamps by %d authorities", p.Trust.MinStamps, len(p.Trust.Stamps))
	case p.Trust.MinEntries < 0 || p.Trust.MinEntries > p.Trust.Origins():
		return fmt.Errorf("require: %d log entries by %d logs", p.Trust.MinEntries, p.Trust.Origins())
	case p.Reproduced < 0 || p.Reproduced > reproducers:
		return fmt.Errorf("require: %d reproductions by %d keys and identities of the role reproducer", p.Reproduced, reproducers)
	}
	if v := p.MinimumVersion; v != "" {
		if _, err := ParseVersion(v); err != nil {
			return fmt.Errorf("require: minimum_version: %w", err)
		}
	}
	for _, e := range p.Evidence {
		if !slices.Contains(evidence, e) {
			return fmt.Errorf("require: evidence %.40q is none of %v", e, evidence)
		}
	}
	return nil
}

// reproducers are how many there can be.
func (p *Policy) reproducers() (count int) {
	for _, k := range p.Trust.Keys {
		if slices.Contains(k.Roles, trust.Reproducer) {
			count++
		}
	}
	for _, a := range p.Trust.Authorities {
		if !slices.Contains(a.Roles, trust.Reproducer) {
			continue
		}
		if len(a.Identities) == 0 {
			return math.MaxInt // anybody
		}
		count += len(a.Identities)
	}
	return count
}

// Demands reports whether evidence of a kind is demanded.
func (p *Policy) Demands(e Evidence) bool { return slices.Contains(p.Evidence, e) }
