// SPDX-License-Identifier: MIT

package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

// damaged is the verdict that something is not as a registry leaves it.
func damaged(format string, args ...any) error { return action.Reject(fmt.Errorf(format, args...)) }

// bytes reads a file that has to be there.
func (s *Storage) bytes(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(s.in(name))
	if err != nil {
		return nil, action.Needed(err)
	}
	if info.Size() > limit {
		return nil, damaged("%s is larger than %d bytes", name, limit)
	}
	text, err := action.ReadFile(s.in(name), limit)
	return text, action.Needed(err)
}

func blobName(digest string) string {
	hexadecimal := strings.TrimPrefix(digest, "sha256:")
	return "blobs/sha256/" + hexadecimal[:2] + "/" + hexadecimal + "/data"
}

// A document is what a manifest or an index leads to.
type document struct {
	Config    *descriptor  `json:"config"`
	Layers    []descriptor `json:"layers"`
	Manifests []descriptor `json:"manifests"`
}

type descriptor struct {
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
}

// manifest reads one by its digest.
func (s *Storage) manifest(digest string) (*document, error) {
	text, err := s.bytes(blobName(digest), maxManifest)
	if err != nil {
		return nil, fmt.Errorf("read manifest %.19s: %w", digest, err)
	}
	if "sha256:"+action.DigestOf(text) != digest {
		return nil, damaged("read manifest %.19s: other bytes: restore the storage from a backup", digest)
	}
	d := &document{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, damaged("read manifest %.19s: %w", digest, err)
	}
	return d, nil
}

// parts are what a manifest needs of blobs.
func (d *document) parts() []descriptor {
	out := append([]descriptor{}, d.Layers...)
	if d.Config != nil {
		out = append(out, *d.Config)
	}
	return out
}

// Counts are what was looked at.
type Counts struct{ Blobs, Manifests, Tags int }

// Verify computes every digest anew, and follows every tag and manifest to all that it needs.
func (s *Storage) Verify(ctx context.Context) (n Counts, err error) {
	c, err := s.read(ctx)
	if err == nil {
		n, err = s.verify(ctx, c)
	}
	if err != nil {
		err = fmt.Errorf("verify storage: %w", err)
	}
	return n, err
}

func (s *Storage) verify(ctx context.Context, c *contents) (n Counts, err error) {
	for digest := range c.blobs {
		have, err := action.Digest(s.in(blobName(digest)))
		if err != nil {
			return n, action.Needed(err)
		}
		if "sha256:"+have != digest {
			return n, damaged("blob %.19s has other bytes: restore the storage from a backup", digest)
		}
		n.Blobs++
		if err := ctx.Err(); err != nil {
			return n, err
		}
	}
	for name, r := range c.repos {
		for digest := range r.layers {
			if _, there := c.blobs[digest]; !there {
				return n, damaged("%s has the layer %.19s, whose bytes are gone", name, digest)
			}
		}
		for tag, digest := range r.tags {
			if !r.revisions[digest] {
				return n, damaged("the tag %s of %s leads to %.19s, which it has not", tag, name, digest)
			}
			n.Tags++
		}
		for digest := range r.revisions {
			if err := s.whole(c, r, digest); err != nil {
				return n, fmt.Errorf("%s: %w", name, err)
			}
			n.Manifests++
		}
	}
	return n, nil
}

// whole holds a manifest against what there is.
func (s *Storage) whole(c *contents, r *repo, digest string) error {
	d, err := s.manifest(digest)
	if err != nil {
		return err
	}
	for _, p := range d.parts() {
		if size, there := c.blobs[p.Digest]; !there || size != p.Size || !r.layers[p.Digest] {
			return damaged("manifest %.19s needs blob %.80q of %d bytes, which is not there", digest, p.Digest, p.Size)
		}
	}
	for _, p := range d.Manifests {
		if !r.revisions[p.Digest] {
			return damaged("manifest %.19s lists manifest %.80q, which is not there", digest, p.Digest)
		}
	}
	return nil
}
