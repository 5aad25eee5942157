// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	fetch "github.com/gosqlite/gosqlite/tools/fetch/install"
	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// TestLife goes from the first release to the next and back, from each kind of source.
func TestLife(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"folder", "web server", "registry"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			registry := ocitest.NewServer(t)
			var server *httptest.Server
			publish := func(version string) {
				r := d.release(version, specimen.Spoil{})
				d.publish("site", r)
				d.push(registry, r)
			}
			publish("1.2.0")
			publish("1.3.0-rc.1")
			server = d.serve("site", nil)
			from := map[string][]string{"folder": {"--from", "file:" + d.in("site")}, "web server": {"--from", server.URL}, "registry": d.fromRegistry(registry)}[kind]
			to := []string{"--to", d.in("root")}
			access := from[2:]
			d.want(0, "v1.3.0-rc.1  published", append([]string{"list"}, from...)...)
			if out := d.want(0, "v1.2.0", append([]string{"list", "--channel", "stable"}, from...)...); strings.Contains(out, "rc.1") {
				t.Errorf("stable versions:\n%s", out)
			}
			d.want(0, "v1.2.0 for linux_amd64 is in use", append(append([]string{"install"}, from...), to...)...)
			d.wantInUse("v1.2.0")
			update := append(append([]string{"update"}, to...), access...)
			d.want(0, "nothing to do", update...)
			publish("1.3.0")
			if kind == "web server" {
				server.Close()
				server = d.serve("site", nil)
				update = append(update, "--from", server.URL)
			}
			d.want(0, "v1.3.0 for linux_amd64 is in use", update...)
			d.wantInUse("v1.3.0")
			d.want(0, "it was v1.3.0", append([]string{"rollback"}, to...)...)
			d.wantInUse("v1.2.0")
			d.want(1, "not installed", append([]string{"rollback"}, to...)...)
			d.want(0, "as it was released", append([]string{"check"}, to...)...)
			d.want(0, "v1.3.0 for linux_amd64 is in use", update...)
			d.want(0, "in use", append([]string{"list"}, to...)...)
			d.want(0, "v1.3.0 for linux_amd64 is in use", append(append([]string{"rollback"}, to...), "--version", "1.3.0")...)
			publish("1.4.0-rc.1")
			if kind == "web server" {
				update[len(update)-1] = d.serve("site", nil).URL
			}
			d.want(0, "nothing to do", update...)
			d.want(0, "v1.4.0-rc.1 for linux_amd64 is in use", append(update, "--channel", "candidate")...)
			d.want(0, "nothing to do", update...)
			d.want(0, "as it was released", append([]string{"check"}, to...)...)
			if left, _ := filepath.Glob(d.in("root", "staging", "*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestKeep: as many versions stay as were asked for.
func TestKeep(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, v := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		d.publish("site", d.release(v, specimen.Spoil{}))
		d.want(0, "in use", "install", "--from", "file:"+d.in("site"), "--to", d.in("root"), "--keep", "2")
	}
	have, err := os.ReadDir(d.in("root", "versions"))
	if err != nil || len(have) != 2 || have[0].Name() != "v1.1.0_linux_amd64" {
		t.Errorf("installed are %v, %v", have, err)
	}
}

// TestMirror copies a registry and a tree, and goes on without them.
func TestMirror(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	s := ocitest.NewServer(t)
	one, two := d.release("1.2.0", specimen.Spoil{}), d.release("1.3.0", specimen.Spoil{})
	d.push(s, one)
	d.publish("site", one)
	d.publish("site", two)
	sync := append([]string{"mirror", "sync", "--folder", d.in("mirror")}, d.fromRegistry(s)...)
	d.want(0, "1 versions added", sync...)
	d.want(0, "0 versions added, 0.0 MB", sync...)
	d.push(s, two)
	d.want(0, "it has v1.2.0 v1.3.0", sync...)
	s.Close()
	d.want(0, "verified; it has v1.2.0 v1.3.0", "mirror", "verify", "--folder", d.in("mirror"))
	d.want(0, "v1.3.0", "install", "--from", "file:"+d.in("mirror"), "--to", d.in("root"))
	d.wantInUse("v1.3.0")
	// What the publisher and the mirror lay out is the same, to the byte.
	d.want(0, "2 versions added", "mirror", "sync", "--from", "file:"+d.in("site"), "--folder", d.in("second"))
	want, err := os.Readlink(d.in("site", "current"))
	d.must(err)
	for _, folder := range []string{"mirror", "second"} {
		if have, err := os.Readlink(d.in(folder, "current")); err != nil || have != want {
			t.Errorf("%s has %s, %v; the publisher %s", folder, have, err, want)
		}
	}
	if text, err := os.ReadFile(d.in("mirror", "current", "go", "github.com", "gosqlite", "gosqlite", "@v", "list")); string(text) != "v1.2.0\nv1.3.0\n" {
		t.Errorf("list %q, %v", text, err)
	}
	d.want(0, "1 versions added", "mirror", "sync", "--from", "file:"+d.in("site"), "--folder", d.in("third"), "--versions", "1.3.0")
}

// TestJSON: what machines read.
func TestJSON(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.publish("site", d.release("1.2.0", specimen.Spoil{}))
	install := []string{"install", "--from", "file:" + d.in("site"), "--to", d.in("root"), "--json"}
	var r fetch.Result
	if err := json.Unmarshal([]byte(d.want(0, "", install...)), &r); err != nil || r.Version != "v1.2.0" || !r.Changed || r.Bytes == 0 || r.Files == 0 {
		t.Errorf("result %+v, %v", r, err)
	}
	var failed struct {
		OK           bool
		Class, Error string
	}
	if err := json.Unmarshal([]byte(d.want(1, "", append(install, "--version", "9.0.0")...)), &failed); err != nil || failed.OK || failed.Class != "missing-version" || failed.Error == "" {
		t.Errorf("result %+v, %v", failed, err)
	}
	var l listing
	if err := json.Unmarshal([]byte(d.want(0, "", "list", "--from", "file:"+d.in("site"), "--to", d.in("root"), "--json")), &l); err != nil || len(l.Versions) != 1 || len(l.Installed) != 1 || !l.Installed[0].Current {
		t.Errorf("result %+v, %v", l, err)
	}
}
