// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/publish/lock"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// TestUsage: what a person may get wrong.
func TestUsage(t *testing.T) {
	d := newDesk(t)
	d.publish("site", d.release("1.2.0", specimen.Spoil{}))
	from, to := "file:"+d.in("site"), d.in("root")
	text, err := os.ReadFile(d.in("policy.json"))
	d.must(err)
	inRoot := d.put("root/policy.json", text, 0o644)
	d.put("thesis/thesis.tex", []byte("x"), 0o644)
	d.put("file", []byte("x"), 0o644)
	open := d.put("open.json", []byte(`{"user":"u","password":"p"}`), 0o644)
	login := d.put("login.json", []byte(`{"user":"u","password":"p"}`), 0o600)
	for _, test := range []struct {
		name  string
		code  int
		words string
		args  []string
	}{
		{"a policy in the folder", 2, "lies in", []string{"install", "--from", from, "--to", to, "--policy", inRoot}},
		{"a policy that is not there", 2, "policy", []string{"install", "--from", from, "--to", to, "--policy", d.in("none")}},
		{"no folder", 2, "--to is needed", []string{"install", "--from", from}},
		{"no source", 2, "--from is needed", []string{"install", "--to", d.in("new")}},
		{"another source", 2, "a source is", []string{"install", "--from", "ftp://x", "--to", d.in("new")}},
		{"credentials without TLS", 2, "https://", []string{"install", "--from", "http://127.0.0.1:1", "--to", d.in("new"), "--credentials", login}},
		{"credentials that others read", 2, "chmod 600", []string{"install", "--from", "https://127.0.0.1:1", "--to", d.in("new"), "--credentials", open}},
		{"another channel", 2, "neither stable nor candidate", []string{"install", "--from", from, "--to", d.in("new"), "--channel", "nightly"}},
		{"somebody's folder", 1, "none of ours", []string{"install", "--from", from, "--to", d.in("thesis")}},
		{"a file as folder", 1, "not a directory", []string{"install", "--from", from, "--to", d.in("file", "root")}},
		{"a platform that there is none of", 1, "has nothing for", []string{"install", "--from", from, "--to", d.in("new"), "--platform", "plan9_amd64"}},
		{"a version that there is none of", 1, "does not have v9.0.0", []string{"install", "--from", from, "--to", d.in("new"), "--version", "9.0.0"}},
		{"an update of nothing", 1, "nothing is installed", []string{"update", "--to", d.in("new2")}},
		{"a check of nothing", 1, "no such file", []string{"check", "--to", d.in("none")}},
		{"a server that is not there", 1, "refused", []string{"install", "--from", "http://127.0.0.1:1", "--to", d.in("new")}},
		{"a registry that is not there", 1, "list versions", []string{"install", "--from", "oci://127.0.0.1:1/x", "--to", d.in("new")}},
		{"a mirror that is none", 1, "there is no mirror", []string{"mirror", "verify", "--folder", d.in("new3")}},
		{"another command's flag", 2, "channel", []string{"rollback", "--to", to, "--channel", "stable"}},
		{"no command", 2, "name a command", []string{"mirror"}},
		{"help", 0, "--allow-downgrade", []string{"install", "--help"}},
	} {
		code, stdout, stderr := d.run(test.args...)
		if code != test.code || !strings.Contains(stdout+stderr, test.words) || strings.Contains(stderr, "secret") {
			t.Errorf("%s: exit code %d, want %d and %q\n%s%s", test.name, code, test.code, test.words, stdout, stderr)
		}
	}
	d.must(os.RemoveAll(d.in("root")))
	var out, talk strings.Builder
	w := d.world
	w.stdout, w.stderr, w.config = &out, &talk, d.in("config")
	if code := run(t.Context(), []string{"install", "--from", from, "--to", to}, w); code != 2 || !strings.Contains(talk.String(), "gosqlite-verify policy --key") {
		t.Errorf("without a policy: exit code %d\n%s", code, talk.String())
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("without a policy, something was made")
	}
	d.put("config/gosqlite/policy.json", text, 0o644)
	if code := run(t.Context(), []string{"install", "--from", from, "--to", to, "--platform", "linux_amd64"}, w); code != 0 {
		t.Errorf("with a policy in the configuration: exit code %d\n%s", code, talk.String())
	}
}

// TestBusy: who comes second is told so.
func TestBusy(t *testing.T) {
	d := upgrade(t)
	update := []string{"update", "--to", d.in("root")}
	d.must(os.MkdirAll(d.in("mirror.staging"), 0o755))
	sync := []string{"mirror", "sync", "--from", "file:" + d.in("site"), "--folder", d.in("mirror")}
	one, err := lock.Take(d.in("root", "lock"))
	d.must(err)
	two, err := lock.Take(d.in("mirror.staging", "lock"))
	d.must(err)
	d.want(1, "another run is at work", update...)
	d.want(1, "another run is at work", "rollback", "--to", d.in("root"), "--version", "1.2.0")
	d.want(1, "another run is at work", sync...)
	d.wantInUse("v1.2.0")
	d.must(errors.Join(one.Close(), two.Close()))
	d.want(0, "v1.3.0", update...)
	d.want(0, "2 versions", sync...)
}
