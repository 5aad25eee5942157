// SPDX-License-Identifier: MIT

package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// tagged adds to a registry's storage a version with a manifest of its own.
func (d *desk) tagged(dir, version string) {
	d.Helper()
	text := fmt.Sprintf(`{"annotations": {"version": %q}}`, version)
	digest := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
	base := filepath.Join(dir, "data", "docker", "registry", "v2")
	for name, text := range map[string]string{
		"blobs/sha256/" + digest[:2] + "/" + digest + "/data":                   text,
		"repositories/gosqlite/_manifests/revisions/sha256/" + digest + "/link": "sha256:" + digest,
		"repositories/gosqlite/_manifests/tags/" + version + "/current/link":    "sha256:" + digest,
	} {
		name = filepath.Join(base, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			d.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			d.Fatal(err)
		}
	}
}

// TestRegistryStorage backs the storage of a registry up, restores it, verifies it, and removes candidates that neither a TUF
// repository nor a folder names.
func TestRegistryStorage(t *testing.T) {
	d, _, _ := offering(t)
	registry, fresh := d.in("registry"), d.in("fresh")
	for _, version := range []string{"v1.2.0", "v1.3.0", "v1.3.0-rc.1", "v1.3.0-rc.2", "v1.4.0-rc.1"} {
		d.tagged(registry, version)
	}
	d.want(0, "5 blobs, 5 manifests and 5 tags there", "registry", "verify", "--from", registry)
	d.want(0, "copied or there already", "registry", "backup", "--from", registry, "--to", "file:"+d.in("backup"))
	d.want(0, "5 tags restored", "registry", "restore", "--from", "file:"+d.in("backup"), "--to", fresh)
	d.want(0, "5 tags there", "registry", "verify", "--from", fresh)
	d.want(2, "name a new folder", "registry", "restore", "--from", "file:"+d.in("backup"), "--to", fresh)

	one := d.release("candidate", "1.3.0-rc.1", "", specimen.Spoil{})
	d.want(0, "publishing v1.3.0-rc.1", append(one[:8:8], "--to", "file:"+d.in("other"), "--publish")...)
	prune := []string{"registry", "prune", "--to", fresh, "--keep", "1", "--named-by", "tuf:" + d.in("tree")}
	d.want(0, "would remove 2 candidates (gosqlite:v1.3.0-rc.2, gosqlite:v1.3.0-rc.1)", prune...)
	prune = append(prune, "--named-by", "file:"+d.in("other"))
	d.want(0, "would remove 1 candidates (gosqlite:v1.3.0-rc.2)", prune...)
	d.want(0, "5 tags there", "registry", "verify", "--from", fresh)
	d.want(0, "removed 1 candidates (gosqlite:v1.3.0-rc.2), 1 manifests, 1 blobs", append(prune, "--publish")...)
	d.want(0, "4 tags there", "registry", "verify", "--from", fresh)
	d.want(0, "removed 0 candidates", append(prune, "--publish")...)
	d.want(0, "revoked v1.3.0-rc.1", "revoke", "--to", "file:"+d.in("other"), "--version", "v1.3.0-rc.1", "--reason", "loses data", "--publish")
	d.want(0, "would remove 1 candidates (gosqlite:v1.3.0-rc.1)", prune...)

	d.want(2, "--keep of at least 1 and --named-by", prune[:6]...)
	d.want(2, "nothing is published there", append(prune[:6:6], "--named-by", "tuf:"+d.in("none"))...)
	d.want(2, "has to be the folder of a registry", "registry", "verify", "--from", "file:"+fresh)
	d.want(1, "name the folder of a registry", "registry", "verify", "--from", d.in("tree"))
	if err := os.RemoveAll(filepath.Join(fresh, "data", "docker", "registry", "v2", "blobs")); err != nil {
		t.Fatal(err)
	}
	d.want(3, "read manifest", "registry", "verify", "--from", fresh)
	d.want(3, "read manifest", "registry", "backup", "--from", fresh, "--to", "file:"+d.in("backup"))
}
