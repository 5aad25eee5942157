// SPDX-License-Identifier: MIT

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tuf/owner"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// A signedDesk is a desk with a TUF repository in its folder site, and its owner.
type signedDesk struct {
	*desk
	*owner.Owner
	store *tree.Store
}

func newSignedDesk(t *testing.T) *signedDesk {
	t.Helper()
	d := &signedDesk{newDesk(t), owner.New(t, specimen.Now), nil}
	d.store = &tree.Store{Dir: d.in("site")}
	d.Begin(d.store, specimen.Now)
	d.put("config/root.json", d.Read("1.root.json"), 0o644)
	return d
}

// publish releases a version into the repository.
func (d *signedDesk) publish(version string) signed {
	d.desk.Helper()
	r := d.release(version, specimen.Spoil{})
	d.desk.publish("site", r)
	var files []tree.File
	for _, f := range r.files {
		files = append(files, tree.File{Path: f.Name, Size: f.Size, SHA256: f.SHA256})
	}
	d.Add(d.store, r.version, files, specimen.Now)
	items, err := tuf.Items(r.dir, r.version, files)
	d.must(err)
	d.Begin(d.store, specimen.Now, items...)
	return r
}

// withdraw takes a version out.
func (d *signedDesk) withdraw(version, metadata string) {
	d.desk.Helper()
	r, _, _, err := tuf.Load(d.store)
	d.must(err)
	staged, err := r.Remove(version, nil, specimen.Now)
	d.must(err)
	d.Stage(staged)
	d.Sign(metadata, "1.targets.json", d.Keys["stable-v1"][0])
	d.Begin(d.store, specimen.Now)
}

// from are the flags that name the repository in a folder.
func (d *signedDesk) from(folder string) []string {
	return []string{"--from", "tuf+file:" + d.in(folder), "--tuf-root", d.in("config/root.json")}
}

// at are the flags that name the repository behind a server, whose answers may be twisted.
func (d *signedDesk) at(folder string, t twist) []string {
	return []string{"--from", "tuf+" + d.serve(folder, t).URL, "--tuf-root", d.in("config/root.json")}
}

// with are words and flags.
func with(flags []string, words ...string) []string { return append(words, flags...) }

// TestSignedLife goes from the first release to the next and back, by a web server and by a folder.
func TestSignedLife(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"folder", "web server"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := newSignedDesk(t)
			d.publish("1.2.0")
			d.publish("1.3.0-rc.1")
			// A server serves one generation: that of its moment.
			from := func() []string {
				if kind == "folder" {
					return d.from("site")
				}
				return d.at("site", nil)
			}
			root := d.in("root")
			if out := d.want(0, "v1.2.0  published", with(from(), "list", "--channel", "stable")...); strings.Contains(out, "rc.1") {
				t.Errorf("stable versions:\n%s", out)
			}
			d.want(0, "nothing was seen of this repository before", with(from(), "list")...)
			d.want(0, "v1.2.0 for linux_amd64 is in use", with(from(), "install", "--to", root)...)
			d.wantInUse("v1.2.0")
			if _, _, talk := d.run(with(from(), "list", "--to", root)...); strings.Contains(talk, "nothing was seen") {
				t.Error("what was seen is not known to list")
			}
			d.want(0, "nothing to do", with(from(), "update", "--to", root)...)
			d.publish("1.3.0")
			d.want(0, "v1.3.0 for linux_amd64 is in use", with(from(), "update", "--to", root)...)
			d.want(0, "it was v1.3.0", "rollback", "--to", root)
			d.want(0, "as it was released", "check", "--to", root)
			d.want(0, "v1.3.0-rc.1 for", with(from(), "install", "--to", root, "--version", "1.3.0-rc.1", "--allow-downgrade")...)
			d.publish("1.4.0-rc.1")
			d.want(0, "v1.3.0 for", with(from(), "update", "--to", root)...)
			d.want(0, "v1.4.0-rc.1 for", with(from(), "update", "--to", root, "--channel", "candidate")...)
			d.want(0, "as it was released", "check", "--to", root)
			if kind == "folder" { // the source is remembered, the root is not
				d.want(2, "no root", "update", "--to", root)
				d.want(0, "nothing to do", "update", "--to", root, "--tuf-root", d.in("config/root.json"))
			}
		})
	}
}

