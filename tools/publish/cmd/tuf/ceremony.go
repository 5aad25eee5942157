// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
)

const (
	keyUsage = `usage: tuf key --key KEY --public FILE [--secret SOURCE] [--plugin PROGRAM]

Makes a new ECDSA key on P-256: in a file, encrypted, or in a plug-in's store. Nothing is replaced.

  --key KEY            the file to make, or SCHEME:REST such as pkcs11:token=root;object=2026
  --public FILE        the file for its public key
  --secret SOURCE      where its passphrase or PIN comes from: file:PATH (mode 0600) or fd:N; asked for when left out
  --plugin PROGRAM     the plug-in, when it is not in the PATH
`
	initUsage = `usage: tuf init --key ROLE=PUBLIC... [--threshold ROLE=N]... --out FOLDER [FLAGS]

Makes 1.root.json and 1.targets.json from public keys. Neither is signed: tuf sign adds a signature at a time.

  --key ROLE=PUBLIC    a public key in PEM for root, targets, snapshot, timestamp, or a role such as stable-v1 or
                       candidate-v1; each of the first four needs one, and root two
  --threshold ROLE=N   how many keys have to sign; 2 for root and 1 for the others, when left out
  --days ROLE=N        after how many days its metadata ends; 365, when left out
  --not KEY            whose key no role may have, as the release key's: public keys and certificates in a file, or
                       SCHEME:REST for one in a plug-in; may be repeated
  --policy FILE        all whom users trust, see docs/verifying.md: keys, authorities, timestamp authorities, logs
  --out FOLDER         where to write; no file is replaced
`
	showUsage = `usage: tuf show --metadata FILE

Shows root, targets or a delegated role as a table: version, end, keys, delegations and files.
`
	signUsage = `usage: tuf sign --metadata FILE --key KEY [--by FILE] [FLAGS]

Adds the signature of one key. A key that has no part in the role is refused.

  --metadata FILE      such as 1.root.json, 2.targets.json or 5.stable-v1.json; it is replaced
  --by FILE            who says whose keys count: the root before it for a root, the root for targets, the targets for
                       another role; the first root needs none
  --key KEY            a file with an encrypted PKCS #8 key, or SCHEME:REST for one in a plug-in
  --secret SOURCE      where its passphrase or PIN comes from: file:PATH (mode 0600) or fd:N; asked for when left out
  --plugin PROGRAM     the plug-in, when it is not in the PATH
`
)

func runKey(ctx context.Context, w *world, args []string) (err error) {
	var ref key.Reference
	var public string
	f := newFlags("key")
	keyFlags(f, &ref)
	f.StringVar(&public, "public", "", "")
	if err := action.Parse(f, keyUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"key": ref.Name, "public": public}, "key", "public"); err != nil {
		return err
	}
	if err := ref.Check(); err != nil {
		return action.UsageError("%v", err)
	}
	if _, err := os.Lstat(public); err == nil {
		return action.UsageError("--public %s is there already", public)
	}
	k, err := ref.Make(ctx, w.surroundings(), w.random)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	text, err := tuf.EncodeKey(k.Public())
	if err != nil {
		return err
	}
	made, err := tuf.NewKey(k.Public())
	if err != nil {
		return err
	}
	if err := writeNew(public, text); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "key %s\n", made.ID)
	return err
}

func runInit(ctx context.Context, w *world, args []string) error {
	var keys, thresholds, periods, others action.List
	var out, rules string
	f := newFlags("init")
	f.StringVar(&rules, "policy", "", "")
	f.Var(&keys, "key", "")
	f.Var(&thresholds, "threshold", "")
	f.Var(&periods, "days", "")
	f.Var(&others, "not", "")
	f.StringVar(&out, "out", "", "")
	if err := action.Parse(f, initUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"out": out}, "out"); err != nil {
		return err
	}
	byRole, err := roleKeys("key", keys)
	if err != nil {
		return err
	}
	threshold, err := roleNumbers("threshold", thresholds)
	if err != nil {
		return err
	}
	days, err := roleNumbers("days", periods)
	if err != nil {
		return err
	}
	if err := tuf.Days(days).Check(); err != nil {
		return action.UsageError("--days: %v", err)
	}
	foreign, err := strangers(ctx, w, others, rules)
	if err != nil {
		return err
	}
	groups := map[string]tuf.Group{}
	for role, k := range byRole {
		groups[role] = tuf.Group{Keys: k, Threshold: threshold[role]}
		delete(threshold, role)
	}
	for role := range threshold {
		return action.UsageError("--threshold %s: it has no key", role)
	}
	staged, err := tuf.Begin(groups, foreign, days, w.now())
	if err != nil {
		return apart(err)
	}
	return writeStaged(w, out, staged)
}

func runShow(_ context.Context, w *world, args []string) error {
	var name string
	f := newFlags("show")
	f.StringVar(&name, "metadata", "", "")
	if err := action.Parse(f, showUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"metadata": name}, "metadata"); err != nil {
		return err
	}
	text, err := action.ReadFile(name, maxFile)
	if err != nil {
		return err
	}
	rows, err := tuf.Describe(filepath.Base(name), text)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\n", r[0], r[1])
	}
	return t.Flush()
}

func runSign(ctx context.Context, w *world, args []string) (err error) {
	var ref key.Reference
	var name, by string
	f := newFlags("sign")
	keyFlags(f, &ref)
	f.StringVar(&name, "metadata", "", "")
	f.StringVar(&by, "by", "", "")
	if err := action.Parse(f, signUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"metadata": name, "key": ref.Name}, "metadata", "key"); err != nil {
		return err
	}
	if err := ref.Check(); err != nil {
		return action.UsageError("%v", err)
	}
	text, err := action.ReadFile(name, maxFile)
	if err != nil {
		return err
	}
	var delegator []byte
	if by != "" {
		if delegator, err = action.ReadFile(by, maxFile); err != nil {
			return err
		}
	}
	k, err := ref.Open(ctx, w.surroundings())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	signed, counts, err := tuf.Sign(filepath.Base(name), text, delegator, k)
	if err != nil {
		return action.Reject(err)
	}
	if err := action.WriteFile(name, 0o644, func(w io.Writer) error { _, err := w.Write(signed); return err }); err != nil {
		return err
	}
	for _, c := range counts {
		fmt.Fprintf(w.stdout, "%s: %d of %d signatures that %s asks for\n", filepath.Base(name), c.Have, c.Need, c.Of)
	}
	return nil
}
