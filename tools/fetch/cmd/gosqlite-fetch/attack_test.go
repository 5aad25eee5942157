// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// archiveName is the file that attacks are about.
const archiveName = "gosqlite_1.3.0_linux_amd64.tar.gz"

// A twist answers instead of a web server, and then says true.
type twist func(w http.ResponseWriter, r *http.Request) bool

// upgrade has v1.2.0 in use and v1.3.0 published.
func upgrade(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	d.publish("site", d.release("1.2.0", specimen.Spoil{}))
	d.want(0, "in use", "install", "--from", "file:"+d.in("site"), "--to", d.in("root"))
	d.publish("site", d.release("1.3.0", specimen.Spoil{}))
	return d
}

// ends makes an attack on the paths that end so.
func ends(suffix string, answer func(w http.ResponseWriter, r *http.Request)) twist {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, suffix) {
			return false
		}
		answer(w, r)
		return true
	}
}

// index serves another index than the one that is published.
func (d *desk) index(change func(x *tree.Index)) twist {
	text, err := os.ReadFile(d.in("site", "current", "index.json"))
	d.must(err)
	var x tree.Index
	d.must(json.Unmarshal(text, &x))
	change(&x)
	return ends("/index.json", func(w http.ResponseWriter, _ *http.Request) { w.Write(d.json(x)) })
}

func find(x *tree.Index, path string) *tree.File {
	for i := range x.Files {
		if x.Files[i].Path == path {
			return &x.Files[i]
		}
	}
	panic("no file " + path)
}

