// SPDX-License-Identifier: MIT

package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/fetch/download"
	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/verified"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// A Request says what to install.
type Request struct {
	From      source.Source
	Source    string // as the user named it
	Version   string // with a leading v; "" for the latest of the channel
	Channel   source.Channel
	Platform  string // a row of the platform list
	Policy    *policy.Policy
	Downgrade bool // admits a lower version than what was verified before
	Revoked   bool // admits a revoked version that is asked for by its name
	Keep      int  // installed versions that stay, the one in use included; 0 for all
	Now       func() time.Time
	Download  download.Downloader // its folder for parts is set here
}

// A Result is what was done.
type Result struct {
	Version  string `json:"version"`
	Platform string `json:"platform"`
	Previous string `json:"previous"` // in use before; "" for none
	Folder   string `json:"folder"`   // that is in use now
	Changed  bool   `json:"changed"`
	Files    int    `json:"files"` // unpacked
	Bytes    int64  `json:"bytes"` // that came

	Transfer time.Duration `json:"transfer_ns"` // getting them
	Verify   time.Duration `json:"verify_ns"`   // judging them
	Unpack   time.Duration `json:"unpack_ns"`   // unpacking, syncing and switching
}

// Install brings a version into use. After an error, what was in use is in use.
func (r *Root) Install(ctx context.Context, q Request) (*Result, error) {
	if err := checkPlatform(q.Platform); err != nil {
		return nil, fmt.Errorf("install: %w", err)
	}
	held, err := r.begin()
	if err != nil {
		return nil, err
	}
	defer held.Close()
	state, err := r.State()
	if err != nil {
		return nil, err
	}
	installed, err := r.Installed()
	if err != nil {
		return nil, err
	}
	versions, err := r.ask(ctx, state, q.From)
	if err != nil {
		return nil, err
	}
	version, err := r.pick(ctx, versions, state, installed, &q)
	if err != nil {
		return nil, err
	}
	files, err := source.Files(ctx, q.From, version)
	if err != nil {
		return nil, err
	}
	x := &verified.Release{From: q.From, Files: files, Version: version, Platform: q.Platform, Policy: q.Policy, Now: q.Now(), Download: &q.Download}
	f, there := x.Find(manifest.FileName)
	switch before := state.Seen[version]; {
	case !there:
		return nil, source.Refuse(source.Missing, "list %s: it has no %s", version, manifest.FileName)
	case before != "" && before != f.SHA256:
		return nil, source.Refuse(source.Reused, "%s has another manifest than when it was verified here: a version is never used twice", version)
	}
	result := &Result{Version: version, Platform: q.Platform}
	for _, i := range installed {
		if i.Current {
			result.Previous = i.Version
		}
	}
	state.Source, state.Channel, state.Platform = q.Source, q.Channel, q.Platform
	return result, r.carryOut(ctx, x, q, state, installed, result)
}

// ask is what a source has. What a signed one showed last has to be there as it is remembered.
func (r *Root) ask(ctx context.Context, state *State, from source.Source) ([]string, error) {
	signed, ok := from.(source.Signed)
	if !ok {
		return source.Versions(ctx, from)
	}
	seen, err := signed.Seen()
	if err == nil {
		err = state.kept(seen, r.Metadata())
	}
	if err != nil {
		return nil, err
	}
	versions, err := source.Versions(ctx, from)
	if err != nil {
		return nil, err
	}
	state.Metadata, err = signed.Seen()
	return versions, err
}

// pick decides which version it is to be, and refuses to go back.
func (r *Root) pick(ctx context.Context, versions []string, state *State, installed []Installed, q *Request) (string, error) {
	var version string
	var err error
	if q.Revoked && q.Version != "" {
		version, err = source.Pick(versions, q.Version, q.Channel)
	} else {
		version, err = source.Choose(ctx, q.From, versions, q.Version, q.Channel)
	}
	if err != nil {
		return "", err
	}
	highest := state.highest()
	for _, i := range installed {
		if highest == "" || semver.Compare(i.Version, highest) > 0 {
			highest = i.Version
		}
	}
	if highest == "" || semver.Compare(version, highest) >= 0 || q.Downgrade {
		return version, nil
	}
	if q.Version != "" {
		return "", source.Refuse(source.Rollback, "%s is lower than %s, which was verified here before; 'rollback' goes back to an installed version, --allow-downgrade to any", version, highest)
	}
	if !q.Channel.Has(highest) {
		return "", source.Refuse(source.Rollback, "the channel %s has nothing as high as %s, which was verified here before: its latest is %s; --allow-downgrade goes back to it", q.Channel, highest, version)
	}
	if _, signed := q.From.(source.Signed); signed {
		return "", source.Refuse(source.Withdrawn, "the latest version of the repository is %s: %s, which was verified here before, was withdrawn; see its publisher's advisories; --allow-downgrade goes back", version, highest)
	}
	if reason, err := r.why(ctx, versions, highest, q.From); err != nil || reason != "" {
		if err != nil {
			return "", err
		}
		return "", source.Refuse(source.Withdrawn, "%s, which was verified here before, is revoked: %s; the latest version that is not is %s, and --allow-downgrade goes back to it", highest, reason, version)
	}
	return "", source.Refuse(source.Rollback, "the latest version of the source is %s, and %s was verified here before: the source shows an old state, or the version was withdrawn; ask its publisher; --allow-downgrade goes back", version, highest)
}

