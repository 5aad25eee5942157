// SPDX-License-Identifier: MIT

package tuf

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/fetch/tuf/tuftest"
)

// An attack begins when a user has seen the second of two states. before is what the server had in the first.
type attack struct {
	name string
	do   func(d *desk, before map[string][]byte)
	want error
}

// TestAttacks has each attack fail with its error. Another user, who has seen the same and is spared, goes on: what was
// refused is the attack and nothing else.
func TestAttacks(t *testing.T) {
	for _, list := range [][]attack{rollbacks, freezes, mixes, thefts, malformed} {
		for _, a := range list {
			t.Run(a.name, func(t *testing.T) {
				d := newDesk(t)
				d.good(program)
				before := d.r.Copy()
				d.r.Put(tuftest.StableRole, later, []byte("later"))
				d.r.Update()
				d.good(later)
				honest := d.r.Copy()
				spared := filepath.Join(t.TempDir(), "state")
				if err := os.CopyFS(spared, os.DirFS(d.state)); err != nil {
					t.Fatal(err)
				}
				a.do(d, before)
				d.bad(d.use(later), a.want)
				d.s.Set(honest)
				d.state, d.now = spared, day
				d.good(later)
			})
		}
	}
}

var rollbacks = []attack{
	{"rollback of everything but roots", func(d *desk, before map[string][]byte) { d.s.Set(before) }, ErrRollback},
	{"rollback of the timestamp", func(d *desk, before map[string][]byte) {
		d.r.Files["metadata/timestamp.json"] = before["metadata/timestamp.json"]
	}, ErrRollback},
	{"rollback of the snapshot by a thief of the timestamp key", func(d *desk, _ map[string][]byte) {
		d.r.Timestamp.Signed.Version += 10
		d.r.Timestamp.Signed.Meta["snapshot.json"] = &metadata.MetaFiles{Version: d.r.Snapshot.Signed.Version - 1}
		d.r.Sign(metadata.TIMESTAMP)
	}, ErrRollback},
	{"rollback of targets by a thief of the online keys", func(d *desk, _ map[string][]byte) {
		older(d, "targets.json")
	}, ErrRollback},
	{"rollback of a delegated role by a thief of the online keys", func(d *desk, _ map[string][]byte) {
		older(d, "stable-v1.json")
	}, ErrRollback},
	{"a role is gone from the snapshot", func(d *desk, _ map[string][]byte) {
		d.r.Snapshot.Signed.Version++
		d.r.Timestamp.Signed.Version++
		delete(d.r.Snapshot.Signed.Meta, "stable-v1.json")
		d.r.Sign(metadata.SNAPSHOT)
		d.r.Point()
		d.r.Sign(metadata.TIMESTAMP)
	}, ErrRollback},
	{"rollback of the root", func(d *desk, before map[string][]byte) {
		d.r.Files["metadata/2.root.json"] = before["metadata/1.root.json"]
	}, ErrRollback},
}

// older signs a snapshot with the version before of one file, as its real owner would.
func older(d *desk, name string) {
	d.r.Snapshot.Signed.Version++
	d.r.Timestamp.Signed.Version++
	d.r.Snapshot.Signed.Meta[name] = &metadata.MetaFiles{Version: d.r.Snapshot.Signed.Meta[name].Version - 1}
	d.r.Sign(metadata.SNAPSHOT)
	d.r.Point()
	d.r.Sign(metadata.TIMESTAMP)
}

var freezes = []attack{
	{"freeze: the timestamp ended", func(d *desk, _ map[string][]byte) { d.now = day.AddDate(0, 0, 2) }, ErrExpired},
	{"freeze: the root ended", func(d *desk, _ map[string][]byte) {
		d.now = day.AddDate(0, 0, 11)
		d.r.Timestamp.Signed.Version++
		d.r.Timestamp.Signed.Expires = day.AddDate(1, 0, 0)
		d.r.Sign(metadata.TIMESTAMP)
	}, ErrExpired},
	{"freeze: the snapshot ended", func(d *desk, _ map[string][]byte) {
		d.r.Snapshot.Signed.Expires = day.AddDate(0, 0, -1)
		next(d)
	}, ErrExpired},
	{"freeze: targets ended", func(d *desk, _ map[string][]byte) {
		d.r.Targets[metadata.TARGETS].Signed.Expires = day.AddDate(0, 0, -1)
		next(d)
	}, ErrExpired},
	{"freeze: a delegated role ended", func(d *desk, _ map[string][]byte) {
		d.r.Targets[tuftest.StableRole].Signed.Expires = day.AddDate(0, 0, -1)
		next(d)
	}, ErrExpired},
}

