// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/update"
)

// update writes new pins. Nothing is written unless all digests were computed.
func (a *app) update(ctx context.Context, flags *flag.FlagSet, args []string) error {
	if err := a.parse(flags, args, 2); err != nil {
		return err
	}
	what, version := flags.Arg(0), flags.Arg(1)
	s, err := a.setup()
	if err != nil {
		return err
	}
	u := &update.Updater{Setup: s}
	steps := map[string]func() error{
		"go":      func() error { return u.Go(ctx, version) },
		"zig":     func() error { return u.Zig(ctx, version) },
		"sqlite":  func() error { return u.SQLite(ctx, version) },
		"bazel":   func() error { return u.Bazel(ctx, version) },
		"modules": func() error { return u.Modules(ctx) },
	}
	if steps[what] == nil {
		return &usageError{fmt.Sprintf("update: %q: choose one of sqlite, zig, go, bazel, modules", what)}
	}
	if what == "modules" && version != "" {
		return &usageError{"update modules: takes no version: edit pins/pins.json, then run it"}
	}
	unlock, err := s.Store.Lock(ctx, func() { a.log.Say("waiting: another process fills the cache") })
	if err != nil {
		return err
	}
	defer unlock()
	// Another update may have written pins while this one waited for it.
	old, err := pins.Load(a.pinFile())
	if err != nil {
		return err
	}
	if s.Pins, err = pins.Load(a.pinFile()); err != nil {
		return err
	}
	if err := a.log.Step("update "+what, func() error { return steps[what]() }); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	data, err := s.Pins.Encode()
	if err != nil {
		return err
	}
	if _, err := pins.Parse(data); err != nil {
		return fmt.Errorf("check the new pins: %w", err)
	}
	moved, err := u.WriteDebs()
	if err != nil {
		return fmt.Errorf("write pins: %w", err)
	}
	if err := store.WriteFile(a.pinFile(), data, 0o644); err != nil {
		return fmt.Errorf("write pins: %w", err)
	}
	_, err = fmt.Fprint(a.stdout, update.Summary(what, append(update.Changes(old, s.Pins), moved...)))
	return err
}