// why is the reason for which a version that the source has is revoked; "" where it is not.
func (r *Root) why(ctx context.Context, versions []string, version string, from source.Source) (string, error) {
	if !slices.Contains(versions, version) {
		return "", nil
	}
	return source.Revoked(ctx, from, version)
}

// carryOut installs what was decided on, unless it is there.
func (r *Root) carryOut(ctx context.Context, x *verified.Release, q Request, state *State, installed []Installed, result *Result) (err error) {
	last := 0
	var damaged []string
	for _, i := range slices.Backward(installed) {
		if i.Version != x.Version || i.Platform != x.Platform {
			continue
		}
		last = max(last, i.again)
		if err := r.sound(ctx, i, q.Policy, q.Now()); err != nil {
			if ctx.Err() != nil {
				return err
			}
			damaged = append(damaged, i.Name)
			continue
		}
		if state.Seen[i.Version], err = r.manifestSum(i); err != nil {
			return err
		}
		if err := r.remember(state); err != nil {
			return err
		}
		result.Changed = !i.Current
		return r.switchTo(i.Name, q.Keep, result)
	}
	name := x.Version + "_" + x.Platform
	if last > 0 {
		name += "." + strconv.Itoa(last+1)
	}
	result.Changed = true
	if err := r.stage(ctx, x, result, q.Now); err != nil {
		return err
	}
	start := q.Now()
	// The record comes first: a version that is there and not in it would look as if the record were lost.
	if state.Seen[x.Version], err = action.Digest(filepath.Join(x.Dir, manifest.FileName)); err != nil {
		return err
	}
	if err := r.remember(state); err != nil {
		return err
	}
	if err := os.Rename(filepath.Dir(x.Dir), r.in(versionsName, name)); err != nil {
		return fmt.Errorf("install %s: %w", x.Version, err)
	}
	r.step("version renamed")
	if err := syncFile(r.in(versionsName)); err != nil {
		return err
	}
	err = r.switchTo(name, q.Keep, result)
	result.Unpack += q.Now().Sub(start)
	for _, name := range damaged {
		err = errors.Join(err, os.RemoveAll(r.in(versionsName, name)))
	}
	return err
}

// stage gets, verifies and unpacks, all in a folder that nobody uses.
func (r *Root) stage(ctx context.Context, x *verified.Release, result *Result, now func() time.Time) error {
	stage := r.in(stagingName, x.Version+"_"+x.Platform)
	x.Dir, x.Download.Parts = filepath.Join(stage, releaseName), r.in(stagingName, partsName)
	if err := r.sweep(stage); err != nil {
		return fmt.Errorf("install %s: %w", x.Version, err)
	}
	start := now()
	if err := x.Fetch(ctx); err != nil {
		return fmt.Errorf("install %s: %w", x.Version, err)
	}
	r.step("fetched")
	got := now()
	if err := x.Verify(ctx); err != nil {
		return fmt.Errorf("install %s: %w", x.Version, err)
	}
	r.step("verified")
	verified := now()
	files, err := unpack(stage, x.Version, x.Platform)
	if err == nil {
		r.step("unpacked")
		err = syncAll(stage)
	}
	if err != nil {
		return fmt.Errorf("install %s: %w", x.Version, err)
	}
	r.step("synced")
	result.Files, result.Bytes = files, x.Bytes
	result.Transfer, result.Verify, result.Unpack = got.Sub(start), verified.Sub(got), now().Sub(verified)
	return nil
}

// sweep leaves of staging what this run can use: parts, and whole files of the same release.
func (r *Root) sweep(stage string) error {
	entries, err := os.ReadDir(r.in(stagingName))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != partsName && e.Name() != filepath.Base(stage) {
			err = errors.Join(err, os.RemoveAll(r.in(stagingName, e.Name())))
		}
	}
	entries, readErr := os.ReadDir(stage)
	if readErr != nil && !errors.Is(readErr, fs.ErrNotExist) {
		return readErr
	}
	for _, e := range entries {
		if e.Name() != releaseName {
			err = errors.Join(err, os.RemoveAll(filepath.Join(stage, e.Name())))
		}
	}
	err = errors.Join(err, os.MkdirAll(filepath.Join(stage, releaseName), 0o755))
	r.step("swept")
	return err
}

// switchTo puts a version into use, and removes what need not stay.
func (r *Root) switchTo(name string, keep int, result *Result) error {
	if err := r.swap(name); err != nil {
		return err
	}
	result.Folder = r.in(versionsName, name)
	if err := r.prune(name, keep); err != nil {
		return fmt.Errorf("%s is in use now; remove what is older: %w", result.Version, err)
	}
	r.step("done")
	return nil
}

// prune keeps the version in use and the highest others.
func (r *Root) prune(current string, keep int) error {
	installed, err := r.Installed()
	if err != nil || keep == 0 {
		return err
	}
	left := keep - 1
	for _, i := range slices.Backward(installed) {
		if i.Name == current {
			continue
		}
		if left--; left < 0 {
			err = errors.Join(err, os.RemoveAll(r.in(versionsName, i.Name)))
		}
	}
	return errors.Join(err, os.RemoveAll(r.in(stagingName)))
}
