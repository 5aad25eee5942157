// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
)

// publishFlags are the publisher's flags that the train takes by --publish-flag, and whether each names a file. The others the
// train gives itself.
var publishFlags = map[string]bool{
	"advisories": true, "site": true, "tuf-staged": true, "tuf-online": true, "tuf-seen": true, "credentials": true, "ca": true,
	"sumdb": false, "sumdb-key": true, "sumdb-secret": false, "sumdb-plugin": false, "sumdb-seen": true, "demand-log": false,
}

// checkPublishing makes names of files whole, since the publisher runs in the tree, and refuses what it would refuse hours
// later.
func (o *options) checkPublishing() error {
	if o.publish && len(o.to) == 0 {
		return action.UsageError("--publish: --to is needed, too; docs/publishing.md has the targets")
	}
	for i, to := range o.to {
		for _, kind := range []string{"file:", "tuf:"} {
			if dir, ok := strings.CutPrefix(to, kind); ok {
				whole, err := filepath.Abs(dir)
				if err != nil {
					return err
				}
				o.to[i] = kind + whole
			}
		}
	}
	for i, f := range o.publishFlags {
		name, value, ok := strings.Cut(f, "=")
		isFile, known := publishFlags[name]
		switch {
		case !known || !ok || value == "":
			return action.UsageError("--publish-flag %q: name one of %s, with = and its value", f, strings.Join(slices.Sorted(maps.Keys(publishFlags)), ", "))
		case len(o.to) == 0:
			return action.UsageError("--publish-flag %s: --to is needed, too", name)
		case name == "sumdb-key" && (key.Reference{Name: value}).Check() != nil:
			return action.UsageError("--publish-flag %s: %w", name, (key.Reference{Name: value}).Check())
		case isFile && !strings.Contains(value, ":"):
			whole, err := filepath.Abs(value)
			if err != nil {
				return err
			}
			o.publishFlags[i] = name + "=" + whole
		}
	}
	return nil
}

// publishAll hands dist to the publisher, with the facts that the steps before it made and what --publish-flag adds. Without a
// target it says what there is to publish.
func (j *journey) publishAll(ctx context.Context) error {
	if len(j.to) > 0 {
		if j.policy == "" {
			return action.UsageError("--policy is needed; docs/verifying.md says how to make one")
		}
		args := []string{"run", "//:publish", "--", "--release", j.in("dist"), "--policy", j.policy,
			"--scan", j.in("scan", "scan.json"), "--semver", j.in("semver.json")}
		for _, to := range j.to {
			args = append(args, "--to", to)
		}
		for _, f := range j.publishFlags {
			name, value, _ := strings.Cut(f, "=")
			args = append(args, "--"+name, value)
		}
		if j.publish {
			args = append(args, "--publish")
		}
		return j.bazelw("publish", args...)(ctx)
	}
	for _, dir := range []string{"dist", "notes", "proxy"} {
		n := 0
		err := filepath.WalkDir(j.in(dir), func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				n++
			}
			return err
		})
		if err == nil && n == 0 {
			err = errors.New("it is empty")
		}
		if err != nil {
			return fmt.Errorf("look at %s: %w", j.in(dir), err)
		}
		fmt.Fprintf(j.stdout, "there is to publish %s: %d files\n", j.in(dir), n)
	}
	return nil
}
