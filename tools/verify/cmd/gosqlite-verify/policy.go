// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
	"github.com/gosqlite/gosqlite/tools/verify/trustedroot"
)

const policyUsage = `usage: gosqlite-verify policy {--key|--authority|--trusted-root} FILE... [flags]

Writes a policy from public keys and certificates that you hold to be right. Everything else of a policy is written by hand.

  --key FILE         public key of the release, in PEM; may be repeated
  --reproducer FILE  public key of somebody who rebuilds; may be repeated
  --authority FILE   certificates of a code-signing authority in PEM, the root last
  --trusted-root FILE
                     a trusted root as Sigstore's clients have it: its authorities for code signing and for timestamps,
                     and its logs. The authorities vouch for everybody, so --identity is needed
  --identity URI     whom these authorities vouch for; may be repeated
  --issuer URL       who has to have told these authorities the identity; any if it is not given
  --code FILE        certificates of an authority for signatures inside of programs, in PEM, the root last
  --timestamps FILE  certificates of a timestamp authority in PEM, the root last; may be repeated
  --need-timestamps N
                     timestamps that each signature needs
  --log ORIGIN=FILE  a transparency log: what its checkpoints begin with, and its public key in PEM; may be repeated
  --need-log-entries N
                     entries in different logs that each signature needs
  --minimum VERSION  refuse older releases
  --evidence KIND    demand evidence: sbom, debug, commit, tag, ledger, signed-sbom, signed-archives, module, vex, notes,
                     api, or inputs, which are yours; may be repeated
  --reproduced N     reproducers that must have had the same bytes
  --allow-development
                     accept a development authority, which proves nothing
  --out FILE         the policy to write; by default to stdout
`

func (p *program) policy(_ context.Context, usage string, args []string) error {
	var keys, reproducers, authorities, identities, code, stamps, logs, evidence action.List
	var out, trustedRoot, issuer string
	f := policy.File{Schema: policy.Schema}
	flags := flag.NewFlagSet("gosqlite-verify policy", flag.ContinueOnError)
	flags.Var(&keys, "key", "")
	flags.Var(&reproducers, "reproducer", "")
	flags.Var(&authorities, "authority", "")
	flags.StringVar(&trustedRoot, "trusted-root", "", "")
	flags.Var(&identities, "identity", "")
	flags.StringVar(&issuer, "issuer", "", "")
	flags.Var(&code, "code", "")
	flags.Var(&stamps, "timestamps", "")
	flags.Var(&logs, "log", "")
	flags.IntVar(&f.Require.LogEntries, "need-log-entries", 0, "")
	flags.Var(&evidence, "evidence", "")
	flags.IntVar(&f.Require.Timestamps, "need-timestamps", 0, "")
	flags.IntVar(&f.Require.Reproduced, "reproduced", 0, "")
	flags.StringVar(&f.Require.MinimumVersion, "minimum", "", "")
	flags.BoolVar(&f.Development, "allow-development", false, "")
	flags.StringVar(&out, "out", "", "")
	if err := action.Parse(flags, usage, args, p.stdout); err != nil {
		return err
	}
	if trustedRoot != "" && len(identities) == 0 {
		return action.UsageError("--trusted-root needs --identity: its authorities vouch for everybody who asks them")
	}
	if issuer != "" && trustedRoot == "" && len(authorities) == 0 {
		return action.UsageError("--issuer goes with --authority or --trusted-root")
	}
	for _, k := range []struct {
		files action.List
		role  trust.Role
	}{{keys, trust.Release}, {reproducers, trust.Reproducer}} {
		for _, name := range k.files {
			text, err := readFile(name, policy.MaxSize)
			if err != nil {
				return err
			}
			f.Keys = append(f.Keys, policy.Key{Name: filepath.Base(name), PEM: string(text), Roles: []trust.Role{k.role}})
		}
	}
	for _, a := range []struct {
		files      action.List
		role       trust.Role
		identities []string
		issuer     string
	}{{authorities, trust.Release, identities, issuer}, {code, trust.Code, nil, ""}} {
		for _, name := range a.files {
			chain, err := readChain(name)
			if err != nil {
				return err
			}
			f.Authorities = append(f.Authorities, policy.Authority{Name: filepath.Base(name), Certificates: chain, Roles: []trust.Role{a.role}, Identities: a.identities, Issuer: a.issuer})
		}
	}
	if trustedRoot != "" {
		if err := addTrustedRoot(&f, trustedRoot, identities, issuer); err != nil {
			return err
		}
	}
	for _, name := range stamps {
		chain, err := readChain(name)
		if err != nil {
			return err
		}
		f.Timestamps = append(f.Timestamps, policy.Stamps{Name: filepath.Base(name), Certificates: chain})
	}
	for _, l := range logs {
		origin, name, ok := strings.Cut(l, "=")
		if !ok {
			return action.UsageError("--log %s: it has to be ORIGIN=FILE", l)
		}
		text, err := readFile(name, policy.MaxSize)
		if err != nil {
			return err
		}
		f.Logs = append(f.Logs, policy.Log{Name: origin + " by " + filepath.Base(name), Origin: origin, PEM: string(text)})
	}
	for _, e := range evidence {
		f.Require.Evidence = append(f.Require.Evidence, policy.Evidence(e))
	}
	return p.writePolicy(&f, out)
}

