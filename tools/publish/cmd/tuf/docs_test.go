// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	client "github.com/gosqlite/gosqlite/tools/fetch/tuf"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// manual is the page whose section TUF is executed, from this folder.
const manual = "../../../../docs/publishing.md"

// A session is a terminal: a person types commands, and passphrases where they are asked for.
type session struct {
	*testing.T
	out bytes.Buffer
	now time.Time
}

func newSession(t *testing.T) *session {
	t.Chdir(t.TempDir())
	return &session{T: t, now: specimen.Now}
}

func (s *session) run(args ...string) int {
	s.Helper()
	s.out.Reset()
	ask := func(string) ([]byte, error) { return []byte("correct horse"), nil }
	return run(s.Context(), args, &world{&s.out, &s.out, &secret.Reader{Prompt: ask}, rand.Reader, func() time.Time { return s.now }})
}

func (s *session) want(code int, words string, args ...string) {
	s.Helper()
	if got := s.run(args...); got != code || !strings.Contains(s.out.String(), words) {
		s.Fatalf("tuf %s: exit code %d, want %d and %q: %s", strings.Join(args, " "), got, code, words, &s.out)
	}
}

func (s *session) write(name string, text []byte) {
	s.Helper()
	if err := os.WriteFile(name, text, 0o600); err != nil {
		s.Fatal(err)
	}
}

// section is what the page has between one heading and the next, and its blocks of a kind.
func section(t *testing.T, heading, kind string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("the page has no %s", heading)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	for _, block := range regexp.MustCompile("(?s)```"+kind+"\n(.*?)```").FindAllStringSubmatch(rest, -1) {
		blocks = append(blocks, block[1])
	}
	return blocks
}

// TestManual executes every command of the page's section in its order. publish is executed by its own tests; what it does
// to the repository is done here.
func TestManual(t *testing.T) {
	commandsOf, config := section(t, "## TUF", "sh"), section(t, "## TUF", "json")
	if len(config) != 1 {
		t.Fatalf("%d blocks of JSON", len(config))
	}
	s := newSession(t)
	s.write("online.json", []byte(config[0]))
	s.write("snapshot.pass", []byte("correct horse"))
	s.write("timestamp.pass", []byte("correct horse"))
	text, err := specimen.NewKeys().Write("dist", specimen.Spoil{Version: "1.2.0"})
	if err != nil {
		t.Fatal(err)
	}
	s.write("policy.json", text)
	used := map[string]bool{}
	for line := range strings.Lines(strings.Join(commandsOf, "")) {
		switch words := strings.Fields(line); words[0] {
		case "tuf":
			s.want(0, "", words[1:]...)
			used[words[1]] = true
		case "publish":
			s.publish("staged", "1.stable-v1.json")
			s.sees(true)
		default:
			t.Errorf("no test executes %s", line)
		}
		if strings.HasPrefix(line, "tuf timestamp") {
			s.now = s.now.AddDate(0, 0, 1)
			s.want(0, "replace tuf/metadata/timestamp.json", "timestamp", "--folder", "site", "--online", "online.json")
			s.sees(true)
		}
	}
	s.sees(false) // it was revoked, and the keys have changed
	for _, c := range commands {
		if !used[c.name] {
			t.Errorf("the page does not show %s", c.name)
		}
	}
}

// publish brings the release and what is staged in a folder, of which this metadata lists the release, to readers, without the gates.
func (s *session) publish(dir, lists string) {
	s.Helper()
	store := &tree.Store{Dir: "site"}
	seen := tuf.Seen{Name: "online.json.seen"}
	r, index, generation, err := tuf.Load(store)
	if err == nil {
		err = seen.Hold(r)
	}
	if err != nil {
		s.Fatal(err)
	}
	staged, err := tuf.ReadStaged(dir)
	if err != nil {
		s.Fatal(err)
	}
	if staged, err = tuf.Unpublished(index, staged); err != nil {
		s.Fatal(err)
	}
	var files []tree.File
	rows, err := tuf.Describe(lists, staged[lists])
	if err != nil {
		s.Fatal(err)
	}
	for _, row := range rows {
		if name, ok := strings.CutPrefix(row[0], "stable/v1/v1.2.0/"); ok {
			info, err := os.Stat(filepath.Join("dist", filepath.FromSlash(name)))
			if err != nil {
				s.Fatal(err)
			}
			files = append(files, tree.File{Path: name, Size: info.Size(), SHA256: row[1][len(row[1])-64:]})
		}
	}
	items, err := tuf.Items("dist", "v1.2.0", files)
	if err != nil {
		s.Fatal(err)
	}
	text, err := os.ReadFile("online.json")
	if err != nil {
		s.Fatal(err)
	}
	online, err := tuf.ParseOnline(text, ".", key.Surroundings{Secrets: &secret.Reader{}, Stderr: io.Discard})
	if err != nil {
		s.Fatal(err)
	}
	after, items, err := r.Next(s.Context(), tuf.Step{Staged: staged, Files: items, Index: index, Now: s.now}, online)
	if err != nil {
		s.Fatal(err)
	}
	change, err := tree.Update(index, generation, items)
	if err != nil {
		s.Fatal(err)
	}
	if err := seen.Commit(s.Context(), store, change, r, after); err != nil {
		s.Fatal(err)
	}
}

