// SPDX-License-Identifier: MIT

package tuf_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	client "github.com/gosqlite/gosqlite/tools/fetch/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tuf/owner"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
)

var day = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// A desk is a repository, who owns it, and a user.
type desk struct {
	*owner.Owner
	t     *testing.T
	store *tree.Store
	now   time.Time
	state string
	root  []byte // pinned by the user
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	o := owner.New(t, day)
	return &desk{o, t, &tree.Store{Dir: filepath.Join(t.TempDir(), "tree")}, day, filepath.Join(t.TempDir(), "state"), o.Read("1.root.json")}
}

// online opens keys of the owner's memory.
func (d *desk) online() *tuf.Online {
	return &tuf.Online{Open: func(_ context.Context, role string) (key.Key, error) { return memory{d.Keys[role][0]}, nil }}
}

type memory struct{ crypto.Signer }

func (memory) Close() error { return nil }

// files are a release's.
func files(version string) ([]tree.File, map[string][]byte) {
	bodies := map[string][]byte{"manifest.json": []byte("manifest " + version), "embedded/a/b.macho": []byte("signature")}
	var out []tree.File
	for name, text := range bodies {
		out = append(out, tree.File{Path: name, Size: int64(len(text)), SHA256: fmt.Sprintf("%x", sha256.Sum256(text))})
	}
	return out, bodies
}

// take brings what is staged, and the bytes of versions, to readers.
func (d *desk) take(versions ...string) error {
	d.t.Helper()
	commit, err := d.plan(versions...)
	if err != nil {
		return err
	}
	return commit()
}

// plan is take up to the last step, which it gives back.
func (d *desk) plan(versions ...string) (commit func() error, err error) {
	d.t.Helper()
	r, index, generation, err := tuf.Load(d.store)
	if err != nil {
		return nil, err
	}
	if err := d.Seen().Hold(r); err != nil {
		return nil, err
	}
	staged, err := tuf.ReadStaged(d.Staged)
	if err != nil {
		return nil, err
	}
	if staged, err = tuf.Unpublished(index, staged); err != nil {
		return nil, err
	}
	step := tuf.Step{Staged: staged, Index: index, Now: d.now}
	for _, version := range versions {
		list, bodies := files(version)
		items, err := tuf.Items("", version, list)
		if err != nil {
			return nil, err
		}
		for i := range items {
			text := bodies[list[i].Path]
			items[i].Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
		}
		step.Files = append(step.Files, items...)
	}
	after, items, err := r.Next(d.t.Context(), step, d.online())
	if err != nil {
		return nil, err
	}
	change, err := tree.Update(index, generation, items)
	if err != nil {
		return nil, err
	}
	return func() error { return d.Seen().Commit(d.t.Context(), d.store, change, r, after) }, nil
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// refused expects an error with these words.
func (d *desk) refused(err error, words string) {
	d.t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) {
		d.t.Errorf("the error is %v, want %q", err, words)
	}
}

func (d *desk) release(version string) {
	d.t.Helper()
	list, _ := files(version)
	d.Add(d.store, version, list, d.now)
	d.must(d.take(version))
}

// names are what a user sees in a channel, each of them downloaded.
func (d *desk) names(channel string) (string, error) {
	d.t.Helper()
	c, err := client.Open(client.Options{Root: d.root, MetadataURL: "file:///tuf/metadata", TargetsURL: "file:///tuf/targets", State: d.state,
		HTTP: &http.Client{Transport: client.Folder(filepath.Join(d.store.Dir, "current"))}, Now: func() time.Time { return d.now }})
	d.must(err)
	list, err := c.Targets(d.t.Context(), channel, "v1")
	if err != nil {
		return "", err
	}
	var names []string
	for _, t := range list {
		names = append(names, t.Version+"/"+t.File)
		file := filepath.Join(d.t.TempDir(), "file")
		if err := c.Download(d.t.Context(), t.Name, file, nil); err != nil {
			return "", err
		}
		_, bodies := files(t.Version)
		if have, _ := os.ReadFile(file); !bytes.Equal(have, bodies[t.File]) {
			d.t.Errorf("%s has other bytes", t.Name)
		}
	}
	return strings.Join(names, " "), nil
}

func (d *desk) sees(channel, want string) {
	d.t.Helper()
	if got, err := d.names(channel); err != nil || got != want {
		d.t.Errorf("a user sees %q in %s, want %q: %v", got, channel, want, err)
	}
}

const first = "v1.2.0/embedded/a/b.macho v1.2.0/manifest.json"

