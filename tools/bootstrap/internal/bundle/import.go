// SPDX-License-Identifier: MIT

package bundle

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/debian"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/registries"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

// Import takes the inputs from a bundle. Nothing in the file is believed: the
// inputs are held against the pins, the packages against pins/debs.sha256.
func Import(ctx context.Context, s *registries.Setup, file string) error {
	if err := s.CheckMachine(); err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("import bundle: %w", err)
	}
	defer f.Close()
	unlock, err := s.Store.Lock(ctx, func() { s.Log.Say("waiting: another process fills the cache") })
	if err != nil {
		return err
	}
	err = s.Log.Step("import "+file, func() error {
		if err := s.Store.Sweep(); err != nil {
			return err
		}
		r := &reader{setup: s, tar: tar.NewReader(f)}
		err := r.run(ctx)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("the file is cut short: copy it again: %w", err)
		}
		if err != nil {
			return fmt.Errorf("import bundle %s: %w", file, err)
		}
		return nil
	})
	if err := errors.Join(err, unlock()); err != nil {
		return err
	}
	return s.Fetch(ctx) // assembles Bazel from what is now there
}

// reader walks the archive with one header of look-ahead.
type reader struct {
	setup *registries.Setup
	tar   *tar.Reader
	next  *tar.Header // nil at the end
}

func (r *reader) advance() error {
	h, err := r.tar.Next()
	if errors.Is(err, io.EOF) {
		r.next = nil
		return nil
	}
	if err != nil {
		return fmt.Errorf("the file is no bundle, or damaged: %w", err)
	}
	if h.Typeflag != tar.TypeReg {
		return fmt.Errorf("entry %q is no regular file", h.Name)
	}
	r.next = h
	return nil
}

func (r *reader) run(ctx context.Context) error {
	idx, err := r.index()
	if err != nil {
		return err
	}
	recorded, err := debian.ReadList(r.setup.RecordedDebs())
	if err != nil {
		return err
	}
	if err := check(idx, r.setup, recorded); err != nil {
		return err
	}
	goModules := r.setup.GoModules()
	if want := filepath.Base(goModules); idx.GoModules != want {
		return &client.WrongDigest{What: "Go modules", Want: want, Got: idx.GoModules,
			Hint: "the bundle was made for other go.sum files: make it from this very source tree"}
	}
	byName := map[string]pins.Named{}
	for _, n := range r.setup.Pins.All() {
		byName[n.Name] = n
	}
	for _, in := range idx.Inputs {
		if err := r.input(ctx, byName[in.Name]); err != nil {
			return err
		}
	}
	if err := r.folder(ctx, goModules, nil, r.setup.VerifyGoModules); err != nil {
		return err
	}
	debs := make([]debian.Deb, 0, len(idx.Debs))
	for _, p := range idx.Debs {
		if err := r.deb(p); err != nil {
			return err
		}
		debs = append(debs, debian.Deb{File: p.File, SHA256: p.SHA256})
	}
	if r.next != nil {
		return fmt.Errorf("entry %q is not in the index", r.next.Name)
	}
	return r.setup.KeepClosure(debs)
}

func (r *reader) index() (*Index, error) {
	if err := r.advance(); err != nil {
		return nil, err
	}
	if r.next == nil || r.next.Name != indexName || r.next.Size > maxIndex {
		return nil, errors.New("the file is no bundle: its first entry is not a small index.json")
	}
	var idx Index
	dec := json.NewDecoder(io.LimitReader(r.tar, maxIndex))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&idx); err != nil {
		return nil, fmt.Errorf("read index.json: %w", err)
	}
	if idx.Schema != schema {
		return nil, fmt.Errorf("read index.json: schema %d, only %d is understood", idx.Schema, schema)
	}
	return &idx, r.advance()
}

