// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/gosqlite/gosqlite/tools/fetch/mirror"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

const syncUsage = `usage: gosqlite-fetch mirror sync --from SOURCE --folder FOLDER [FLAGS]

Copies a source into a folder of plain files, each release verified whole. From then on file:FOLDER is a source, and so is a
web server of FOLDER/current. A TUF repository is copied with its metadata: tuf+file:FOLDER is one, until that ends.

  --folder FOLDER      where to; what is on its way lies in FOLDER.staging
` + sourceFlags + `  --versions V         copy this version alone; may be given more than once; default: all
  --allow-downgrade    admit a source that lacks versions which the folder has
` + policyFlags

const mirrorVerifyUsage = `usage: gosqlite-fetch mirror verify --folder FOLDER [FLAGS]

Holds every file of a mirror against its index, and every release against the policy.

  --folder FOLDER      what mirror sync made, or publish --to file:FOLDER
` + policyFlags

func mirrorSync(ctx context.Context, o *options, w world) error {
	if o.folder == "" {
		return action.UsageError("--folder is needed")
	}
	p, err := o.policy(w, o.folder)
	if err != nil {
		return err
	}
	from, _, err := o.source(w, mirror.State(o.folder), nil)
	if err != nil {
		return err
	}
	for i, v := range o.versions {
		o.versions[i] = "v" + strings.TrimPrefix(v, "v")
	}
	r, err := mirror.Sync(ctx, mirror.Request{From: from, Folder: o.folder, System: w.system, Versions: o.versions, Policy: p, Downgrade: o.downgrade, Now: w.now, Download: o.downloader(w)})
	if err != nil {
		return err
	}
	return o.mirrored(w, r, fmt.Sprintf("%d versions added, %.1f MB", len(r.Added), float64(r.Bytes)/1e6))
}

func mirrorVerify(ctx context.Context, o *options, w world) error {
	if o.folder == "" {
		return action.UsageError("--folder is needed")
	}
	p, err := o.policy(w, o.folder)
	if err != nil {
		return err
	}
	r, err := mirror.Verify(ctx, o.folder, p, w.now())
	if err != nil {
		return err
	}
	return o.mirrored(w, r, "verified")
}

func (o *options) mirrored(w world, r *mirror.Result, done string) error {
	if o.json {
		return o.print(w, r)
	}
	_, err := fmt.Fprintf(w.stdout, "%s: %s; it has %s\n", r.Folder, done, strings.Join(r.Versions, " "))
	return err
}
