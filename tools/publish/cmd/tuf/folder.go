// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify"
)

const (
	addUsage = `usage: tuf add --folder FOLDER --release FOLDER --policy FILE --out FOLDER [--days N] [--seen FILE]

Verifies a release, and writes the next metadata of the role of its channel and major version, with the release's files.
It is not signed. publish --to tuf:FOLDER brings it and the files to clients.

  --folder FOLDER      what is published
  --release FOLDER     the signed release
  --policy FILE        whom you trust, see docs/verifying.md; never from the release's folder
  --days N             after how many days the metadata ends; 365, when left out
  --seen FILE          the memory of the online keys, where it is at hand: versions are above all that clients may have seen
  --out FOLDER         where to write; no file is replaced
`
	removeUsage = `usage: tuf remove --folder FOLDER --version VERSION --out FOLDER [--days N] [--seen FILE]

Writes the next metadata of a version's role without the version. It is not signed. tuf snapshot brings it to clients.

  --version VERSION    as v1.2.0
  --folder FOLDER      what is published
  --days N             after how many days the metadata ends; 365, when left out
  --seen FILE          the memory of the online keys, where it is at hand: versions are above all that clients may have seen
  --out FOLDER         where to write; no file is replaced
`
	rotateUsage = `usage: tuf rotate --folder FOLDER --out FOLDER [FLAGS]

Writes the next root, the next targets, or both, and what changed keys have to sign anew. It is not signed: a next root
needs the signatures of the old keys and of the new ones.

  --add ROLE=PUBLIC    one key more; a new role such as stable-v2 begins so
  --remove ROLE=KEY    one less: its public key, or its identifier
  --threshold ROLE=N   how many have to sign
  --renew ROLE         root, targets or a delegated role, with a later end
  --days ROLE=N        after how many days it ends; 365, when left out
  --seen FILE          the memory of the online keys, where it is at hand: versions are above all that clients may have seen
  --not KEY            whose key no role may have, as the release key's: public keys and certificates in a file, or
                       SCHEME:REST for one in a plug-in; may be repeated. Besides these, no key of a published release's
                       signatures may have one
  --policy FILE        all whom users trust, see docs/verifying.md: keys, authorities, timestamp authorities, logs
  --folder FOLDER      what is published
  --out FOLDER         where to write; no file is replaced
`
	snapshotUsage = `usage: tuf snapshot --folder FOLDER --online FILE [--staged FOLDER] [--seen FILE]

Takes signed metadata in, holds it against who has to sign it, makes snapshot and timestamp, and publishes all of it as
one transaction.

  --folder FOLDER      what is published
  --staged FOLDER      signed metadata; what is published already is left out
  --online FILE        names the keys of snapshot and timestamp, see docs/publishing.md
  --seen FILE          what was published last; ONLINE.seen, when left out. A folder that is behind it is refused
`
	timestampUsage = `usage: tuf timestamp --folder FOLDER --online FILE [--seen FILE]

Makes a timestamp that ends later, and publishes it. Run it well before the last one ends.

  --folder FOLDER      what is published
  --online FILE        names the keys of snapshot and timestamp, see docs/publishing.md
  --seen FILE          what was published last; ONLINE.seen, when left out. A folder that is behind it is refused
`
)

func runAdd(ctx context.Context, w *world, args []string) error {
	var folder, dir, rules, out, seen string
	days := 365
	f := newFlags("add")
	f.StringVar(&folder, "folder", "", "")
	f.StringVar(&dir, "release", "", "")
	f.StringVar(&rules, "policy", "", "")
	f.StringVar(&seen, "seen", "", "")
	f.StringVar(&out, "out", "", "")
	f.IntVar(&days, "days", days, "")
	if err := action.Parse(f, addUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"folder": folder, "release": dir, "policy": rules, "out": out}, "folder", "release", "policy", "out"); err != nil {
		return err
	}
	p, err := readPolicy(rules)
	if err != nil {
		return err
	}
	report, err := verify.Run(ctx, verify.Options{Dir: dir, Policy: p, Now: w.now()})
	if err != nil {
		return err
	}
	if !report.OK {
		said := "it is not verified"
		if len(report.Faults) > 0 {
			said = fmt.Sprint(report.Faults[0])
		}
		return action.Reject(fmt.Errorf("add %s: the verifier refuses it, %d faults: %s: see gosqlite-verify %s", dir, len(report.Faults), said, dir))
	}
	var files []tree.File
	for _, f := range report.Files {
		files = append(files, tree.File{Path: f.Name, Size: f.Size, SHA256: f.SHA256})
	}
	r, err := load(folder, seen)
	if err != nil {
		return err
	}
	foreign, err := tuf.Trusted(p)
	if err != nil {
		return err
	}
	signed, err := tuf.SignersOf(dir, files)
	if err != nil {
		return err
	}
	if err := r.Apart(append(foreign, signed...)); err != nil {
		return fmt.Errorf("add %s: %w", dir, apart(err))
	}
	version := "v" + report.Version
	role, err := tuf.RoleOf(version)
	if err != nil {
		return err
	}
	staged, err := r.Add(version, files, tuf.Days{role: days}, w.now())
	if err != nil {
		return action.Reject(err)
	}
	return writeStaged(w, out, staged)
}

