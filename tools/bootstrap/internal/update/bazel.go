// SPDX-License-Identifier: MIT

package update

import (
	"context"
	"errors"
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

// WriteDebs records the packages that Bazel found and returns how many moved.
func (u *Updater) WriteDebs() (moved int, err error) {
	if u.debs == nil {
		return 0, nil
	}
	recorded, err := debian.ReadList(u.Setup.RecordedDebs())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	u.Setup.Log.Say("%d of %d Debian packages differ from those recorded before", registries.Moved(recorded, u.debs), len(u.debs))
	return registries.Moved(recorded, u.debs), store.WriteFile(u.Setup.RecordedDebs(), debian.FormatList(u.debs), 0o644)
}
