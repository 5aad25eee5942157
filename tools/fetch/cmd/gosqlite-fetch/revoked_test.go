// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"testing"

	"github.com/gosqlite/gosqlite/tools/publish/oci"
	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// revoke takes a version of a tree back.
func (d *desk) revoke(folder, version, reason string) {
	d.Helper()
	store := &tree.Store{Dir: d.in(folder)}
	base, generation, err := store.Current()
	d.must(err)
	change, err := tree.Revoke(base, generation, tree.Revocation{Version: version, Reason: reason, Time: "2027-01-01T00:00:00Z"}, nil)
	d.must(err)
	d.must(store.Commit(d.Context(), change))
}

func TestRevokedInTree(t *testing.T) {
	d := upgrade(t)
	from, to := []string{"--from", "file:" + d.in("site")}, []string{"--to", d.in("root")}
	args := func(command string, more ...string) []string {
		return append(append([]string{command}, append(from, to...)...), more...)
	}
	d.revoke("site", "v1.3.0", "it loses rows")
	// The latest is passed over, and what is in use is the highest that was not revoked.
	d.want(0, "nothing to do: v1.2.0", args("update")...)
	d.want(3, "v1.3.0 was revoked: it loses rows", args("install", "--version", "v1.3.0")...)
	d.wantInUse("v1.2.0")
	d.want(0, "v1.3.0 for linux_amd64 is in use", args("install", "--version", "v1.3.0", "--allow-revoked")...)
	// Whoever has it in use is told, and goes back by saying so.
	d.want(3, "v1.3.0, which was verified here before, was revoked: it loses rows", args("update")...)
	d.wantInUse("v1.3.0")
	d.want(0, "v1.2.0 for linux_amd64 is in use", args("update", "--allow-downgrade")...)

	d.want(0, "revoked: it loses rows", append([]string{"list"}, from...)...)
	var l listing
	d.must(json.Unmarshal([]byte(d.want(0, "", append([]string{"list", "--json"}, from...)...)), &l))
	if len(l.Versions) != 2 || len(l.Revoked) != 1 || l.Revoked["v1.3.0"] != "it loses rows" {
		t.Errorf("list has %v and revoked %v", l.Versions, l.Revoked)
	}

	// A mirror takes it over, and keeps it when the source forgets.
	d.want(0, "", append([]string{"mirror", "sync", "--folder", d.in("copy"), "--policy", d.in("policy.json")}, from...)...)
	copied := []string{"install", "--from", "file:" + d.in("copy"), "--to", d.in("other"), "--version", "v1.3.0"}
	d.want(3, "v1.3.0 was revoked: it loses rows", copied...)
	d.revoke("site", "v1.2.0", "it is slow")
	d.want(3, "every version of the channel stable was revoked", "install", "--from", "file:"+d.in("site"), "--to", d.in("new"))
}

func TestRevokedInRegistry(t *testing.T) {
	d := newDesk(t)
	s := ocitest.NewServer(t)
	d.push(s, d.release("1.2.0", specimen.Spoil{}))
	d.push(s, d.release("1.3.0", specimen.Spoil{}))
	to, err := oci.Open(oci.Options{Reference: s.Host() + "/gosqlite", User: "writer", Password: s.Writer, Roots: s.Roots()})
	d.must(err)
	if _, err := to.Revoke(t.Context(), "v1.3.0", "it loses\x1b[2J rows", nil); err != nil {
		t.Fatal(err)
	}
	install := append([]string{"install", "--to", d.in("root")}, d.fromRegistry(s)...)
	// What a terminal would act on is not shown.
	d.want(3, "v1.3.0 was revoked: it loses [2J rows", append(install, "--version", "v1.3.0")...)
	d.want(0, "v1.2.0 for linux_amd64 is in use", install...)
}
