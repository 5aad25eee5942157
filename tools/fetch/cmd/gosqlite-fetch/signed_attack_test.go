// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/source"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tuf/owner"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// file answers with a file of another folder.
func (d *signedDesk) file(elem ...string) func(http.ResponseWriter, *http.Request) {
	text, err := os.ReadFile(d.in(elem...))
	d.must(err)
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(text) }
}

// changed answers with a file of the repository in which one text stands for another.
func (d *signedDesk) changed(name, old, new string) twist {
	text, err := os.ReadFile(d.in("site/current/tuf/metadata", name))
	d.must(err)
	other := bytes.Replace(text, []byte(old), []byte(new), 1)
	if bytes.Equal(text, other) {
		d.desk.Fatalf("%s: nothing was planted", name)
	}
	return ends("/"+name, func(w http.ResponseWriter, _ *http.Request) { w.Write(other) })
}

// TestSignedAttacks: v1.2.0 is in use and v1.3.0 published; a server that lies is refused with the class of the lie.
// What was in use stays, and the same update from an honest one succeeds after it.
func TestSignedAttacks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		twist func(d *signedDesk) twist
		code  int
		class string
		words string
	}{
		{"rollback", func(d *signedDesk) twist {
			// The new state is seen by an update that fails.
			gone := ends(archiveName, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
			d.want(1, "does not have it", with(d.at("site", gone), "update", "--to", d.in("root"))...)
			return func(w http.ResponseWriter, r *http.Request) bool {
				http.ServeFile(w, r, filepath.Join(d.in("site/generations"), before(d.T, d.store, "v1.3.0"), filepath.FromSlash(r.URL.Path)))
				return true
			}
		}, 3, source.Rollback, "an older state than was seen before"},
		{"freeze", func(d *signedDesk) twist {
			d.world.now = func() time.Time { return specimen.Now.AddDate(0, 0, 3) }
			return nil
		}, 3, source.Expired, "metadata ended"},
		{"mix-and-match of a role", func(d *signedDesk) twist {
			return ends("/2.stable-v1.json", d.file("site/current/tuf/metadata/1.stable-v1.json"))
		}, 3, source.BadDigest, "not those that were signed for"},
		{"mix-and-match of a snapshot", func(d *signedDesk) twist {
			return ends("/3.snapshot.json", d.file("site/current/tuf/metadata/2.snapshot.json"))
		}, 3, source.BadDigest, "not those that were signed for"},
		{"other bytes of a file", func(d *signedDesk) twist {
			info, err := os.Stat(d.in("release/1.3.0", archiveName))
			d.must(err)
			return ends(archiveName, func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, info.Size())) })
		}, 3, source.BadDigest, "has not the SHA-256"},
		{"a timestamp that nobody signed", func(d *signedDesk) twist {
			return d.changed("timestamp.json", `"version": 3`, `"version": 9`)
		}, 3, source.Unsigned, "not signed by enough"},
		{"endless metadata", func(*signedDesk) twist { return ends("/timestamp.json", endless) }, 3, source.TooLarge, "more bytes than there may be"},
		{"an endless role", func(*signedDesk) twist { return ends("/2.stable-v1.json", endless) }, 3, source.TooLarge, "more bytes than there may be"},
		{"an endless root", func(*signedDesk) twist { return ends("/2.root.json", endless) }, 3, source.TooLarge, "more bytes than there may be"},
		{"an endless file", func(*signedDesk) twist { return ends(archiveName, endless) }, 3, source.TooLarge, "more than"},
		{"a page for metadata", func(*signedDesk) twist {
			return ends("/timestamp.json", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) })
		}, 3, source.BadList, "malformed"},
		{"a server that says nothing", func(d *signedDesk) twist {
			d.world.stall = 200 * time.Millisecond
			return ends("/timestamp.json", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		}, 1, "", "too slow"},
		{"a server that is ill", func(*signedDesk) twist {
			return ends("/timestamp.json", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
		}, 1, "", "does not answer as it should"},
		{"a file that is gone", func(*signedDesk) twist {
			return ends(archiveName, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
		}, 1, "", "does not have it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newSignedDesk(t)
			d.publish("1.2.0")
			d.want(0, "v1.2.0 for", with(d.from("site"), "install", "--to", d.in("root"))...)
			d.publish("1.3.0")
			twist := test.twist(d)
			code, stdout, stderr := d.run(with(d.at("site", twist), "update", "--to", d.in("root"), "--json")...)
			var r struct{ Class string }
			d.must(json.Unmarshal([]byte(stdout), &r))
			// What is mixed in may be longer, too: a signature's length differs by a byte or two.
			longer := strings.HasPrefix(test.name, "mix-and-match") && code == test.code && r.Class == source.TooLarge && strings.Contains(stderr, "more bytes than there may be")
			if !longer && (code != test.code || r.Class != test.class || !strings.Contains(stderr, test.words)) {
				t.Errorf("exit code %d, class %q\n%s", code, r.Class, stderr)
			}
			d.wantInUse("v1.2.0")
			d.world.now, d.world.stall = func() time.Time { return specimen.Now }, time.Minute
			d.want(0, "v1.3.0 for linux_amd64 is in use", with(d.at("site", nil), "update", "--to", d.in("root"))...)
			d.want(0, "as it was released", "check", "--to", d.in("root"))
		})
	}
}

