// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/publish/plan"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/semver"
	"github.com/gosqlite/gosqlite/tools/scan/report"
	"github.com/gosqlite/gosqlite/tools/scan/vex"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// A desk has releases, and the folder that they are published into.
type desk struct {
	*testing.T
	dir  string
	keys *specimen.Keys
}

func newDesk(t *testing.T) *desk { return &desk{t, t.TempDir(), specimen.NewKeys()} }

func (d *desk) in(elem ...string) string { return filepath.Join(append([]string{d.dir}, elem...)...) }

func (d *desk) put(name string, v any) string {
	d.Helper()
	text, ok := v.([]byte)
	if !ok {
		var err error
		if text, err = json.Marshal(v); err != nil {
			d.Fatal(err)
		}
	}
	if err := os.WriteFile(d.in(name), text, 0o644); err != nil {
		d.Fatal(err)
	}
	return d.in(name)
}

// release makes a version that follows base, and returns the flags that publish it.
func (d *desk) release(name, version, base string, s specimen.Spoil) []string {
	d.Helper()
	s.Version = version
	text, err := d.keys.Write(d.in(name), s)
	if err != nil {
		d.Fatal(err)
	}
	policy := d.put(name+".policy.json", text)
	if text, err = os.ReadFile(d.in(name, manifest.FileName)); err != nil {
		d.Fatal(err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		d.Fatal(err)
	}
	r := report.Report{Schema: report.Schema, Day: specimen.Day.Format(time.DateOnly), Release: true, Complete: true, Pass: true}
	if text, err = os.ReadFile(d.in(name, "vex.cyclonedx.json")); err != nil {
		d.Fatal(err)
	}
	basis, err := vex.ReadBasis(text)
	if err != nil {
		d.Fatal(err)
	}
	r.Triage, r.Database.SHA256, r.Feed.SHA256 = basis.Triage, basis.Database, basis.Feed
	for _, f := range m.Files {
		if strings.HasSuffix(f.Name, ".cdx.json") {
			r.Bills = append(r.Bills, report.Bill{File: f.Name, SHA256: fmt.Sprintf("%x", f.SHA256)})
		}
		if f.Kind == manifest.Debug {
			r.Twins = append(r.Twins, report.Twin{File: f.Name, SHA256: fmt.Sprintf("%x", f.SHA256), Programs: 1})
		}
	}
	v := semver.Report{Base: base, Version: "v" + version}
	if base != "" {
		v.Least = "v" + version
	}
	return []string{"--release", d.in(name), "--policy", policy, "--scan", d.put(name+".scan.json", r),
		"--semver", d.put(name+".semver.json", v), "--to", "file:" + d.in("tree")}
}

func (d *desk) run(args ...string) (code int, stdout, stderr string) {
	d.Helper()
	var out, talk bytes.Buffer
	code = run(d.Context(), args, world{&out, &talk, func() time.Time { return specimen.Now }, nil})
	return code, out.String(), talk.String()
}

func (d *desk) want(code int, words string, args ...string) string {
	d.Helper()
	got, stdout, stderr := d.run(args...)
	if got != code || !strings.Contains(stdout+stderr, words) {
		d.Fatalf("exit code %d, want %d and %q:\n%s%s", got, code, words, stdout, stderr)
	}
	return stdout
}

// TestTwoVersions publishes one release and the next, as a person does: first without --publish.
func TestTwoVersions(t *testing.T) {
	d := newDesk(t)
	one := d.release("one", "1.2.0", "", specimen.Spoil{})
	if out := d.want(0, "dry run, would publish v1.2.0", one...); !strings.Contains(out, "yes  verified") || !strings.Contains(out, "releases/v1.2.0/manifest.json") {
		t.Errorf("the plan is:\n%s", out)
	}
	if _, err := os.Stat(d.in("tree")); err == nil {
		t.Error("a dry run wrote something")
	}
	d.want(0, "publishing v1.2.0", append(one, "--publish")...)
	d.want(0, "nothing to do: v1.2.0", append(one, "--publish")...)
	two := d.release("two", "1.3.0", "v1.2.0", specimen.Spoil{})
	d.want(0, "publishing v1.3.0", append(two, "--publish")...)
	for _, name := range []string{"one", "two"} {
		version := map[string]string{"one": "v1.2.0", "two": "v1.3.0"}[name]
		files := 0
		err := filepath.WalkDir(d.in(name), func(file string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			files++
			rel, _ := filepath.Rel(d.in(name), file)
			want, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			have, err := os.ReadFile(d.in("tree", "current", "releases", version, rel))
			if !bytes.Equal(have, want) {
				t.Errorf("%s of %s is not what was signed", rel, version)
			}
			return err
		})
		if err != nil || files < 20 {
			t.Errorf("%d files: %v", files, err)
		}
	}
	list, err := os.ReadFile(d.in("tree", "current", "go", "github.com", "gosqlite", "gosqlite", "@v", "list"))
	if string(list) != "v1.2.0\nv1.3.0\n" {
		t.Errorf("list %q, %v", list, err)
	}
}

func TestRefused(t *testing.T) {
	d := newDesk(t)
	good := d.release("good", "1.2.0", "", specimen.Spoil{})
	d.want(0, "publishing", append(good, "--publish")...)
	before, err := os.Readlink(d.in("tree", "current"))
	if err != nil {
		t.Fatal(err)
	}
	allow := d.release("dev", "1.3.0", "v1.2.0", specimen.Spoil{Development: true})
	other := d.release("other", "1.2.0", "", specimen.Spoil{Predicate: func(name string, p map[string]any) {
		if name == "ledger.intoto.json" {
			p["more"] = "of the same payload"
		}
	}})
	inside := append([]string{}, d.release("inside", "1.3.0", "v1.2.0", specimen.Spoil{})...)
	text, err := os.ReadFile(inside[3])
	if err != nil {
		t.Fatal(err)
	}
	inside[3] = d.put("inside/policy.json", text)
	for _, test := range []struct {
		name  string
		code  int
		words string
		args  []string
	}{
		{"other bytes of a version", 3, "published already with another", append(other, "--publish")},
		{"a development authority", 3, "NO   development", append(allow, "--publish")},
		{"no scan", 3, "NO   scanned", []string{"--release", d.in("good"), "--policy", good[3], "--semver", good[7], "--to", good[9], "--publish"}},
		{"a dry run that would be refused", 3, "NO   semver", []string{"--release", d.in("good"), "--policy", good[3], "--scan", good[5], "--to", good[9]}},
		{"an empty release", 3, "manifest.json", []string{"--release", t.TempDir(), "--policy", good[3], "--to", good[9]}},
		{"no release", 1, "no such file", []string{"--release", d.in("none"), "--policy", good[3], "--to", good[9]}},
		{"a policy in the release", 2, "lies in the folder", inside},
		{"a policy that is none", 2, "policy", []string{"--release", d.in("good"), "--policy", good[5], "--to", good[9]}},
		{"another target", 2, "a target is file:FOLDER, tuf:FOLDER or oci://", append(good[:8:8], "--to", "ftp://example.org/x")},
		{"a tag as target", 2, "names a tag or digest", append(good[:8:8], "--to", "oci://127.0.0.1:1/x:v1.0.0")},
		{"advisories for a registry", 2, "not into a registry", append(good[:8:8], "--to", "oci://127.0.0.1:1/x", "--advisories", t.TempDir())},
		{"credentials that others read", 2, "chmod 600", append(good[:8:8], "--to", "oci://127.0.0.1:1/x", "--credentials", d.put("login.json", []byte("{}")))},
		{"certificates that are none", 2, "holds no certificate", append(good[:8:8], "--to", "oci://127.0.0.1:1/x", "--ca", good[3])},
		{"a registry that is not there", 1, "list versions", append(good[:8:8], "--to", "oci://127.0.0.1:1/x")},
		{"no target", 2, "are needed", good[:8]},
		{"advisories that are none", 1, "there are none", append(good, "--advisories", t.TempDir())},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := *d
			d.T = t
			d.want(test.code, test.words, test.args...)
			if after, err := os.Readlink(d.in("tree", "current")); after != before {
				t.Errorf("readers see another state: %s, %v", after, err)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	d := newDesk(t)
	one := d.release("one", "1.2.0", "", specimen.Spoil{})
	var p plan.Plan
	if err := json.Unmarshal([]byte(d.want(0, "", append(one, "--json")...)), &p); err != nil {
		t.Fatal(err)
	}
	if !p.OK || !p.DryRun || p.Version != "v1.2.0" || p.Base != "" || len(p.Next) != 64 || len(p.Gates) != 7 || len(p.Files) < 20 {
		t.Errorf("plan %+v", p)
	}
	p = plan.Plan{}
	if err := json.Unmarshal([]byte(d.want(3, "", append(one[:4:4], "--to", one[9], "--json")...)), &p); err != nil {
		t.Fatal(err)
	}
	if p.OK || p.Next != "" || len(p.Files) != 0 {
		t.Errorf("plan of a refused release %+v", p)
	}
}

// TestRegistry publishes two versions into a registry with TLS and credentials, and is refused what others may not do.
func TestRegistry(t *testing.T) {
	d := newDesk(t)
	s := ocitest.NewServer(t)
	ca := d.put("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	to := func(args []string, user, password string) []string {
		login := d.put("login-"+user, map[string]string{"user": user, "password": password})
		if err := os.Chmod(login, 0o600); err != nil {
			t.Fatal(err)
		}
		return append(args[:8:8], "--to", "oci://"+s.Host()+"/gosqlite", "--ca", ca, "--credentials", login)
	}
	one := d.release("one", "1.2.0", "", specimen.Spoil{})
	writer := to(one, "writer", s.Writer)
	d.want(0, "dry run, would publish v1.2.0", writer...)
	if len(s.Blobs)+len(s.Manifests) != 0 {
		t.Error("a dry run pushed something")
	}
	_, _, said := d.run(append(to(one, "reader", s.Reader), "--publish")...)
	if len(s.Tags) != 0 || !strings.Contains(said, "403") || strings.Contains(said, s.Reader) {
		t.Errorf("a reader pushes: %s", said)
	}
	d.want(0, "publishing v1.2.0", append(writer, "--publish")...)
	d.want(0, "nothing to do: v1.2.0", append(writer, "--publish")...)
	two := to(d.release("two", "1.3.0", "v1.2.0", specimen.Spoil{}), "writer", s.Writer)
	d.want(0, "publishing v1.3.0", append(two, "--publish")...)
	first := s.Tags["v1.2.0"]
	other := to(d.release("other", "1.2.0", "", specimen.Spoil{Predicate: func(_ string, p map[string]any) { p["more"] = "" }}), "writer", s.Writer)
	d.want(3, "published already", append(other, "--publish")...)
	if s.Tags["v1.2.0"] != first || len(s.Tags) != 2 {
		t.Errorf("tags %v", s.Tags)
	}
}

func TestAdvisories(t *testing.T) {
	d := newDesk(t)
	if err := os.MkdirAll(d.in("feed", "osv"), 0o755); err != nil {
		t.Fatal(err)
	}
	d.put("feed/osv/A.json", []byte("{}"))
	one := append(d.release("one", "1.2.0", "", specimen.Spoil{}), "--advisories", d.in("feed"), "--publish")
	d.want(0, "publishing", one...)
	d.put("feed/osv/A.json", []byte(`{"withdrawn":1}`))
	if out := d.want(0, "publishing", one...); !strings.Contains(out, "replace  advisories/osv/A.json") {
		t.Errorf("plan:\n%s", out)
	}
	if text, err := os.ReadFile(d.in("tree", "current", "advisories", "osv", "A.json")); string(text) != `{"withdrawn":1}` {
		t.Errorf("advisory %q, %v", text, err)
	}
	d.put("feed/run.sh", []byte("x"))
	d.want(1, "neither .json nor .md", one...)
}
