// SPDX-License-Identifier: MIT

// Package registry reads releases from a repository of an OCI registry, as package publish/oci publishes them.
package registry

import (
	"context"
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/oci"
)

// A Registry is a source.
type Registry struct{ registry *oci.Registry }

// Open prepares access; nothing is asked yet.
func Open(o oci.Options) (*Registry, error) {
	r, err := oci.Open(o)
	if err != nil {
		return nil, err
	}
	return &Registry{r}, nil
}

// Versions are those that tags name.
func (r *Registry) Versions(ctx context.Context) ([]string, error) { return r.registry.Versions(ctx) }

// Revoked is what a version's referrers say.
func (r *Registry) Revoked(ctx context.Context, version string) (string, error) {
	reasons, err := r.registry.Revocations(ctx, version)
	if err != nil || len(reasons) == 0 {
		return "", err
	}
	if reasons[0] == "" {
		return "no reason is given", nil
	}
	// Whoever may push wrote it: what a terminal would obey is left out.
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, reasons[0][:min(len(reasons[0]), maxReason)]), nil
}

// maxReason bounds the reason of a revocation, in bytes.
const maxReason = 500

// Release lists the files that a version's tag leads to.
func (r *Registry) Release(ctx context.Context, version string) ([]source.File, error) {
	listed, _, err := r.registry.Files(ctx, version)
	var foreign *oci.ForeignError
	if errors.As(err, &foreign) {
		return nil, source.Refuse(source.BadList, "%v", err)
	}
	if err != nil {
		return nil, err
	}
	var files []source.File
	for _, f := range listed {
		files = append(files, source.File{Name: f.Name, Size: f.Size, SHA256: f.SHA256})
	}
	return files, nil
}

// Open reads a file by its digest.
func (r *Registry) Open(ctx context.Context, _ string, f source.File, from int64) (io.ReadCloser, int64, error) {
	return r.registry.Blob(ctx, f.SHA256, from)
}
