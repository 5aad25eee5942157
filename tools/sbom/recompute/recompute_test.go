// SPDX-License-Identifier: MIT

package recompute

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/graph/graphtest"
)

// The digests of the fixture are those of the objects' names, so that an object holds its own name.

func put(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func check(t *testing.T, d *graph.Document, at Objects) map[string]State {
	t.Helper()
	verdicts, err := Check(d, at)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]State{}
	for _, v := range verdicts {
		key := v.Component + " " + string(v.Object) + " " + v.Name
		if old, ok := states[key]; ok && old != v.State {
			t.Errorf("%s is %s and %s", key, old, v.State)
		}
		states[key] = v.State
	}
	return states
}

func TestNothingAtHand(t *testing.T) {
	for key, state := range check(t, graphtest.Glibc(), Objects{}) {
		if state != Bound {
			t.Errorf("%s is %s", key, state)
		}
	}
}

func TestObjects(t *testing.T) {
	dir := t.TempDir()
	const zip, sqlite = "https://sqlite.org/2026/sqlite-amalgamation-3540100.zip", "generic-sqlite-3.54.1 "
	at := Objects{
		Linked:  map[string]string{"sqlite3.c": put(t, filepath.Join(dir, "a"), "sqlite3.c")},
		Archive: map[string]string{zip: put(t, filepath.Join(dir, "b"), zip)},
	}
	got := check(t, graphtest.Glibc(), at)
	for _, key := range []string{sqlite + "linked sqlite3.c", sqlite + "archive " + zip} {
		if got[key] != Equal {
			t.Errorf("%s is %s", key, got[key])
		}
	}
	put(t, filepath.Join(dir, "a"), "sqlite3.d")
	if got := check(t, graphtest.Glibc(), at)[sqlite+"linked sqlite3.c"]; got != Different {
		t.Errorf("a changed file is %s", got)
	}
}

func TestTree(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "b"), "2")
	put(t, filepath.Join(dir, "a", "x"), "1")
	put(t, filepath.Join(dir, "a.c"), "3")
	listing := ""
	for _, f := range []struct{ name, text string }{{"a.c", "3"}, {"a/x", "1"}, {"b", "2"}} {
		listing += fmt.Sprintf("%x  ./%s\n", sha256.Sum256([]byte(f.text)), f.name)
	}
	d := graphtest.Glibc()
	c := d.Component("golang-std-1.27.4")
	sum := sha256.Sum256([]byte(listing))
	c.Digests = []graph.Digest{{Object: graph.Tree, Name: "go_sdk", Alg: graph.SHA256, Value: hex.EncodeToString(sum[:])}}
	at := Objects{Trees: map[string]string{"go_sdk": dir}}
	if got := check(t, d, at)[c.ID+" tree go_sdk"]; got != Equal {
		t.Errorf("the tree is %s", got)
	}
	put(t, filepath.Join(dir, "c"), "")
	if got := check(t, d, at)[c.ID+" tree go_sdk"]; got != Different {
		t.Errorf("the tree with one file more is %s", got)
	}
	if err := os.Symlink("b", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(d, at); err == nil {
		t.Error("a link in a tree was accepted")
	}
	if _, err := Check(d, Objects{Trees: map[string]string{"go_sdk": t.TempDir()}}); err == nil {
		t.Error("an empty tree was accepted")
	}
}

func tarGz(t *testing.T, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, m := range members {
		if err := w.WriteHeader(&tar.Header{Name: "top/" + m, Mode: 0o644, Size: int64(len(m))}); err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(m))
	}
	w.Close()
	z.Close()
	return b.String()
}

func zipped(t *testing.T, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.Create("top/" + m)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(m))
	}
	w.Close()
	return b.String()
}

func TestRelease(t *testing.T) {
	for suffix, pack := range map[string]func(t *testing.T, members ...string) string{".tar.gz": tarGz, ".zip": zipped} {
		t.Run(suffix, func(t *testing.T) {
			dir := t.TempDir()
			d := graphtest.Glibc()
			s := d.Component(d.Subject)
			name := strings.TrimSuffix(s.Digests[0].Name, ".tar.gz") + suffix
			content := pack(t, "bin/gosqlite", "bin/gosqlite-verify")
			put(t, filepath.Join(dir, name), content)
			for i := range s.Digests {
				s.Digests[i].Name = name
			}
			s.FileName = name
			s.Digests = s.Digests[:1]
			sum := sha256.Sum256([]byte(content))
			s.Digests[0].Value = hex.EncodeToString(sum[:])
			got := check(t, d, Objects{Release: dir})
			for key, want := range map[string]State{
				d.Subject + " file " + name:                        Equal,
				"program-gosqlite file bin/gosqlite":               Equal,
				"library-libsqlite3.a file lib/libsqlite3.a":       Different, // it is missing
				"generic-sqlite-3.54.1 linked sqlite3.c":           Bound,
				"program-gosqlite-verify file bin/gosqlite-verify": Equal,
			} {
				if got[key] != want {
					t.Errorf("%s is %q, want %s", key, got[key], want)
				}
			}
			d.Component("program-gosqlite").Digests[0].Value = graphtest.Sum256("x")
			verdicts, err := Check(d, Objects{Release: dir})
			if err != nil {
				t.Fatal(err)
			}
			different := 0
			for _, v := range verdicts {
				if v.State == Different && v.Component != "library-libsqlite3.a" {
					different++
					if v.Component != "program-gosqlite" || v.Want != graphtest.Sum256("x") || v.Got != graphtest.Sum256("bin/gosqlite") {
						t.Errorf("got %+v", v)
					}
				}
			}
			if different != 1 {
				t.Errorf("%d digests are different", different)
			}
		})
	}
}

func TestHostileArchives(t *testing.T) {
	for name, content := range map[string]string{
		"no gzip":      "no gzip",
		"cut off":      tarGz(t, "bin/gosqlite")[:60],
		"member twice": tarGz(t, "bin/gosqlite", "bin/gosqlite"),
	} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, "gosqlite_1.2.3_linux_amd64.tar.gz"), content)
		if _, err := Check(graphtest.Glibc(), Objects{Release: dir}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestWholeRelease: members are named with their archive.
func TestWholeRelease(t *testing.T) {
	const archive = "gosqlite_1.2.3_linux_amd64.tar.gz"
	dir := t.TempDir()
	put(t, filepath.Join(dir, archive), tarGz(t, "bin/gosqlite"))
	d := graphtest.Glibc()
	d.Platform = ""
	for id, name := range map[string]string{"program-gosqlite": "bin/gosqlite", "program-gosqlite-verify": "bin/none"} {
		c := d.Component(id)
		for i := range c.Digests {
			c.Digests[i].Name = archive + "/" + name
		}
	}
	got := check(t, d, Objects{Release: dir})
	if s := got["program-gosqlite file "+archive+"/bin/gosqlite"]; s != Equal {
		t.Errorf("the member is %s", s)
	}
	if s := got["program-gosqlite-verify file "+archive+"/bin/none"]; s != Different {
		t.Errorf("the missing member is %s", s)
	}
}