// sees asks a user's client, who pinned the first root, whether it is offered the release.
func (s *session) sees(want bool) {
	s.Helper()
	root, err := os.ReadFile("staged/1.root.json")
	if err != nil {
		s.Fatal(err)
	}
	c, err := client.Open(client.Options{Root: root, MetadataURL: "file:///tuf/metadata", TargetsURL: "file:///tuf/targets", State: "state",
		HTTP: &http.Client{Transport: client.Folder("site/current")}, Now: func() time.Time { return s.now }})
	if err != nil {
		s.Fatal(err)
	}
	err = c.Download(s.Context(), "stable/v1/v1.2.0/manifest.json", filepath.Join(s.TempDir(), "file"), nil)
	if want && err != nil || !want && !errors.Is(err, client.ErrNotFound) {
		s.Errorf("offered %v: %v", want, err)
	}
}

// TestRefuses are wrong flags, files and keys: one sentence, the exit code, and nothing half-written.
func TestRefuses(t *testing.T) {
	s := newSession(t)
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		s.want(0, "key ", "key", "--key", name+".pem", "--public", name+".pub")
	}
	keys := []string{"init", "--key", "root=a.pub", "--key", "root=b.pub", "--key", "targets=c.pub", "--key", "snapshot=d.pub", "--key", "timestamp=e.pub", "--key", "stable-v1=f.pub"}
	s.want(0, "to be signed", append(keys, "--out", "staged")...)
	s.want(1, "there already", append(keys, "--out", "staged")...)
	s.want(2, "is there already", "key", "--key", "g.pem", "--public", "a.pub")
	s.want(2, "has to be ROLE=VALUE", append(keys, "--key", "root", "--out", "x")...)
	s.want(2, "has to be ROLE=NUMBER", append(keys, "--threshold", "root=two", "--out", "x")...)
	s.want(2, "it has no key", append(keys, "--threshold", "stable-v9=1", "--out", "x")...)
	s.want(2, "between 1 and", append(keys, "--days", "root=9999", "--out", "x")...)
	s.want(3, "is one of f.pub as well", append(keys, "--not", "f.pub", "--out", "x")...)
	s.want(1, "neither a public key", append(keys, "--not", "f.pem", "--out", "x")...)
	s.want(2, "--out is needed", keys...)
	s.want(3, "none of root's", "sign", "--metadata", "staged/1.root.json", "--key", "c.pem")
	s.want(3, "none of targets's", "sign", "--metadata", "staged/1.targets.json", "--by", "staged/1.root.json", "--key", "e.pem")
	s.want(0, "1 of 2 signatures", "sign", "--metadata", "staged/1.root.json", "--key", "a.pem")
	s.want(1, "no such file", "sign", "--metadata", "staged/none.json", "--key", "f.pem")
	s.want(2, "secret source", "sign", "--metadata", "staged/1.root.json", "--key", "b.pem", "--secret", "correct horse")
	s.want(2, "--version", "remove", "--folder", "site", "--version", "1.2", "--out", "x")
	s.want(1, "no such file", "remove", "--folder", "site", "--version", "v1.2.0", "--out", "x")
	s.write("online.json", []byte(`{"schema": "gosqlite-tuf-online/1", "snapshot": {"key": "d.pem"}, "timestamp": {"key": "e.pem"}}`))
	s.want(3, "not enough signatures", "snapshot", "--folder", "site", "--staged", "staged", "--online", "online.json")
	s.want(1, "there is no metadata", "snapshot", "--folder", "site", "--staged", ".", "--online", "online.json")
	s.want(3, "no repository yet", "timestamp", "--folder", "site", "--online", "online.json")
	s.want(2, "read online keys", "timestamp", "--folder", "site", "--online", "a.pub")
	if _, err := os.Stat("site"); err == nil {
		t.Error("something was published")
	}
	if _, err := os.Stat("x"); err == nil {
		t.Error("something was staged")
	}
	for _, c := range commands {
		s.want(0, "usage: tuf "+c.name+" ", c.name, "--help")
	}
	s.want(action.Usage, "a command is needed")
	s.want(action.Usage, "no command", "sing")
	s.want(action.OK, "snapshot", "help")
}
