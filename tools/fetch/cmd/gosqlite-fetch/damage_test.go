// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// TestDamage: what is installed is held against the release, and the record against what is installed.
func TestDamage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		plant func(d *desk)
		class string
	}{
		"nothing":                 {func(*desk) {}, ""},
		"a program's bytes":       {func(d *desk) { d.flip("root/current/bin/gosqlite") }, "damaged"},
		"a program's mode":        {func(d *desk) { d.must(os.Chmod(d.in("root/current/bin/gosqlite"), 0o777)) }, "damaged"},
		"a program that is gone":  {func(d *desk) { d.must(os.Remove(d.in("root/current/bin/gosqlite"))) }, "damaged"},
		"a file more":             {func(d *desk) { d.put("root/current/bin/more", nil, 0o755) }, "damaged"},
		"a link in its place":     {func(d *desk) { d.link("root/current/LICENSE", "/etc/passwd") }, "damaged"},
		"the archive":             {func(d *desk) { d.flip("root/current/release/gosqlite_1.2.0_linux_amd64.tar.gz") }, "unverified"},
		"a signature that's gone": {func(d *desk) { d.must(os.Remove(d.in("root/current/release/manifest.json.sigstore.json"))) }, "unverified"},
		"no version in use":       {func(d *desk) { d.must(os.Remove(d.in("root/current"))) }, "damaged"},
		"a link to nothing":       {func(d *desk) { d.link("root/current", "versions/v1.0.0_linux_amd64") }, "damaged"},
		"a link elsewhere":        {func(d *desk) { d.link("root/current", "/") }, "damaged"},
		"a lost record":           {func(d *desk) { d.must(os.Remove(d.in("root/state.json"))) }, "lost-state"},
		"a damaged record":        {func(d *desk) { d.put("root/state.json", []byte("{"), 0o644) }, "lost-state"},
		"an older record": {func(d *desk) {
			d.put("root/state.json", []byte(`{"schema":"gosqlite-install/1","source":"file:/x","channel":"stable","platform":"linux_amd64","seen":{}}`), 0o644)
		}, "lost-state"},
	} {
		d := newDesk(t)
		d.publish("site", d.release("1.2.0", specimen.Spoil{}))
		install := []string{"install", "--from", "file:" + d.in("site"), "--to", d.in("root")}
		d.want(0, "in use", install...)
		test.plant(d)
		code, stdout, stderr := d.run("check", "--to", d.in("root"))
		if test.class == "" {
			if code != 0 {
				t.Errorf("%s: exit code %d\n%s%s", name, code, stdout, stderr)
			}
			continue
		}
		if code != 3 || !strings.Contains(stdout, test.class) {
			t.Errorf("%s: exit code %d\n%s%s", name, code, stdout, stderr)
		}
		// Installing once more mends it, and so does a new record.
		if test.class == "lost-state" {
			d.want(0, "as it was released", "check", "--repair", "--to", d.in("root"))
		}
		if name == "a link elsewhere" {
			d.want(1, "no installed version", install...) // not ours: a person looks first
			continue
		}
		d.want(0, "in use", install...)
		d.want(0, "as it was released", "check", "--to", d.in("root"))
		d.wantInUse("v1.2.0")
		if have, err := os.ReadDir(d.in("root", "versions")); err != nil || len(have) != 1 {
			t.Errorf("%s: installed are %v, %v", name, have, err)
		}
	}
}

// TestDamagedMirror: bytes that are not the index's, or not the release's, are found.
func TestDamagedMirror(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string]func(d *desk){
		"a file":        func(d *desk) { d.flip("mirror/current/releases/v1.2.0/notes.md") },
		"a list":        func(d *desk) { d.flip("mirror/current/go/github.com/gosqlite/gosqlite/@v/list") },
		"the index":     func(d *desk) { d.flip("mirror/current/index.json") },
		"a file less":   func(d *desk) { d.must(os.Remove(d.in("mirror/current/releases/v1.2.0/notes.md"))) },
		"a file more":   func(d *desk) { d.put("mirror/current/more", nil, 0o644) },
		"another key's": func(d *desk) { d.release("1.2.0", specimen.Spoil{}); d.stranger() },
	} {
		d := newDesk(t)
		d.publish("site", d.release("1.2.0", specimen.Spoil{}))
		d.want(0, "1 versions", "mirror", "sync", "--from", "file:"+d.in("site"), "--folder", d.in("mirror"))
		d.want(0, "verified", "mirror", "verify", "--folder", d.in("mirror"))
		plant(d)
		if code, stdout, stderr := d.run("mirror", "verify", "--folder", d.in("mirror")); code != 3 {
			t.Errorf("%s: exit code %d\n%s%s", name, code, stdout, stderr)
		}
	}
}

// stranger makes the policy one of somebody else.
func (d *desk) stranger() {
	text, err := specimen.NewKeys().Write(d.in("stranger"), specimen.Spoil{})
	d.must(err)
	d.put("policy.json", text, 0o644)
}

// flip changes one byte of a file, whatever its mode.
func (d *desk) flip(name string) {
	d.Helper()
	real, err := filepath.EvalSymlinks(d.in(name))
	d.must(err)
	info, err := os.Stat(real)
	d.must(err)
	text, err := os.ReadFile(real)
	d.must(err)
	text[len(text)/2] ^= 1
	d.must(os.Remove(real))
	d.must(os.WriteFile(real, text, info.Mode()))
	d.must(os.Chmod(real, info.Mode()))
}

func (d *desk) link(name, to string) {
	d.must(os.Remove(d.in(name)))
	d.must(os.Symlink(to, d.in(name)))
}
