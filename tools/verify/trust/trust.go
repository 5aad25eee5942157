// SPDX-License-Identifier: MIT

// Package trust judges one signature: whose it is, when it was made, and whether the one who made it may sign such a
// file. It is told whom to trust and never looks for that by itself.
package trust

import (
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/timestamp"
	"github.com/gosqlite/gosqlite/tools/verify/tlog"
)

// A Role is what a signer may sign.
type Role string

// The roles.
const (
	Release    Role = "release"    // manifest, provenance, archives, commit, ledger, signed SBOM copies
	Reproducer Role = "reproducer" // attestations that a rebuild gave the same bytes
	Code       Role = "code"       // Authenticode and Mach-O signatures inside of programs
)

// Roles are all roles.
var Roles = []Role{Release, Reproducer, Code}

// Trust is whom to trust for what.
type Trust struct {
	Keys        []Key
	Authorities []Authority
	Stamps      []timestamp.Authority
	MinStamps   int // timestamps by different authorities that each signature needs
	Logs        []tlog.Log
	MinEntries  int // entries in logs of different origins that each signature needs
}

// Origins is how many logs of different origins there are.
func (t *Trust) Origins() int {
	origins := map[string]bool{}
	for _, l := range t.Logs {
		origins[l.Origin] = true
	}
	return len(origins)
}

// A Key is a trusted public key.
type Key struct {
	Name        string
	Key         *pki.Key
	Roles       []Role
	From, Until time.Time // zero for no bound
}

// covers reports whether t lies within k's window, bounds included.
func (k *Key) covers(t time.Time) bool { return timestamp.Within(t, k.From, k.Until) }

// An Authority is a certification authority for code signing, and whom it may vouch for.
type Authority struct {
	Name         string
	Certificates []*pki.Certificate // intermediates, and the root last
	Identities   []string           // URIs and e-mail addresses that may sign; empty for any
	Issuer       string             // what Fulcio's issuer extension has to say; empty for anything
	Roles        []Role
	From, Until  time.Time // when it vouched; zero for no bound
}

// Knows reports whether anybody is trusted in a role.
func (t *Trust) Knows(role Role) bool {
	return slices.ContainsFunc(t.Keys, func(k Key) bool { return has(k.Roles, role) }) ||
		slices.ContainsFunc(t.Authorities, func(a Authority) bool { return has(a.Roles, role) })
}

// A Check is one question about a signature. Each is a rule of the verifier.
type Check string

// The checks.
const (
	CheckKey         Check = "key"
	CheckRole        Check = "role"
	CheckAlgorithm   Check = "algorithm"
	CheckSignature   Check = "signature"
	CheckHint        Check = "digest-hint"
	CheckWindow      Check = "key-window"
	CheckChain       Check = "chain"
	CheckPurpose     Check = "purpose"
	CheckIdentity    Check = "identity"
	CheckValidity    Check = "certificate-time"
	CheckStampCount  Check = "timestamps"
	CheckStampForm   Check = "timestamp-form"
	CheckStampOver   Check = "timestamp-imprint"
	CheckStampSig    Check = "timestamp-signature"
	CheckStampTrust  Check = "timestamp-authority"
	CheckStampFor    Check = "timestamp-purpose"
	CheckStampTime   Check = "timestamp-validity"
	CheckStampBinds  Check = "timestamp-binding"
	CheckStampFuture Check = "timestamp-future"
	CheckLogCount    Check = "log-entries"
	CheckLogForm     Check = "log-entry-form"
	CheckLogOf       Check = "log-entry"
	CheckLogProof    Check = "log-proof"
	CheckLogSigned   Check = "log-checkpoint"
	CheckLogWindow   Check = "log-window"
)

// A Fault is a question that was answered with no.
type Fault struct {
	Check  Check
	Class  string
	Detail string
}

// An Assessment is everything that is to be said about a signature. Without faults the signature stands.
type Assessment struct {
	Signer string // name of the key or, with a certificate, its identity
	Key    string // identifies the signer among others: the digest of its key
	Times  []time.Time
	Chain  []*pki.Certificate // from the signer's to the root; of an unknown signer its own alone, of a key none
	Faults []Fault
}

func (a *Assessment) fault(check Check, class, detail string) {
	a.Faults = append(a.Faults, Fault{check, class, detail})
}

// has reports whether the list holds role.
func has(roles []Role, role Role) bool { return slices.Contains(roles, role) }
