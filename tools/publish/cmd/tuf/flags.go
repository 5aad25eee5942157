// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// maxFile bounds a file that is named by a flag, in bytes.
const maxFile = 8 << 20

// keyFlags are --key, --secret and --plugin.
func keyFlags(f *flag.FlagSet, ref *key.Reference) {
	f.StringVar(&ref.Name, "key", "", "")
	f.StringVar(&ref.Secret, "secret", "", "")
	f.StringVar(&ref.Plugin, "plugin", "", "")
}

// pair takes ROLE=VALUE apart.
func pair(name, text string) (role, value string, err error) {
	role, value, ok := strings.Cut(text, "=")
	if !ok || role == "" || value == "" {
		return "", "", action.UsageError("--%s %s: it has to be ROLE=VALUE", name, text)
	}
	return role, value, nil
}

func roleKeys(name string, list action.List) (map[string][]tuf.Key, error) {
	out := map[string][]tuf.Key{}
	for _, text := range list {
		role, file, err := pair(name, text)
		if err != nil {
			return nil, err
		}
		k, err := readKey(file)
		if err != nil {
			return nil, err
		}
		out[role] = append(out[role], k)
	}
	return out, nil
}

func roleNumbers(name string, list action.List) (map[string]int, error) {
	out := map[string]int{}
	for _, text := range list {
		role, value, err := pair(name, text)
		if err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return nil, action.UsageError("--%s %s: it has to be ROLE=NUMBER", name, text)
		}
		out[role] = n
	}
	return out, nil
}

// strangers are those whom --not and --policy name. A key that a plug-in holds is asked for its public part.
func strangers(ctx context.Context, w *world, list action.List, rules string) ([]tuf.Stranger, error) {
	var out []tuf.Stranger
	for _, name := range list {
		if ref := (key.Reference{Name: name}); ref.InPlugin() {
			s, err := inPlugin(ctx, w, ref)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
			continue
		}
		text, err := action.ReadFile(name, maxFile)
		if err != nil {
			return nil, err
		}
		all, err := tuf.ParseStrangers(name, text)
		if err != nil {
			return nil, err
		}
		out = append(out, all...)
	}
	if rules == "" {
		return out, nil
	}
	p, err := readPolicy(rules)
	if err != nil {
		return nil, err
	}
	all, err := tuf.Trusted(p)
	return append(out, all...), err
}

func inPlugin(ctx context.Context, w *world, ref key.Reference) (s tuf.Stranger, err error) {
	if err := ref.Check(); err != nil {
		return s, action.UsageError("--not: %v", err)
	}
	k, err := ref.Open(ctx, w.surroundings())
	if err != nil {
		return s, fmt.Errorf("open --not %s: %w", ref.Name, err)
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	return tuf.NewStranger(ref.Name, k.Public())
}

func readPolicy(name string) (*policy.Policy, error) {
	text, err := action.ReadFile(name, maxFile)
	if err != nil {
		return nil, err
	}
	p, err := policy.Parse(text)
	if err != nil {
		return nil, action.UsageError("%s: %w", name, err)
	}
	return p, nil
}

// apart is err, with exit code 3 where a key has two parts or is a stranger's.
func apart(err error) error {
	var shared *tuf.SharedKeyError
	if errors.As(err, &shared) {
		return action.Reject(err)
	}
	return err
}

func readKey(file string) (tuf.Key, error) {
	text, err := action.ReadFile(file, maxFile)
	if err != nil {
		return tuf.Key{}, err
	}
	k, err := tuf.ParseKey(text)
	if err != nil {
		return tuf.Key{}, fmt.Errorf("%s: %w", file, err)
	}
	return k, nil
}

// writeStaged writes metadata that is to be signed, and says so. Signatures that were added to a file are not replaced.
func writeStaged(w *world, dir string, staged tuf.Staged) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(staged))
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return fmt.Errorf("write %s: it is there already; use it, or remove it first", filepath.Join(dir, name))
		}
	}
	for _, name := range names {
		if err := writeNew(filepath.Join(dir, name), staged[name]); err != nil {
			return err
		}
		fmt.Fprintf(w.stdout, "%s, to be signed\n", filepath.Join(dir, name))
	}
	return nil
}

// writeNew writes a file that was not there, whole or not at all.
func writeNew(name string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Link(f.Name(), name)
}

// readStaged reads the metadata in a folder.
func readStaged(dir string) (tuf.Staged, error) {
	staged, err := tuf.ReadStaged(dir)
	if err == nil && len(staged) == 0 {
		err = fmt.Errorf("read %s: there is no metadata, such as 1.root.json", dir)
	}
	return staged, err
}