// endless sends bytes as long as somebody reads.
func endless(w http.ResponseWriter, _ *http.Request) {
	for block := bytes.Repeat([]byte(" "), 1<<20); ; {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// TestAttacks: a server that lies is refused, what was in use stays, and the same update from an honest one succeeds after it.
func TestAttacks(t *testing.T) {
	t.Parallel()
	release := "releases/v1.3.0/"
	for _, test := range []struct {
		name  string
		twist func(d *desk) twist
		class string
		words string
	}{
		{"an endless index", func(*desk) twist { return ends("/index.json", endless) }, source.BadList, "more than"},
		{"an endless archive", func(*desk) twist { return ends(archiveName, endless) }, source.TooLarge, "more than"},
		{"an endless signature", func(*desk) twist { return ends("manifest.json.sigstore.json", endless) }, source.TooLarge, "more than"},
		{"other bytes", func(d *desk) twist {
			return ends(archiveName, func(w http.ResponseWriter, _ *http.Request) {
				info, err := os.Stat(d.in("site", "current", "releases", "v1.3.0", archiveName))
				d.must(err)
				w.Write(make([]byte, info.Size()))
			})
		}, source.BadDigest, "has not the SHA-256"},
		{"a file of another version", func(d *desk) twist {
			return d.index(func(x *tree.Index) {
				other := find(x, "releases/v1.2.0/"+strings.Replace(archiveName, "1.3.0", "1.2.0", 1))
				f := find(x, release+archiveName)
				f.Size, f.SHA256 = other.Size, other.SHA256
			})
		}, source.BadDigest, "mixed"},
		{"a statement of another version", func(d *desk) twist {
			change := d.index(func(x *tree.Index) {
				other := find(x, "releases/v1.2.0/provenance.intoto.json")
				f := find(x, release+"provenance.intoto.json")
				f.Size, f.SHA256 = other.Size, other.SHA256
			})
			return func(w http.ResponseWriter, r *http.Request) bool {
				if strings.HasSuffix(r.URL.Path, release+"provenance.intoto.json") {
					http.ServeFile(w, r, d.in("site", "current", "releases", "v1.2.0", "provenance.intoto.json"))
					return true
				}
				return change(w, r)
			}
		}, source.Unverified, "payload-mismatch"},
		{"another version under this name", func(d *desk) twist {
			change := d.index(func(x *tree.Index) {
				for _, name := range []string{"manifest.json", "manifest.json.sigstore.json"} {
					other, f := find(x, "releases/v1.2.0/"+name), find(x, release+name)
					f.Size, f.SHA256 = other.Size, other.SHA256
				}
			})
			return func(w http.ResponseWriter, r *http.Request) bool {
				if strings.Contains(r.URL.Path, release+"manifest.json") {
					http.ServeFile(w, r, d.in("site", "current", "releases", "v1.2.0", filepath.Base(r.URL.Path)))
					return true
				}
				return change(w, r)
			}
		}, source.Unverified, "wrong-version"},
		{"a name that leads out", func(d *desk) twist {
			return d.index(func(x *tree.Index) { find(x, release+"notes.md").Path = release + "../../../notes.md" })
		}, source.BadList, "no plain relative one"},
		{"an absolute name", func(d *desk) twist {
			return d.index(func(x *tree.Index) { find(x, release+"notes.md").Path = "/releases/v1.3.0/notes.md" })
		}, source.BadList, "no plain relative one"},
		{"a version that leads out", func(d *desk) twist {
			return d.index(func(x *tree.Index) { x.Versions[1].Version = "v1.3.0/../v1.2.0" })
		}, source.BadList, "is not such as"},
		{"a release without a signature", func(d *desk) twist {
			return d.index(func(x *tree.Index) { find(x, release+"manifest.json.sigstore.json").Path += "x" })
		}, source.Missing, "nothing signs"},
		{"a release without provenance", func(d *desk) twist {
			return d.index(func(x *tree.Index) {
				x.Files = slices.DeleteFunc(x.Files, func(f tree.File) bool { return f.Path == release+"provenance.intoto.json" })
			})
		}, source.Unverified, "missing-file"},
		{"a size that lies", func(d *desk) twist {
			return d.index(func(x *tree.Index) { find(x, release+archiveName).Size = 1 << 50 })
		}, source.BadDigest, "not the one that the manifest"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := upgrade(t)
			update := []string{"update", "--to", d.in("root"), "--json", "--from"}
			code, stdout, stderr := d.run(append(update, d.serve("site", test.twist(d)).URL)...)
			var r struct{ Class string }
			d.must(json.Unmarshal([]byte(stdout), &r))
			if code != 3 || r.Class != test.class || !strings.Contains(stderr, test.words) {
				t.Errorf("exit code %d, class %q\n%s", code, r.Class, stderr)
			}
			d.wantInUse("v1.2.0")
			d.want(0, "v1.3.0 for linux_amd64 is in use", "update", "--to", d.in("root"), "--from", d.serve("site", nil).URL)
			d.wantInUse("v1.3.0")
			d.want(0, "as it was released", "check", "--to", d.in("root"))
		})
	}
}

// TestRollback: a source that has forgotten what was installed here is refused, and so is a version that was there before.
func TestRollback(t *testing.T) {
	t.Parallel()
	d := upgrade(t)
	d.want(0, "v1.3.0", "update", "--to", d.in("root"))
	old := d.index(func(x *tree.Index) { x.Versions = x.Versions[:1] })
	update := []string{"update", "--to", d.in("root"), "--from", d.serve("site", old).URL}
	d.want(3, "the source shows an old state", update...)
	d.wantInUse("v1.3.0")
	install := []string{"install", "--to", d.in("root"), "--from", "file:" + d.in("site"), "--version", "1.2.0"}
	d.want(3, "lower than v1.3.0", install...)
	d.wantInUse("v1.3.0")
	// Going back by hand does not make the old state of a source a good one.
	d.want(0, "v1.2.0", "rollback", "--to", d.in("root"))
	d.want(3, "the source shows an old state", update...)
	d.want(0, "nothing to do", append(install, "--allow-downgrade")...)
	d.want(0, "v1.3.0", "update", "--to", d.in("root"), "--from", "file:"+d.in("site"))
	d.want(0, "v1.2.0 for linux_amd64 is in use", append(update, "--allow-downgrade")...)
	d.wantInUse("v1.2.0")
	// A mirror keeps what it has, and says no as well.
	d.want(0, "2 versions", "mirror", "sync", "--from", "file:"+d.in("site"), "--folder", d.in("mirror"))
	d.want(3, "the source lacks v1.3.0", "mirror", "sync", "--from", update[len(update)-1], "--folder", d.in("mirror"))
	d.want(0, "it has v1.2.0 v1.3.0", "mirror", "sync", "--from", update[len(update)-1], "--folder", d.in("mirror"), "--allow-downgrade")
}

// TestReused: a version that has other bytes than before is refused, also when they are signed.
func TestReused(t *testing.T) {
	t.Parallel()
	d := upgrade(t)
	d.want(0, "v1.3.0", "update", "--to", d.in("root"))
	d.want(0, "2 versions", "mirror", "sync", "--from", "file:"+d.in("site"), "--folder", d.in("mirror"))
	d.publish("other", d.release("1.3.0", specimen.Spoil{Entry: &specimen.Entry{Name: "gosqlite_1.3.0_linux_amd64/doc.md", Data: []byte("x")}}))
	d.want(3, "a version is never used twice", "install", "--to", d.in("root"), "--from", "file:"+d.in("other"))
	d.want(3, "a version is never used twice", "mirror", "sync", "--folder", d.in("mirror"), "--from", "file:"+d.in("other"), "--allow-downgrade")
	d.wantInUse("v1.3.0")
}

// TestHostileArchive: members that lead out are refused before anything is unpacked, whoever signed them.
func TestHostileArchive(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		entry specimen.Entry
		class string
	}{
		"a way out":     {specimen.Entry{Name: "gosqlite_1.3.0_linux_amd64/../../../out", Data: []byte("x")}, "archive-unsafe"},
		"from the root": {specimen.Entry{Name: "/out", Data: []byte("x")}, "archive-unsafe"},
		"a link":        {specimen.Entry{Name: "gosqlite_1.3.0_linux_amd64/out", Link: "../../../out"}, "archive-unsafe"},
		"a twin":        {specimen.Entry{Name: "gosqlite_1.3.0_linux_amd64/LICENSE", Data: []byte("x")}, "archive-duplicate"},
		"a bomb":        {specimen.Entry{Name: "gosqlite_1.3.0_linux_amd64/zeros", Data: make([]byte, 100<<20)}, "archive-bomb"},
		"our own name":  {specimen.Entry{Name: "gosqlite_1.3.0_linux_amd64/release/x", Data: []byte("x")}, "not ours"},
		"a harmless":    {specimen.Entry{Name: "gosqlite_1.3.0_linux_amd64/doc.md", Data: []byte("x")}, ""},
	} {
		d := newDesk(t)
		d.publish("site", d.release("1.2.0", specimen.Spoil{}))
		install := []string{"install", "--to", d.in("root"), "--from", "file:" + d.in("site")}
		d.want(0, "in use", install...)
		text, err := keys.Write(d.in("release", "1.3.0"), specimen.Spoil{Version: "1.3.0", Entry: &test.entry})
		d.must(err)
		d.put("policy.json", text, 0o644)
		// It is published by hand: what verifies first would refuse it.
		d.plain("release/1.3.0", "hostile", "v1.3.0")
		install[len(install)-1] = "file:" + d.in("hostile")
		if test.class == "" {
			d.want(0, "v1.3.0", install...)
			continue
		}
		code, _, stderr := d.run(install...)
		if code != 3 || !strings.Contains(stderr, test.class) {
			t.Errorf("%s: exit code %d\n%s", name, code, stderr)
		}
		d.wantInUse("v1.2.0")
		if left, _ := filepath.Glob(d.in("root", "staging", "v1.3.0*", "*")); len(left) > 1 && name != "our own name" {
			t.Errorf("%s: unpacked %v", name, left)
		}
	}
}

