// SPDX-License-Identifier: MIT

package storage_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/publish/storage"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// stopped runs something that is stopped after so many steps, as by a kill: nothing of it runs after that. It gives the last step
// that was done, and whether it was stopped at all.
func stopped(steps int, run func(step func(string))) (last string, early bool) {
	type end struct{}
	defer func() {
		if p := recover(); p == (end{}) {
			early = true
		} else if p != nil {
			panic(p)
		}
	}()
	run(func(name string) {
		if last = name; steps == 0 {
			panic(end{})
		}
		steps--
	})
	return last, false
}

// old has two candidates to prune, what runs that were stopped left, and a release.
func old(t *testing.T) *registry {
	r := newRegistry(t)
	for _, v := range []string{"v1.2.0", "v1.3.0-rc.1", "v1.3.0-rc.2", "v1.3.0-rc.3"} {
		list := r.publish(v)
		if v == "v1.2.0" { // whose list of referrers was another one before
			before := r.manifest(map[string]any{"manifests": []entry{}})
			r.write(of+"_manifests/tags/"+list+"/index/sha256/"+before.Digest[7:]+"/link", before.Digest)
		}
	}
	inner := r.manifest(map[string]any{"config": r.blob("of a run that was stopped")})
	for range 3 { // an index of an index of an index
		inner = r.manifest(map[string]any{"manifests": []entry{inner}})
	}
	r.write(of+"_manifests/tags/v1.4.0-rc.1/index/sha256/"+inner.Digest[7:]+"/link", inner.Digest)
	return r
}

// tags are what a registry lists: the folders, whatever they hold.
func (r *registry) tags() []string {
	r.Helper()
	entries, err := os.ReadDir(r.in(of + "_manifests/tags"))
	if err != nil {
		r.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "sha256-") {
			all = append(all, e.Name())
		}
	}
	return all
}

// unsigned are the versions of which a manifest has no list of referrers.
func (r *registry) unsigned() (versions []string) {
	r.Helper()
	read := func(name string) []byte {
		text, err := os.ReadFile(r.in(name))
		if err != nil {
			r.Fatal(err)
		}
		return text
	}
	for _, tag := range r.tags() {
		if tag == "v1.4.0-rc.1" { // which names nothing
			continue
		}
		digest := string(read(of + "_manifests/tags/" + tag + "/current/link"))[7:]
		var index struct{ Manifests []entry }
		if err := json.Unmarshal(read("blobs/sha256/"+digest[:2]+"/"+digest+"/data"), &index); err != nil || len(index.Manifests) == 0 {
			r.Fatal(tag, err)
		}
		for _, m := range index.Manifests {
			if _, err := os.Stat(r.in(of + "_manifests/tags/sha256-" + m.Digest[7:] + "/current/link")); err != nil {
				versions = append(versions, tag)
			}
		}
	}
	return versions
}

