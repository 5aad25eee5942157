// SPDX-License-Identifier: MIT

package repository

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/fetch/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/onehost"
)

// State is the folder in which the repository keeps what it showed last.
func (r *Repository) State() string { return r.o.State }

// Seed begins the state with metadata by its paths below the repository, where there is no state yet.
func (r *Repository) Seed(files map[string][]byte) error {
	seen, err := tuf.Seen(r.o.State)
	if err != nil || seen != nil || len(files) == 0 {
		return refusal(err)
	}
	named := map[string][]byte{}
	for name, text := range files {
		if base, ok := strings.CutPrefix(name, MetadataFolder+"/"); ok {
			named[base] = text
		}
	}
	return tuf.Seed(r.o.State, named)
}

// Metadata is all metadata in force, and every root up to it, by its paths below the repository. Roots before the pinned
// one are carried and vouched for by nobody: who pinned one of them verifies those that follow.
func (r *Repository) Metadata(ctx context.Context) (map[string][]byte, error) {
	files, err := r.client.Copy(ctx)
	if err != nil {
		return nil, refusal(err)
	}
	first := int64(0)
	out := map[string][]byte{}
	for name, text := range files {
		out[MetadataFolder+"/"+name] = text
		if version, err := strconv.ParseInt(strings.TrimSuffix(name, ".root.json"), 10, 64); err == nil && (first == 0 || version < first) {
			first = version
		}
	}
	for version := first - 1; version > 0; version-- {
		name := fmt.Sprintf("%s/%d.root.json", MetadataFolder, version)
		text, err := r.text(ctx, name, MaxRoot)
		if errors.Is(err, onehost.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("copy metadata: %w", err)
		}
		out[name] = text
	}
	return out, nil
}

// Target is where below the repository the bytes of a file are.
func (r *Repository) Target(version string, f source.File) (string, error) {
	role, err := roleOf(version)
	if err != nil {
		return "", err
	}
	name := nameOf(role, version, f.Name)
	return TargetsFolder + "/" + path.Dir(name) + "/" + f.SHA256 + "." + path.Base(name), nil
}
