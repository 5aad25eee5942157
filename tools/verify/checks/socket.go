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

// noSocket runs the verifier on the release. Its verdict is not asked for here: it is run for what it does.
func noSocket(ctx context.Context, r *Release) error {
	if r.Programs["gosqlite-verify"] == "" {
		return fmt.Errorf("%w: no gosqlite-verify was given", errSetup)
	}
	policyFile, err := r.policyFile()
	if err != nil {
		return err
	}
	trace, err := r.traced(ctx, r.Programs["gosqlite-verify"], "--policy", policyFile, r.Dir)
	if err != nil {
		return err
	}
	return calls(trace)
}

// opensSocket is the plant: a program that does open one.
func opensSocket(ctx context.Context, r *Release) error {
	openssl := r.Programs["openssl"]
	if openssl == "" {
		return fmt.Errorf("%w: the plant needs openssl", errSetup)
	}
	trace, err := r.traced(ctx, openssl, "s_client", "-connect", "127.0.0.1:1")
	if errors.Is(err, errSetup) {
		return err
	}
	return calls(trace)
}

func calls(trace []byte) error {
	for line := range bytes.Lines(trace) {
		if bytes.Contains(line, []byte("socket(")) || bytes.Contains(line, []byte("connect(")) {
			return fmt.Errorf("it calls %.200s", bytes.TrimSpace(line))
		}
	}
	return nil
}

// policyFile is the policy of the release as a file.
func (r *Release) policyFile() (string, error) {
	f := policy.File{Schema: policy.Schema}
	for _, k := range r.Policy.Trust.Keys {
		f.Keys = append(f.Keys, policy.Key{Name: k.Name, PEM: string(k.Key.PEM()), Roles: k.Roles})
	}
	for _, a := range r.Policy.Trust.Authorities {
		entry := policy.Authority{Name: a.Name, Roles: a.Roles}
		for _, c := range a.Certificates {
			entry.Certificates = append(entry.Certificates, string(c.PEM()))
		}
		f.Authorities = append(f.Authorities, entry)
	}
	f.Development = r.Policy.AllowDevelopment
	text, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	return r.file("policy.json", text)
}
