// SPDX-License-Identifier: MIT

package registries

import (
	"context"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

// input brings one pinned input, unless it is there.
func (s *Setup) input(ctx context.Context, n pins.Named) error {
	part := Input(n)
	if s.Store.Has(part) {
		if !s.Recheck {
			return nil
		}
		err := Verify(n, s.Store.Path(part))
		if err == nil {
			return nil
		}
		s.Log.Say("notice: %s in the cache is damaged and is brought again: %v", n.Name, err)
		if err := os.RemoveAll(s.Store.Path(part)); err != nil {
			return fmt.Errorf("remove damaged %s: %w", n.Name, err)
		}
	}
	return s.Log.Step(n.Name+" "+n.Version, func() error {
		return s.Store.Install(part, func(tmp string) error {
			if err := s.fill(ctx, n, tmp); err != nil {
				return fmt.Errorf("%s %s: %w", n.Name, n.Version, err)
			}
			return Verify(n, tmp)
		})
	})
}

// Verify holds the folder's content against the pin: nothing that differs in a
// byte or a name gets in, whichever channel brought it.
func Verify(n pins.Named, dir string) error {
	for name, want := range n.SHA3 {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("verify %s: %w", n.Name, err)
		}
		sum := sha3.Sum256(data)
		if err := client.Check(n.Name+" "+name+" (SHA3-256)", want, hex.EncodeToString(sum[:])); err != nil {
			return err
		}
	}
	listing, err := tree.Listing(dir)
	if err != nil {
		return err
	}
	sum256, sum512 := sha256.Sum256([]byte(listing)), sha512.Sum512([]byte(listing))
	if err := client.Check(n.Name+" "+n.Version+" (tree)", n.Tree, hex.EncodeToString(sum256[:])); err != nil {
		return err
	}
	if n.TreeSHA512 == "" {
		return nil // only a pin that was not read from a file: those without it are refused there
	}
	return client.Check(n.Name+" "+n.Version+" (tree, SHA-512)", n.TreeSHA512, hex.EncodeToString(sum512[:]))
}

// fill unpacks the declared files into tmp and checks the channel's archive.
func (s *Setup) fill(ctx context.Context, n pins.Named, tmp string) error {
	src, err := s.Open(ctx, n, n.Registry())
	if err != nil {
		return err
	}
	return errors.Join(tree.Write(tmp, n.Rules, src), src.Close())
}

// Open fetches what a channel brings, checks its digest and opens it.
func (s *Setup) Open(ctx context.Context, n pins.Named, c *pins.Channel) (*tree.Source, error) {
	switch c.Kind {
	case pins.GoModule:
		return s.openGoModule(ctx, c)
	case pins.Wheel:
		return s.openWheel(ctx, n, c)
	case pins.Crate:
		return s.openCrate(ctx, n, c)
	case pins.Debian:
		root, err := s.unpacked(ctx)
		if err != nil {
			return nil, err
		}
		return tree.OpenDir(filepath.Join(root, c.Path))
	case pins.Own:
		return tree.OpenDir(filepath.Join(s.Workspace, filepath.FromSlash(c.Path)))
	}
	return nil, fmt.Errorf("channel %s of kind %s is none for the registries mode", c.Name, c.Kind)
}

func (s *Setup) openGoModule(ctx context.Context, c *pins.Channel) (*tree.Source, error) {
	src, err := s.goModule(ctx, c.Module, c.Version, c.H1)
	if err != nil || c.Nested == nil {
		return src, err
	}
	nested, err := s.goModule(ctx, c.Nested.Module, c.Nested.Version, c.Nested.H1)
	if err != nil {
		return nil, errors.Join(err, src.Close())
	}
	return tree.Join(src, nested.Into(c.Nested.Into)), nil
}

func (s *Setup) goModule(ctx context.Context, module, version, h1 string) (*tree.Source, error) {
	m, err := client.FetchGoModule(ctx, s.Runner, s.Store.Root, module, version)
	if err != nil {
		return nil, err
	}
	if err := client.Check("module "+module+"@"+version, h1, m.H1); err != nil {
		return nil, err
	}
	return m.Source(module, version)
}

func (s *Setup) openWheel(ctx context.Context, n pins.Named, c *pins.Channel) (*tree.Source, error) {
	dir, err := s.Store.Temp("wheel-" + n.Name)
	if err != nil {
		return nil, err
	}
	file, err := client.FetchWheel(ctx, s.Runner, dir, c.Package, c.Version, c.Platform)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	sum, err := tree.FileDigest(file)
	if err == nil {
		err = client.Check("wheel "+c.Package+" "+c.Version, *c.SHA256, sum)
	}
	var src *tree.Source
	if err == nil {
		src, err = tree.OpenZip(file, c.StripPrefix)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return removing(src, dir), nil
}

func (s *Setup) openCrate(ctx context.Context, n pins.Named, c *pins.Channel) (*tree.Source, error) {
	dir, err := s.Store.Temp("crate-" + n.Name)
	if err != nil {
		return nil, err
	}
	crate, err := client.FetchCrate(ctx, s.Runner, dir, c.Package, c.Version)
	if err == nil {
		err = client.Check("crate "+c.Package+" "+c.Version, *c.SHA256, crate.SHA256)
	}
	var src *tree.Source
	if err == nil {
		src, err = tree.OpenDir(filepath.Join(crate.Dir, c.StripPrefix))
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return removing(src, dir), nil
}

// removing also removes the download when the source is closed.
func removing(src *tree.Source, dir string) *tree.Source {
	inner := src.Close
	return &tree.Source{Files: src.Files, Close: func() error {
		return errors.Join(inner(), os.RemoveAll(dir))
	}}
}
