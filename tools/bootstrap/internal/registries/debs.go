// SPDX-License-Identifier: MIT

package registries

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/debian"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/relocate"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
)

// rootOnce is the folder of Debian's unpacked packages. One chain of steps uses
// it, so it needs no lock.
type rootOnce struct{ dir string }

func (r *rootOnce) remove() error {
	if r.dir == "" {
		return nil
	}
	return os.RemoveAll(r.dir)
}

// unpacked downloads and unpacks the packages at the first call.
func (s *Setup) unpacked(ctx context.Context) (string, error) {
	if s.root.dir != "" {
		return s.root.dir, nil
	}
	debs, err := s.Debs(ctx)
	if err != nil {
		return "", err
	}
	dir, err := s.Store.Temp("root")
	if err != nil {
		return "", err
	}
	if err := s.Log.Step(fmt.Sprintf("unpack %d Debian packages", len(debs)), func() error {
		return debian.Unpack(ctx, s.Runner, s.Store.Path("debs"), debs, dir)
	}); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	s.root.dir = dir
	return dir, nil
}

// Debs downloads the Debian packages, or finds them in the cache.
func (s *Setup) Debs(ctx context.Context) (debs []debian.Deb, err error) {
	err = s.Log.Step("Debian packages", func() error {
		debs, err = s.apt().Fetch(ctx, s.wanted(s.JDK == ""), s.ClosureList(s.JDK == ""), s.notice)
		return err
	})
	return debs, err
}

// AllDebs downloads the Debian packages, Java included, or finds them in the
// cache.
func (s *Setup) AllDebs(ctx context.Context) (debs []debian.Deb, err error) {
	err = s.Log.Step("Debian packages with Java", func() error {
		debs, err = s.apt().Fetch(ctx, s.wanted(true), s.ClosureList(true), s.notice)
		return err
	})
	return debs, err
}

// FreshDebs downloads what the mirror has now, Debian's Java included, and says
// which revision of Bazel it is: want, or else the recorded one or its successor.
func (s *Setup) FreshDebs(ctx context.Context, want string) (debs []debian.Deb, revision string, err error) {
	wanted := s.wanted(true)
	if want != "" {
		wanted.Revision, wanted.Exact = want, true
	}
	list := s.Store.Path("debs", "fresh.sha256")
	if err := os.Remove(list); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, "", err
	}
	if debs, err = s.apt().Fetch(ctx, wanted, list, s.notice); err != nil {
		return nil, "", err
	}
	for _, d := range debs {
		if rest, ok := strings.CutPrefix(d.File, s.Pins.Bazel.Package+"_"); ok {
			revision, _, _ = strings.Cut(rest, "_")
		}
	}
	if revision == "" {
		return nil, "", fmt.Errorf("record packages: %s is not among them", s.Pins.Bazel.Package)
	}
	return debs, revision, nil
}

func (s *Setup) apt() *debian.Apt {
	return &debian.Apt{Runner: s.Runner, Dir: s.Store.Path("apt"), Archives: s.Store.Path("debs"),
		Suite: s.Pins.Bazel.Suite, Keyring: s.Keyring}
}

func (s *Setup) wanted(jre bool) debian.Wanted {
	return debian.Wanted{Package: s.Pins.Bazel.Package, Revision: s.Pins.Bazel.Revision,
		With: relocate.Packages, JRE: jre}
}

func (s *Setup) notice(text string) { s.Log.Say("%s", text) }

// Close removes the unpacked packages.
func (s *Setup) Close() error { return s.root.remove() }

// RecordedDebs is the file of the tree that records the packages as they were
// when the pins were made.
func (s *Setup) RecordedDebs() string { return filepath.Join(s.Workspace, "pins", "debs.sha256") }

// bazel assembles Bazel, unless it is there.
func (s *Setup) bazel(ctx context.Context) error {
	part := s.Bazel()
	if s.Store.Has(part) {
		return nil
	}
	root, err := s.unpacked(ctx)
	if err != nil {
		return err
	}
	if err := s.Log.Step("Bazel "+s.Pins.Bazel.Version, func() error {
		return s.Store.Install(part, func(tmp string) error {
			job := &relocate.Job{Runner: s.Runner, Root: root, Tmp: tmp, Final: s.Store.Path(part), JDK: s.JDK}
			if err := job.Build(ctx); err != nil {
				return err
			}
			list, err := os.ReadFile(s.ClosureList(s.JDK == ""))
			if err != nil {
				return err
			}
			return store.WriteFile(filepath.Join(tmp, "debs.sha256"), list, 0o644)
		})
	}); err != nil {
		return err
	}
	return s.reportMoved()
}

// reportMoved says how the packages differ from the recorded ones. Debian's
// signed index vouches for them all.
func (s *Setup) reportMoved() error {
	now, err := debian.ReadList(s.ClosureList(s.JDK == ""))
	if err != nil {
		return err
	}
	recorded, err := debian.ReadList(s.RecordedDebs())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if n := Moved(recorded, now); n > 0 {
		s.Log.Say("notice: %d of %d Debian packages have moved since they were recorded in pins/debs.sha256", n, len(now))
	}
	return nil
}

// Moved counts the packages of now that are not recorded with the same bytes.
func Moved(recorded, now []debian.Deb) int {
	known := map[string]bool{}
	for _, d := range recorded {
		known[d.File+" "+d.SHA256] = true
	}
	n := 0
	for _, d := range now {
		if !known[d.File+" "+d.SHA256] {
			n++
		}
	}
	return n
}
