// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"

	fetch "github.com/gosqlite/gosqlite/tools/fetch/install"
	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

const installUsage = `usage: gosqlite-fetch install --from SOURCE --to FOLDER [FLAGS]

Gets a release, verifies it and puts it into use as FOLDER/current.

  --to FOLDER          where to; an empty folder, or one that this program made
` + sourceFlags + `  --platform P         such as linux_arm64_musl; default: that of this machine
  --version V          default: the latest of the channel
  --channel C          stable, or candidate for what comes before a release as well; default stable
  --keep N             installed versions that stay; default 3, 0 for all
  --allow-downgrade    admit a lower version than what was verified there before
  --allow-revoked      admit the version that --version names although it is revoked
` + policyFlags

const updateUsage = `usage: gosqlite-fetch update --to FOLDER [FLAGS]

Gets the latest release of the channel, if it is not in use, from where the last one came.

  --to FOLDER          what install made
` + sourceFlags + `  --channel C          follow stable or candidate from now on
  --keep N             installed versions that stay; default 3, 0 for all
  --allow-downgrade    admit a lower version than what was verified there before
` + policyFlags

const rollbackUsage = `usage: gosqlite-fetch rollback --to FOLDER [FLAGS]

Puts an installed version into use again, after it was verified anew.

  --to FOLDER          what install made
  --version V          default: the highest below that in use
` + policyFlags

const checkUsage = `usage: gosqlite-fetch check --to FOLDER [FLAGS]

Verifies anew all that is installed: each release by the policy, each file against its release, and the record.

  --to FOLDER          what install made
  --repair             begin a new record where the old one is lost: what was verified before is forgotten
` + policyFlags

func install(ctx context.Context, o *options, w world) error {
	if o.to == "" {
		return action.UsageError("--to is needed")
	}
	c, err := o.channelOf("")
	if err != nil {
		return err
	}
	if o.platform == "" {
		o.platform = hostPlatform()
	}
	return o.bring(ctx, w, c)
}

func update(ctx context.Context, o *options, w world) error {
	if o.to == "" {
		return action.UsageError("--to is needed")
	}
	state, err := (&fetch.Root{Dir: o.to}).State()
	if err != nil {
		return err
	}
	if state.Platform == "" {
		return source.Refuse(source.NotInstalled, "update %s: nothing is installed there; run 'install'", o.to)
	}
	if o.from == "" {
		o.from = state.Source
	}
	o.platform = state.Platform
	c, err := o.channelOf(state.Channel)
	if err != nil {
		return err
	}
	return o.bring(ctx, w, c)
}

// bring installs, and says what was done.
func (o *options) bring(ctx context.Context, w world, c source.Channel) error {
	p, err := o.policy(w, o.to)
	if err != nil {
		return err
	}
	root := &fetch.Root{Dir: o.to, Step: w.step}
	from, name, err := o.source(w, root.Metadata(), asks(c, o.version))
	if err != nil {
		return err
	}
	r, err := root.Install(ctx, fetch.Request{From: from, Source: name, Version: o.version, Channel: c,
		Platform: o.platform, Policy: p, Downgrade: o.downgrade, Revoked: o.revoked, Keep: o.keep, Now: w.now, Download: o.downloader(w)})
	if err != nil {
		return err
	}
	return o.report(w, r)
}

func (o *options) report(w world, r *fetch.Result) error {
	if o.json {
		return o.print(w, r)
	}
	said := fmt.Sprintf("%s for %s is in use: %s", r.Version, r.Platform, r.Folder)
	switch {
	case !r.Changed:
		said = fmt.Sprintf("nothing to do: %s for %s is in use: %s", r.Version, r.Platform, r.Folder)
	case r.Previous != "":
		said += "; before, it was " + r.Previous
	}
	if _, err := fmt.Fprintln(w.stdout, said); err != nil {
		return err
	}
	if r.Files > 0 {
		fmt.Fprintf(w.stderr, "%.1f MB in %.2f s; verified in %.2f s; %d files unpacked in %.2f s\n", float64(r.Bytes)/1e6,
			r.Transfer.Seconds(), r.Verify.Seconds(), r.Files, r.Unpack.Seconds())
	}
	return nil
}

func rollback(ctx context.Context, o *options, w world) error {
	if o.to == "" {
		return action.UsageError("--to is needed")
	}
	p, err := o.policy(w, o.to)
	if err != nil {
		return err
	}
	r, err := (&fetch.Root{Dir: o.to, Step: w.step}).Rollback(ctx, o.version, p, w.now())
	if err != nil {
		return err
	}
	return o.report(w, r)
}

func check(ctx context.Context, o *options, w world) error {
	if o.to == "" {
		return action.UsageError("--to is needed")
	}
	p, err := o.policy(w, o.to)
	if err != nil {
		return err
	}
	root := &fetch.Root{Dir: o.to}
	if o.repair {
		if err := root.Repair(ctx, p, w.now()); err != nil {
			return err
		}
	}
	findings, err := root.Check(ctx, p, w.now())
	if err != nil {
		return err
	}
	if o.json {
		if err := o.print(w, map[string]any{"ok": len(findings) == 0, "findings": findings}); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			fmt.Fprintf(w.stdout, "%s: %s: %s\n", f.Where, f.Class, f.Detail)
		}
	}
	if len(findings) > 0 {
		o.json = false // it was printed
		return source.Refuse(findings[0].Class, "%d things are wrong in %s", len(findings), o.to)
	}
	if !o.json {
		fmt.Fprintf(w.stdout, "%s is as it was released\n", o.to)
	}
	return nil
}