func runRemove(_ context.Context, w *world, args []string) error {
	var folder, version, out, seen string
	days := 365
	f := newFlags("remove")
	f.StringVar(&folder, "folder", "", "")
	f.StringVar(&version, "version", "", "")
	f.StringVar(&seen, "seen", "", "")
	f.StringVar(&out, "out", "", "")
	f.IntVar(&days, "days", days, "")
	if err := action.Parse(f, removeUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"folder": folder, "version": version, "out": out}, "folder", "version", "out"); err != nil {
		return err
	}
	role, err := tuf.RoleOf(version)
	if err != nil {
		return action.UsageError("--version: %v", err)
	}
	r, err := load(folder, seen)
	if err != nil {
		return err
	}
	staged, err := r.Remove(version, tuf.Days{role: days}, w.now())
	if err != nil {
		return err
	}
	return writeStaged(w, out, staged)
}

func runRotate(ctx context.Context, w *world, args []string) error {
	var add, remove, thresholds, renew, periods, others action.List
	var folder, out, seen, rules string
	f := newFlags("rotate")
	f.StringVar(&rules, "policy", "", "")
	f.StringVar(&seen, "seen", "", "")
	f.StringVar(&folder, "folder", "", "")
	f.StringVar(&out, "out", "", "")
	f.Var(&add, "add", "")
	f.Var(&remove, "remove", "")
	f.Var(&thresholds, "threshold", "")
	f.Var(&renew, "renew", "")
	f.Var(&periods, "days", "")
	f.Var(&others, "not", "")
	if err := action.Parse(f, rotateUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"folder": folder, "out": out}, "folder", "out"); err != nil {
		return err
	}
	e := tuf.Edit{Remove: map[string][]string{}, Renew: renew}
	var err error
	if e.Add, err = roleKeys("add", add); err != nil {
		return err
	}
	for _, text := range remove {
		role, id, err := pair("remove", text)
		if err != nil {
			return err
		}
		if raw, err := hex.DecodeString(id); err != nil || len(raw) != 32 {
			k, err := readKey(id)
			if err != nil {
				return err
			}
			id = k.ID
		}
		e.Remove[role] = append(e.Remove[role], id)
	}
	if e.Threshold, err = roleNumbers("threshold", thresholds); err != nil {
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
	r, err := load(folder, seen)
	if err != nil {
		return err
	}
	staged, err := r.Rotate(e, foreign, days, w.now())
	if err != nil {
		return apart(err)
	}
	return writeStaged(w, out, staged)
}

func runSnapshot(ctx context.Context, w *world, args []string) error {
	var folder, dir, online, seen string
	f := newFlags("snapshot")
	f.StringVar(&folder, "folder", "", "")
	f.StringVar(&dir, "staged", "", "")
	f.StringVar(&seen, "seen", "", "")
	f.StringVar(&online, "online", "", "")
	if err := action.Parse(f, snapshotUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"folder": folder, "online": online}, "folder", "online"); err != nil {
		return err
	}
	var staged tuf.Staged
	if dir != "" {
		var err error
		if staged, err = readStaged(dir); err != nil {
			return err
		}
	}
	return publish(ctx, w, folder, online, memory(seen, online), staged, true)
}

func runTimestamp(ctx context.Context, w *world, args []string) error {
	var folder, online, seen string
	f := newFlags("timestamp")
	f.StringVar(&seen, "seen", "", "")
	f.StringVar(&folder, "folder", "", "")
	f.StringVar(&online, "online", "", "")
	if err := action.Parse(f, timestampUsage, args, w.stdout); err != nil {
		return err
	}
	if err := need(map[string]string{"folder": folder, "online": online}, "folder", "online"); err != nil {
		return err
	}
	return publish(ctx, w, folder, online, memory(seen, online), nil, false)
}

// publish makes the online metadata and commits it with what was staged.
func publish(ctx context.Context, w *world, folder, online string, seen tuf.Seen, staged tuf.Staged, renew bool) error {
	text, err := action.ReadFile(online, maxFile)
	if err != nil {
		return err
	}
	keys, err := tuf.ParseOnline(text, filepath.Dir(online), w.surroundings())
	if err != nil {
		return action.UsageError("%s: %v", online, err)
	}
	store := &tree.Store{Dir: folder}
	r, index, generation, err := tuf.Load(store)
	if err != nil {
		return err
	}
	if err := seen.Hold(r); err != nil {
		return fmt.Errorf("publish into %s: %w", folder, err)
	}
	if staged, err = tuf.Unpublished(index, staged); err != nil {
		return action.Reject(err)
	}
	after, items, err := r.Next(ctx, tuf.Step{Staged: staged, Renew: renew, Index: index, Now: w.now()}, keys)
	if err != nil {
		return action.Reject(err)
	}
	change, err := tree.Update(index, generation, items)
	if err != nil {
		return err
	}
	for _, d := range change.Files {
		fmt.Fprintf(w.stdout, "%s %s\n", d.Change, d.Path)
	}
	return seen.Commit(ctx, store, change, r, after)
}

// load reads a repository, and what is remembered of it where that is at hand.
func load(folder, seen string) (*tuf.Repository, error) {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read repository: %w; name the folder that tuf snapshot filled", err)
	}
	r, _, _, err := tuf.Load(&tree.Store{Dir: folder})
	if err == nil && seen != "" {
		err = tuf.Seen{Name: seen}.Hold(r)
	}
	return r, err
}
