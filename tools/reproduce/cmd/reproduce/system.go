// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/trial"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// withSystem leaves the row of another distribution out where "all" brought it and no folder with one is named. Who asks for
// it by its name, or names a folder in vain, has made a mistake.
func (o *options) withSystem(vary []variation.Variation, t *command.Terminal) ([]variation.Variation, error) {
	isSystem := func(v variation.Variation) bool { return v.Name == variation.SystemName }
	selected := slices.ContainsFunc(vary, isSystem)
	switch {
	case o.system == "" && len(o.systemKeeps) > 0:
		return nil, errors.New("--system-keeps goes with --system")
	case o.system == "" && slices.Contains(o.variations, variation.SystemName):
		return nil, fmt.Errorf("--variation %s: name the folder with another distribution by --system", variation.SystemName)
	case o.system == "":
		return slices.DeleteFunc(slices.Clone(vary), isSystem), nil
	case !selected:
		return nil, fmt.Errorf("--system: ask for it by --variation %s, or all", variation.SystemName)
	}
	for _, path := range append(raw{t.From(o.system)}, o.systemKeeps...) {
		if !filepath.IsAbs(path) || strings.Contains(path, ":") {
			return nil, fmt.Errorf("--system, --system-keeps: %q is no absolute path without a colon", path)
		}
	}
	return vary, nil
}

// otherSystem keeps what a build needs of this machine: its own folder, and what ./bazelw fetched.
func (o *options) otherSystem(work, cache string, t *command.Terminal) *trial.System {
	s := &trial.System{Root: t.From(o.system), Keeps: []string{work, filepath.Join(cache, "gosqlite")}}
	if o.repoCache != "" {
		s.Keeps = append(s.Keeps, t.From(o.repoCache))
	}
	s.Keeps = append(s.Keeps, o.systemKeeps...)
	return s
}