// plain makes a tree of one release without a look at it.
func (d *desk) plain(from, to, version string) {
	d.Helper()
	x := tree.Index{Schema: tree.Schema, Versions: []tree.Version{{Version: version}}}
	d.must(filepath.WalkDir(d.in(from), func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(d.in(from), name)
		text, err := os.ReadFile(name)
		d.put(to+"/releases/"+version+"/"+rel, text, 0o644)
		x.Files = append(x.Files, tree.File{Path: "releases/" + version + "/" + filepath.ToSlash(rel), Size: int64(len(text)), SHA256: sum(text)})
		return err
	}))
	d.put(to+"/index.json", d.json(x), 0o644)
}

// TestOthers: what somebody else signed is refused before any of it but the manifest is asked for.
func TestOthers(t *testing.T) {
	t.Parallel()
	d := upgrade(t)
	mine, err := os.ReadFile(d.in("policy.json"))
	d.must(err)
	asked := 0
	s := d.serve("site", func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "manifest.json") && !strings.HasSuffix(r.URL.Path, "index.json") {
			asked++
		}
		return false
	})
	text, err := specimen.NewKeys().Write(d.in("another"), specimen.Spoil{})
	d.must(err)
	d.put("policy.json", text, 0o644)
	update := []string{"update", "--to", d.in("root"), "--from", s.URL}
	d.want(3, "verify manifest: ", update...)
	d.wantInUse("v1.2.0")
	if asked != 0 {
		t.Errorf("%d files were asked for that nobody vouches for", asked)
	}
	var p policy.File
	d.must(json.Unmarshal(mine, &p))
	p.Require.MinimumVersion = "2.0.0"
	d.put("policy.json", d.json(p), 0o644)
	d.want(3, "version-too-old", update...)
	d.put("policy.json", mine, 0o644)
	d.want(0, "v1.3.0", update...)
}

