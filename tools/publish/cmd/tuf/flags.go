// SPDX-License-Identifier: MIT

package main

import (
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

func readKeys(list action.List) ([]tuf.Key, error) {
	var out []tuf.Key
	for _, file := range list {
		k, err := readKey(file)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
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
