// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// A verb is what a publisher does beside publishing.
type verb struct {
	name string
	run  func(ctx context.Context, args []string, w world) error
}

var verbs = []verb{
	{"sumdb key", func(_ context.Context, args []string, w world) error { return makeDatabaseKey(args, w, rand.Reader) }},
	{"sumdb check", checkDatabase},
	{"revoke", revoke},
	{"backup", func(ctx context.Context, args []string, w world) error { return copyFolder(ctx, backupUsage, args, w) }},
	{"restore", func(ctx context.Context, args []string, w world) error { return copyFolder(ctx, restoreUsage, args, w) }},
	{"prune", prune},
	{"registry backup", backupRegistry},
	{"registry restore", restoreRegistry},
	{"registry verify", verifyRegistry},
	{"registry prune", pruneRegistry},
}

// find is the verb that args begin with; nil where they begin with a flag.
func find(args []string) (*verb, []string) {
	for i, v := range verbs {
		words := strings.Fields(v.name)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == v.name {
			return &verbs[i], args[len(words):]
		}
	}
	return nil, args
}

// openFolder is the store that a target file:FOLDER or tuf:FOLDER names.
func openFolder(flag, target string, w world) (*tree.Store, error) {
	kind, dir, _ := strings.Cut(target, ":")
	if kind != "file" && kind != "tuf" || dir == "" || strings.HasPrefix(dir, "//") {
		return nil, action.UsageError("--%s %s: it has to be file:FOLDER", flag, target)
	}
	return &tree.Store{Dir: dir, Step: w.step}, nil
}
