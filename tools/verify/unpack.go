// SPDX-License-Identifier: MIT

package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/image"
)

// contents are what an archive holds.
type contents struct {
	entries []container.Entry
	faults  []container.Fault
	images  map[string]*program // by entry
}

// A program is an entry that is one, by its first bytes.
type program struct {
	entry container.Entry
	image *image.Image
	err   error // why it could not be read
}

// isPacked tells archives, modules and bills of materials that are archives.
func (f *file) isPacked() bool {
	packedName := strings.HasSuffix(f.name, ".tar.gz") || strings.HasSuffix(f.name, ".zip")
	return slices.Contains(packed, f.role) || (f.role == RoleSBOM || f.role == RoleModule) && packedName
}

// unpack reads the contents of every archive once.
func (r *release) unpack() error {
	r.archives = map[string]*contents{}
	for _, f := range r.files {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if !f.isPacked() {
			continue
		}
		c, err := r.unpackOne(f)
		if err != nil {
			return err
		}
		if c != nil {
			r.archives[f.name] = c
		}
	}
	return nil
}

func (r *release) unpackOne(f *file) (*contents, error) {
	h, err := r.open(f)
	if err != nil || h == nil {
		return nil, nil // the rules about files say so
	}
	defer h.Close()
	a, err := container.Open(h, f.size, f.name)
	if err != nil {
		return &contents{faults: []container.Fault{{Check: container.CheckForm, Class: "archive-malformed", Detail: err.Error()}}}, nil
	}
	c := &contents{images: map[string]*program{}}
	if c.entries, c.faults, err = a.Walk(); err != nil {
		return nil, fmt.Errorf("read %s: %w", f.name, err)
	}
	for i := range c.entries {
		e := &c.entries[i]
		r.bytes += e.Size
		if e.Head == nil {
			continue
		}
		p := &program{entry: *e}
		p.image, p.err = image.Read(e.Head, func(use func(io.Reader) error) error { return a.Read(e.Name, use) })
		c.images[e.Name] = p
		e.Head = nil
		if !r.hasEmbedded() || p.image == nil || p.image.Format == image.ELF {
			p.entry.Head = nil // only needed to take a signature off
		}
	}
	return c, nil
}

// inner is an entry's name below the one folder that an archive has.
func inner(name string) string {
	_, rest, _ := strings.Cut(name, "/")
	return rest
}

// inputs takes the digests of what the release was made of.
func (r *release) inputs() error {
	if r.options.Inputs == "" {
		return nil
	}
	r.inputSums = map[string]bool{}
	return filepath.WalkDir(r.options.Inputs, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read inputs: %w", err)
		}
		if !d.Type().IsRegular() {
			return r.ctx.Err()
		}
		h, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("read inputs: %w", err)
		}
		defer h.Close()
		sum := sha256.New()
		n, err := io.Copy(sum, h)
		if err != nil {
			return fmt.Errorf("read inputs: %w", err)
		}
		r.bytes += n
		r.inputSums[hex.EncodeToString(sum.Sum(nil))] = true
		return nil
	})
}
