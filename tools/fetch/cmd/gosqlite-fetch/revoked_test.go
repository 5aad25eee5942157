// SPDX-License-Identifier: MIT

package main

import (
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/oci"
	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// revoke revokes a version in a folder and in a registry, as publish revoke does.
func (d *desk) revoke(s *ocitest.Server, version, reason string) {
	d.Helper()
	store := &tree.Store{Dir: d.in("site")}
	base, generation, err := store.Current()
	d.must(err)
	change, err := tree.Revoke(base, generation, tree.Revocation{Version: version, Reason: reason, Time: specimen.Now.Format(time.RFC3339)}, nil)
	d.must(err)
	d.must(store.Commit(d.Context(), change))
	to, err := oci.Open(oci.Options{Reference: s.Host() + "/gosqlite", User: "writer", Password: s.Writer, Roots: s.Roots()})
	d.must(err)
	_, err = to.Revoke(d.Context(), version, reason, nil)
	d.must(err)
}

// TestRevoked: a revoked version is passed over, is refused to who asks for it, and who has it is told so.
func TestRevoked(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"folder", "registry"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			s := ocitest.NewServer(t)
			for _, version := range []string{"1.2.0", "1.3.0"} {
				r := d.release(version, specimen.Spoil{})
				d.publish("site", r)
				d.push(s, r)
			}
			from := map[string][]string{"folder": {"--from", "file:" + d.in("site")}, "registry": d.fromRegistry(s)}[kind]
			d.want(0, "v1.3.0 for", with(from, "install", "--to", d.in("root"))...)
			d.want(0, "2 versions added", with(from, "mirror", "sync", "--folder", d.in("mirror"))...)
			d.revoke(s, "v1.3.0", "loses data")
			d.want(0, "v1.3.0  revoked: loses data", with(from, "list")...)
			d.want(0, "v1.2.0 for", with(from, "install", "--to", d.in("other"))...)
			ask := with(from, "install", "--to", d.in("other"), "--version", "1.3.0")
			d.want(3, "v1.3.0 is revoked: loses data", ask...)
			d.want(3, "v1.3.0, which was verified here before, is revoked: loses data", with(from, "update", "--to", d.in("root"))...)
			d.wantInUse("v1.3.0")
			d.want(0, "v1.2.0 for", with(from, "update", "--to", d.in("root"), "--allow-downgrade")...)
			d.wantInUse("v1.2.0")
			d.want(0, "v1.3.0 for", append(ask, "--allow-revoked")...)
			// A mirror says the same, and goes on.
			d.want(0, `"withdrawn": [`, with(from, "mirror", "sync", "--folder", d.in("mirror"), "--json")...)
			d.want(3, "v1.3.0 is revoked: loses data", "install", "--to", d.in("fresh"), "--from", "file:"+d.in("mirror"), "--version", "1.3.0")
			d.want(0, "v1.2.0 for", "install", "--to", d.in("fresh"), "--from", "file:"+d.in("mirror"))
			d.want(0, "verified", "mirror", "verify", "--folder", d.in("mirror"))
		})
	}
}
