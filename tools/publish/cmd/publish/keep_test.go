// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"encoding/pem"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/publish/oci"
	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/scan/osv"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

const advisoryID = "x_GOSQLITE-2026-0001"

// feed is a folder of advisories of which one names versions from introduced on.
func (d *desk) feed(introduced string) []string {
	d.Helper()
	if err := os.MkdirAll(d.in("feed", "osv"), 0o755); err != nil {
		d.Fatal(err)
	}
	d.put("feed/osv/"+advisoryID+".json", osv.Record{ID: advisoryID, Modified: "2026-11-24T00:00:00Z", Affected: []osv.Affected{{
		Package: osv.Package{Ecosystem: "Go", Name: "github.com/gosqlite/gosqlite"},
		Ranges:  []osv.Range{{Type: "SEMVER", Events: []osv.Event{{Introduced: introduced}}}}}}})
	return []string{"--advisories", d.in("feed"), "--advisory", advisoryID}
}

// TestRevoke revokes a version of a folder by one command: index, list of versions, advisory and go.mod.
func TestRevoke(t *testing.T) {
	d := newDesk(t)
	d.want(0, "publishing", append(d.release("one", "1.2.0", "", specimen.Spoil{}), "--publish")...)
	d.want(0, "publishing", append(d.release("two", "1.3.0", "v1.2.0", specimen.Spoil{}), "--publish")...)
	mod := d.put("go.mod", []byte("module github.com/gosqlite/gosqlite\n\ngo 1.26.0\n"))
	args := append([]string{"revoke", "--to", "file:" + d.in("tree"), "--version", "v1.3.0", "--reason", "loses data", "--go-mod", mod}, d.feed("1.3.0")...)
	before, _ := os.Readlink(d.in("tree", "current"))
	d.want(0, "dry run, would revoke v1.3.0", args...)
	if text, err := os.ReadFile(mod); err != nil || strings.Contains(string(text), "retract") {
		t.Errorf("a dry run wrote %s, %v", text, err)
	}
	if after, _ := os.Readlink(d.in("tree", "current")); after != before {
		t.Error("a dry run published")
	}
	d.want(0, "revoked v1.3.0", append(args, "--publish")...)
	d.want(0, "nothing to do", append(args, "--publish")...)
	for name, want := range map[string]string{"go/github.com/gosqlite/gosqlite/@v/list": "v1.2.0\n", "advisories/osv/" + advisoryID + ".json": advisoryID,
		"index.json": `"revoked":[{"version":"v1.3.0","reason":"loses data","advisory":"` + advisoryID, "releases/v1.3.0/manifest.json": "1.3.0"} {
		if text, err := os.ReadFile(d.in("tree", "current", name)); err != nil || !strings.Contains(string(text), want) || strings.Contains(name, "list") && string(text) != want {
			t.Errorf("%s: %.200q, %v", name, text, err)
		}
	}
	if text, err := os.ReadFile(mod); err != nil || !strings.Contains(string(text), "// loses data\nretract v1.3.0") && !strings.Contains(string(text), "retract v1.3.0 // loses data") {
		t.Errorf("go.mod: %s, %v", text, err)
	}
	d.want(0, "retract v1.2.0 // old", "revoke", "--to", "file:"+d.in("tree"), "--version", "v1.2.0", "--reason", "old")
	d.want(3, "does not name v1.2.0", append([]string{"revoke", "--to", "file:" + d.in("tree"), "--version", "v1.2.0", "--reason", "x"}, d.feed("1.3.0")...)...)
	d.want(1, "not published", "revoke", "--to", "file:"+d.in("tree"), "--version", "v9.0.0", "--reason", "x")
	d.want(2, "canonical", "revoke", "--to", "file:"+d.in("tree"), "--version", "1.2", "--reason", "x")
	d.want(2, "printable line", "revoke", "--to", "file:"+d.in("tree"), "--version", "v1.2.0")
	d.want(2, "go together", "revoke", "--to", "file:"+d.in("tree"), "--version", "v1.2.0", "--reason", "x", "--advisory", "x")
}

