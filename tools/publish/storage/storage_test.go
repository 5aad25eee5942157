// SPDX-License-Identifier: MIT

package storage_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/publish/storage"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

// A registry writes a storage as docker-registry does.
type registry struct {
	*testing.T
	dir string
}

func newRegistry(t *testing.T) *registry { return &registry{t, t.TempDir()} }

func (r *registry) in(name string) string {
	return filepath.Join(r.dir, "data", "docker", "registry", "v2", filepath.FromSlash(name))
}

func (r *registry) write(name, text string) {
	r.Helper()
	if err := os.MkdirAll(filepath.Dir(r.in(name)), 0o755); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(r.in(name), []byte(text), 0o644); err != nil {
		r.Fatal(err)
	}
}

const of = "repositories/gosqlite/"

type entry struct {
	Digest string `json:"digest"`
	Size   int    `json:"size"`
}

func (r *registry) bytes(text string) entry {
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
	r.write("blobs/sha256/"+sum[:2]+"/"+sum+"/data", text)
	return entry{"sha256:" + sum, len(text)}
}

func (r *registry) blob(text string) entry {
	e := r.bytes(text)
	r.write(of+"_layers/sha256/"+e.Digest[7:]+"/link", e.Digest)
	return e
}

func (r *registry) manifest(v map[string]any) entry {
	r.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		r.Fatal(err)
	}
	e := r.bytes(string(text))
	r.write(of+"_manifests/revisions/sha256/"+e.Digest[7:]+"/link", e.Digest)
	return e
}

func (r *registry) tag(name string, e entry) {
	r.write(of+"_manifests/tags/"+name+"/current/link", e.Digest)
	r.write(of+"_manifests/tags/"+name+"/index/sha256/"+e.Digest[7:]+"/link", e.Digest)
}

// publish is a version with one platform, a blob that all versions share, and a referrer. It gives the tag that lists the referrer.
func (r *registry) publish(version string) (list string) {
	empty := r.blob("{}")
	m := r.manifest(map[string]any{"config": empty, "layers": []entry{r.blob("archive of " + version), r.blob("licence")}})
	r.tag(version, r.manifest(map[string]any{"manifests": []entry{m}, "annotations": map[string]string{"version": version}}))
	s := r.manifest(map[string]any{"config": empty, "layers": []entry{r.blob("signature of " + version)}, "subject": m})
	list = "sha256-" + m.Digest[7:]
	r.tag(list, r.manifest(map[string]any{"manifests": []entry{s}}))
	return list
}

func (r *registry) open() *storage.Storage {
	r.Helper()
	s, err := storage.Open(r.dir)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { s.Close() })
	return s
}

// blobs are all bytes that there are.
func (r *registry) blobs() string {
	r.Helper()
	var all []string
	err := filepath.WalkDir(r.in("blobs"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			all = append(all, string(text))
		}
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
	return strings.Join(all, "\n")
}

func refused(t *testing.T, err error, code int, words string) {
	t.Helper()
	if err == nil || action.Code(err) != code || !strings.Contains(err.Error(), words) {
		t.Errorf("the error is %v, want exit code %d and %q", err, code, words)
	}
}

// TestVerify plants a defect into each kind of file.
func TestVerify(t *testing.T) {
	r := newRegistry(t)
	r.publish("v1.2.0")
	r.write(of+"_uploads/a-run-that-was-stopped/data", "half")
	n, err := r.open().Verify(t.Context())
	if want := (storage.Counts{Blobs: 8, Manifests: 4, Tags: 2}); err != nil || n != want {
		t.Fatalf("%+v, %v", n, err)
	}
	archive := fmt.Sprintf("%x", sha256.Sum256([]byte("archive of v1.2.0")))
	for words, plant := range map[string]func(r *registry){
		"has other bytes":          func(r *registry) { r.write("blobs/sha256/"+archive[:2]+"/"+archive+"/data", "archive of v9.2.0") },
		"whose bytes are gone":     func(r *registry) { os.RemoveAll(r.in("blobs/sha256/" + archive[:2])) },
		"which is not there":       func(r *registry) { os.RemoveAll(r.in(of + "_layers/sha256/" + archive)) },
		"which it has not":         func(r *registry) { os.RemoveAll(r.in(of + "_manifests/revisions")) },
		"holds no digest":          func(r *registry) { r.write(of+"_manifests/tags/v1.2.0/current/link", "sha256:0") },
		"is no file of a registry": func(r *registry) { r.write(of+"_manifests/more", "x") },
		"or leads elsewhere":       func(r *registry) { r.write(of+"_layers/sha256/"+archive+"/link", "sha256:"+strings.Repeat("0", 64)) },
		"is no regular file":       func(r *registry) { os.Symlink("/dev/zero", r.in("blobs/zero")) },
		"bytes, which is not there": func(r *registry) {
			r.tag("v1.3.0", r.manifest(map[string]any{"layers": []entry{{"sha256:" + archive, 1}}}))
		},
	} {
		t.Run(words, func(t *testing.T) {
			r := newRegistry(t)
			r.publish("v1.2.0")
			plant(r)
			_, err := r.open().Verify(t.Context())
			refused(t, err, 3, words)
		})
	}
}

// TestBackup copies, restores into a fresh folder, and refuses a storage that was set back.
func TestBackup(t *testing.T) {
	r, backup := newRegistry(t), &tree.Store{Dir: filepath.Join(t.TempDir(), "backup")}
	r.publish("v1.2.0")
	s := r.open()
	for range 2 { // and nothing to do
		if _, err := s.Backup(t.Context(), backup); err != nil {
			t.Fatal(err)
		}
	}
	r.publish("v1.3.0-rc.1")
	r.publish("v1.3.0")
	if _, err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	fresh := &registry{t, filepath.Join(t.TempDir(), "fresh")}
	n, err := storage.Restore(t.Context(), backup, fresh.dir, nil)
	if err != nil || n.Tags != 6 || fresh.blobs() != r.blobs() {
		t.Fatalf("%+v, %v", n, err)
	}
	if _, err := fresh.open().Verify(t.Context()); err != nil {
		t.Error(err)
	}
	_, err = storage.Restore(t.Context(), backup, fresh.dir, nil)
	refused(t, err, 2, "name a new folder")

	old := newRegistry(t)
	old.publish("v1.2.0")
	_, err = old.open().Backup(t.Context(), backup)
	refused(t, err, 3, "v1.3.0 of gosqlite is in the backup, and not in the storage: the storage was set back")
	other := newRegistry(t)
	other.publish("v1.3.0")
	other.tag("v1.2.0", other.manifest(map[string]any{}))
	_, err = other.open().Backup(t.Context(), backup)
	refused(t, err, 3, "v1.2.0 of gosqlite is another one in the backup")
	_, err = s.Backup(t.Context(), published(t))
	refused(t, err, 2, "it holds something else")

	// A backup that was damaged is not restored, and leaves nothing.
	name := ""
	filepath.WalkDir(filepath.Join(backup.Dir, "objects"), func(file string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			name = file
		}
		return err
	})
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("damage"), 0o644); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again")
	_, err = storage.Restore(t.Context(), backup, again, nil)
	refused(t, err, 3, "it is damaged")
	if entries, _ := os.ReadDir(again); len(entries) != 1 || entries[0].Name() != "lock" {
		t.Errorf("left behind: %v", entries)
	}
	_, err = s.Backup(t.Context(), backup)
	refused(t, err, 3, "is not what the index lists")
}

// published is a folder of plain files with something in it.
func published(t *testing.T) *tree.Store {
	t.Helper()
	store := &tree.Store{Dir: filepath.Join(t.TempDir(), "tree")}
	base, generation, err := store.Current()
	if err != nil {
		t.Fatal(err)
	}
	change, err := tree.Update(base, generation, []tree.Item{tree.Bytes("site/index.html", []byte("x"), false)})
	if err == nil {
		err = store.Commit(t.Context(), change)
	}
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// TestPrune removes old candidates, and nothing that anything still names.
func TestPrune(t *testing.T) {
	r := newRegistry(t)
	for _, v := range []string{"v1.2.0-rc.1", "v1.2.0", "v1.3.0-rc.1", "v1.3.0-rc.2", "v1.3.0-rc.10", "v1.3.0"} {
		r.publish(v)
	}
	r.manifest(map[string]any{"config": r.blob("of a run that was stopped")})
	s := r.open()
	named := func(v string) bool { return v == "v1.2.0-rc.1" }
	before := r.blobs()
	p, err := s.Prune(t.Context(), 1, named, false)
	if err != nil || strings.Join(p.Versions, " ") != "gosqlite:v1.3.0-rc.2 gosqlite:v1.3.0-rc.1" || p.Manifests != 9 || r.blobs() != before {
		t.Fatalf("%+v, %v", p, err)
	}
	if p, err = s.Prune(t.Context(), 1, named, true); err != nil || p.Blobs != 14 {
		t.Fatalf("%+v, %v", p, err)
	}
	text := r.blobs()
	for v, want := range map[string]bool{"v1.2.0-rc.1": true, "v1.2.0": true, "v1.3.0-rc.1": false, "v1.3.0-rc.2": false, "v1.3.0-rc.10": true, "v1.3.0": true} {
		for _, kind := range []string{"archive of ", "signature of "} {
			if got := strings.Contains(text+"\n", kind+v+"\n"); got != want {
				t.Errorf("%s%s is there: %v", kind, v, got)
			}
		}
	}
	if strings.Contains(text, "stopped") || !strings.Contains(text, "licence") {
		t.Errorf("what is left is\n%s", text)
	}
	if p, err = s.Prune(t.Context(), 1, named, true); err != nil || len(p.Versions)+p.Manifests+p.Blobs > 0 {
		t.Errorf("once more: %+v, %v", p, err)
	}
	_, err = s.Prune(t.Context(), 0, named, true)
	refused(t, err, 2, "at least one")
	// A damaged storage is not made smaller.
	r.write("blobs/x", "y")
	_, err = s.Prune(t.Context(), 1, named, true)
	refused(t, err, 3, "is no file of a registry")
}

// TestPruneLost: a tag that has to stay and names nothing has lost what it named, and nothing is removed. Of a candidate that nobody
// names, its publication was stopped.
func TestPruneLost(t *testing.T) {
	const older, newer = "v1.3.0-rc.1", "v1.3.0-rc.2"
	for _, test := range []struct {
		name, words string
		tag         func(lists map[string]string) string
	}{
		{"a release", "v1.2.0 of gosqlite names nothing any more: restore the storage from a backup, or publish v1.2.0 again", func(map[string]string) string { return "v1.2.0" }},
		{"a release's signatures", "names nothing any more: restore", func(lists map[string]string) string { return lists["v1.2.0"] }},
		{"a candidate that is named", older + " of gosqlite names nothing any more", func(map[string]string) string { return older }},
		{"signatures of a candidate that stays", "names nothing any more: restore", func(lists map[string]string) string { return lists[newer] }},
		{"a candidate", "", func(map[string]string) string { return newer }},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, lists := newRegistry(t), map[string]string{}
			for _, v := range []string{"v1.2.0", older, newer} {
				lists[v] = r.publish(v)
			}
			if err := os.RemoveAll(r.in(of + "_manifests/tags/" + test.tag(lists) + "/current")); err != nil {
				t.Fatal(err)
			}
			before, tags := r.blobs(), len(r.tags())
			named := func(v string) bool { return v == older }
			s := r.open()
			for _, commit := range []bool{false, true} {
				_, err := s.Prune(t.Context(), 1, named, commit)
				if test.words != "" {
					refused(t, err, 3, test.words)
				} else if err != nil {
					t.Error(err)
				}
			}
			if gone := r.blobs() != before || len(r.tags()) != tags; gone != (test.words == "") {
				t.Errorf("something was removed: %v", gone)
			}
		})
	}
}

// TestRunning: a registry that runs holds its lock.
func TestRunning(t *testing.T) {
	r := newRegistry(t)
	r.publish("v1.2.0")
	held, err := lock.Take(filepath.Join(r.dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = storage.Open(r.dir)
	refused(t, err, 1, "stop the registry first")
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	r.open()
	_, err = storage.Open(t.TempDir())
	refused(t, err, 1, "name the folder of a registry")
}

// TestPruneShrunkList: a list of signatures that was pushed again without them is refused, and nothing is removed.
func TestPruneShrunkList(t *testing.T) {
	r := newRegistry(t)
	list := r.publish("v1.2.0")
	r.tag(list, r.manifest(map[string]any{"manifests": []entry{}}))
	_, err := r.open().Prune(t.Context(), 1, func(string) bool { return false }, true)
	refused(t, err, 3, "has lost")
	if !strings.Contains(r.blobs(), "signature of v1.2.0") {
		t.Error("a release lost its signature")
	}
}