// astray are the links of tags that lead to a manifest which is not there.
func (r *registry) astray() (names []string) {
	r.Helper()
	err := filepath.WalkDir(r.in(of+"_manifests/tags"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		digest, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := os.Stat(r.in(path.Join(of, "_manifests/revisions/sha256", string(digest)[7:], "link"))); err != nil {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	return names
}

// TestPruneStopped stops a prune after each of its steps. What is left stands by itself and can be backed up, each tag is there whole
// or not at all, no version is without its signatures, nothing leads nowhere, and the next prune makes of it what the first would have.
func TestPruneStopped(t *testing.T) {
	none := func(string) bool { return false }
	whole := old(t)
	if _, err := whole.open().Prune(t.Context(), 1, none, true); err != nil {
		t.Fatal(err)
	}
	want := whole.blobs()
	if got := strings.Join(whole.tags(), " "); got != "v1.2.0 v1.3.0-rc.3" {
		t.Fatalf("the tags are %s", got)
	}
	kinds := map[string]int{}
	for steps := 0; ; steps++ {
		r := old(t)
		s := r.open()
		last, early := stopped(steps, func(step func(string)) {
			s.Step = step
			if _, err := s.Prune(t.Context(), 1, none, true); err != nil {
				t.Fatal(err)
			}
		})
		if !early {
			break
		}
		s.Step = nil
		for _, kind := range []string{"/_manifests/tags/", "/_manifests/revisions/", "/_layers/", "blobs/"} {
			if strings.Contains(last, kind) {
				kinds[kind]++
			}
		}
		// A tag goes in one step: it has moved with all that it had.
		if tag, taken := strings.CutPrefix(last, "taken away "+of+"_manifests/tags/v1.3.0"); taken {
			if _, err := os.Stat(r.in(".removed/folder/current/link")); err != nil {
				t.Errorf("v1.3.0%s is removed in pieces: %v", tag, err)
			}
		}
		for _, tag := range r.tags() {
			if _, err := os.Stat(r.in(of + "_manifests/tags/" + tag + "/current/link")); err != nil && tag != "v1.4.0-rc.1" {
				t.Errorf("after %s: the registry lists half a tag: %v", last, err)
			}
		}
		if bare, lost := r.unsigned(), r.astray(); len(bare)+len(lost) > 0 {
			t.Errorf("after %s: %v have no signatures, and %v lead nowhere", last, bare, lost)
		}
		if _, err := s.Verify(t.Context()); err != nil {
			t.Errorf("after %s: %v", last, err)
		}
		if steps%8 == 0 {
			if _, err := s.Backup(t.Context(), &tree.Store{Dir: filepath.Join(t.TempDir(), "backup")}); err != nil {
				t.Errorf("after %s: %v", last, err)
			}
		}
		if _, err := s.Prune(t.Context(), 1, none, true); err != nil {
			t.Errorf("after %s: %v", last, err)
		}
		if _, err := os.Stat(r.in(".removed")); r.blobs() != want || len(r.tags()) != 2 || err == nil {
			t.Errorf("after %s and another prune: %v are left of\n%s", last, r.tags(), r.blobs())
		}
	}
	// Each folder is two steps: 2 candidates with an index, a manifest, a list of referrers and a signature each; 4 manifests in a chain,
	// and a list that was another one before.
	if kinds["/_manifests/tags/"] != 12 || kinds["/_manifests/revisions/"] != 26 || kinds["/_layers/"] != 10 || kinds["blobs/"] != 36 {
		t.Errorf("the steps were %v", kinds)
	}
}

// TestRestoreStopped stops a restore after each of its steps: the registry's folder is not there, or whole, and the next restore
// finishes.
func TestRestoreStopped(t *testing.T) {
	backup := &tree.Store{Dir: filepath.Join(t.TempDir(), "backup")}
	r := newRegistry(t)
	r.publish("v1.2.0")
	if _, err := r.open().Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for steps := 0; ; steps++ {
		fresh := &registry{t, filepath.Join(t.TempDir(), "a[b]*")} // whose name is no pattern
		last, early := stopped(steps, func(step func(string)) {
			if _, err := storage.Restore(t.Context(), backup, fresh.dir, step); err != nil {
				t.Fatal(err)
			}
		})
		if !early {
			break
		}
		seen = append(seen, last)
		_, err := os.Stat(fresh.in("."))
		if there := err == nil; there != (last == "renamed") {
			t.Errorf("after %s: %v", last, err)
		}
		_, err = storage.Restore(t.Context(), backup, fresh.dir, nil)
		if last == "renamed" {
			refused(t, err, 2, "is there")
		} else if err != nil {
			t.Errorf("after %s: %v", last, err)
		}
		if _, err := fresh.open().Verify(t.Context()); err != nil || fresh.blobs() != r.blobs() {
			t.Errorf("after %s and another restore: %v", last, err)
		}
		if entries, err := os.ReadDir(fresh.dir); err != nil || len(entries) != 2 {
			t.Errorf("after %s and another restore: %v, %v", last, entries, err)
		}
	}
	if len(seen) < 20 || seen[len(seen)-1] != "renamed" {
		t.Errorf("the steps were %v", seen)
	}
}

// TestRestoreBusy: a registry that runs in the folder, and another restore, are in the way.
func TestRestoreBusy(t *testing.T) {
	backup := &tree.Store{Dir: filepath.Join(t.TempDir(), "backup")}
	r := newRegistry(t)
	r.publish("v1.2.0")
	if _, err := r.open().Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	held, err := lock.Take(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = storage.Restore(t.Context(), backup, dir, nil)
	refused(t, err, 1, "another run is at work there")
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = storage.Restore(t.Context(), backup, dir, func(string) {
		if _, err := storage.Restore(t.Context(), backup, dir, nil); !errors.Is(err, lock.ErrBusy) && action.Code(err) != action.Usage {
			t.Errorf("two at once: %v", err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// TestInterrupted: a run that a person ends says nothing about the storage, and exits as any failure.
func TestInterrupted(t *testing.T) {
	r, backup := old(t), &tree.Store{Dir: filepath.Join(t.TempDir(), "backup")}
	s := r.open()
	if _, err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	for name, run := range map[string]func(ctx context.Context, step func(string)) error{
		"verify": func(ctx context.Context, _ func(string)) error { _, err := s.Verify(ctx); return err },
		"backup": func(ctx context.Context, _ func(string)) error { _, err := s.Backup(ctx, backup); return err },
		"restore": func(ctx context.Context, step func(string)) error {
			_, err := storage.Restore(ctx, backup, filepath.Join(t.TempDir(), "fresh"), step)
			return err
		},
		"prune": func(ctx context.Context, step func(string)) error {
			s.Step = step
			_, err := s.Prune(ctx, 1, func(string) bool { return false }, true)
			s.Step = nil
			return err
		},
	} {
		ctx, end := context.WithCancel(t.Context())
		end()
		err := run(ctx, nil)
		if !errors.Is(err, context.Canceled) || action.Code(err) != action.Failure {
			t.Errorf("%s, ended before it began: %v with exit code %d", name, err, action.Code(err))
		}
		if name == "verify" || name == "backup" { // which tell no step
			continue
		}
		ctx, end = context.WithCancel(t.Context())
		if err := run(ctx, func(string) { end() }); !errors.Is(err, context.Canceled) || action.Code(err) != action.Failure {
			t.Errorf("%s, ended after a step: %v with exit code %d", name, err, action.Code(err))
		}
		end()
	}
}
