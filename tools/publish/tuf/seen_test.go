// SPDX-License-Identifier: MIT

package tuf_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// state is what readers see; setBack makes them see it again, as who can write to the folder can.
func (d *desk) generation() string {
	d.t.Helper()
	to, err := os.Readlink(filepath.Join(d.store.Dir, "current"))
	d.must(err)
	return to
}

func (d *desk) setBack(to string) {
	d.t.Helper()
	d.must(os.Remove(filepath.Join(d.store.Dir, "current")))
	d.must(os.Symlink(to, filepath.Join(d.store.Dir, "current")))
}

func (d *desk) hold(s tuf.Seen) error {
	d.t.Helper()
	r, _, _, err := tuf.Load(d.store)
	d.must(err)
	return s.Hold(r)
}

func (d *desk) adopt(s tuf.Seen) error {
	d.t.Helper()
	r, _, _, err := tuf.Load(d.store)
	d.must(err)
	return s.Adopt(r)
}

// behind expects the refusal of a folder that was set back.
func (d *desk) behind(err error, words string) {
	d.t.Helper()
	d.refused(err, words)
	var back *tuf.SetBackError
	if !errors.As(err, &back) || action.Code(err) != action.Rejected {
		d.t.Errorf("%v is no refusal with exit code 3", err)
	}
}

// TestSeen sets a folder back to each earlier state. Whoever has no memory signs over it.
func TestSeen(t *testing.T) {
	d := newDesk(t)
	d.must(d.take())
	begun := d.generation()
	d.release("v1.2.0")
	listed := d.generation()
	d.must(d.take()) // the timestamp of the next day
	now := d.generation()
	text := d.Read(d.Seen().Name)

	d.setBack(begun)
	d.behind(d.take(), "snapshot has version 1, and version 2 was published")
	d.setBack(listed)
	d.behind(d.take(), "timestamp has version 2, and version 3 was published")
	if d.generation() != listed || string(d.Read(d.Seen().Name)) != string(text) {
		t.Error("a refused run wrote something")
	}
	// Without a memory the old state looks like any other: it is asked for, and not begun in silence.
	d.must(os.Rename(d.Seen().Name, d.Seen().Name+".away"))
	d.refused(d.take(), "what was published last is not known")
	d.must(d.adopt(d.Seen()))
	d.now = d.now.Add(time.Hour)
	d.must(d.take())
	d.setBack(now)
	d.behind(d.take(), "timestamp 3 has other bytes")
	d.must(os.Rename(d.Seen().Name+".away", d.Seen().Name))
	d.must(d.take())
	d.sees("stable", first)
}

// TestSeenEmptied has a folder from which the repository, or all, was taken.
func TestSeenEmptied(t *testing.T) {
	d := newDesk(t)
	d.must(d.take())
	d.must(os.RemoveAll(d.store.Dir))
	d.behind(d.take(), "there is no root")
	r, _, _, err := tuf.Load(d.store)
	d.must(err)
	d.refused(d.Seen().Adopt(r), "there is no repository yet")
}

// TestSeenAhead stops a publisher between its last two steps, and lets another machine publish: neither is an old state.
func TestSeenAhead(t *testing.T) {
	d := newDesk(t)
	d.must(d.take())
	before := d.Read(d.Seen().Name)
	d.release("v1.2.0")
	ahead := d.generation()
	d.must(os.WriteFile(d.Seen().Name, before, 0o644))
	d.must(d.take())
	d.setBack(ahead)
	d.behind(d.take(), "timestamp has version 2, and version 3 was published")
}

// TestSeenBusy has two runs with one memory.
func TestSeenBusy(t *testing.T) {
	d := newDesk(t)
	held, err := lock.Take(d.Seen().Name + ".lock")
	d.must(err)
	if err := d.take(); !errors.Is(err, lock.ErrBusy) {
		t.Errorf("the error is %v", err)
	}
	d.must(held.Close())
	d.must(d.take())
}

// TestSeenRace has two runs plan upon one state: the second to commit lost a race, and nobody set anything back.
func TestSeenRace(t *testing.T) {
	d := newDesk(t)
	d.must(d.take())
	one, err := d.plan()
	d.must(err)
	two, err := d.plan()
	d.must(err)
	old := d.generation()
	d.must(one())
	now := d.generation()
	err = two()
	var back *tuf.SetBackError
	if !errors.Is(err, tree.ErrMoved) || errors.As(err, &back) || action.Code(err) != action.Failure || d.generation() != now {
		t.Errorf("the second run: %v", err)
	}
	d.must(d.take()) // it runs again
	// A folder that is set back meanwhile is no race that is won: the next run says what it is.
	three, err := d.plan()
	d.must(err)
	d.setBack(old)
	if err := three(); !errors.Is(err, tree.ErrMoved) || d.generation() != old {
		t.Errorf("the third run: %v", err)
	}
	d.behind(d.take(), "and version 3 was published")
}

