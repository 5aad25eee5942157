// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// traced runs a program and returns the network calls that the kernel saw.
func (r *Release) traced(ctx context.Context, program string, args ...string) ([]byte, error) {
	log := filepath.Join(r.Temp, "trace")
	err := r.run(ctx, "strace", append([]string{"-f", "-e", "trace=%network", "-o", log, program}, args...)...)
	if errors.Is(err, errSetup) {
		return nil, err
	}
	trace, readErr := os.ReadFile(log)
	if readErr != nil {
		return nil, fmt.Errorf("%w: %w", errSetup, readErr)
	}
	return trace, err
}

// noSocket runs the verifier on the release, which it has to accept. The plants are a program that does open a socket, and a
// policy under which the release is refused.
func noSocket(ctx context.Context, r *Release, s spoil) error {
	program, args := r.Programs["gosqlite-verify"], []string(nil)
	if program == "" {
		return fmt.Errorf("%w: no gosqlite-verify was given", errSetup)
	}
	switch s {
	case otherProgram:
		if program = r.Programs["openssl"]; program == "" {
			return fmt.Errorf("%w: the plant needs openssl", errSetup)
		}
		args = []string{"s_client", "-connect", "127.0.0.1:1"}
	default:
		text, err := r.policyText(s)
		if err != nil {
			return err
		}
		file, err := r.file("policy.json", text)
		if err != nil {
			return err
		}
		args = []string{"--policy", file, r.Dir}
	}
	trace, err := r.traced(ctx, program, args...)
	if errors.Is(err, errSetup) {
		return err
	}
	if s == otherProgram {
		err = nil // that nobody answers is no matter here
	}
	return errors.Join(err, calls(trace))
}

// policyText is the policy of the release, or one that trusts another key alone.
func (r *Release) policyText(s spoil) ([]byte, error) {
	if s != otherPolicyFile {
		return r.PolicyText, nil
	}
	key, err := otherKey()
	if err != nil {
		return nil, err
	}
	return json.Marshal(policy.File{Schema: policy.Schema, Keys: []policy.Key{{Name: "other", PEM: string(key), Roles: []trust.Role{trust.Release}}}})
}

func calls(trace []byte) error {
	for line := range bytes.Lines(trace) {
		if bytes.Contains(line, []byte("socket(")) || bytes.Contains(line, []byte("connect(")) {
			return fmt.Errorf("it calls %.200s", bytes.TrimSpace(line))
		}
	}
	return nil
}
