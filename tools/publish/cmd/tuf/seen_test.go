// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

// begin makes a repository, with a version of everything.
func (s *session) begin() {
	s.Helper()
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		s.want(0, "key ", "key", "--key", name+".pem", "--public", name+".pub")
	}
	s.want(0, "to be signed", "init", "--key", "root=a.pub", "--key", "root=b.pub", "--key", "targets=c.pub", "--key", "snapshot=d.pub", "--key", "timestamp=e.pub",
		"--key", "stable-v1=f.pub", "--out", "staged")
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
