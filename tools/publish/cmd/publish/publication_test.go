// SPDX-License-Identifier: MIT

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/pem"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// both adds a registry to the flags of a release, whose folder is the target so far.
func (d *desk) both(s *ocitest.Server, args []string) []string {
	ca := d.put("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	login := d.put("login", map[string]string{"user": "writer", "password": s.Writer})
	if err := os.Chmod(login, 0o600); err != nil {
		d.Fatal(err)
	}
	return append(args, "--to", "oci://"+s.Host()+"/gosqlite", "--ca", ca, "--credentials", login)
}

func (d *desk) site() string {
	d.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "index.html", Typeflag: tar.TypeReg, Mode: 0o644, Size: 4}); err != nil {
		d.Fatal(err)
	}
	w.Write([]byte("page"))
	w.Close()
	z.Close()
	return d.put("site.tar.gz", b.Bytes())
}

func TestTwoTargets(t *testing.T) {
	d := newDesk(t)
	s := ocitest.NewServer(t)
	one := append(d.both(s, d.release("one", "1.2.0", "", specimen.Spoil{})), "--site", d.site())
	nothing := func(when string) {
		t.Helper()
		_, err := os.Stat(d.in("tree", "current"))
		if !os.IsNotExist(err) || len(s.Tags) > 0 {
			t.Errorf("%s: the folder is there: %v, tags %v", when, err, s.Tags)
		}
	}
	if out := d.want(0, "dry run, would publish v1.2.0 into oci://", one...); !strings.Contains(out, "would publish v1.2.0 into file:") {
		t.Errorf("the plans are:\n%s", out)
	}
	nothing("a dry run")

	// The one that comes first fails: the other has nothing either.
	s.Twist = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusInsufficientStorage)
		}
		return r.Method == http.MethodPut
	}
	d.want(1, "507", append(one, "--publish")...)
	nothing("a full registry")
	s.Twist = nil

	// The one that comes last fails: the first keeps it, and the same command goes on.
	if err := os.WriteFile(d.in("tree"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	d.want(1, "", append(one, "--publish")...)
	if err := os.Remove(d.in("tree")); err != nil {
		t.Fatal(err)
	}
	out := d.want(0, "publishing v1.2.0 into oci://", append(one, "--publish")...)
	if !strings.Contains(out, "publishing v1.2.0 into file:") || len(s.Tags) != 1 {
		t.Errorf("tags %v, and the plans are:\n%s", s.Tags, out)
	}
	if text, err := os.ReadFile(d.in("tree", "current", "site", "index.html")); string(text) != "page" {
		t.Errorf("the site is %q, %v", text, err)
	}
	d.want(0, "nothing to do: v1.2.0 into oci://", append(one, "--publish")...)

	// What one of them does not take, none gets.
	two := d.both(s, d.release("two", "1.3.0", "v1.2.0", specimen.Spoil{}))
	d.want(0, "publishing v1.3.0", append(append(two[:8:8], two[10:]...), "--publish")...) // into the registry alone
	other := d.both(s, d.release("other", "1.3.0", "v1.2.0", specimen.Spoil{Predicate: func(_ string, p map[string]any) { p["more"] = "" }}))
	d.want(3, "published already", append(other, "--publish")...)
	if _, err := os.Stat(d.in("tree", "current", "releases", "v1.3.0")); !os.IsNotExist(err) {
		t.Errorf("the folder has v1.3.0: %v", err)
	}

	d.want(2, "names 2 folders", append(one, "--to", "file:"+d.in("more"))...)
	d.want(2, "stands twice", append(one, "--to", "file:"+d.in("tree"))...)
	d.want(2, "--advisories and --site go into a folder", append(append(one[:8:8], one[10:]...), "--publish")...)
}

func TestLastTargetFails(t *testing.T) {
	d := newDesk(t)
	s := ocitest.NewServer(t)
	args := append(d.both(s, d.release("one", "1.2.0", "", specimen.Spoil{})), "--publish")
	o, err := parse(args, world{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}})
	if err != nil {
		t.Fatal(err)
	}
	all, err := o.publications(t.Context(), world{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, now: func() time.Time { return specimen.Now }})
	if err != nil {
		t.Fatal(err)
	}
	// Between plan and commit somebody takes the folder's place.
	if err := os.WriteFile(d.in("tree"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := commit(t.Context(), all); err == nil || !strings.Contains(err.Error(), "/gosqlite has the release; the same command goes on") || len(s.Tags) != 1 {
		t.Errorf("tags %v, %v", s.Tags, err)
	}
}
