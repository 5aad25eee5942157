// SPDX-License-Identifier: MIT

package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/mod/semver"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/tuf"
	"github.com/gosqlite/gosqlite/tools/fetch/verified"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// A Finding is something that is wrong with an installation.
type Finding struct {
	Where  string `json:"where"`
	Class  string `json:"class"`
	Detail string `json:"detail"`
}

// sound verifies an installed version anew: its release by the policy, and each installed file against the archive.
func (r *Root) sound(ctx context.Context, i Installed, p *policy.Policy, now time.Time) error {
	dir := r.in(versionsName, i.Name)
	if err := verified.Verify(ctx, r.in(versionsName, i.Name, releaseName), i.Version, i.Platform, p, now); err != nil {
		return err
	}
	return intact(dir, i.Version, i.Platform)
}

// Check looks at everything that is installed, and at what is remembered of it. Nothing is changed.
func (r *Root) Check(ctx context.Context, p *policy.Policy, now time.Time) ([]Finding, error) {
	findings := []Finding{}
	add := func(where string, err error) error {
		var refused *source.RefusedError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &refused):
			findings = append(findings, Finding{where, refused.Class, err.Error()})
			return nil
		case ctx.Err() != nil:
			return err
		}
		findings = append(findings, Finding{where, source.Damaged, err.Error()})
		return nil
	}
	if _, err := os.Stat(r.Dir); err != nil {
		return nil, fmt.Errorf("check %s: %w", r.Dir, err)
	}
	installed, err := r.Installed()
	if err != nil {
		return findings, add(currentName, err)
	}
	if len(installed) == 0 {
		return nil, source.Refuse(source.NotInstalled, "check %s: nothing is installed there", r.Dir)
	}
	state, err := r.State()
	if err := add(stateName, err); err != nil {
		return nil, err
	}
	seen, err := tuf.Seen(r.Metadata())
	if err != nil {
		err = source.Refuse(source.LostState, "%v", err)
	} else {
		err = state.kept(seen, r.Metadata())
	}
	if err := add(metadataName, err); err != nil {
		return nil, err
	}
	current, err := r.current()
	if err == nil && current == "" {
		err = source.Refuse(source.Damaged, "no version is in use: a run was stopped, or the link was removed; 'install' or 'rollback' makes it")
	}
	if err := add(currentName, err); err != nil {
		return nil, err
	}
	remembered := len(findings) == 0 || findings[0].Where != stateName
	for _, i := range installed {
		if err := add(versionsName+"/"+i.Name, r.sound(ctx, i, p, now)); err != nil {
			return nil, err
		}
		if !remembered {
			continue
		}
		sum, err := r.manifestSum(i)
		if err == nil && state.Seen[i.Version] != sum && (i.Current || state.Seen[i.Version] != "") {
			err = source.Refuse(source.LostState, "it remembers another %s than is installed, or none: it was brought back from an older copy; 'check --repair' begins a new one", i.Version)
		}
		if err := add(stateName, err); err != nil {
			return nil, err
		}
	}
	return findings, nil
}

// Repair begins a new record where the old one is lost, with those installed versions that pass. What else was verified
// before is forgotten, and so is metadata of a repository that is not as it is remembered.
func (r *Root) Repair(ctx context.Context, p *policy.Policy, now time.Time) error {
	held, err := r.begin()
	if err != nil {
		return err
	}
	defer held.Close()
	state, err := r.State()
	var refused *source.RefusedError
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	if err != nil {
		state = &State{Schema: stateSchema, Seen: map[string]string{}}
	}
	if seen, err := tuf.Seen(r.Metadata()); err != nil || state.kept(seen, r.Metadata()) != nil {
		if err := os.RemoveAll(r.Metadata()); err != nil {
			return err
		}
		state.Metadata = nil
	}
	installed, err := r.Installed()
	if err != nil {
		return err
	}
	for _, i := range installed {
		if r.sound(ctx, i, p, now) != nil {
			continue
		}
		if state.Seen[i.Version], err = r.manifestSum(i); err != nil {
			return err
		}
		if i.Current {
			state.Platform = i.Platform
		}
	}
	return r.remember(state)
}

// Rollback puts an installed version into use: the one that is named, or else the highest below that in use.
func (r *Root) Rollback(ctx context.Context, version string, p *policy.Policy, now time.Time) (*Result, error) {
	if _, err := os.Stat(r.Dir); err != nil {
		return nil, fmt.Errorf("go back in %s: %w", r.Dir, err)
	}
	held, err := r.begin()
	if err != nil {
		return nil, err
	}
	defer held.Close()
	installed, err := r.Installed()
	if err != nil {
		return nil, err
	}
	previous := ""
	for _, i := range installed {
		if i.Current {
			previous = i.Version
		}
	}
	for _, i := range slices.Backward(installed) {
		if version == "" && previous != "" && semver.Compare(i.Version, previous) >= 0 || version != "" && i.Version != version {
			continue
		}
		if err := r.sound(ctx, i, p, now); err != nil {
			return nil, fmt.Errorf("go back to %s: %w", i.Version, err)
		}
		result := &Result{Version: i.Version, Platform: i.Platform, Previous: previous, Changed: !i.Current}
		return result, r.switchTo(i.Name, 0, result)
	}
	if version == "" {
		version = "a lower version"
	}
	return nil, source.Refuse(source.NotInstalled, "go back in %s: %s is not installed there", r.Dir, version)
}
