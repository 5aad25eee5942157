// SPDX-License-Identifier: MIT

// Package checks lets programs of others judge a release: each has to accept it, and to refuse it spoilt: after one bit of a
// file or signature was flipped, or as somebody else's. What they agree on with the verifier was not made up by one person.
//
// A program that is not installed is not run, and never counts as passed.
package checks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/bundle"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/timestamp"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// A Release is what the programs judge.
type Release struct {
	Dir    string
	Policy *policy.Policy
	// PolicyText is the policy as its file has it.
	PolicyText []byte
	Now        time.Time // at which certificates are judged
	Temp       string    // a folder to fill
	// Programs are paths by name; one that is not in it is not installed.
	Programs map[string]string
}

// A Check is one question to one program.
type Check struct {
	Program string
	Asks    string
	Get     string // how the program is installed
	ask     question
	spoils  []spoil // after each of which the answer has to be no
}

// A question asks a program about the release as it is spoilt, and returns what it said: nil for yes.
type question = func(ctx context.Context, r *Release, s spoil) error

// A spoil is what is done to a release, or to what a program is told of it.
type spoil string

// The spoils.
const (
	whole           spoil = "" // nothing
	otherFile       spoil = "a changed file"
	otherSignature  spoil = "a changed signature"
	otherSigner     spoil = "another signer"
	otherProgram    spoil = "a program that opens a socket"
	otherPolicyFile spoil = "a policy of another signer"
)

// errNothing reports that the release has nothing of the kind to judge; errUnstamped that programs of Sigstore judge no
// certificate without a timestamp or a log entry.
var (
	errNothing   = errors.New("the release holds nothing of the kind")
	errUnstamped = fmt.Errorf("%w: a signature by certificate with a timestamp", errNothing)
)

// A Verdict is what became of a check.
type Verdict struct {
	Check  *Check
	State  State
	Detail string
}

// A State is how a check ended.
type State string

// The states.
const (
	Agrees State = "agrees"
	Fails  State = "FAILS"
	NotRun State = "not run"
)

// Run asks every program.
func Run(ctx context.Context, r *Release) []Verdict {
	var verdicts []Verdict
	for i := range all {
		c := &all[i]
		v := Verdict{Check: c, State: Agrees}
		if r.Programs[c.Program] == "" {
			v.State, v.Detail = NotRun, "not installed: "+c.Get
		} else if err := c.ask(ctx, r, whole); errors.Is(err, errNothing) {
			v.State, v.Detail = NotRun, err.Error()
		} else if err != nil {
			v.State, v.Detail = Fails, "refuses the release: "+err.Error()
		} else if err := c.spoilt(ctx, r); err != nil {
			v.State, v.Detail = Fails, err.Error()
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// spoilt asks about the release in every way in which it is spoilt. It returns nil when each was refused.
func (c *Check) spoilt(ctx context.Context, r *Release) error {
	for _, s := range c.spoils {
		switch err := c.ask(ctx, r, s); {
		case err == nil:
			return fmt.Errorf("accepts the release with %s", s)
		case errors.Is(err, errSetup), errors.Is(err, errNothing):
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	if len(c.spoils) == 0 {
		return errors.New("nothing shows that it can refuse")
	}
	return ctx.Err()
}

// errSetup reports a check that could not be prepared; that a program then refuses says nothing.
var errSetup = errors.New("prepare")

// run runs a program; its refusal is an error with its last words.
func (r *Release) run(ctx context.Context, program string, args ...string) error {
	c := exec.CommandContext(ctx, r.Programs[program], args...)
	c.Dir = r.Dir
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("%w: %w", errSetup, err)
	}
	if err != nil {
		return fmt.Errorf("%w: %.400s", err, bytes.TrimSpace(out))
	}
	return nil
}

// file writes a file for a program.
func (r *Release) file(name string, data []byte) (string, error) {
	path := filepath.Join(r.Temp, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return "", fmt.Errorf("%w: %w", errSetup, err)
	}
	return path, nil
}

const manifestName = "manifest.json"

// bundleOf reads the bundle of a file, whatever its name.
func (r *Release) bundleOf(name string) (*bundle.Bundle, string, error) {
	for _, suffix := range []string{".sigstore.json", ".DEVELOPMENT.sigstore.json"} {
		path := filepath.Join(r.Dir, name+suffix)
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		b, _, err := bundle.Parse(text)
		return b, path, err
	}
	return nil, "", fmt.Errorf("%w: no bundle of %s", errSetup, name)
}

// judgeable says why programs of Sigstore do not judge a bundle.
func judgeable(b *bundle.Bundle) error {
	if b.Certificate != nil && len(b.Timestamps) == 0 {
		return errUnstamped
	}
	return nil
}

// stamp is the first timestamp of the manifest's signature, and the authority behind it with all its certificates.
func (r *Release) stamp() (b *bundle.Bundle, chain []*pki.Certificate, err error) {
	b, _, err = r.bundleOf(manifestName)
	if err != nil {
		return nil, nil, err
	}
	if len(b.Timestamps) == 0 || len(r.Policy.Trust.Stamps) == 0 {
		return nil, nil, errNothing
	}
	for i := range r.Policy.Trust.Stamps {
		if chain = r.authority(b, i); chain != nil {
			token, err := timestamp.Parse(b.Timestamps[0])
			if err != nil {
				return nil, nil, err
			}
			if _, reasons := token.Verify(b.Signature(), r.Policy.Trust.Stamps[i:i+1]); len(reasons) == 0 {
				return b, chain, nil
			}
		}
	}
	return nil, nil, fmt.Errorf("%w: no authority of the policy stands behind the first timestamp", errSetup)
}

// authority is the chain of a timestamp authority of the policy, from the leaf that a token brings to the root.
func (r *Release) authority(b *bundle.Bundle, i int) []*pki.Certificate {
	known := r.Policy.Trust.Stamps[i].Certificates
	for _, der := range b.Timestamps {
		token, err := timestamp.Parse(der)
		if err != nil {
			continue
		}
		for _, c := range append(token.Certificates(), known...) {
			if !c.IsFor(pki.PurposeTimeStamping) {
				continue
			}
			if chain, err := pki.Chain(c, known[:len(known)-1], known[len(known)-1:]); err == nil {
				return chain
			}
		}
	}
	return nil
}

// roots are the certificates of authorities of a role, in PEM.
func (r *Release) roots(role trust.Role) []byte {
	var text []byte
	for _, a := range r.Policy.Trust.Authorities {
		for _, have := range a.Roles {
			if have == role {
				for _, c := range a.Certificates {
					text = append(text, c.PEM()...)
				}
			}
		}
	}
	return text
}