// check holds the index against the pins and the recorded packages. Inputs for
// other machines may be in a bundle, those for this one must.
func check(idx *Index, s *registries.Setup, recorded []debian.Deb) error {
	want := map[string]pins.Named{}
	for _, n := range s.Pins.All() {
		if carried(n) {
			want[n.Name] = n
		}
	}
	for _, in := range idx.Inputs {
		n, ok := want[in.Name]
		if !ok {
			return fmt.Errorf("input %q is none of the pins, or comes twice", in.Name)
		}
		delete(want, in.Name)
		if in.Tree != n.Tree || in.Part != n.Part() {
			return &client.WrongDigest{What: "input " + in.Name, Want: n.Tree, Got: in.Tree,
				Hint: "the bundle was made for other pins: make it from this very source tree"}
		}
	}
	for _, n := range s.Inputs() {
		if _, missing := want[n.Name]; missing {
			return fmt.Errorf("input %s is missing in the bundle", n.Name)
		}
	}
	return checkDebs(idx.Debs, recorded, "the mirror had moved when the bundle was made: run `bazelw update bazel` there, review it, and bundle again")
}

// checkDebs says whether the packages are recorded ones.
func checkDebs(debs []Package, recorded []debian.Deb, hint string) error {
	sums := map[string]string{}
	for _, d := range recorded {
		sums[d.File] = d.SHA256
	}
	for _, d := range debs {
		if sums[d.File] != d.SHA256 {
			return &client.WrongDigest{What: "package " + d.File, Want: sums[d.File] + " (pins/debs.sha256)", Got: d.SHA256, Hint: hint}
		}
	}
	return nil
}

func (r *reader) input(ctx context.Context, n pins.Named) error {
	return r.folder(ctx, registries.Input(n), n.Executable, func(dir string) error { return registries.Verify(n, dir) })
}

// folder installs the part whose files come next, unless it is there, whole: the bundle is all that a machine without
// registries has to replace what is damaged.
func (r *reader) folder(ctx context.Context, part string, executable []string, verify func(dir string) error) error {
	prefix := filepath.ToSlash(part) + "/"
	there := r.setup.Store.Has(part)
	if there {
		if err := verify(r.setup.Store.Path(part)); err != nil {
			r.setup.Log.Say("notice: %s in the cache is damaged and is taken from the bundle: %v", filepath.Base(part), err)
			if err := os.RemoveAll(r.setup.Store.Path(part)); err != nil {
				return fmt.Errorf("remove damaged %s: %w", filepath.Base(part), err)
			}
			there = false
		}
	}
	if there {
		for r.next != nil && strings.HasPrefix(r.next.Name, prefix) {
			if err := r.advance(); err != nil {
				return err
			}
		}
		return nil
	}
	return r.setup.Store.Install(part, func(tmp string) error {
		w := tree.NewWriter(tmp, tree.Rules{Files: []string{"."}, Executable: executable})
		for r.next != nil && strings.HasPrefix(r.next.Name, prefix) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := w.Add(strings.TrimPrefix(r.next.Name, prefix), r.open); err != nil {
				return err
			}
			if err := r.advance(); err != nil {
				return err
			}
		}
		return verify(tmp)
	})
}

func (r *reader) open() (io.ReadCloser, error) { return io.NopCloser(r.tar), nil }

func (r *reader) deb(p Package) error {
	if r.next == nil || r.next.Name != "debs/"+p.File {
		return fmt.Errorf("package %s is missing in the bundle", p.File)
	}
	if r.next.Size > maxPackage {
		return fmt.Errorf("package %s is larger than %d bytes", p.File, maxPackage)
	}
	var body bytes.Buffer
	if _, err := io.Copy(&body, r.tar); err != nil {
		return fmt.Errorf("read package %s: %w", p.File, err)
	}
	if err := client.Check("package "+p.File, p.SHA256, fmt.Sprintf("%x", sha256.Sum256(body.Bytes()))); err != nil {
		return err
	}
	if err := store.WriteFile(r.setup.Store.Path("debs", filepath.Base(p.File)), body.Bytes(), 0o644); err != nil {
		return err
	}
	return r.advance()
}
