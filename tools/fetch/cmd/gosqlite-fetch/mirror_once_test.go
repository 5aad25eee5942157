// SPDX-License-Identifier: MIT

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
)

// TestMirrorUnable: a system on which no mirror can be made says so before it asks the source for anything, and leaves nothing.
func TestMirrorUnable(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"tree", "repository"} {
		d := newSignedDesk(t)
		d.publish("1.2.0")
		var asked atomic.Int64
		s := d.serve("site", func(http.ResponseWriter, *http.Request) bool { asked.Add(1); return false })
		from := []string{"--from", s.URL}
		if kind == "repository" {
			from = []string{"--from", "tuf+" + s.URL, "--tuf-root", d.in("config/root.json")}
		}
		sync := with(from, "mirror", "sync", "--folder", d.in("mirror"))
		d.world.system = "windows"
		d.want(1, "publish and mirror from Linux", sync...)
		left, err := filepath.Glob(d.in("mirror*"))
		if d.must(err); asked.Load() > 0 || len(left) > 0 {
			t.Errorf("%s: %d requests, and %v is left", kind, asked.Load(), left)
		}
		d.world.system = ""
		d.want(0, "v1.2.0", sync...)
	}
}

// TestMirrorOnce mirrors a tree that has its releases as targets of a TUF repository, too: their bytes come once and are one file
// with two names, whether the source is the tree or the repository.
func TestMirrorOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"tree", "repository"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := newSignedDesk(t)
			r := d.publish("1.2.0")
			var targets, releases atomic.Int64
			s := d.serve("site", func(_ http.ResponseWriter, r *http.Request) bool {
				switch {
				case strings.HasPrefix(r.URL.Path, "/tuf/targets/"), strings.HasSuffix(r.URL.Path, ".zip") && strings.HasPrefix(r.URL.Path, "/go/"):
					targets.Add(1)
				case strings.HasPrefix(r.URL.Path, "/releases/"):
					releases.Add(1)
				}
				return false
			})
			from := []string{"--from", s.URL}
			if kind == "repository" {
				from = []string{"--from", "tuf+" + s.URL, "--tuf-root", d.in("config/root.json")}
			}
			d.want(0, "v1.2.0", with(from, "mirror", "sync", "--folder", d.in("mirror"))...)
			once, other := &releases, &targets
			if kind == "repository" {
				once, other = &targets, &releases
			}
			if once.Load() != int64(len(r.files)) || other.Load() != 0 {
				t.Errorf("%d requests for files of releases and %d for targets; the release has %d files", releases.Load(), targets.Load(), len(r.files))
			}
			index, _, err := (&tree.Store{Dir: d.in("mirror")}).Current()
			d.must(err)
			first := map[string]string{}
			twice := 0
			for _, f := range index.Files {
				before, there := first[f.SHA256]
				if first[f.SHA256] = f.Path; !there {
					continue
				}
				twice++
				a, err := os.Stat(filepath.Join(d.in("mirror", "current"), filepath.FromSlash(before)))
				d.must(err)
				b, err := os.Stat(filepath.Join(d.in("mirror", "current"), filepath.FromSlash(f.Path)))
				d.must(err)
				if !os.SameFile(a, b) {
					t.Errorf("%s and %s are two copies", before, f.Path)
				}
			}
			if twice < len(r.files) {
				t.Errorf("%d files have two names, and the release has %d", twice, len(r.files))
			}
			d.want(0, "v1.2.0", "mirror", "verify", "--folder", d.in("mirror"))
		})
	}
}