// addTrustedRoot adds the authorities and logs of a trusted root, each with its window.
func addTrustedRoot(f *policy.File, name string, identities []string, issuer string) error {
	text, err := readFile(name, trustedroot.MaxSize)
	if err != nil {
		return err
	}
	t, err := trustedroot.Parse(text)
	if err != nil {
		return action.UsageError("%s: %w", name, err)
	}
	pems := func(chain []*pki.Certificate) (list []string) {
		for _, c := range chain {
			list = append(list, string(c.PEM()))
		}
		return list
	}
	for i, a := range t.Authorities {
		f.Authorities = append(f.Authorities, policy.Authority{
			Name: fmt.Sprintf("%s %d of %s", a.Name, i+1, filepath.Base(name)), Certificates: pems(a.Certificates), Identities: identities, Issuer: issuer,
			Roles: []trust.Role{trust.Release}, From: policy.Moment(a.From), Until: policy.Moment(a.Until),
		})
	}
	for i, a := range t.Stamps {
		f.Timestamps = append(f.Timestamps, policy.Stamps{
			Name: fmt.Sprintf("%s %d of %s", a.Name, i+1, filepath.Base(name)), Certificates: pems(a.Certificates), From: policy.Moment(a.From), Until: policy.Moment(a.Until),
		})
	}
	for i, l := range t.Logs {
		f.Logs = append(f.Logs, policy.Log{
			Name: fmt.Sprintf("%s %d of %s", l.Name, i+1, filepath.Base(name)), Origin: l.Origin, PEM: string(l.Key.PEM()), From: policy.Moment(l.From), Until: policy.Moment(l.Until),
		})
	}
	return nil
}

// writePolicy checks a policy and writes it.
func (p *program) writePolicy(f *policy.File, out string) error {
	if _, err := f.Policy(); err != nil {
		return action.UsageError("%w", err)
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if out == "" {
		_, err := p.stdout.Write(text)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return fmt.Errorf("write policy: %w", err)
	}
	return action.WriteFile(out, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err })
}

// readChain is the certificates of a file, each in PEM by itself.
func readChain(name string) ([]string, error) {
	text, err := readFile(name, policy.MaxSize)
	if err != nil {
		return nil, err
	}
	var chain []string
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		chain = append(chain, string(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes})))
	}
	if len(chain) == 0 {
		return nil, action.UsageError("%s holds no certificate in PEM", name)
	}
	return chain, nil
}

const rulesUsage = `usage: gosqlite-verify rules

Prints every rule: its name, the error classes of its refusals, what it reads and what it asks.
`

func (p *program) rules(_ context.Context, usage string, args []string) error {
	flags := flag.NewFlagSet("gosqlite-verify rules", flag.ContinueOnError)
	if err := action.Parse(flags, usage, args, p.stdout); err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, r := range verify.Rules {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Name, strings.Join(r.Classes, " "), r.Reads, r.Asks)
	}
	return w.Flush()
}