// TestReleases lists a release and a candidate, takes one out again, and lets the timestamp end.
func TestReleases(t *testing.T) {
	d := newDesk(t)
	d.must(d.take())
	d.release("v1.2.0")
	d.release("v1.3.0-rc.1")
	d.sees("stable", first)
	d.sees("candidate", "v1.3.0-rc.1/embedded/a/b.macho v1.3.0-rc.1/manifest.json")
	r, _, _, err := tuf.Load(d.store)
	d.must(err)
	list, _ := files("v1.2.0")
	_, err = r.Add("v1.2.0", list, nil, d.now)
	d.refused(err, "never used twice")
	d.release("v1.2.1")
	r, _, _, err = tuf.Load(d.store)
	d.must(err)
	staged, err := r.Remove("v1.2.1", nil, d.now)
	d.must(err)
	d.Stage(staged)
	d.Sign("3.stable-v1.json", "1.targets.json", d.Keys["stable-v1"][0])
	d.must(d.take())
	d.sees("stable", first)
	_, err = r.Remove("v1.9.0", nil, d.now)
	d.refused(err, "does not list it")

	d.now = day.AddDate(0, 0, 3)
	if _, err := d.names("stable"); err == nil {
		t.Error("a timestamp that ended is taken")
	}
	d.must(d.take()) // nothing is staged: a new timestamp
	d.sees("stable", first)
	d.now = day.AddDate(0, 0, 15)
	d.refused(d.take(), "snapshot ended")
}

// TestCeremony has what stands between a key and the repository.
func TestCeremony(t *testing.T) {
	d := newDesk(t)
	for name, change := range map[string]func(map[string]tuf.Group){
		"root is one of online as well: give": func(g map[string]tuf.Group) { g["timestamp"] = g["root"] },
		"timestamp is one of targets as well": func(g map[string]tuf.Group) { g["targets"] = g["timestamp"] },
		"stable-v1 is one of online as well":  func(g map[string]tuf.Group) { g["stable-v1"] = g["snapshot"] },
		"candidate-v1 is one of root as well": func(g map[string]tuf.Group) { g["candidate-v1"] = g["root"] },
		"1 signatures are too few for root":   func(g map[string]tuf.Group) { g["root"] = tuf.Group{Keys: g["root"].Keys, Threshold: 1} },
		"root needs 4 signatures and has 3":   func(g map[string]tuf.Group) { g["root"] = tuf.Group{Keys: g["root"].Keys, Threshold: 4} },
		"snapshot has no key":                 func(g map[string]tuf.Group) { delete(g, "snapshot") },
		`there is no role "nightly-v1"`:       func(g map[string]tuf.Group) { g["nightly-v1"] = g["stable-v1"] },
		"key " + d.Public(d.Keys["targets"][0]).ID[:12] + " has": func(g map[string]tuf.Group) {
			g["targets"] = tuf.Group{Keys: append(g["targets"].Keys, g["targets"].Keys...)}
		},
	} {
		g := d.Groups()
		change(g)
		_, err := tuf.Begin(g, nil, nil, day)
		words := strings.TrimSuffix(name, ": give")
		if strings.Contains(words, " is one of ") { // which of both is named first is the order of roles
			words = "as well: give each its own"
		}
		d.refused(err, words)
	}
	s, err := tuf.NewStranger("the release key", d.Keys["targets"][0].Public())
	d.must(err)
	_, err = tuf.Begin(d.Groups(), []tuf.Stranger{s}, nil, day)
	d.refused(err, "of targets is one of the release key as well")
	_, err = d.Try("1.targets.json", "1.root.json", d.Keys["timestamp"][0])
	d.refused(err, "is none of targets's")
	_, err = d.Try("1.root.json", "", d.Keys["snapshot"][0])
	d.refused(err, "is none of root's")
	d.must(d.take())
	list, _ := files("v1.2.0")
	r, _, _, err := tuf.Load(d.store)
	d.must(err)
	_, err = r.Add("v2.0.0", list, nil, day)
	d.refused(err, "nobody may sign for stable-v2")
	_, err = r.Add("v1.2", list, nil, day)
	d.refused(err, "no canonical version")
	staged, err := r.Add("v1.2.0", list, nil, day)
	d.must(err)
	d.Stage(staged)
	d.refused(d.take("v1.2.0"), "not enough signatures")
	_, err = d.Try("1.stable-v1.json", "1.targets.json", d.Keys["candidate-v1"][0])
	d.refused(err, "is none of stable-v1's")
	d.Sign("1.stable-v1.json", "1.targets.json", d.Keys["stable-v1"][0])
	d.refused(d.take(), "whose bytes are not there")
	d.must(d.take("v1.2.0"))
	d.sees("stable", first)
	d.Stage(tuf.Staged{"1.stable-v1.json": []byte("{}")})
	d.refused(d.take(), "published with other bytes")
}