// TestSeenDamaged: nothing is signed by a memory that can't be read.
func TestSeenDamaged(t *testing.T) {
	d := newDesk(t)
	d.must(d.take())
	good := string(d.Read(d.Seen().Name))
	for name, text := range map[string]string{
		"nothing":            "",
		"half of it":         good[:len(good)/2],
		"another schema":     strings.Replace(good, "tuf-seen/1", "tuf-seen/2", 1),
		"another field":      strings.Replace(good, `"roles"`, `"x": 1, "roles"`, 1),
		"a role twice":       strings.Replace(good, `"snapshot"`, `"root"`, 1),
		"a role that is not": strings.Replace(good, `"snapshot"`, `"mirror"`, 1),
		"no role":            `{"schema": "gosqlite-tuf-seen/1", "roles": {}}`,
		"no digest":          `{"schema": "gosqlite-tuf-seen/1", "roles": {"root": {"version": 1, "sha256": "00"}}}`,
		"much":               good + strings.Repeat(" ", 1<<20),
	} {
		d.must(os.WriteFile(d.Seen().Name, []byte(text), 0o644))
		if err := d.take(); err == nil || action.Code(err) != action.Rejected || !strings.Contains(err.Error(), "restore it") {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.must(os.WriteFile(d.Seen().Name, []byte(good), 0o644))
	d.must(d.take())
}

// TestAdopt gives newer metadata up, which a client has seen: it takes what comes after, because no version is used twice.
func TestAdopt(t *testing.T) {
	d := newDesk(t)
	d.must(d.take())
	d.release("v1.2.0")
	old := d.generation()
	d.release("v1.3.0")
	for range 3 {
		d.must(d.take())
	}
	if got, err := d.names("stable"); err != nil || !strings.Contains(got, "v1.3.0") {
		t.Fatalf("a user sees %q: %v", got, err)
	}
	d.setBack(old)
	d.must(os.Remove(filepath.Join(d.Staged, "2.stable-v1.json")))
	d.behind(d.take(), "snapshot has version 2, and version 3 was published")
	d.must(d.adopt(d.Seen()))
	d.must(d.take())
	rows, err := d.Seen().Compare(mustLoad(t, d.store))
	d.must(err)
	for _, row := range rows {
		got := fmt.Sprint(row.Role, row.Folder.Version, row.Remembered.Highest)
		if want := map[string]string{"timestamp": "timestamp7 0", "snapshot": "snapshot2 3", "stable-v1": "stable-v11 2", "root": "root1 0", "targets": "targets1 0"}[row.Role]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	// The channel's role is still an older one than the user saw.
	if _, err := d.names("stable"); err == nil {
		t.Error("a user takes an older list")
	}
	staged, err := mustLoad(t, d.store).Rotate(tuf.Edit{Renew: []string{"stable-v1"}}, nil, nil, d.now)
	d.must(err)
	d.Stage(staged)
	d.Sign("2.stable-v1.json", "1.targets.json", d.Keys["stable-v1"][0])
	d.refused(d.take(), "version 3 is the next one, since clients may have seen 2")
	d.must(os.Remove(filepath.Join(d.Staged, "2.stable-v1.json")))
	r := mustLoad(t, d.store)
	d.must(d.Seen().Hold(r))
	staged, err = r.Rotate(tuf.Edit{Renew: []string{"stable-v1"}}, nil, nil, d.now)
	d.must(err)
	d.Stage(staged)
	d.Sign("3.stable-v1.json", "1.targets.json", d.Keys["stable-v1"][0])
	d.must(d.take())
	d.sees("stable", first)
	d.release("v1.4.0")
	if got, err := d.names("stable"); err != nil || !strings.Contains(got, "v1.4.0/manifest.json") {
		t.Errorf("a user sees %q: %v", got, err)
	}
}

func mustLoad(t *testing.T, store *tree.Store) *tuf.Repository {
	t.Helper()
	r, _, _, err := tuf.Load(store)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// nextRoot renews the root of a desk.
func (d *desk) nextRoot() {
	d.t.Helper()
	staged, err := mustLoad(d.t, d.store).Rotate(tuf.Edit{Renew: []string{"root"}}, nil, nil, d.now.Add(time.Hour))
	d.must(err)
	d.Stage(staged)
	for _, k := range d.Keys["root"][:2] {
		d.Sign("2.root.json", "1.root.json", k)
	}
	d.must(d.take())
}

// TestSeenRoot: a root is followed as clients do it. One that was set back, or another's, can't even be adopted.
func TestSeenRoot(t *testing.T) {
	d, thief := newDesk(t), newDesk(t)
	d.must(d.take())
	old := d.generation()
	early := tuf.Seen{Name: filepath.Join(t.TempDir(), "early.seen")}
	d.must(os.WriteFile(early.Name, d.Read(d.Seen().Name), 0o644))
	d.nextRoot()
	d.must(d.hold(early)) // it goes from root 1 to root 2
	right := d.store
	d.setBack(old)
	d.behind(d.take(), "root has version 1, and version 2 was published")
	d.refused(d.adopt(d.Seen()), "clients have that root and take no other")

	thief.must(thief.take())
	thief.nextRoot()
	d.store = thief.store
	d.behind(d.hold(early), "root 1 has other bytes")
	// The thief puts the right first root before an own second one.
	index, generation, err := thief.store.Current()
	d.must(err)
	var items []tree.Item
	for _, f := range index.Files {
		text, err := thief.store.Read(generation, f, 1<<20)
		d.must(err)
		if strings.HasSuffix(f.Path, "/1.root.json") {
			text = d.root
		}
		items = append(items, tree.Bytes(f.Path, text, true))
	}
	d.store = &tree.Store{Dir: filepath.Join(t.TempDir(), "forged")}
	empty, none, err := d.store.Current()
	d.must(err)
	change, err := tree.Update(empty, none, items)
	d.must(err)
	d.must(d.store.Commit(t.Context(), change))
	d.behind(d.hold(early), "root 2 does not follow from root 1")
	d.refused(d.adopt(early), "clients have that root and take no other")
	d.store = right
}