// TestRevokeInRegistry adds a referrer, once, and leaves the version's tag.
func TestRevokeInRegistry(t *testing.T) {
	d := newDesk(t)
	s := ocitest.NewServer(t)
	ca := d.put("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	login := d.put("login", map[string]string{"user": "writer", "password": s.Writer})
	if err := os.Chmod(login, 0o600); err != nil {
		t.Fatal(err)
	}
	at := []string{"--to", "oci://" + s.Host() + "/gosqlite", "--ca", ca, "--credentials", login}
	d.want(0, "publishing", append(append(d.release("one", "1.2.0", "", specimen.Spoil{})[:8:8], at...), "--publish")...)
	tag, count := s.Tags["v1.2.0"], len(s.Manifests)
	args := append(append([]string{"revoke", "--version", "v1.2.0", "--reason", "loses data"}, at...), d.feed("1.0.0")...)
	d.want(0, "dry run", args...)
	if len(s.Manifests) != count {
		t.Error("a dry run pushed something")
	}
	d.want(0, "revoked v1.2.0", append(args, "--publish")...)
	first := len(s.Manifests)
	d.want(0, "revoked v1.2.0", append(args, "--publish")...)
	if s.Tags["v1.2.0"] != tag || len(s.Manifests) != first || first == count {
		t.Errorf("tag %s, %d manifests, then %d", s.Tags["v1.2.0"], first, len(s.Manifests))
	}
	found := 0
	for _, text := range s.Manifests {
		var m struct {
			ArtifactType string
			Annotations  map[string]string
			Subject      struct{ Digest string }
		}
		if json.Unmarshal(text, &m) == nil && m.ArtifactType == oci.TypeRevocation {
			found++
			if m.Subject.Digest != tag || m.Annotations[oci.AnnotationRevoked] != "loses data" {
				t.Errorf("the referrer is %s", text)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d referrers", found)
	}
	d.want(1, "revoke v3.0.0", append([]string{"revoke", "--version", "v3.0.0", "--reason", "x", "--publish"}, at...)...)
}

// TestBackup makes a backup of a folder, a folder of that, publishes into it, and takes old states away.
func TestBackup(t *testing.T) {
	d := newDesk(t)
	tree0, backup, fresh := "file:"+d.in("tree"), "file:"+d.in("backup"), "file:"+d.in("fresh")
	d.want(1, "nothing is published", "backup", "--from", tree0, "--to", backup)
	d.want(0, "publishing", append(d.release("one", "1.2.0", "", specimen.Spoil{}), "--publish")...)
	d.want(0, "verified", "backup", "--from", tree0, "--to", backup)
	d.want(0, "publishing", append(d.release("two", "1.3.0", "v1.2.0", specimen.Spoil{}), "--publish")...)
	d.want(0, "verified", "backup", "--from", tree0, "--to", backup)
	d.want(0, "verified", "restore", "--from", backup, "--to", fresh)
	d.want(2, "move it away", "restore", "--from", backup, "--to", fresh)
	d.want(2, "one folder", "backup", "--from", backup, "--to", backup)
	three := d.release("three", "1.4.0", "v1.3.0", specimen.Spoil{})
	d.want(0, "publishing v1.4.0", append(append(three[:8:8], "--to", fresh), "--publish")...)
	d.want(2, "at least 1", "prune", "--to", fresh)
	d.want(0, "1 generations and 1 objects", "prune", "--to", fresh, "--keep", "1")
	if _, err := (&tree.Store{Dir: d.in("fresh")}).Verify(t.Context()); err != nil {
		t.Error(err)
	}
	index, _, err := (&tree.Store{Dir: d.in("fresh")}).Current()
	if err != nil || !slices.Equal(index.Names(), []string{"v1.2.0", "v1.3.0", "v1.4.0"}) {
		t.Errorf("versions %v, %v", index, err)
	}
}
