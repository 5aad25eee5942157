// SPDX-License-Identifier: MIT

package tuf

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/fetch/tuf/tuftest"
)

// rotate replaces the online keys by a new root.
func rotate(d *desk) {
	d.r.Replace(metadata.TIMESTAMP)
	d.r.Replace(metadata.SNAPSHOT)
	d.r.Root.Signed.Version++
	d.r.Sign(metadata.ROOT)
}

// TestRotation: a thief of the online keys shows what the owner never published, and sets versions that the owner can't
// reach. The owner rotates the keys, and everybody is back.
func TestRotation(t *testing.T) {
	d := newDesk(t)
	d.good(program)
	thief := map[string]int64{"snapshot": d.r.Snapshot.Signed.Version, "timestamp": d.r.Timestamp.Signed.Version}
	d.r.Snapshot.Signed.Version, d.r.Timestamp.Signed.Version = 1<<40, 1<<40
	d.r.Release()
	d.good(program) // a thief of these keys can do that
	d.r.Snapshot.Signed.Version, d.r.Timestamp.Signed.Version = thief["snapshot"], thief["timestamp"]
	next(d)
	d.bad(d.use(program), ErrRollback) // the owner without a new root
	stolen := d.r.Keys[metadata.TIMESTAMP]
	rotate(d)
	next(d)
	d.good(program)
	honest := d.r.Keys[metadata.TIMESTAMP]
	d.r.Keys[metadata.TIMESTAMP] = stolen
	next(d)
	d.bad(d.use(program), ErrUnsigned)
	d.r.Keys[metadata.TIMESTAMP] = honest
	next(d)
	d.good(program)
}

// TestRootKept: who has seen a new root is not led back by a server that keeps it back.
func TestRootKept(t *testing.T) {
	d := newDesk(t)
	d.good(program)
	stolen := d.r.Copy()
	rotate(d)
	next(d)
	d.good(program)
	honest := d.r.Copy()
	d.s.Set(stolen)
	d.bad(d.use(program), ErrUnsigned)
	d.s.Set(honest)
	d.good(program)
	// The same from another pinned root on: that of the new program, which is as far.
	d.pinned = d.r.Text(metadata.ROOT)
	d.good(program)
}

// TestManyRoots follows a chain, and resumes it where it was stopped.
func TestManyRoots(t *testing.T) {
	d := newDesk(t)
	for range 5 {
		rotate(d)
	}
	next(d)
	d.s.Instead("metadata/4.root.json", tuftest.Silent)
	d.limits = Limits{Window: 200e6, Bytes: 1}
	d.bad(d.use(program), ErrSlow)
	d.s.Set(d.r.Copy())
	d.limits = Limits{}
	d.good(program)
	if asked := d.s.Asked("metadata/2.root.json"); len(asked) != 1 {
		t.Errorf("an accepted root was asked for %d times", len(asked))
	}
}

func TestLostState(t *testing.T) {
	for name, plant := range map[string]func(t *testing.T, state string){
		"timestamp is gone":       func(t *testing.T, state string) { remove(t, state, "timestamp.json") },
		"snapshot is gone":        func(t *testing.T, state string) { remove(t, state, "snapshot.json") },
		"targets are gone":        func(t *testing.T, state string) { remove(t, state, "targets.json") },
		"root is gone":            func(t *testing.T, state string) { remove(t, state, "root.json") },
		"roots are gone":          func(t *testing.T, state string) { remove(t, state, "roots") },
		"timestamp is cut off":    func(t *testing.T, state string) { write(t, state, "timestamp.json", "{") },
		"root is cut off":         func(t *testing.T, state string) { write(t, state, "root.json", "{") },
		"snapshot has no content": func(t *testing.T, state string) { write(t, state, "snapshot.json", "") },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			rotate(d)
			next(d)
			d.good(program)
			whole := filepath.Join(t.TempDir(), "state")
			if err := os.CopyFS(whole, os.DirFS(d.state)); err != nil {
				t.Fatal(err)
			}
			plant(t, d.state)
			d.bad(d.use(program), ErrState)
			d.state = whole
			d.good(program)
		})
	}
}

// TestNoState: nothing but the ends of metadata protects who lost all of the state, and Fresh says so.
func TestNoState(t *testing.T) {
	d := newDesk(t)
	d.good(program)
	old := d.r.Copy()
	next(d)
	d.good(program)
	d.s.Set(old)
	d.bad(d.use(program), ErrRollback)
	remove(t, d.state, "")
	if !d.open().Fresh() {
		t.Error("a lost state is not fresh")
	}
	d.good(program)
	remove(t, d.state, "")
	d.now = day.AddDate(0, 0, 2)
	d.bad(d.use(program), ErrExpired)
}

// TestForeignState is another repository's state, or another pinned root.
func TestForeignState(t *testing.T) {
	d, other := newDesk(t), newDesk(t)
	d.good(program)
	other.state = d.state
	d.bad(other.use(program), ErrState)
	d.good(program)
	d.pinned = other.pinned
	d.bad(d.use(program), ErrState)
}

func TestInit(t *testing.T) {
	d := newDesk(t)
	if err := Init(d.state, []byte("{}")); err == nil {
		t.Error("a root that is none was taken")
	}
	if err := Init(d.state, d.pinned); err != nil {
		t.Fatal(err)
	}
	d.bad(Init(d.state, d.pinned), ErrState)
	d.pinned = nil
	d.good(program)
	rotate(d)
	next(d)
	d.good(program)
}

func remove(t *testing.T, elem ...string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(elem...)); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, state, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(state, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDisk: a disk that does not take what was fetched is no attack.
func TestDisk(t *testing.T) {
	d := newDesk(t)
	d.good(program)
	roots := filepath.Join(d.state, historyName)
	if err := os.RemoveAll(roots); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(roots, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rotate(d)
	next(d)
	d.bad(d.use(program), ErrDisk)
	if err := os.Remove(roots); err != nil {
		t.Fatal(err)
	}
	d.good(program)
}
