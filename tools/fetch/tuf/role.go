// SPDX-License-Identifier: MIT

package tuf

import (
	"context"
	"regexp"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// A Role lists the releases of a channel and major version.
type Role struct {
	Channel string // such as stable
	Major   string // such as v1
}

var roleName = regexp.MustCompile(`^([a-z][a-z0-9]{0,31})-(v(?:0|[1-9][0-9]{0,8}))$`)

// name is what metadata calls it.
func (r Role) name() string { return r.Channel + "-" + r.Major }

// Roles are those that targets delegates to and that have listed something by now, in the order of targets. Roles of other
// names are left out.
func (c *Client) Roles(ctx context.Context) ([]Role, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	set := c.updater.GetTrustedMetadataSet()
	delegations := set.Targets[metadata.TARGETS].Signed.Delegations
	if delegations == nil {
		return nil, nil
	}
	var roles []Role
	for _, d := range delegations.Roles {
		m := roleName.FindStringSubmatch(d.Name)
		if m == nil || set.Snapshot.Signed.Meta[d.Name+".json"] == nil {
			continue
		}
		roles = append(roles, Role{m[1], m[2]})
	}
	return roles, nil
}

// Address is where the server has the bytes of a target. Who reads there holds them against what Find says.
func (c *Client) Address(ctx context.Context, name string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.lookUp(ctx, name)
	if err != nil {
		return "", err
	}
	w, err := newWanted(t, nil)
	if err != nil {
		return "", err
	}
	return c.address(name, w), nil
}
