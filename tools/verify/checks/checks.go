// SPDX-License-Identifier: MIT

// Package checks lets programs of others judge a release: each has to accept it, and to refuse it after one bit was
// flipped. What they agree on with the verifier was not made up by one person.
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
	Now    time.Time // at which certificates are judged
	Temp   string    // a folder to fill
	// Programs are paths by name; one that is not in it is not installed.
	Programs map[string]string
}

// A Check is one question to one program.
type Check struct {
	Program string
	Asks    string
	Get     string // how the program is installed
	// good asks about the release, bad about a changed one. Each returns what the program said: nil for yes.
	good, bad func(ctx context.Context, r *Release) error
}

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
		} else if err := c.good(ctx, r); errors.Is(err, errNothing) {
			v.State, v.Detail = NotRun, err.Error()
		} else if err != nil {
			v.State, v.Detail = Fails, "refuses the release: "+err.Error()
		} else if err := c.bad(ctx, r); err == nil {
			v.State, v.Detail = Fails, "accepts a changed release"
		} else if errors.Is(err, errSetup) {
			v.State, v.Detail = Fails, err.Error()
		}
		verdicts = append(verdicts, v)
	}
	return verdicts
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

// flipped writes a copy of a file with a bit flipped in its middle.
func (r *Release) flipped(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return "", fmt.Errorf("%w: %s is empty, or %w", errSetup, path, err)
	}
	data[len(data)/2] ^= 1
	return r.file("flipped-"+filepath.Base(path), data)
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

// keyOf is the key by which a bundle was made.
func (r *Release) keyOf(b *bundle.Bundle) (*pki.Key, error) {
	if b.Certificate != nil {
		c, err := pki.ParseCertificate(b.Certificate)
		if err != nil {
			return nil, err
		}
		return c.Key, nil
	}
	for _, k := range r.Policy.Trust.Keys {
		if k.Key.Hint() == b.Hint {
			return k.Key, nil
		}
	}
	return nil, fmt.Errorf("%w: the policy has no key %s", errSetup, b.Hint)
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