// TestRotate changes keys of root, of an online role, and of a delegated role; and adds a role.
func TestRotate(t *testing.T) {
	d := newDesk(t)
	d.must(d.take())
	d.release("v1.2.0")
	d.sees("stable", first)
	r, _, _, err := tuf.Load(d.store)
	d.must(err)
	gone, fresh, stamp, major := d.Keys["root"][0], d.NewKey(), d.NewKey(), d.NewKey()
	next := d.NewKey()
	staged, err := r.Rotate(tuf.Edit{
		Add:    map[string][]tuf.Key{"root": {d.Public(fresh)}, "timestamp": {d.Public(stamp)}, "stable-v2": {d.Public(major)}, "stable-v1": {d.Public(next)}},
		Remove: map[string][]string{"root": {d.Public(gone).ID}, "timestamp": {d.Public(d.Keys["timestamp"][0]).ID}, "stable-v1": {d.Public(d.Keys["stable-v1"][0]).ID}},
	}, nil, nil, day)
	d.must(err)
	if len(staged) != 3 {
		t.Fatalf("%d files are to be signed: %v", len(staged), staged)
	}
	d.Stage(staged)
	d.Sign("2.root.json", "1.root.json", fresh)
	d.refused(d.take(), "not enough signatures")
	d.Sign("2.root.json", "1.root.json", d.Keys["root"][1])
	d.refused(d.take(), "not enough signatures") // two of the new, one of the old
	d.Sign("2.root.json", "1.root.json", d.Keys["root"][2])
	d.Sign("2.targets.json", "2.root.json", d.Keys["targets"][0])
	d.Sign("2.stable-v1.json", "2.targets.json", next)
	d.refused(d.take(), "not enough signatures") // the old timestamp key
	d.Keys["timestamp"][0] = stamp
	d.must(d.take())
	d.sees("stable", first)
	d.root = d.Read("2.root.json")
	d.sees("stable", first)

	r, _, _, err = tuf.Load(d.store)
	d.must(err)
	for words, e := range map[string]tuf.Edit{
		"has not the role root":        {Remove: map[string][]string{"root": {d.Public(gone).ID}}},
		"needs 2 signatures and has":   {Remove: map[string][]string{"root": {d.Public(fresh).ID, d.Public(d.Keys["root"][1]).ID}}},
		"as well: give each its own":   {Add: map[string][]tuf.Key{"targets": {d.Public(stamp)}}},
		"nothing is to be changed":     {},
		"has no metadata to renew":     {Renew: []string{"candidate-v1"}},
		"needs 1 signatures and has 0": {Remove: map[string][]string{"stable-v2": {d.Public(major).ID}}},
	} {
		_, err := r.Rotate(e, nil, nil, day)
		d.refused(err, words)
	}
	staged, err = r.Rotate(tuf.Edit{Renew: []string{"root", "targets", "stable-v1"}}, nil, tuf.Days{"targets": 10}, day.AddDate(0, 1, 0))
	d.must(err)
	for name, end := range map[string]string{"3.root.json": "2027-12-26T12:00:00Z", "3.targets.json": "2027-01-05T12:00:00Z", "3.stable-v1.json": "2027-12-26T12:00:00Z"} {
		rows, err := tuf.Describe(name, staged[name])
		d.must(err)
		if text := fmt.Sprint(rows); !strings.Contains(text, "{ends "+end+"}") && !strings.Contains(text, "[ends "+end+"]") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestHostileMetadata is what a holder of some keys could bring to the publisher.
func TestHostileMetadata(t *testing.T) {
	d := newDesk(t)
	d.must(d.take())
	d.release("v1.2.0")
	for words, change := range map[string][2]string{
		"which it may not":       {`"stable/v1/v1.2.0/manifest.json"`, `"candidate/v1/v1.2.0/manifest.json"`},
		"which is no plain path": {`"stable/v1/v1.2.0/manifest.json"`, `"stable/v1/../manifest.json"`},
		"version 2 is the next":  {`"version": 2`, `"version": 7`},
		"malformed":              {`"targets": {`, `"targets": {"stable/v1/v1/x": null,`},
		"delegates further":      {`"version": 2`, `"delegations": {"keys": {}, "roles": []}, "version": 2`},
	} {
		r, _, _, err := tuf.Load(d.store)
		d.must(err)
		staged, err := r.Rotate(tuf.Edit{Renew: []string{"stable-v1"}}, nil, nil, day)
		d.must(err)
		name := "2.stable-v1.json"
		changed := strings.Replace(string(staged[name]), change[0], change[1], 1)
		if changed == string(staged[name]) {
			t.Fatalf("%s: nothing was planted", words)
		}
		d.Stage(tuf.Staged{name: []byte(changed)})
		if text, err := d.Try(name, "1.targets.json", d.Keys["stable-v1"][0]); err == nil {
			d.Stage(tuf.Staged{name: text})
		}
		d.refused(d.take(), words)
		d.must(os.Remove(filepath.Join(d.Staged, name)))
		d.must(d.take())
		d.sees("stable", first)
	}
}