// next releases the next version of everything.
func next(d *desk) { d.r.Update() }

var mixes = []attack{
	{"mix-and-match: an older delegated role under the new name", func(d *desk, before map[string][]byte) {
		next(d)
		d.r.Files[version(d, tuftest.StableRole)] = before["metadata/2.stable-v1.json"]
	}, ErrMismatch},
	{"mix-and-match: older targets under the new name", func(d *desk, before map[string][]byte) {
		next(d)
		d.r.Files[version(d, metadata.TARGETS)] = before["metadata/2.targets.json"]
	}, ErrMismatch},
	{"mix-and-match: an older snapshot under the new name", func(d *desk, before map[string][]byte) {
		next(d)
		d.r.Files[tuftest.Name(metadata.SNAPSHOT, d.r.Snapshot.Signed.Version)] = before["metadata/2.snapshot.json"]
	}, ErrMismatch},
	{"mix-and-match: one role's metadata as the other's", func(d *desk, _ map[string][]byte) {
		next(d)
		d.r.Files[version(d, tuftest.StableRole)] = d.r.Text(tuftest.CandidateRole)
	}, ErrMismatch},
	{"another target's bytes", func(d *desk, _ map[string][]byte) {
		d.r.Files[tuftest.TargetPath(later, []byte("later"))] = []byte("LATER")
	}, ErrMismatch},
	{"a file is missing", func(d *desk, _ map[string][]byte) {
		delete(d.r.Files, tuftest.TargetPath(later, []byte("later")))
	}, ErrUnreachable},
	{"metadata is missing", func(d *desk, _ map[string][]byte) {
		next(d)
		delete(d.r.Files, version(d, metadata.TARGETS))
	}, ErrUnreachable},
	{"a server that fails", func(d *desk, _ map[string][]byte) {
		d.s.Instead("metadata/2.root.json", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	}, ErrUnreachable},
}

func version(d *desk, role string) string {
	return tuftest.Name(role, d.r.Targets[role].Signed.Version)
}

var thefts = []attack{
	{"a timestamp by a wrong key", func(d *desk, _ map[string][]byte) { forge(d, metadata.TIMESTAMP, metadata.TIMESTAMP) }, ErrUnsigned},
	{"targets signed by the online keys", func(d *desk, _ map[string][]byte) { sworn(d, metadata.TARGETS, metadata.TIMESTAMP, metadata.SNAPSHOT) }, ErrUnsigned},
	{"a delegated role signed by the online keys", func(d *desk, _ map[string][]byte) {
		sworn(d, tuftest.StableRole, metadata.TIMESTAMP, metadata.SNAPSHOT)
	}, ErrUnsigned},
	{"a delegated role signed by the other's key", func(d *desk, _ map[string][]byte) { sworn(d, tuftest.StableRole, tuftest.CandidateRole) }, ErrUnsigned},
	{"a delegated role signed by the key of targets", func(d *desk, _ map[string][]byte) { sworn(d, tuftest.StableRole, metadata.TARGETS) }, ErrUnsigned},
	{"a snapshot signed by the timestamp key", func(d *desk, _ map[string][]byte) { sworn(d, metadata.SNAPSHOT, metadata.TIMESTAMP) }, ErrUnsigned},
	{"a root by one of two keys", func(d *desk, _ map[string][]byte) {
		d.r.Keys[metadata.ROOT] = d.r.Keys[metadata.ROOT][:1]
		d.r.Root.Signed.Version++
		d.r.Sign(metadata.ROOT)
	}, ErrUnsigned},
	{"a root by new keys alone", func(d *desk, _ map[string][]byte) {
		for range 2 {
			d.r.Replace(metadata.ROOT)
		}
		d.r.Give(metadata.ROOT, d.r.NewKey())
		d.r.Root.Signed.Version++
		d.r.Sign(metadata.ROOT)
	}, ErrUnsigned},
	{"a delegated role by one of two keys", func(d *desk, _ map[string][]byte) {
		d.r.Give(tuftest.StableRole, d.r.NewKey())
		d.r.Targets[metadata.TARGETS].Signed.Delegations.Roles[0].Threshold = 2
		d.r.Keys[tuftest.StableRole] = d.r.Keys[tuftest.StableRole][:1]
		next(d)
	}, ErrUnsigned},
	{"a threshold of nothing", func(d *desk, _ map[string][]byte) {
		d.r.Targets[metadata.TARGETS].Signed.Delegations.Roles[0].Threshold = 0
		d.r.Keys[tuftest.StableRole] = nil
		next(d)
	}, ErrUnsigned},
	{"a role lists another channel", func(d *desk, _ map[string][]byte) {
		d.r.Put(tuftest.StableRole, "candidate/v1/v1.4.0-rc.1/x", []byte("x"))
		next(d)
	}, ErrOutside},
	{"a role lists what leads out of its folder", func(d *desk, _ map[string][]byte) {
		d.r.Put(tuftest.StableRole, "stable/v1/../x", []byte("x"))
		next(d)
	}, ErrOutside},
	{"a role lists an absolute path", func(d *desk, _ map[string][]byte) {
		d.r.Put(tuftest.StableRole, "/etc/passwd", []byte("x"))
		next(d)
	}, ErrOutside},
}

// forge signs the next version of a role's metadata by a key of nobody.
func forge(d *desk, role, keys string) {
	d.r.Keys[keys] = append(d.r.Keys[keys][:0:0], d.r.NewKey())
	next(d)
}

// sworn signs the next version of a role's metadata by the keys of other roles.
func sworn(d *desk, role string, others ...string) {
	own := d.r.Keys[role]
	d.r.Keys[role] = nil
	for _, o := range others {
		d.r.Keys[role] = append(d.r.Keys[role], d.r.Keys[o]...)
	}
	next(d)
	d.r.Keys[role] = own
}

var malformed = []attack{
	{"a timestamp that is a page", func(d *desk, _ map[string][]byte) {
		d.r.Files["metadata/timestamp.json"] = []byte("<html>")
	}, ErrMalformed},
	{"a timestamp of another role", func(d *desk, _ map[string][]byte) {
		d.r.Files["metadata/timestamp.json"] = d.r.Text(metadata.SNAPSHOT)
	}, ErrMalformed},
	{"a root whose signed part is null", func(d *desk, _ map[string][]byte) {
		d.r.Files["metadata/2.root.json"] = []byte(`{"signed":null,"signatures":[]}`)
	}, ErrMalformed},
	{"a target that is null, in metadata that a thief signed for", func(d *desk, _ map[string][]byte) {
		d.r.Targets[tuftest.StableRole].Signed.Targets["stable/v1/v1.4.0/x"] = nil
		next(d)
	}, ErrMalformed},
	{"a snapshot that is null, in a timestamp that a thief signed", func(d *desk, _ map[string][]byte) {
		d.r.Timestamp.Signed.Version++
		d.r.Timestamp.Signed.Meta["snapshot.json"] = nil
		d.r.Sign(metadata.TIMESTAMP)
	}, ErrMalformed},
	{"two signatures of one key", func(d *desk, _ map[string][]byte) {
		k := d.r.Keys[metadata.TIMESTAMP][0]
		d.r.Keys[metadata.TIMESTAMP] = append(d.r.Keys[metadata.TIMESTAMP], k)
		next(d)
		d.r.Keys[metadata.TIMESTAMP] = d.r.Keys[metadata.TIMESTAMP][:1]
	}, ErrMalformed},
	{"a huge number", func(d *desk, _ map[string][]byte) {
		d.r.Files["metadata/timestamp.json"] = []byte(`{"signed":{"_type":"timestamp","version":1e` + strconv.Itoa(999) + `},"signatures":[]}`)
	}, ErrMalformed},
}
