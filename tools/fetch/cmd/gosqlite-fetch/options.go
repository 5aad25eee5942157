// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"flag"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gosqlite/gosqlite/tools/fetch/download"
	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// sourceFlags is the part of usage texts about sources.
const sourceFlags = `  --from SOURCE        oci://HOST/REPOSITORY, https://HOST/PATH, file:FOLDER, or a TUF repository: tuf+https://HOST/PATH,
                       tuf+file:FOLDER
  --tuf-root ROOT      its first root, which you have from elsewhere: a file, or sha256:DIGEST of its 1.root.json; default
                       gosqlite/root.json in your configuration
  --credentials FILE   {"user": "...", "password": "..."} of that host, with mode 0600
  --ca FILE            certificates that the host's has to lead to; default: those of the system
`

// policyFlags is the part about the policy and the output.
const policyFlags = `  --policy FILE        whom to trust, as gosqlite-verify has it; default gosqlite/policy.json in your configuration
  --json               print the result for machines
`

// options are the flags of all commands; a command says which of them it takes.
type options struct {
	flags                                         *flag.FlagSet
	from, to, folder, login, ca, policyFile, root string
	platform, version, channel                    string
	versions                                      action.List
	keep                                          int
	downgrade, revoked, repair, json              bool
}

// parse reads the flags that a usage text names, and no others.
func parse(tool, usage string, args []string, w world) (*options, error) {
	o := &options{flags: flag.NewFlagSet(tool, flag.ContinueOnError)}
	takes := func(name string) bool { return strings.Contains(usage, "\n  --"+name+" ") }
	for name, to := range map[string]*string{"from": &o.from, "to": &o.to, "folder": &o.folder, "credentials": &o.login, "ca": &o.ca, "tuf-root": &o.root,
		"policy": &o.policyFile, "platform": &o.platform, "version": &o.version, "channel": &o.channel} {
		if takes(name) {
			o.flags.StringVar(to, name, "", "")
		}
	}
	if takes("versions") {
		o.flags.Var(&o.versions, "versions", "")
	}
	if takes("keep") {
		o.flags.IntVar(&o.keep, "keep", 3, "")
	}
	for name, to := range map[string]*bool{"allow-downgrade": &o.downgrade, "allow-revoked": &o.revoked, "repair": &o.repair, "json": &o.json} {
		if takes(name) {
			o.flags.BoolVar(to, name, false, "")
		}
	}
	if err := action.Parse(o.flags, usage, args, w.stdout); err != nil {
		return o, err
	}
	if o.keep < 0 {
		return o, action.UsageError("--keep %d: a number of versions is needed; 0 keeps all", o.keep)
	}
	if o.version != "" && !strings.HasPrefix(o.version, "v") {
		o.version = "v" + o.version
	}
	return o, nil
}

// policy reads the policy, from a file that is named or from the user's configuration. None of these folders may hold it:
// who made them could have made it.
func (o *options) policy(w world, folders ...string) (*policy.Policy, error) {
	name := o.policyFile
	if name == "" {
		if w.config == "" {
			return nil, action.UsageError("no policy: there is no folder for your configuration; name a file with --policy")
		}
		name = filepath.Join(w.config, "gosqlite", "policy.json")
	}
	text, err := action.ReadFile(name, policy.MaxSize)
	if errors.Is(err, fs.ErrNotExist) && o.policyFile == "" {
		return nil, action.UsageError("no policy: %s is not there. Get the release key from a place that you trust, then run: gosqlite-verify policy --key KEY.pem --out %s", name, name)
	}
	if err != nil {
		return nil, action.UsageError("read policy: %w", err)
	}
	for _, folder := range append(folders, o.folderOf()) {
		if folder != "" && inside(name, folder) {
			return nil, action.UsageError("policy %s lies in %s: whoever made that folder could have made it", name, folder)
		}
	}
	p, err := policy.Parse(text)
	if err != nil {
		return nil, action.UsageError("%s: %w", name, err)
	}
	return p, nil
}

// inside reports whether a file lies in a folder, by their real places.
func inside(name, folder string) bool {
	rel, err := filepath.Rel(realPath(folder), realPath(name))
	return err == nil && filepath.IsLocal(rel)
}

func realPath(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	return name
}

// downloader downloads with this run's patience, and shows how far it is.
func (o *options) downloader(w world) download.Downloader {
	d := download.Downloader{Stall: w.stall, Wait: w.wait}
	if w.terminal && !o.json {
		d.Got = newProgress(w).got
	}
	return d
}

// hostPlatform is the row of the platform list that this program runs on; on Linux, that of the GNU C library.
func hostPlatform() string {
	arch := runtime.GOARCH
	if arch == "arm" {
		arch = "armv7"
	}
	return runtime.GOOS + "_" + arch
}

// channelOf reads the channel; by default the one that was followed before.
func (o *options) channelOf(before source.Channel) (source.Channel, error) {
	switch {
	case o.channel == "" && before != "":
		return before, nil
	case o.channel == "":
		return source.Stable, nil
	}
	c, err := source.ParseChannel(o.channel)
	if err != nil {
		return "", action.UsageError("%w", err)
	}
	return c, nil
}