// TestSignedRoot: the first root is the user's, by its text or its digest, and no other is taken.
func TestSignedRoot(t *testing.T) {
	t.Parallel()
	d := newSignedDesk(t)
	d.publish("1.2.0")
	install := func(root string) []string {
		return []string{"install", "--to", d.in("root"), "--from", "tuf+file:" + d.in("site"), "--tuf-root", root}
	}
	stranger := owner.New(t, specimen.Now)
	d.put("config/stranger.json", stranger.Read("1.root.json"), 0o644)
	digest := sum(d.Read("1.root.json"))
	for _, test := range []struct {
		name, root, words string
		code              int
	}{
		{"another repository's", d.in("config/stranger.json"), "not signed by enough", 3},
		{"another digest", "sha256:" + sum([]byte("x")), "another SHA-256 than the one that you pinned", 3},
		{"no digest", "sha256:12", "64 hexadecimal digits", 2},
		{"none", d.in("config/none.json"), "no such file", 2},
		{"no root", d.put("config/policy.json", []byte("{}"), 0o644), "malformed", 3},
		{"the repository's own", d.in("site/current/tuf/metadata/1.root.json"), "lies in", 2},
		{"one in the folder", d.in("root/root.json"), "lies in", 2},
	} {
		if test.name == "one in the folder" {
			d.put("root/root.json", d.Read("1.root.json"), 0o644)
		}
		d.want(test.code, test.words, install(test.root)...)
		if d.inUse() != "" {
			t.Errorf("%s: something is in use", test.name)
		}
		d.must(os.RemoveAll(d.in("root")))
	}
	d.want(2, "goes with", "install", "--to", d.in("root"), "--from", "file:"+d.in("site"), "--tuf-root", "sha256:"+digest)
	d.want(0, "v1.2.0 for", install("sha256:"+digest)...)
	// The digest stays enough when the repository has gone on, and the text of the same root is the same.
	d.publish("1.3.0")
	d.want(0, "v1.3.0 for", install("sha256:"+digest)...)
	d.want(0, "nothing to do", install(d.in("config/root.json"))...)
	// Another repository's root does not make another repository of it.
	d.want(3, "another repository's", install(d.in("config/stranger.json"))...)
	d.wantInUse("v1.3.0")
	// In its usual place, no flag is needed.
	d.world.config = d.in("home")
	d.put("home/gosqlite/root.json", d.Read("1.root.json"), 0o644)
	d.want(0, "nothing to do", "update", "--to", d.in("root"))
}

// TestSignedWithdrawn: a version that is taken out is offered to nobody, and who has it is told so.
func TestSignedWithdrawn(t *testing.T) {
	t.Parallel()
	d := newSignedDesk(t)
	d.publish("1.2.0")
	d.publish("1.3.0")
	root, mirror := d.in("root"), d.in("mirror")
	d.want(0, "v1.3.0 for", with(d.from("site"), "install", "--to", root)...)
	d.want(0, "2 versions added", with(d.from("site"), "mirror", "sync", "--folder", mirror)...)
	d.withdraw("v1.3.0", "3.stable-v1.json")
	d.want(3, "v1.3.0, which was verified here before, was withdrawn", with(d.from("site"), "update", "--to", root)...)
	d.wantInUse("v1.3.0")
	d.want(1, "does not have v1.3.0", with(d.from("site"), "install", "--to", d.in("other"), "--version", "1.3.0")...)
	d.want(0, "v1.2.0 for", with(d.from("site"), "install", "--to", d.in("other"))...)
	d.want(0, "v1.2.0 for", with(d.from("site"), "update", "--to", root, "--allow-downgrade")...)
	d.wantInUse("v1.2.0")
	d.want(0, `"withdrawn": [`, with(d.from("site"), "mirror", "sync", "--folder", mirror, "--json")...)
	d.want(0, "v1.2.0 for", with(d.from("mirror"), "install", "--to", d.in("offline"))...)
	index, _, err := (&tree.Store{Dir: mirror}).Current()
	d.must(err)
	if r, ok := index.Revocation("v1.3.0"); !ok || !strings.Contains(r.Reason, "withdrawn") {
		t.Errorf("the mirror's index says %+v", r)
	}
}