// TestPlatformStaysInside: nothing beside the root is made or removed for a platform whose name leads there.
func TestPlatformStaysInside(t *testing.T) {
	const beside = "x/../../../victim"
	d := upgrade(t)
	precious := d.put("victim/precious", []byte("x"), 0o644)
	d.want(1, "want a name such as linux_amd64", "install", "--from", "file:"+d.in("site"), "--to", d.in("root"), "--platform", beside)
	text, err := os.ReadFile(d.in("root", "state.json"))
	d.must(err)
	d.put("root/state.json", bytes.Replace(text, []byte(`"linux_amd64"`), []byte(`"`+beside+`"`), 1), 0o644)
	d.want(3, "check --repair", "update", "--to", d.in("root"))
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

// TestStatementSignsNoManifest: a genuine bundle of a statement lies beside a manifest that nobody signed, and nothing that the
// manifest lists is asked for.
func TestStatementSignsNoManifest(t *testing.T) {
	d := upgrade(t)
	read := func(name string) []byte {
		text, err := os.ReadFile(d.in("site", "current", "releases", "v1.3.0", name))
		d.must(err)
		return text
	}
	manifest := read("manifest.json")
	forged := bytes.Replace(manifest, []byte(`"size":`), []byte(`"size":1`), 1)
	if bytes.Equal(forged, manifest) {
		t.Fatal("the manifest was not changed")
	}
	handed := map[string][]byte{"manifest.json": forged, "manifest.json.sigstore.json": read("provenance.intoto.json.sigstore.json")}
	index := d.index(func(x *tree.Index) {
		for name, text := range handed {
			f := find(x, "releases/v1.3.0/"+name)
			f.Size, f.SHA256 = int64(len(text)), sum(text)
		}
	})
	var asked []string
	s := d.serve("site", func(w http.ResponseWriter, r *http.Request) bool {
		if text, there := handed[path.Base(r.URL.Path)]; there {
			w.Write(text)
			return true
		}
		if !strings.HasSuffix(r.URL.Path, "/index.json") {
			asked = append(asked, r.URL.Path)
		}
		return index(w, r)
	})
	d.want(3, "wrong-bundle-kind", "update", "--to", d.in("root"), "--from", s.URL)
	if len(asked) > 0 {
		t.Errorf("asked for, though nobody vouches for it: %q", asked)
	}
}
