// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/gate"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

const usage = `usage: publish --release FOLDER --policy FILE --scan FILE --semver FILE --to TARGET [--publish] [FLAGS]

  --release FOLDER      the signed release
  --policy FILE         what the verifier trusts, see docs/verifying.md; never from the release's folder
  --scan FILE           scan.json of scan --gate release
  --semver FILE         report of //:semver --json about this version
  --to TARGET           where to: file:FOLDER, tuf:FOLDER, or oci://HOST/REPOSITORY; may be repeated
  --demand-log N        refuse a release unless each signature is in N transparency logs that the policy names; by default
                        what the policy demands
  --advisories FOLDER   the feed that scan advisory build wrote; for a folder
  --site FILE           the manual, as //docs:site makes it; for a folder
  --tuf-staged FOLDER   signed metadata that lists the release, see tuf add; for tuf:FOLDER
  --tuf-online FILE     names the keys of snapshot and timestamp; for tuf:FOLDER
  --tuf-seen FILE       what was published there last; ONLINE.seen, when left out. A folder that is behind it is refused
  --credentials FILE    {"user": "...", "password": "..."} of a registry, with mode 0600
  --ca FILE             certificates that a registry's has to lead to; default: those of the system
  --sumdb NAME          the folder's checksum database for the go command, such as sum.example.org
  --sumdb-key KEY       its key, see publish sumdb key; --sumdb-secret SOURCE and --sumdb-plugin PROGRAM as for sign
  --sumdb-seen FILE     what the key has signed; KEY.seen, when left out
  --publish             not a dry run
  --json                prints the plan for machines

publish sumdb key | sumdb check | revoke | backup | restore | prune | registry backup | registry restore | registry verify |
registry prune: each tells its flags with --help.

Exit codes: 0 done, 1 failure, 2 usage, 3 refused.
`

// maxReport bounds a file that is named by a flag, in bytes.
const maxReport = 64 << 20

// A world is this run's surroundings.
type world struct {
	stdout, stderr io.Writer
	now            func() time.Time
	step           func(string) // for tests
}

type options struct {
	release, policy, scan, semver, to, advisories, site, staged, online, seen, login, ca string
	publish, json, revokes                                                               bool
	logEntries                                                                           int
	targets                                                                              action.List    // all, where "to" is one of them
	trusts                                                                               *policy.Policy // once it was read
	database                                                                             database
}

func run(ctx context.Context, args []string, w world) int {
	if v, rest := find(args); v != nil {
		return action.Exit(w.stderr, "publish "+v.name, v.run(ctx, rest, w))
	}
	return action.Exit(w.stderr, "publish", publish(ctx, args, w))
}

func parse(args []string, w world) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("publish", flag.ContinueOnError)
	f.StringVar(&o.release, "release", "", "")
	f.StringVar(&o.policy, "policy", "", "")
	f.StringVar(&o.scan, "scan", "", "")
	f.StringVar(&o.semver, "semver", "", "")
	f.Var(&o.targets, "to", "")
	f.StringVar(&o.advisories, "advisories", "", "")
	f.StringVar(&o.site, "site", "", "")
	f.StringVar(&o.staged, "tuf-staged", "", "")
	f.StringVar(&o.online, "tuf-online", "", "")
	f.StringVar(&o.seen, "tuf-seen", "", "")
	f.StringVar(&o.login, "credentials", "", "")
	f.StringVar(&o.ca, "ca", "", "")
	f.IntVar(&o.logEntries, "demand-log", 0, "")
	o.database.flags(f)
	f.BoolVar(&o.publish, "publish", false, "")
	f.BoolVar(&o.json, "json", false, "")
	if err := action.Parse(f, usage, args, w.stdout); err != nil {
		return nil, err
	}
	if o.release == "" || o.policy == "" || len(o.targets) == 0 {
		return nil, action.UsageError("--release, --policy and --to are needed")
	}
	if o.logEntries < 0 {
		return nil, action.UsageError("--demand-log %d: a number of logs is needed", o.logEntries)
	}
	return o, errors.Join(o.database.check(), o.checkTargets())
}

func publish(ctx context.Context, args []string, w world) error {
	o, err := parse(args, w)
	if err != nil {
		return err
	}
	all, err := o.publications(ctx, w)
	if err != nil {
		return err
	}
	var refused []error
	for _, x := range all {
		show := x.plan.Table
		if o.json {
			show = x.plan.JSON
		}
		if err := show(w.stdout); err != nil {
			return err
		}
		refused = append(refused, x.refusal())
	}
	if err := errors.Join(refused...); err != nil {
		return action.Reject(err)
	}
	if !o.publish {
		return nil
	}
	return commit(ctx, all)
}

// input reads what the release is judged by.
func (o *options) input(now time.Time) (in gate.Input, err error) {
	if err = o.policyIsOwn(); err != nil {
		return in, err
	}
	text, err := read("policy", o.policy)
	if err != nil {
		return in, err
	}
	in = gate.Input{Dir: o.release, Now: now, LogEntries: o.logEntries, Rehearsal: !o.publish}
	if in.Policy, err = policy.Parse(text); err != nil {
		return in, action.UsageError("%s: %w", o.policy, err)
	}
	if in.Scan, err = read("scan", o.scan); err != nil {
		return in, err
	}
	in.SemVer, err = read("semver", o.semver)
	return in, err
}

// policyIsOwn: whoever made the release's folder could have put a policy into it.
func (o *options) policyIsOwn() error {
	var places [2]string
	for i, name := range []string{o.release, o.policy} {
		absolute, err := filepath.Abs(name)
		if err == nil {
			absolute, err = filepath.EvalSymlinks(absolute)
		}
		if err != nil {
			return err
		}
		places[i] = absolute
	}
	if rel, err := filepath.Rel(places[0], places[1]); err == nil && filepath.IsLocal(rel) {
		return action.UsageError("--policy %s: it lies in the folder of the release; a policy is the publisher's own", o.policy)
	}
	return nil
}

// layOut is the folder with the release, by the digests that were verified, and what is published with it.
func (o *options) layOut(ctx context.Context, release *gate.Release, base *tree.Index, generation string, with []tree.Item) (*tree.Change, error) {
	items := append(tree.Release(o.release, release.Version, filesOf(release)), with...)
	module, err := tree.Module(o.release, release.Manifest, base)
	if err != nil {
		return nil, err
	}
	items = append(items, module...)
	sums, err := o.database.items(ctx, o, release, base, generation)
	if err != nil {
		return nil, err
	}
	items = append(items, sums...)
	if o.advisories != "" {
		feed, err := tree.Advisories(o.advisories)
		if err != nil {
			return nil, err
		}
		items = append(items, feed...)
	}
	if o.site != "" {
		pages, err := tree.Site(o.site)
		if err != nil {
			return nil, err
		}
		items = append(items, pages...)
	}
	return tree.Plan(base, generation, tree.Version{Version: release.Version, Manifest: release.Digest}, items)
}

func filesOf(release *gate.Release) []tree.File {
	var files []tree.File
	for _, f := range release.Files {
		files = append(files, tree.File{Path: f.Name, Size: f.Size, SHA256: f.SHA256})
	}
	return files
}

// read reads the file of a flag; nil where it names none.
func read(flag, name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read --%s: %w", flag, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxReport+1))
	if err == nil && len(text) > maxReport {
		err = fmt.Errorf("%s is larger than %d bytes", name, maxReport)
	}
	if err != nil {
		return nil, fmt.Errorf("read --%s: %w", flag, err)
	}
	return append([]byte{}, text...), nil
}
