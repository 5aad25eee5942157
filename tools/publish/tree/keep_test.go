// SPDX-License-Identifier: MIT

//go:build darwin || freebsd || linux || netbsd

package tree

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/action"
)

var revocation = Revocation{Version: "v1.0.0", Reason: "a test", Advisory: "x_GOSQLITE-2026-0001", Time: "2026-11-26T00:00:00Z"}

// published has some versions.
func published(t *testing.T, dir string, versions ...string) *Store {
	t.Helper()
	s := &Store{Dir: dir}
	for _, version := range versions {
		v, items := release(version)
		folder := "go/m/@v/"
		items = append(items[:2:2], Bytes(folder+"v"+version+".zip", []byte("zip "+version), true), Bytes(folder+"v"+version+".info", []byte("{}"), true))
		base, _, err := s.Current()
		must(t, nil, err)
		list, err := versionList(base, "go/m/@v", "v"+version)
		must(t, nil, err)
		c, err := s.publish(t, v, append(items, list))
		must(t, c, err)
	}
	return s
}

// TestRevoke revokes a version: it is listed with the reason, its files stay, and the go command's list lacks it, also when
// the next version comes and when the same one is published again.
func TestRevoke(t *testing.T) {
	s := published(t, t.TempDir(), "1.0.0", "1.1.0")
	base, generation, err := s.Current()
	must(t, nil, err)
	c, err := Revoke(base, generation, revocation, []Item{Bytes("advisories/osv/x.json", []byte("{}"), false)})
	must(t, c, err)
	must(t, nil, s.Commit(t.Context(), c))
	seen := view(t, s.Dir)
	if seen["go/m/@v/list"] != "v1.1.0\n" || seen["go/m/@v/v1.0.0.zip"] == "" || seen["releases/v1.0.0/manifest.json"] == "" || seen["advisories/osv/x.json"] == "" {
		t.Errorf("readers see %v", seen)
	}
	base, generation, err = s.Current()
	must(t, nil, err)
	if r, there := base.Revocation("v1.0.0"); !there || r != revocation || !strings.Contains(seen[IndexName], `"revoked":[{"version":"v1.0.0","reason":"a test"`) {
		t.Errorf("revocation %+v", base.Revoked)
	}
	later := revocation
	later.Time = "2026-11-27T00:00:00Z"
	if c, err = Revoke(base, generation, later, nil); err != nil || !c.Nothing() {
		t.Errorf("the same once more is a change: %v", err)
	}
	published(t, s.Dir, "1.2.0")
	if seen = view(t, s.Dir); seen["go/m/@v/list"] != "v1.1.0\nv1.2.0\n" || !strings.Contains(seen[IndexName], "a test") {
		t.Errorf("after the next version: %v", seen)
	}
	for name, wrong := range map[string]Revocation{"not published": {Version: "v3.0.0", Reason: "x", Time: later.Time}, "no reason": {Version: "v1.1.0", Time: later.Time},
		"two lines": {Version: "v1.1.0", Reason: "a\nb", Time: later.Time}, "no time": {Version: "v1.1.0", Reason: "x"}} {
		if _, err := Revoke(base, generation, wrong, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestCopy makes a backup, another one upon it, and a folder from it.
func TestCopy(t *testing.T) {
	s := published(t, filepath.Join(t.TempDir(), "tree"), "1.0.0")
	backup := &Store{Dir: filepath.Join(t.TempDir(), "backup")}
	if n, err := Copy(t.Context(), s, backup); err != nil || n != 5 {
		t.Fatalf("%d files, %v", n, err)
	}
	old := &Store{Dir: filepath.Join(t.TempDir(), "old")}
	if _, err := Copy(t.Context(), s, old); err != nil {
		t.Fatal(err)
	}
	published(t, s.Dir, "1.1.0")
	if _, err := Copy(t.Context(), s, backup); err != nil {
		t.Fatal(err)
	}
	restored := &Store{Dir: filepath.Join(t.TempDir(), "restored")}
	if _, err := Copy(t.Context(), backup, restored); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(view(t, s.Dir), view(t, restored.Dir)) {
		t.Error("what was restored is not what was there")
	}
	published(t, restored.Dir, "1.2.0") // and it goes on
	if _, err := Copy(t.Context(), old, backup); err == nil || !strings.Contains(err.Error(), "v1.1.0 is there, and not") {
		t.Errorf("a source that was set back: %v", err)
	}
	if _, err := Copy(t.Context(), &Store{Dir: t.TempDir()}, backup); err == nil {
		t.Error("nothing is copied")
	}
}

// TestDamaged spoils each file of a folder: neither verified nor copied is it.
func TestDamaged(t *testing.T) {
	s := published(t, t.TempDir(), "1.0.0")
	index, _, err := s.Current()
	must(t, nil, err)
	for _, f := range index.Files {
		name := filepath.Join(s.Dir, objectsName, f.SHA256)
		right, err := os.ReadFile(name)
		must(t, nil, err)
		must(t, nil, os.Chmod(name, 0o600))
		must(t, nil, os.WriteFile(name, []byte("else"), 0o600))
		if _, err := s.Verify(t.Context()); action.Code(err) != action.Rejected || !strings.Contains(err.Error(), "backup") {
			t.Errorf("%s: %v", f.Path, err)
		}
		to := &Store{Dir: t.TempDir()}
		if _, err := Copy(t.Context(), s, to); err == nil {
			t.Errorf("%s: a damaged folder is copied", f.Path)
		}
		if seen := view(t, to.Dir); len(seen) > 0 {
			t.Errorf("%s: the backup shows %v", f.Path, seen)
		}
		must(t, nil, os.WriteFile(name, right, 0o600))
	}
	write(t, filepath.Join(s.Dir, currentName, "more"), "x")
	if _, err := s.Verify(t.Context()); action.Code(err) != action.Rejected || !strings.Contains(err.Error(), "not in the index") {
		t.Errorf("a file more: %v", err)
	}
	// What can't be told is no verdict.
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := s.Verify(ended); action.Code(err) != action.Failure || !errors.Is(err, context.Canceled) {
		t.Errorf("a run that was ended: %v", err)
	}
	f := index.Files[0]
	must(t, nil, os.Remove(filepath.Join(s.Dir, objectsName, f.SHA256)))
	if _, err := Copy(t.Context(), s, &Store{Dir: t.TempDir()}); action.Code(err) != action.Rejected {
		t.Errorf("a file less, copied: %v", err)
	}
	if _, err := s.Verify(t.Context()); action.Code(err) != action.Rejected {
		t.Errorf("a file less: %v", err)
	}
	must(t, nil, os.Mkdir(filepath.Join(s.Dir, objectsName, f.SHA256), 0o755))
	if _, err := s.Verify(t.Context()); action.Code(err) != action.Failure || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a file that can't be read: %v", err)
	}
}

// TestReadDamaged: what a file lost or has more is damage; what can't be told is no verdict.
func TestReadDamaged(t *testing.T) {
	for name, test := range map[string]struct {
		code  int
		limit int64
		spoil func(name string) error
	}{
		"whole":          {action.OK, 1 << 10, func(string) error { return nil }},
		"over the limit": {action.Failure, 5, func(string) error { return nil }},
		"other bytes":    {action.Rejected, 1 << 10, func(name string) error { return os.WriteFile(name, []byte("zip 9.0.0"), 0o600) }},
		"bytes more":     {action.Rejected, 1 << 10, func(name string) error { return os.WriteFile(name, []byte("zip 1.0.0 and more"), 0o600) }},
		"over both":      {action.Rejected, 9, func(name string) error { return os.WriteFile(name, []byte("zip 1.0.0 and more"), 0o600) }},
		"gone":           {action.Rejected, 1 << 10, os.Remove},
		"a folder":       {action.Failure, 1 << 10, func(name string) error { return errors.Join(os.Remove(name), os.Mkdir(name, 0o755)) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := published(t, t.TempDir(), "1.0.0")
			index, generation, err := s.Current()
			must(t, nil, err)
			f, _ := index.find("go/m/@v/v1.0.0.zip")
			must(t, nil, os.Chmod(s.Place(generation, f.Path), 0o600))
			must(t, nil, test.spoil(s.Place(generation, f.Path)))
			text, err := s.Read(generation, f, test.limit)
			if action.Code(err) != test.code || (err == nil) != (string(text) == "zip 1.0.0") {
				t.Errorf("%q, %v with exit code %d, want %d", text, err, action.Code(err), test.code)
			}
		})
	}
}

// TestPrune removes old generations and what only they had.
func TestPrune(t *testing.T) {
	s := published(t, t.TempDir(), "1.0.0", "1.1.0", "1.2.0", "1.3.0")
	before := view(t, s.Dir)
	// Two old lists are in no generation but those that go.
	if generations, objects, err := s.Prune(t.Context(), 2); err != nil || generations != 2 || objects != 2 {
		t.Errorf("%d generations, %d objects, %v", generations, objects, err)
	}
	if generations, objects, err := s.Prune(t.Context(), 2); err != nil || generations != 0 || objects != 0 {
		t.Errorf("once more: %d generations, %d objects, %v", generations, objects, err)
	}
	if !maps.Equal(before, view(t, s.Dir)) {
		t.Error("readers see something else")
	}
	if _, err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	published(t, s.Dir, "1.4.0")
	if _, _, err := s.Prune(t.Context(), 0); err == nil {
		t.Error("nothing is kept")
	}
	held, err := s.lock()
	must(t, nil, err)
	if _, _, err := s.Prune(t.Context(), 1); err == nil {
		t.Error("beside a publisher")
	}
	must(t, nil, held.Close())
}

// TestPruneKeepsVersions sets a folder back: the generation that readers do not see has a version that they lack.
func TestPruneKeepsVersions(t *testing.T) {
	s := published(t, t.TempDir(), "1.0.0")
	_, first, err := s.Current()
	must(t, nil, err)
	published(t, s.Dir, "1.1.0")
	must(t, nil, os.Remove(s.in(currentName)))
	must(t, nil, os.Symlink(generationsName+"/"+first, s.in(currentName)))
	if n, objects, err := s.Prune(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "v1.1.0 is there") || n+objects > 0 {
		t.Errorf("%d generations, %d objects, %v", n, objects, err)
	}
}

// TestWorkKilled kills each work after each of its steps: readers see the old or the new, and the next run ends it.
func TestWorkKilled(t *testing.T) {
	for _, kind := range []string{"copy", "prune", "revoke"} {
		t.Setenv(asWork, kind)
		kills := 0
		for ended := false; !ended; kills++ {
			dir := filepath.Join(t.TempDir(), "tree")
			s := published(t, dir, "1.0.0")
			old := view(t, dir)
			if kind == "copy" {
				published(t, dir+".source", "1.0.0", "1.1.0")
			} else {
				published(t, dir, "1.1.0")
				old = view(t, dir)
			}
			done, killed := start(t, dir, kills)
			ended = !killed
			seen := view(t, dir)
			must(t, nil, work(s, kind))
			fresh := view(t, dir)
			if !maps.Equal(seen, old) && !maps.Equal(seen, fresh) {
				t.Errorf("%s, killed after %v: readers see %d files", kind, done, len(seen))
			}
			if _, err := s.Verify(t.Context()); err != nil {
				t.Errorf("%s, killed after %v: %v", kind, done, err)
			}
			left, err := filepath.Glob(filepath.Join(dir, "*", temporary+"*"))
			if err != nil || len(left) > 0 {
				t.Errorf("%s, killed after %v: left behind %v", kind, done, left)
			}
			if entries, err := os.ReadDir(s.in(generationsName)); kind == "prune" && (err != nil || len(entries) != 1) {
				t.Errorf("%s, killed after %v: %d generations, %v", kind, done, len(entries), err)
			}
		}
		if kills < 5 {
			t.Errorf("%s: only %d steps", kind, kills)
		}
	}
}

// TestSetBackRoot: a folder that was set back to a state before a rotation of roots has no new version, and is no good all the same.
func TestSetBackRoot(t *testing.T) {
	s, backup := published(t, t.TempDir(), "1.0.0"), &Store{Dir: filepath.Join(t.TempDir(), "backup")}
	base, first, err := s.Current()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Update(base, first, []Item{Bytes("tuf/metadata/2.root.json", []byte("root 2"), true)})
	if err == nil {
		err = s.Commit(t.Context(), c)
	}
	if err == nil {
		_, err = Copy(t.Context(), s, backup)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(s.in(currentName)), os.Symlink(generationsName+"/"+first, s.in(currentName))); err != nil {
		t.Fatal(err)
	}
	if _, err := Copy(t.Context(), s, backup); err == nil {
		t.Error("the backup was set back")
	}
	if _, _, err := s.Prune(t.Context(), 1); err == nil {
		t.Error("the newest root was removed")
	}
}

// TestLostPointer: a folder whose link was lost has published all the same, and no version is used twice.
func TestLostPointer(t *testing.T) {
	s := published(t, t.TempDir(), "1.0.0", "1.1.0")
	if err := os.Remove(s.in(currentName)); err != nil {
		t.Fatal(err)
	}
	v, items := release("1.0.0")
	v.Manifest, items[0] = action.DigestOf([]byte("other")), Bytes(ReleaseFolder("v1.0.0")+"/manifest.json", []byte("other"), true)
	if _, err := s.publish(t, v, items); err == nil || !strings.Contains(err.Error(), "the link current is gone") {
		t.Errorf("v1.0.0 was published twice, and v1.1.0 is gone: %v", err)
	}
}
