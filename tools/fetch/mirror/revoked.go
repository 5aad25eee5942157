// SPDX-License-Identifier: MIT

package mirror

import (
	"context"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
)

// revoked revokes in the folder what the source says is revoked. A revocation that the source no longer has stays: it could
// be an old state of the source.
func (c *copying) revoked(ctx context.Context, versions []string) error {
	for _, v := range versions {
		reason, err := source.Revoked(ctx, c.From, v)
		if err != nil {
			return err
		}
		base, generation, err := c.store.Current()
		if err != nil {
			return err
		}
		if old, there := base.Revocation(v); reason == "" || there && old.Reason == reason {
			continue
		}
		change, err := tree.Revoke(base, generation, tree.Revocation{Version: v, Reason: reason, Time: c.Now().UTC().Format(time.RFC3339)}, nil)
		if err != nil {
			return err
		}
		if err := c.store.Commit(ctx, change); err != nil {
			return err
		}
	}
	return nil
}