// TestSignedMirror copies a repository with its metadata, and goes on without it for as long as that stands.
func TestSignedMirror(t *testing.T) {
	t.Parallel()
	d := newSignedDesk(t)
	d.publish("1.2.0")
	sync := with(d.from("site"), "mirror", "sync", "--folder", d.in("mirror"))
	d.want(0, "1 versions added", sync...)
	d.want(0, "0 versions added, 0.0 MB", sync...)
	old := generation(d.desk, "mirror")
	d.publish("1.3.0")
	d.want(0, "it has v1.2.0 v1.3.0", sync...)
	now := generation(d.desk, "mirror")
	d.must(os.Rename(d.in("site"), d.in("gone")))
	d.want(0, "verified; it has v1.2.0 v1.3.0", "mirror", "verify", "--folder", d.in("mirror"))
	d.want(0, "v1.3.0 for", with(d.from("mirror"), "install", "--to", d.in("root"))...)
	d.want(0, "v1.3.0 for", with(d.at("mirror", nil), "install", "--to", d.in("second"))...)
	d.want(0, "v1.3.0 for", "install", "--to", d.in("third"), "--from", "file:"+d.in("mirror"))
	// An old state of the mirror is an old state of the repository; and its end is the repository's.
	d.must(os.Symlink(d.in("mirror/generations", old), d.in("old")))
	d.want(3, "an older state than was seen before", with(d.from("old"), "update", "--to", d.in("root"))...)
	d.world.now = func() time.Time { return specimen.Now.AddDate(0, 0, 3) }
	d.want(3, "metadata ended", with(d.from("mirror"), "update", "--to", d.in("root"))...)
	d.want(0, "nothing to do", "install", "--to", d.in("third"), "--from", "file:"+d.in("mirror"))
	d.world.now = func() time.Time { return specimen.Now }
	// The mirror itself goes back no more than others: what it shows is what it has seen.
	d.must(os.Rename(d.in("gone"), d.in("site")))
	d.must(os.RemoveAll(d.in("site/current")))
	d.must(os.Symlink("generations/"+before(t, d.store, "v1.3.0"), d.in("site/current")))
	d.want(3, "an older state than was seen before", sync...)
	if generation(d.desk, "mirror") != now {
		t.Error("the mirror shows another state")
	}
}

func generation(d *desk, folder string) string {
	d.Helper()
	target, err := os.Readlink(d.in(folder, "current"))
	d.must(err)
	return filepath.Base(target)
}

// before is a generation with metadata whose index lacks a version.
func before(t *testing.T, s *tree.Store, version string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.Dir, "generations"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		dir := filepath.Join(s.Dir, "generations", e.Name())
		_, missing := os.Stat(filepath.Join(dir, "releases", version))
		_, there := os.Stat(filepath.Join(dir, "releases", "v1.2.0"))
		_, listed := os.Stat(filepath.Join(dir, "tuf", "metadata", "1.stable-v1.json"))
		if missing != nil && there == nil && listed == nil {
			return e.Name()
		}
	}
	t.Fatal("there is no such generation")
	return ""
}

// TestSignedElsewhere: credentials stay with the host that was named.
func TestSignedElsewhere(t *testing.T) {
	t.Parallel()
	d := newSignedDesk(t)
	d.publish("1.2.0")
	asked := 0
	thief := d.serve("site", func(http.ResponseWriter, *http.Request) bool { asked++; return false })
	for _, part := range []string{"timestamp.json", ".manifest.json"} {
		away := ends(part, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, thief.URL+r.URL.Path, http.StatusFound)
		})
		d.want(3, "leads to another host", with(d.at("site", away), "install", "--to", d.in("root"))...)
	}
	if asked != 0 {
		t.Errorf("%d requests elsewhere", asked)
	}
	locked := ends("", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	d.want(1, "--credentials", with(d.at("site", locked), "install", "--to", d.in("root"))...)
}

// TestChannelDownIsNoWithdrawal: a channel that does not have what was installed from another has withdrawn nothing.
func TestChannelDownIsNoWithdrawal(t *testing.T) {
	d := newSignedDesk(t)
	d.publish("1.3.0")
	d.publish("1.4.0-rc.1")
	root := d.in("root")
	d.want(0, "v1.4.0-rc.1", with(d.from("site"), "install", "--to", root, "--channel", "candidate")...)
	if out := d.want(3, "the channel stable has nothing as high", with(d.from("site"), "update", "--to", root, "--channel", "stable")...); strings.Contains(out, "withdrawn") {
		t.Error(out)
	}
}
