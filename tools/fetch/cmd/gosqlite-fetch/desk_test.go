// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	fetch "github.com/gosqlite/gosqlite/tools/fetch/install"
	"github.com/gosqlite/gosqlite/tools/publish/oci"
	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

var keys = specimen.NewKeys()

// A desk has releases, the places where they are published, and a user.
type desk struct {
	*testing.T
	dir   string
	world world // without its outputs
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, dir: t.TempDir()}
	d.world = world{now: func() time.Time { return specimen.Now }, stall: time.Minute,
		wait: func(ctx context.Context, _ int) error { return ctx.Err() }}
	return d
}

func (d *desk) in(elem ...string) string { return filepath.Join(append([]string{d.dir}, elem...)...) }

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) put(name string, text []byte, mode os.FileMode) string {
	d.Helper()
	d.must(os.MkdirAll(filepath.Dir(d.in(name)), 0o755))
	d.must(os.WriteFile(d.in(name), text, mode))
	d.must(os.Chmod(d.in(name), mode))
	return d.in(name)
}

// A signed is a release in a folder.
type signed struct {
	dir, version string
	manifest     *manifest.Manifest
	files        []verify.FileReport
}

// release makes one, and the policy that passes it.
func (d *desk) release(version string, s specimen.Spoil) signed {
	d.Helper()
	s.Version = version
	r := signed{dir: d.in("release", version), version: "v" + version}
	text, err := keys.Write(r.dir, s)
	d.must(err)
	d.put("policy.json", text, 0o644)
	p, err := policy.Parse(text)
	d.must(err)
	report, err := verify.Run(d.Context(), verify.Options{Dir: r.dir, Policy: p, Now: specimen.Now})
	d.must(err)
	r.files = report.Files
	text, err = os.ReadFile(filepath.Join(r.dir, manifest.FileName))
	d.must(err)
	r.manifest, err = manifest.Parse(text)
	d.must(err)
	return r
}

// publish adds a release to the tree in a folder.
func (d *desk) publish(folder string, r signed) {
	d.Helper()
	store := &tree.Store{Dir: d.in(folder)}
	base, generation, err := store.Current()
	d.must(err)
	var files []tree.File
	sum := ""
	for _, f := range r.files {
		files = append(files, tree.File{Path: f.Name, Size: f.Size, SHA256: f.SHA256})
		if f.Name == manifest.FileName {
			sum = f.SHA256
		}
	}
	items := tree.Release(r.dir, r.version, files)
	module, err := tree.Module(r.dir, r.manifest, base)
	d.must(err)
	change, err := tree.Plan(base, generation, tree.Version{Version: r.version, Manifest: sum}, append(items, module...))
	d.must(err)
	d.must(store.Commit(d.Context(), change))
}

// push adds a release to a registry.
func (d *desk) push(s *ocitest.Server, r signed) {
	d.Helper()
	var files []oci.File
	for _, f := range r.files {
		files = append(files, oci.File{Name: f.Name, Size: f.Size, SHA256: f.SHA256})
	}
	g, err := oci.NewGraph(r.dir, r.manifest, files)
	d.must(err)
	to, err := oci.Open(oci.Options{Reference: s.Host() + "/gosqlite", User: "writer", Password: s.Writer, Roots: s.Roots()})
	d.must(err)
	d.must(to.Push(d.Context(), g))
}

// fromRegistry are the flags that name a registry.
func (d *desk) fromRegistry(s *ocitest.Server) []string {
	login := d.put("login.json", d.json(map[string]string{"user": "reader", "password": s.Reader}), 0o600)
	return []string{"--from", "oci://" + s.Host() + "/gosqlite", "--ca", d.authority(s.Server), "--credentials", login}
}

func (d *desk) json(v any) []byte {
	text, err := json.Marshal(v)
	d.must(err)
	return text
}

func (d *desk) authority(s *httptest.Server) string {
	return d.put("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o644)
}

// serve is a web server of a tree, whose answers may be twisted.
func (d *desk) serve(folder string, twist func(w http.ResponseWriter, r *http.Request) bool) *httptest.Server {
	files := http.FileServer(http.Dir(d.in(folder, "current")))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if twist == nil || !twist(w, r) {
			files.ServeHTTP(w, r)
		}
	}))
	d.Cleanup(s.Close)
	return s
}

// run runs the program with the policy of the last release, for linux_amd64 where a platform is asked for.
func (d *desk) run(args ...string) (code int, stdout, stderr string) {
	d.Helper()
	var out, talk bytes.Buffer
	w := d.world
	w.stdout, w.stderr = &out, &talk
	if args[0] != "list" && !slices.Contains(args, "--policy") {
		args = append(args, "--policy", d.in("policy.json"))
	}
	if args[0] == "install" && !slices.Contains(args, "--platform") {
		args = append(args, "--platform", "linux_amd64")
	}
	code = run(d.Context(), args, w)
	return code, out.String(), talk.String()
}

// want runs the program, and expects an exit code and words in what it says.
func (d *desk) want(code int, words string, args ...string) string {
	d.Helper()
	got, stdout, stderr := d.run(args...)
	if got != code || !strings.Contains(stdout+stderr, words) {
		d.Fatalf("%q: exit code %d, want %d and %q:\n%s%s", args, got, code, words, stdout, stderr)
	}
	return stdout
}

// inUse is the version that readers see; each of its files has to be there.
func (d *desk) inUse() string {
	d.Helper()
	target, err := os.Readlink(d.in("root", "current"))
	if os.IsNotExist(err) {
		return ""
	}
	d.must(err)
	text, err := os.ReadFile(d.in("root", "current", "bin", "gosqlite"))
	if err != nil || len(text) == 0 {
		d.Errorf("the program that is in use: %d bytes, %v", len(text), err)
	}
	root := &fetch.Root{Dir: d.in("root")}
	installed, err := root.Installed()
	d.must(err)
	for _, i := range installed {
		if i.Current && strings.HasSuffix(target, i.Name) {
			return i.Version
		}
	}
	d.Errorf("current leads to %s, installed are %v", target, installed)
	return ""
}

func (d *desk) wantInUse(version string) {
	d.Helper()
	if have := d.inUse(); have != version {
		d.Errorf("%q is in use, not %q", have, version)
	}
}

func sum(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }
