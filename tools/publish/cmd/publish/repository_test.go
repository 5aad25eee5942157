// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/fetch/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf/owner"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// list has the owner list a release in the repository, and returns the flags that publish it there.
func (d *desk) list(o *owner.Owner, version string, args []string) []string {
	d.Helper()
	var files []tree.File
	err := filepath.WalkDir(args[1], func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(args[1], name)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(name)
		files = append(files, tree.File{Path: filepath.ToSlash(rel), Size: int64(len(text)), SHA256: fmt.Sprintf("%x", sha256.Sum256(text))})
		return err
	})
	if err != nil {
		d.Fatal(err)
	}
	o.Add(&tree.Store{Dir: d.in("tree")}, "v"+version, files, specimen.Now)
	return d.into(o, args)
}

// into are the flags with the repository as target.
func (d *desk) into(o *owner.Owner, args []string) []string {
	return append(args[:8:8], "--to", "tuf:"+d.in("tree"), "--tuf-staged", o.Staged, "--tuf-online", o.Online)
}

// sees are the versions that a user is shown, after their files were fetched and held against the release's.
func (d *desk) sees(o *owner.Owner, folders map[string]string) string {
	d.Helper()
	c, err := tuf.Open(tuf.Options{Root: o.Read("1.root.json"), MetadataURL: "file:///tuf/metadata", TargetsURL: "file:///tuf/targets",
		State: d.in("state"), HTTP: &http.Client{Transport: tuf.Folder(d.in("tree", "current"))}, Now: func() time.Time { return specimen.Now }})
	if err != nil {
		d.Fatal(err)
	}
	list, err := c.Targets(d.Context(), "stable", "v1")
	if err != nil {
		d.Fatal(err)
	}
	files := map[string]int{}
	for _, t := range list {
		files[t.Version]++
		file := filepath.Join(d.TempDir(), "file")
		if err := c.Download(d.Context(), t.Name, file, nil); err != nil {
			d.Error(err)
		}
		have, _ := os.ReadFile(file)
		if want, err := os.ReadFile(d.in(folders[t.Version], filepath.FromSlash(t.File))); err != nil || !bytes.Equal(have, want) {
			d.Errorf("%s: other bytes: %v", t.Name, err)
		}
	}
	var versions []string
	for _, v := range []string{"v1.2.0", "v1.3.0"} {
		if n := files[v]; n > 0 {
			versions = append(versions, v)
			if n < 20 {
				d.Errorf("%s has %d files", v, n)
			}
		}
	}
	return strings.Join(versions, " ")
}

// TestRepository publishes two versions into a folder with a TUF repository. A publisher that is stopped after any of its
// steps leaves a user the old state or the new one, and the next run goes on.
func TestRepository(t *testing.T) {
	d, o := newDesk(t), owner.New(t, specimen.Now)
	folders := map[string]string{"v1.2.0": "one", "v1.3.0": "two"}
	one := d.release("one", "1.2.0", "", specimen.Spoil{})
	o.Begin(&tree.Store{Dir: d.in("tree")}, specimen.Now)
	d.want(3, "stable-v1 has no metadata", d.into(o, one)...)
	one = d.list(o, "1.2.0", one)
	before := link(t, d.in("tree"))
	if out := d.want(0, "dry run, would publish v1.2.0", one...); !strings.Contains(out, "tuf/metadata/timestamp.json") || !strings.Contains(out, "tuf/targets/stable/v1/v1.2.0/") {
		t.Errorf("the plan is:\n%s", out)
	}
	if link(t, d.in("tree")) != before {
		t.Error("a dry run wrote something")
	}
	d.want(0, "publishing v1.2.0", append(one, "--publish")...)
	if got := d.sees(o, folders); got != "v1.2.0" {
		t.Fatalf("a user sees %q", got)
	}
	d.want(0, "nothing to do: v1.2.0", append(one, "--publish")...)

	two := append(d.list(o, "1.3.0", d.release("two", "1.3.0", "v1.2.0", specimen.Spoil{})), "--publish")
	before = link(t, d.in("tree"))
	for _, step := range []string{"locked", "swept", "begun ", "written ", "renamed ", "begun tuf/metadata/2.stable-v1.json", "renamed tuf/metadata/timestamp.json",
		"objects synced", "generation begun", "linked", "index written", "generation synced", "generation renamed", "pointer written", "pointer renamed"} {
		d.stop(step, two)
		want := "v1.2.0"
		if step == "pointer renamed" {
			want = "v1.2.0 v1.3.0"
		}
		if got := d.sees(o, folders); got != want || (link(t, d.in("tree")) == before) != (want == "v1.2.0") {
			t.Fatalf("stopped after %s: a user sees %q, want %q", step, got, want)
		}
	}
	d.want(0, "nothing to do: v1.3.0", two...)
}

// stop ends a publisher after a step that begins so.
func (d *desk) stop(step string, args []string) {
	d.Helper()
	type end struct{}
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(end); !ok {
				panic(p)
			}
		}
	}()
	var out bytes.Buffer
	code := run(d.Context(), args, world{&out, &out, func() time.Time { return specimen.Now }, func(name string) {
		if strings.HasPrefix(name, step) {
			panic(end{})
		}
	}})
	d.Fatalf("it did not come to %q, exit code %d: %s", step, code, &out)
}

func link(t *testing.T, dir string) string {
	t.Helper()
	to, err := os.Readlink(filepath.Join(dir, "current"))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// TestTwoRepositories has two publishers plan upon the same state.
func TestTwoRepositories(t *testing.T) {
	d, o := newDesk(t), owner.New(t, specimen.Now)
	o.Begin(&tree.Store{Dir: d.in("tree")}, specimen.Now)
	args := append(d.list(o, "1.2.0", d.release("one", "1.2.0", "", specimen.Spoil{})), "--publish")
	second := 0
	var out bytes.Buffer
	code := run(d.Context(), args, world{&out, &out, func() time.Time { return specimen.Now }, func(name string) {
		if name == "locked" {
			second, _, _ = d.run(args...)
		}
	}})
	if code != 0 || second != 1 {
		t.Errorf("the first ends with %d, the second with %d: %s", code, second, &out)
	}
	if got := d.sees(o, map[string]string{"v1.2.0": "one"}); got != "v1.2.0" {
		t.Errorf("a user sees %q", got)
	}
}

func TestRepositoryRefused(t *testing.T) {
	d, o := newDesk(t), owner.New(t, specimen.Now)
	o.Begin(&tree.Store{Dir: d.in("tree")}, specimen.Now)
	one := d.list(o, "1.2.0", d.release("one", "1.2.0", "", specimen.Spoil{}))
	other := d.into(o, d.release("other", "1.2.0", "", specimen.Spoil{Predicate: func(_ string, p map[string]any) { p["more"] = "" }}))
	another := owner.New(t, specimen.Now)
	odd := append(one[:8:8], "--to", one[9], "--tuf-staged", o.Staged, "--tuf-online", another.Online, "--tuf-seen", o.Seen().Name)
	unsigned := t.TempDir()
	if err := os.WriteFile(filepath.Join(unsigned, "1.stable-v1.json"), bytes.Replace(o.Read("1.stable-v1.json"), []byte(`"sig": "30`), []byte(`"sig": "31`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	before := link(t, d.in("tree"))
	for _, test := range []struct {
		name  string
		code  int
		words string
		args  []string
	}{
		{"another release", 3, "of these bytes", other},
		{"another's online keys", 3, "not enough signatures", odd},
		{"a signature that is none", 3, "not enough signatures", append(one[:10:10], "--tuf-staged", unsigned, "--tuf-online", o.Online)},
		{"no staged metadata", 2, "needs --tuf-staged", one[:10:10]},
		{"flags of another target", 2, "go with --to tuf:", append(one[:8:8], "--to", "oci://127.0.0.1:1/x", "--tuf-staged", o.Staged)},
		{"online keys that are none", 2, "read online keys", append(one[:10:10], "--tuf-staged", o.Staged, "--tuf-online", one[3])},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := *d
			d.T = t
			d.want(test.code, test.words, append(test.args, "--publish")...)
			if link(t, d.in("tree")) != before {
				t.Error("readers see another state")
			}
		})
	}
	d.want(0, "publishing v1.2.0", append(one, "--publish")...)
}
