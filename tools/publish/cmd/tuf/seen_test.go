// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// begin makes a repository, with a version of everything.
func (s *session) begin() {
	s.Helper()
	s.beginWith("--key", "stable-v1=f.pub")
}

// beginWith makes one with these delegated roles.
func (s *session) beginWith(roles ...string) {
	s.Helper()
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		s.want(0, "key ", "key", "--key", name+".pem", "--public", name+".pub")
	}
	s.want(0, "to be signed", append([]string{"init", "--key", "root=a.pub", "--key", "root=b.pub", "--key", "targets=c.pub", "--key", "snapshot=d.pub", "--key", "timestamp=e.pub",
		"--out", "staged"}, roles...)...)
	s.want(0, "1 of 2", "sign", "--metadata", "staged/1.root.json", "--key", "a.pem")
	s.want(0, "2 of 2", "sign", "--metadata", "staged/1.root.json", "--key", "b.pem")
	s.want(0, "1 of 1", "sign", "--metadata", "staged/1.targets.json", "--by", "staged/1.root.json", "--key", "c.pem")
	s.write("pass", []byte("correct horse"))
	s.write("online.json", []byte(`{"schema": "gosqlite-tuf-online/1", "snapshot": {"key": "d.pem", "secret": "file:pass"}, "timestamp": {"key": "e.pem", "secret": "file:pass"}}`))
	s.want(0, "new tuf/metadata/timestamp.json", "snapshot", "--folder", "site", "--staged", "staged", "--online", "online.json")
}

