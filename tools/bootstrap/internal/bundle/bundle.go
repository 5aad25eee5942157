// SPDX-License-Identifier: MIT

// Package bundle writes all inputs of a build into one tar file, and takes them
// from it on a machine without a network.
//
// The first entry is index.json. Then come the inputs' declared files as
// inputs/PART/NAME, the Go modules likewise, and Debian's packages as debs/FILE,
// each sorted. Times,
// owners and modes are fixed, so equal content gives equal bytes.
package bundle

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/debian"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/registries"
)

const (
	indexName  = "index.json"
	schema     = 2
	maxIndex   = 1 << 20   // bytes
	maxPackage = 512 << 20 // bytes of one Debian package
)

// Index says what a bundle holds.
type Index struct {
	Schema    int       `json:"schema"`
	Inputs    []Input   `json:"inputs"`
	GoModules string    `json:"go_modules"` // the folder, which names the go.sum files
	Debs      []Package `json:"debs"`
}

// Input is the folder of one pin.
type Input struct {
	Name string `json:"name"`
	Part string `json:"part"`
	Tree string `json:"tree"`
}

// Package is one Debian package.
type Package struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// carried says whether a pin's files go into the bundle. The others come from
// the tree or from Debian's packages, which the bundle holds whole.
func carried(n pins.Named) bool {
	k := n.Registry().Kind
	return k != pins.Own && k != pins.Debian
}

// Export fetches what is missing and writes the bundle, at once or not at all.
// Packages that import would refuse are refused here.
func Export(ctx context.Context, s *registries.Setup, file string) error {
	if err := s.Fetch(ctx); err != nil {
		return err
	}
	// Fetch has let go of the lock. Another process must not change what is packed.
	unlock, err := s.Store.Lock(ctx, func() { s.Log.Say("waiting: another process fills the cache") })
	if err != nil {
		return err
	}
	debs, err := s.AllDebs(ctx)
	if err == nil {
		err = pack(ctx, s, file, debs)
	}
	return errors.Join(err, unlock())
}

func pack(ctx context.Context, s *registries.Setup, file string, debs []debian.Deb) error {
	return s.Log.Step("write "+file, func() error {
		out, err := os.CreateTemp(filepath.Dir(file), ".bundle-*")
		if err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
		err = write(ctx, out, s, debs)
		if err == nil {
			err = out.Chmod(0o644)
		}
		if err == nil {
			err = out.Sync()
		}
		if err = errors.Join(err, out.Close()); err == nil {
			err = os.Rename(out.Name(), file)
		}
		if err != nil {
			return fmt.Errorf("write bundle %s: %w", file, errors.Join(err, os.Remove(out.Name())))
		}
		return nil
	})
}

func write(ctx context.Context, w io.Writer, s *registries.Setup, debs []debian.Deb) error {
	idx := Index{Schema: schema, Inputs: []Input{}, GoModules: filepath.Base(s.GoModules()), Debs: []Package{}}
	var inputs []pins.Named
	for _, n := range s.Inputs() {
		if carried(n) {
			idx.Inputs = append(idx.Inputs, Input{n.Name, n.Part(), n.Tree})
			inputs = append(inputs, n)
		}
	}
	sort.Slice(debs, func(i, j int) bool { return debs[i].File < debs[j].File })
	for _, d := range debs {
		idx.Debs = append(idx.Debs, Package{d.File, d.SHA256})
	}
	recorded, err := debian.ReadList(s.RecordedDebs())
	if err != nil {
		return err
	}
	if err := checkDebs(idx.Debs, recorded, "the mirror has moved, and no import would take it: run `bazelw update bazel`, review it, and bundle again"); err != nil {
		return err
	}
	text, err := json.MarshalIndent(idx, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	t := tar.NewWriter(w)
	if err := add(t, indexName, 0o644, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	for _, n := range inputs {
		dir := s.Store.Path(registries.Input(n))
		// What lies in the cache may have been damaged since it was verified.
		if err := registries.Verify(n, dir); err != nil {
			return fmt.Errorf("%w; remove %s and fetch again", err, dir)
		}
		if err := addFolder(ctx, t, dir, "inputs/"+n.Part()); err != nil {
			return err
		}
	}
	dir := s.Store.Path(s.GoModules())
	if err := s.VerifyGoModules(dir); err != nil {
		return fmt.Errorf("%w; remove %s and fetch again", err, dir)
	}
	if err := addFolder(ctx, t, dir, "inputs/"+idx.GoModules); err != nil {
		return err
	}
	for _, d := range debs {
		if err := addFile(t, s.Store.Path("debs", d.File), "debs/"+d.File); err != nil {
			return err
		}
	}
	return t.Close()
}

// addFolder adds the files in the order in which WalkDir meets them, which is
// sorted within each folder.
func addFolder(ctx context.Context, t *tar.Writer, dir, as string) error {
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		return addFile(t, p, as+"/"+filepath.ToSlash(rel))
	})
}

func addFile(t *tar.Writer, file, as string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	mode := int64(0o644)
	if st.Mode()&0o111 != 0 {
		mode = 0o755
	}
	return add(t, as, mode, st.Size(), f)
}

func add(t *tar.Writer, name string, mode, size int64, body io.Reader) error {
	if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: size}); err != nil {
		return err
	}
	_, err := io.CopyN(t, body, size)
	return err
}
