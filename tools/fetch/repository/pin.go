// SPDX-License-Identifier: MIT

package repository

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/onehost"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// MaxRoot bounds a root, in bytes.
const MaxRoot = 512_000

// firstName is the first root in the state, where a digest pins it.
const firstName = "first.root.json"

// A Pin is the root where a user's trust begins.
type Pin struct {
	Root   []byte // its text; nil where it is pinned by
	SHA256 string // the digest of 1.root.json, in hexadecimal
}

// ParseDigest reads sha256:DIGEST.
func ParseDigest(text string) (Pin, error) {
	digits, ok := strings.CutPrefix(text, "sha256:")
	raw, err := hex.DecodeString(digits)
	if !ok || err != nil || len(raw) != sha256.Size {
		return Pin{}, fmt.Errorf("%.80q is not sha256: and 64 hexadecimal digits", text)
	}
	return Pin{SHA256: hex.EncodeToString(raw)}, nil
}

func (p Pin) fits(text []byte) bool {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]) == p.SHA256
}

// pinned is the root that the user pinned. One that is pinned by its digest is kept in the state once it came.
func (r *Repository) pinned(ctx context.Context) ([]byte, error) {
	if r.o.Pin.Root != nil {
		return r.o.Pin.Root, nil
	}
	name := filepath.Join(r.o.State, firstName)
	text, err := action.ReadFile(name, MaxRoot)
	if err == nil && r.o.Pin.fits(text) {
		return text, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if text, err = r.text(ctx, MetadataFolder+"/1.root.json", MaxRoot); err != nil {
		return nil, fmt.Errorf("get first root: %w", err)
	}
	if !r.o.Pin.fits(text) {
		return nil, source.Refuse(source.Unsigned, "the first root of the repository has another SHA-256 than the one that you pinned")
	}
	if err := os.MkdirAll(r.o.State, 0o700); err != nil {
		return nil, err
	}
	return text, action.WriteFile(name, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err })
}

// text reads a small file of the repository.
func (r *Repository) text(ctx context.Context, path string, limit int64) ([]byte, error) {
	body, _, err := onehost.Get(ctx, r.http.Do, r.base+"/"+path, 0)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var b bytes.Buffer
	if n, err := io.Copy(&b, io.LimitReader(body, limit+1)); err != nil || n > limit {
		return nil, errors.Join(err, source.Refuse(source.TooLarge, "%s has more than %d bytes", path, limit))
	}
	return b.Bytes(), nil
}