// TestSetBack has the daily timestamp made over a folder that was set back, as a thief or a restore leaves it.
func TestSetBack(t *testing.T) {
	s := newSession(t)
	s.begin()
	old, err := os.Readlink("site/current")
	if err != nil {
		t.Fatal(err)
	}
	daily := []string{"timestamp", "--folder", "site", "--online", "online.json"}
	for range 2 {
		s.now = s.now.Add(time.Hour)
		s.want(0, "replace tuf/metadata/timestamp.json", daily...)
	}
	s.want(0, "timestamp", "seen", "--folder", "site", "--seen", "online.json.seen")
	if err := os.Remove("site/current"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(old, "site/current"); err != nil {
		t.Fatal(err)
	}
	const refused = "timestamp has version 1, and version 3 was published, which online.json.seen remembers: the folder was set back"
	s.want(3, refused, daily...)
	s.want(3, refused, "snapshot", "--folder", "site", "--online", "online.json")
	s.want(3, refused, "seen", "--folder", "site", "--seen", "online.json.seen")
	s.want(3, refused, "rotate", "--folder", "site", "--renew", "targets", "--out", "next", "--seen", "online.json.seen")
	s.want(3, "what was published last is not known", append(daily, "--seen", "none.seen")...)
	s.want(2, "--seen is needed", "seen", "--folder", "site")
	if now, err := os.Readlink("site/current"); err != nil || now != old {
		t.Errorf("readers see another state: %v", err)
	}
	// What was newer is lost for good.
	s.want(0, "3 was seen by clients and given up", "seen", "--folder", "site", "--seen", "online.json.seen", "--adopt")
	s.want(0, "replace tuf/metadata/timestamp.json", daily...)
	if text, err := os.ReadFile("site/current/tuf/metadata/timestamp.json"); err != nil || !strings.Contains(string(text), `"version": 4`) {
		t.Errorf("the next timestamp is %s, %v", text, err)
	}
	s.want(0, "", "seen", "--folder", "site", "--seen", "online.json.seen")
	if strings.Contains(s.out.String(), "given up") {
		t.Errorf("what was passed is still shown: %s", &s.out)
	}
}

// TestGivenUp adopts a folder that lacks a channel which clients have seen, and does what is then advised until all is well.
func TestGivenUp(t *testing.T) {
	s := newSession(t)
	s.beginWith()
	text, err := specimen.NewKeys().Write("dist", specimen.Spoil{Version: "1.2.0"})
	if err != nil {
		t.Fatal(err)
	}
	s.write("policy.json", text)
	old, err := os.Readlink("site/current")
	if err != nil {
		t.Fatal(err)
	}
	// channel delegates to stable-v1, and list lists v1.2.0, each in the version that is the next one.
	channel := func(dir, version string) {
		s.want(0, "to be signed", "rotate", "--folder", "site", "--add", "stable-v1=f.pub", "--seen", "online.json.seen", "--out", dir)
		s.want(0, "1 of 1", "sign", "--metadata", dir+"/"+version+".targets.json", "--by", "staged/1.root.json", "--key", "c.pem")
		s.want(0, version+".targets.json", "snapshot", "--folder", "site", "--staged", dir, "--online", "online.json")
	}
	list := func(dir, version, by string) {
		s.want(0, "to be signed", "add", "--folder", "site", "--release", "dist", "--policy", "policy.json", "--seen", "online.json.seen", "--out", dir)
		s.want(0, "1 of 1", "sign", "--metadata", dir+"/"+version+".stable-v1.json", "--by", by, "--key", "f.pem")
		s.publish(dir, version+".stable-v1.json")
	}
	says := func(words string) {
		t.Helper()
		s.want(0, "", "seen", "--folder", "site", "--seen", "online.json.seen")
		for line := range strings.Lines(s.out.String()) {
			if strings.HasPrefix(line, "stable-v1 ") {
				if _, note, _ := strings.Cut(line, "above it: "); strings.TrimSpace(note) != words {
					t.Errorf("advised is %q, want %q", note, words)
				}
				return
			}
		}
		t.Errorf("the role is not shown: %s", &s.out)
	}
	channel("channel", "2")
	list("listed", "1", "channel/2.targets.json")
	s.sees(true)
	if err := os.Remove("site/current"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(old, "site/current"); err != nil {
		t.Fatal(err)
	}
	s.want(0, "1 was seen by clients and given up", "seen", "--folder", "site", "--seen", "online.json.seen", "--adopt")
	says("tuf rotate --add stable-v1=PUBLIC --seen online.json.seen, and once that is published tuf add --seen online.json.seen")
	// Where the repository is gone, nothing of it can be renewed or added.
	if err := os.Rename("site", "away"); err != nil {
		t.Fatal(err)
	}
	s.want(3, "there is no root", "seen", "--folder", "site", "--seen", "online.json.seen")
	if said := s.out.String(); !strings.Contains(said, "given up") || strings.Contains(said, "tuf rotate") || strings.Contains(said, "tuf add") {
		t.Errorf("of a repository that is gone: %s", said)
	}
	if err := errors.Join(os.RemoveAll("site"), os.Rename("away", "site")); err != nil {
		t.Fatal(err)
	}
	channel("channel again", "3")
	says("tuf add --seen online.json.seen with a release of stable-v1")
	s.want(1, "has no metadata to renew", "rotate", "--folder", "site", "--renew", "stable-v1", "--out", "x")
	list("listed again", "2", "channel again/3.targets.json")
	says("")
	s.sees(true)
}

// TestAdvice: each role is told what makes its next version, and none what can't be done.
func TestAdvice(t *testing.T) {
	there := tuf.Mark{Version: 1}
	for _, test := range []struct {
		row  tuf.Row
		want string
	}{
		{tuf.Row{Role: "root", Folder: there}, ": tuf rotate --renew root --seen s"},
		{tuf.Row{Role: "targets", Folder: there}, ": tuf rotate --renew targets --seen s"},
		{tuf.Row{Role: "root"}, ""},
		{tuf.Row{Role: "targets"}, ""},
		{tuf.Row{Role: "timestamp", Folder: there}, ""},
		{tuf.Row{Role: "snapshot"}, ""},
		{tuf.Row{Role: "stable-v1", Delegated: true}, ": tuf add --seen s with a release of stable-v1"},
		{tuf.Row{Role: "stable-v1"}, ": tuf rotate --add stable-v1=PUBLIC --seen s, and once that is published tuf add --seen s"},
	} {
		if got := advice(test.row, "s"); got != test.want {
			t.Errorf("%+v: %q, want %q", test.row, got, test.want)
		}
	}
}
