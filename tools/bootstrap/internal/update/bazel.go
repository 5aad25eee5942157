// SPDX-License-Identifier: MIT

package update

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/debian"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/registries"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
)

// Bazel pins a revision of Debian's package, which the mirror must have; an empty one means the pinned revision or, when
// that has gone, the newest of the same major version. WriteDebs records the packages.
func (u *Updater) Bazel(ctx context.Context, revision string) error {
	debs, chosen, err := u.Setup.FreshDebs(ctx, revision)
	if err != nil {
		return err
	}
	u.debs = debs
	u.Setup.Pins.Bazel.Version, u.Setup.Pins.Bazel.Revision = pins.Upstream(chosen), chosen
	return nil
}

// WriteDebs records the packages that Bazel found, in the tree and as those that the cache takes from now on, and says how
// many moved, for the summary.
func (u *Updater) WriteDebs() ([]string, error) {
	if u.debs == nil {
		return nil, nil
	}
	recorded, err := debian.ReadList(u.Setup.RecordedDebs())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if err := store.WriteFile(u.Setup.RecordedDebs(), debian.FormatList(u.debs), 0o644); err != nil {
		return nil, err
	}
	if err := u.Setup.KeepClosure(u.debs); err != nil {
		return nil, err
	}
	moved := registries.Moved(recorded, u.debs)
	if moved == 0 && len(recorded) == len(u.debs) {
		return nil, nil
	}
	return []string{fmt.Sprintf("pins/debs.sha256: %d of %d packages moved, %d were recorded before", moved, len(u.debs), len(recorded))}, nil
}
