// SPDX-License-Identifier: MIT

// Package gate decides whether a release may be published. It judges nothing twice that the verifier judges: that runs
// first, under the publisher's policy, to which the demands of publishing are added.
//
// Every gate of the table Gates gives a verdict, whatever the others said. A gate whose evidence is missing says no.
package gate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// Input is all that verdicts depend on, beside what the target has.
type Input struct {
	Dir    string         // the signed release
	Policy *policy.Policy // of the publisher; demands are added to a copy
	Now    time.Time      // the clock, for signatures without a timestamp
	Scan   []byte         // scan.json of the release gate; nil if there is none
	SemVer []byte         // semver.json of this version; nil if there is none
	// LogEntries is how many transparency logs each signature has to be in, if that is more than the policy demands.
	LogEntries int
	// Rehearsal lets pass what only makes sense while trying out: a development authority, where the policy allows it, and
	// demonstrations of reproducing. It is for runs that publish nothing, wherever they would.
	Rehearsal bool
}

// A Verdict is what one gate says.
type Verdict struct {
	Gate string   `json:"gate"`
	Asks string   `json:"asks"`
	OK   bool     `json:"ok"`
	Said []string `json:"said"` // reasons of a no; remarks on a yes
}

// A Release is what was judged: what is published later has to have these digests.
type Release struct {
	Version  string // with a leading v
	Manifest *manifest.Manifest
	Digest   string // SHA-256 of manifest.json, in hexadecimal
	Files    []verify.FileReport
}

// A question is one gate.
type question struct {
	name, asks string
	ask        func(j *judgement, say func(format string, args ...any)) (ok bool)
}

// Gates are all gates, in the order in which they are asked.
var Gates = []question{
	{"verified", "Does the release stand before the verifier?", (*judgement).verified},
	{"development", "Is no development authority behind it?", (*judgement).development},
	{"logged", "Is each signature in as many transparency logs as are demanded?", (*judgement).logged},
	{"uncached", "Was it built without results of a cache?", (*judgement).uncached},
	{"reproduced", "Has somebody else had the same bytes?", (*judgement).reproduced},
	{"scanned", "Did a scan of exactly these bills of materials and debug twins let it out?", (*judgement).scanned},
	{"semver", "Is the version high enough for what changed?", (*judgement).semver},
}

// Names of files that gates read.
const (
	ledgerName = "ledger.intoto.json"
	maxText    = 64 << 20 // of a file that is read whole, in bytes
)

// A Candidate is a release that was verified, for as many targets as ask for verdicts.
type Candidate struct {
	Input
	Release *Release
	report  *verify.Report
}

// A judgement is on one target.
type judgement struct {
	*Candidate
	published []string // versions that it has
}

// Examine verifies, which reads every byte. The error is for what kept it from that; a release without a manifest is rejected
// by it. What the verifier refused is for the gates to say.
func Examine(ctx context.Context, in Input) (*Candidate, error) {
	if in.Policy == nil {
		return nil, verify.ErrPolicy
	}
	c := &Candidate{Input: in}
	var err error
	if c.report, err = verify.Run(ctx, verify.Options{Dir: in.Dir, Policy: demand(in.Policy, in.LogEntries), Now: in.Now}); err != nil {
		return nil, err
	}
	if err := c.read(); err != nil {
		return nil, action.Reject(err)
	}
	return c, nil
}

// Judge asks every gate about a target that has these versions, with a leading v.
func (c *Candidate) Judge(published []string) []Verdict {
	verdicts := make([]Verdict, 0, len(Gates))
	for _, q := range Gates {
		v := Verdict{Gate: q.name, Asks: q.asks, Said: []string{}}
		v.OK = q.ask(&judgement{c, published}, func(format string, args ...any) { v.Said = append(v.Said, fmt.Sprintf(format, args...)) })
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// Pass says whether every gate said yes. No verdict at all is a no.
func Pass(verdicts []Verdict) bool {
	return len(verdicts) == len(Gates) && !slices.ContainsFunc(verdicts, func(v Verdict) bool { return !v.OK })
}

// demand is the policy with what publishing needs beside it. A development authority is never allowed here: the gate
// "development" decides on what the verifier says of it.
func demand(p *policy.Policy, logEntries int) *policy.Policy {
	strict := *p
	// More than there are logs is for the gate "logged" to refuse: the verifier would find no signature good.
	strict.Trust.MinEntries = max(p.Trust.MinEntries, min(logEntries, p.Trust.Origins()))
	strict.AllowDevelopment = false
	strict.Reproduced = max(1, p.Reproduced)
	strict.Evidence = slices.Clone(p.Evidence)
	for _, e := range []policy.Evidence{policy.SBOM, policy.Debug, policy.Ledger} {
		if !slices.Contains(strict.Evidence, e) {
			strict.Evidence = append(strict.Evidence, e)
		}
	}
	return &strict
}

// read takes the manifest as it was verified. One that can't be read has been refused, and nothing can be planned.
func (c *Candidate) read() error {
	text, err := c.text(manifest.FileName)
	if err != nil {
		return fmt.Errorf("read release: %w", err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		return fmt.Errorf("read release: %w", err)
	}
	sum := sha256.Sum256(text)
	c.Release = &Release{Version: "v" + m.Version, Manifest: m, Digest: hex.EncodeToString(sum[:]), Files: c.report.Files}
	return nil
}

// text is a file of the release, with the digest that the verifier saw.
func (c *Candidate) text(name string) ([]byte, error) {
	i := slices.IndexFunc(c.report.Files, func(f verify.FileReport) bool { return f.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("%s: it is not there", name)
	}
	f, err := os.Open(filepath.Join(c.Dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(text) > maxText {
		err = fmt.Errorf("%s: more than %d bytes", name, maxText)
	}
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != c.report.Files[i].SHA256 {
		return nil, errors.New(name + " changed after it was verified: nobody else may write to the folder")
	}
	return text, nil
}