// TestSignedStolen: a thief of the online keys sets versions that the owner can't reach. The owner replaces the keys by a
// new root, and everybody is back; the thief's keys count for nothing from then on.
func TestSignedStolen(t *testing.T) {
	t.Parallel()
	d := newSignedDesk(t)
	d.publish("1.2.0")
	d.must(os.CopyFS(d.in("thief"), os.DirFS(d.in("site"))))
	stolen, keys := &tree.Store{Dir: d.in("thief")}, d.Online
	d.Online = filepath.Join(filepath.Dir(keys), "stolen.json") // with a memory of its own
	for _, name := range []string{"", ".seen"} {
		d.must(os.WriteFile(d.Online+name, d.Read(keys+name), 0o600))
	}
	for range 4 {
		d.Begin(stolen, specimen.Now) // a timestamp more each time
	}
	d.Online = keys
	root := d.in("root")
	d.want(0, "v1.2.0 for", with(d.from("thief"), "install", "--to", root)...) // nobody can tell
	d.publish("1.3.0")
	d.want(3, "an older state than was seen before", with(d.from("site"), "update", "--to", root)...)
	r, _, _, err := tuf.Load(d.store)
	d.must(err)
	fresh := owner.New(t, specimen.Now)
	staged, err := r.Rotate(tuf.Edit{
		Add:    map[string][]tuf.Key{"timestamp": {d.Public(fresh.Keys["timestamp"][0])}, "snapshot": {d.Public(fresh.Keys["snapshot"][0])}},
		Remove: map[string][]string{"timestamp": {d.Public(d.Keys["timestamp"][0]).ID}, "snapshot": {d.Public(d.Keys["snapshot"][0]).ID}},
	}, nil, nil, specimen.Now)
	d.must(err)
	d.Stage(staged)
	for _, k := range d.Keys["root"][:2] {
		d.Sign("2.root.json", "1.root.json", k)
	}
	d.Online = fresh.Online
	d.must(os.WriteFile(d.Online+".seen", d.Read(keys+".seen"), 0o600)) // what was published stays known
	d.Begin(d.store, specimen.Now)
	d.want(0, "v1.3.0 for", with(d.from("site"), "update", "--to", root)...)
	d.want(0, "as it was released", "check", "--to", root)
	// Who has seen the new root is not led back to the old keys, and who begins with the first root follows it.
	d.want(3, "not signed by enough", with(d.from("thief"), "update", "--to", root)...)
	d.want(0, "v1.3.0 for", with(d.from("site"), "install", "--to", d.in("second"))...)
	d.wantInUse("v1.3.0")
}

// TestSignedRootThief: a root that the one before did not sign is refused.
func TestSignedRootThief(t *testing.T) {
	t.Parallel()
	d, thief := newSignedDesk(t), newSignedDesk(t)
	d.publish("1.2.0")
	d.want(0, "v1.2.0 for", with(d.from("site"), "install", "--to", d.in("root"))...)
	thief.publish("1.3.0")
	r, _, _, err := tuf.Load(thief.store)
	d.must(err)
	staged, err := r.Rotate(tuf.Edit{Renew: []string{"root"}}, nil, nil, specimen.Now)
	d.must(err)
	thief.Stage(staged)
	for _, k := range thief.Keys["root"][:2] {
		thief.Sign("2.root.json", "1.root.json", k)
	}
	thief.Begin(thief.store, specimen.Now)
	code, _, talk := d.run("update", "--to", d.in("root"), "--from", "tuf+file:"+thief.in("site"), "--tuf-root", d.in("config/root.json"))
	if code != 3 || !strings.Contains(talk, "not signed by enough") {
		t.Errorf("exit code %d\n%s", code, talk)
	}
	d.wantInUse("v1.2.0")
}

// TestSignedLost: what was seen can't be lost, or set back, without a word; and nothing is fetched then.
func TestSignedLost(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string]func(d *signedDesk, old string){
		"all of it":     func(d *signedDesk, _ string) { d.must(os.RemoveAll(d.in("root/tuf"))) },
		"the timestamp": func(d *signedDesk, _ string) { d.must(os.Remove(d.in("root/tuf/timestamp.json"))) },
		"the root":      func(d *signedDesk, _ string) { d.must(os.Remove(d.in("root/tuf/root.json"))) },
		"the mark":      func(d *signedDesk, _ string) { d.must(os.Remove(d.in("root/tuf/refreshed"))) },
		"half a file":   func(d *signedDesk, _ string) { d.put("root/tuf/snapshot.json", []byte(`{"signed"`), 0o600) },
		"set back":      func(d *signedDesk, old string) { d.swap("root/tuf", old) },
		"the record":    func(d *signedDesk, _ string) { d.must(os.Remove(d.in("root/state.json"))) },
		"both of it all": func(d *signedDesk, _ string) {
			d.must(os.RemoveAll(d.in("root/tuf")))
			d.must(os.Remove(d.in("root/state.json")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newSignedDesk(t)
			d.publish("1.2.0")
			d.want(0, "v1.2.0 for", with(d.from("site"), "install", "--to", d.in("root"))...)
			d.must(os.CopyFS(d.in("old"), os.DirFS(d.in("root/tuf"))))
			d.publish("1.3.0")
			d.want(0, "v1.3.0 for", with(d.from("site"), "update", "--to", d.in("root"))...)
			plant(d, d.in("old"))
			update := with(d.from("site"), "update", "--to", d.in("root"), "--json")
			d.want(3, source.LostState, update...)
			d.want(3, "things are wrong", "check", "--to", d.in("root"))
			d.wantInUse("v1.3.0")
			d.want(0, "as it was released", "check", "--repair", "--to", d.in("root"))
			d.want(0, "v1.3.0", with(d.from("site"), "install", "--to", d.in("root"))...)
			d.want(0, "as it was released", "check", "--to", d.in("root"))
		})
	}
}

// swap puts a folder in another one's place.
func (d *signedDesk) swap(name, other string) {
	d.must(os.RemoveAll(d.in(name)))
	d.must(os.CopyFS(d.in(name), os.DirFS(other)))
}
