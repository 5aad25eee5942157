// SPDX-License-Identifier: MIT

package main

import (
	"crypto/rand"
	"os"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tuf/owner"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// keyFile makes a key in a file, and gives it a role before the repository begins.
func (d *desk) keyFile(name string) key.Key {
	d.Helper()
	pass := d.put(name+".pass", []byte("of "+name))
	if err := os.Chmod(pass, 0o600); err != nil {
		d.Fatal(err)
	}
	ref := key.Reference{Name: d.in(name + ".pem"), Secret: "file:" + pass}
	k, err := ref.Make(d.Context(), key.Surroundings{Secrets: &secret.Reader{}}, rand.Reader)
	if err != nil {
		d.Fatal(err)
	}
	return k
}

// offering is a desk whose repository offers v1.2.0 and v1.3.0; the key of stable-v1 is in stable.pem.
func offering(t *testing.T) (*desk, *owner.Owner, map[string]string) {
	t.Helper()
	d, o := newDesk(t), owner.New(t, specimen.Now)
	store := &tree.Store{Dir: d.in("tree")}
	d.begin(o, store, d.keyFile("stable"))
	d.want(0, "publishing v1.2.0", append(d.list(o, "1.2.0", d.release("one", "1.2.0", "", specimen.Spoil{})), "--publish")...)
	d.want(0, "publishing v1.3.0", append(d.list(o, "1.3.0", d.release("two", "1.3.0", "v1.2.0", specimen.Spoil{})), "--publish")...)
	return d, o, map[string]string{"v1.2.0": "one", "v1.3.0": "two"}
}

// begin makes a repository in which stable is the key of stable-v1.
func (d *desk) begin(o *owner.Owner, store *tree.Store, stable key.Key) {
	d.Helper()
	o.Begin(store, specimen.Now)
	r, _, _, err := tuf.Load(store)
	if err != nil {
		d.Fatal(err)
	}
	staged, err := r.Rotate(tuf.Edit{Add: map[string][]tuf.Key{"stable-v1": {o.Public(stable)}},
		Remove: map[string][]string{"stable-v1": {o.Public(o.Keys["stable-v1"][0]).ID}}}, nil, nil, specimen.Now)
	if err != nil {
		d.Fatal(err)
	}
	o.Stage(staged)
	o.Sign("2.targets.json", "1.root.json", o.Keys["targets"][0])
	o.Begin(store, specimen.Now)
	o.Keys["stable-v1"][0], o.Targets = stable, "2.targets.json"
}

// TestWithdraw revokes a version of a repository by one command: clients are not offered it, and the folder says so.
func TestWithdraw(t *testing.T) {
	d, o, folders := offering(t)
	if got := d.sees(o, folders); got != "v1.2.0 v1.3.0" {
		t.Fatalf("a user sees %q", got)
	}
	args := append([]string{"revoke", "--to", "tuf:" + d.in("tree"), "--version", "v1.3.0", "--reason", "loses data"}, d.feed("1.3.0")...)
	before := link(t, d.in("tree"))
	id := o.Public(o.Keys["stable-v1"][0]).ID[:12]
	d.want(0, "1 of the keys of stable-v1 ("+id+"), and the online keys", args...)
	d.want(2, "1 of the keys of stable-v1 ("+id+")", append(args, "--publish")...)
	held := append(args, "--tuf-key", d.in("stable.pem"), "--tuf-secret", "file:"+d.in("stable.pass"))
	d.want(2, "needs --tuf-online", append(held, "--publish")...)
	held = append(held, "--tuf-online", o.Online)
	d.want(0, "dry run, would revoke v1.3.0", held...)
	if link(t, d.in("tree")) != before {
		t.Error("a dry run published")
	}
	d.want(0, "clients are offered it no more", append(held, "--publish")...)
	if got := d.sees(o, folders); got != "v1.2.0" {
		t.Errorf("a user sees %q", got)
	}
	d.want(0, "nothing to do", append(held, "--publish")...)
	for name, want := range map[string]string{"advisories/osv/" + advisoryID + ".json": advisoryID, "index.json": `"revoked":[{"version":"v1.3.0"`,
		"go/github.com/gosqlite/gosqlite/@v/list": "v1.2.0\n", "releases/v1.3.0/manifest.json": "1.3.0"} {
		if text, err := os.ReadFile(d.in("tree", "current", name)); err != nil || !strings.Contains(string(text), want) || strings.Contains(name, "list") && string(text) != want {
			t.Errorf("%s: %.200q, %v", name, text, err)
		}
	}
	d.want(1, "not published", "revoke", "--to", "tuf:"+d.in("tree"), "--version", "v1.9.0", "--reason", "x", "--publish")
}

// TestWithdrawStaged takes what the holder of the key signed elsewhere, and nothing more than that.
func TestWithdrawStaged(t *testing.T) {
	d, o, folders := offering(t)
	r, _, _, err := tuf.Load(&tree.Store{Dir: d.in("tree")})
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"revoke", "--to", "tuf:" + d.in("tree"), "--version", "v1.3.0", "--reason", "loses data", "--tuf-online", o.Online, "--publish", "--tuf-staged", o.Staged}
	before := link(t, d.in("tree"))
	d.want(3, "0 files of metadata are staged", args...)
	for _, version := range []string{"v1.2.0", "v1.3.0"} {
		staged, err := r.Remove(version, nil, specimen.Now)
		if err != nil {
			t.Fatal(err)
		}
		o.Stage(staged)
		if version == "v1.3.0" {
			d.want(3, "not enough signatures", args...)
		}
		o.Sign("3.stable-v1.json", "2.targets.json", o.Keys["stable-v1"][0])
		if version == "v1.2.0" {
			d.want(3, "make it by tuf remove", args...)
		}
	}
	d.want(2, "two ways", append(args, "--tuf-key", d.in("stable.pem"))...)
	d.want(3, "is none of stable-v1's", append(args[:9:9], "--publish", "--tuf-key", d.in(d.strange()), "--tuf-secret", "file:"+d.in("strange.pass"))...)
	if link(t, d.in("tree")) != before {
		t.Error("readers see another state")
	}
	d.want(0, "clients are offered it no more", args...)
	if got := d.sees(o, folders); got != "v1.2.0" {
		t.Errorf("a user sees %q", got)
	}
}

// strange is the file of a key that has no part in the repository.
func (d *desk) strange() string {
	d.Helper()
	d.keyFile("strange")
	return "strange.pem"
}

// TestWithdrawElsewhere names the repository's folder as a plain one, which would leave clients what is revoked.
func TestWithdrawElsewhere(t *testing.T) {
	d, o, folders := offering(t)
	d.want(2, "go with --to tuf:FOLDER", "revoke", "--to", "file:"+d.in("tree"), "--version", "v1.3.0",
		"--reason", "loses data", "--tuf-online", o.Online, "--tuf-staged", o.Staged, "--publish")
	if got := d.sees(o, folders); got != "v1.2.0 v1.3.0" {
		t.Errorf("a user sees %q", got)
	}
}
