// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/manual/page"
	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/publish/tuf/owner"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// manual is the page whose commands are executed, from this folder.
const manual = "../../../../docs/publishing.md"

// A reader does what the page says, in a folder that has what the page takes for granted.
type reader struct {
	*desk
	gosumdb string   // as the command printed it
	release []string // of the page's first command, for which later ones write "..."
	stand   []string // in pairs: what stands for something that only the reader knows, and that
}

// A step is one command of the page: how it begins behind the program, what has to be there before it, what it says, and flags
// of the reader's own, which say where a passphrase is.
type step struct {
	begins string
	before func(r *reader)
	says   string
	own    []string
}

// call runs the program with a command of the page, whose text is what is executed.
func (r *reader) call(c page.Command, s step) error {
	words := c.Words[1:]
	if c.Words[0] == "./bazelw" {
		words = c.Words[min(4, len(c.Words)):]
	}
	if i := slices.Index(words, "..."); i >= 0 {
		words = slices.Concat(words[:i], r.release, words[i+1:])
	}
	for i := range words {
		words[i] = strings.NewReplacer(r.stand...).Replace(words[i])
	}
	code, stdout, stderr := r.run(append(slices.Clone(words), s.own...)...)
	if code != 0 || !strings.Contains(stdout, s.says) {
		return fmt.Errorf("line %d: %s: exit code %d, and it has to say %q: %s%s", c.Line, c.Text, code, s.says, stdout, stderr)
	}
	if key, ok := strings.CutPrefix(stdout, "GOSUMDB="); ok {
		r.gosumdb = strings.TrimSpace(key)
		name, _, _ := strings.Cut(r.gosumdb, "+")
		r.stand = append(r.stand, name+"+HASH+KEY", r.gosumdb)
	}
	return nil
}

// commandsOf are the page's commands of this program: "./bazelw run //:publish --" or, where the page says so, "publish".
func commandsOf(text string) ([]page.Command, error) {
	blocks, err := page.Blocks(text)
	if err != nil {
		return nil, err
	}
	all, err := page.Of(blocks, "", "sh")
	return slices.DeleteFunc(all, func(c page.Command) bool {
		return c.Words[0] != "publish" && !strings.HasPrefix(c.Text, "./bazelw run //:publish ")
	}), err
}

// follow executes the commands in the page's order; steps has one for each.
func (r *reader) follow(text string, steps []step) error {
	all, err := commandsOf(text)
	if err != nil {
		return err
	}
	if len(all) != len(steps) {
		return fmt.Errorf("the page has %d commands, and %d are known", len(all), len(steps))
	}
	for i, c := range all {
		rest := strings.TrimPrefix(strings.TrimPrefix(c.Text, "./bazelw run //:publish -- "), "publish ")
		if !strings.HasPrefix(rest, steps[i].begins) {
			return fmt.Errorf("line %d: %s: no test executes it here; %q would be", c.Line, c.Text, steps[i].begins)
		}
		if i == 0 {
			r.release = c.Words[4 : len(c.Words)-2]
		}
		if steps[i].before != nil {
			steps[i].before(r)
		}
		if err := r.call(c, steps[i]); err != nil {
			return err
		}
	}
	return nil
}

// dist puts the next version where the page's commands find it.
func (r *reader) dist(version, base string) {
	r.Helper()
	if err := os.RemoveAll(r.in("dist")); err != nil {
		r.Fatal(err)
	}
	r.desk.release("dist", version, base, specimen.Spoil{})
	for _, name := range []string{"policy.json", "scan.json", "semver.json"} {
		if err := os.Rename(r.in("dist."+name), r.in(name)); err != nil {
			r.Fatal(err)
		}
	}
}

// folder puts an empty folder in the place of another.
func (r *reader) folder(name string) {
	r.Helper()
	if err := errors.Join(os.RemoveAll(r.in(name)), os.MkdirAll(r.in(name), 0o755)); err != nil {
		r.Fatal(err)
	}
}

// repository makes a TUF repository in site, which lists the release of dist, with keys where the page has them.
func (r *reader) repository() {
	r.Helper()
	r.folder("tree") // site leads there
	o := owner.New(r.T, specimen.Now)
	key := r.keyFile("stable")
	store := &tree.Store{Dir: r.in("tree")}
	r.begin(o, store, key)
	r.dist("1.2.0", "")
	r.list(o, "1.2.0", []string{"--release", r.in("dist"), "", "", "", "", "", ""})
	for from, to := range map[string]string{o.Staged: "staged", filepath.Dir(o.Online): "."} {
		if err := copyFiles(from, r.in(to)); err != nil {
			r.Fatal(err)
		}
	}
}

// copyFiles copies a folder's files into another.
func copyFiles(from, to string) error {
	files, err := filepath.Glob(filepath.Join(from, "*"))
	if err != nil {
		return err
	}
	err = os.MkdirAll(to, 0o755)
	for _, name := range files {
		text, wrong := os.ReadFile(name)
		err = errors.Join(err, wrong, os.WriteFile(filepath.Join(to, filepath.Base(name)), text, 0o600))
	}
	return err
}

// walk is the page as a reader goes through it.
func walk(t *testing.T, text string) (*reader, error) {
	t.Helper()
	r := &reader{desk: newDesk(t), stand: []string{"no such text", ""}}
	t.Chdir(r.dir)
	r.put("passphrase", []byte("long enough\n"))
	r.put("go.mod", []byte("module github.com/gosqlite/gosqlite\n\ngo 1.26.0\n"))
	if err := errors.Join(os.Chmod("passphrase", 0o600), os.Mkdir("tree", 0o755), os.Symlink("tree", "site")); err != nil {
		t.Fatal(err)
	}
	database := []string{"--sumdb-secret", "file:passphrase"}
	server := ocitest.NewServer(t)
	return r, r.follow(text, []step{
		{"--release dist ", func(r *reader) { r.dist("1.2.0", "") }, "dry run, would publish v1.2.0", nil},
		{"--release dist ", nil, "publishing v1.2.0", nil},
		{"sumdb key ", nil, "GOSUMDB=sum.example.org+", database},
		{"... --to file:site --sumdb ", func(r *reader) { r.dist("1.3.0", "v1.2.0") }, "publishing v1.3.0", database},
		{"sumdb check ", nil, ": 2 records", nil},
		{"--release dist ", func(r *reader) {
			if err := os.Rename("tree", "published"); err != nil {
				t.Fatal(err)
			}
			r.repository()
		}, "publishing v1.2.0 into tuf:site", nil},
		{"... --to oci:", func(r *reader) { r.registry(server) }, "publishing v1.2.0 into oci://", nil},
		{"revoke --to file:site ", func(r *reader) {
			r.feed("1.0.0")
			if err := errors.Join(os.Rename("tree", "offering"), os.Rename("published", "tree")); err != nil {
				t.Fatal(err)
			}
		}, "revoked v1.2.0 at file:site", nil},
		{"revoke --to tuf:site ", func(*reader) {
			if err := errors.Join(os.Rename("tree", "published"), os.Rename("offering", "tree")); err != nil {
				t.Fatal(err)
			}
		}, "clients are offered it no more", []string{"--tuf-secret", "file:stable.pass"}},
		{"backup ", nil, "verified", nil},
		{"restore ", nil, "verified", nil},
		{"prune ", nil, "0 generations and 0 objects removed", nil},
		{"registry backup ", func(r *reader) { r.tagged(r.in("registry"), "v1.3.0-rc.1") }, "copied or there already", nil},
		{"registry restore ", nil, "1 tags restored", nil},
		{"registry verify ", nil, "1 tags there", nil},
		{"registry prune ", nil, "removed 0 candidates", nil},
	})
}

// registry has certificate and login where the page says that the registry of `run` puts them.
func (r *reader) registry(s *ocitest.Server) {
	r.Helper()
	r.folder("registry/tls")
	args := r.both(s, nil) // ca and login, named by flags
	for from, to := range map[string]string{args[3]: "registry/tls/server.crt", args[5]: "registry/release.json"} {
		if err := os.Rename(from, to); err != nil {
			r.Fatal(err)
		}
	}
	r.stand = append(r.stand, "oci://127.0.0.1:5443/", "oci://"+s.Host()+"/")
}

// TestManual executes every command of this program on the page, as it stands there. Only host and passphrases are others.
func TestManual(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	r, err := walk(t, string(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"published/current/index.json":                              `"revoked":[{"version":"v1.2.0","reason":"loses data"`,
		"published/current/advisories/osv/" + advisoryID + ".json":  advisoryID,
		"published/current/go/github.com/gosqlite/gosqlite/@v/list": "v1.3.0\n",
		"go.mod": "retract v1.2.0",
		"fresh/current/releases/v1.2.0/manifest.json": "1.2.0",
	} {
		if have, err := os.ReadFile(name); err != nil || !bytes.Contains(have, []byte(want)) {
			t.Errorf("%s: %.300q, %v; it has to have %q", name, have, err, want)
		}
	}
	if r.gosumdb == "" {
		t.Error("the page makes no key of a checksum database")
	}
}

// TestManualPlants changes one command of the page; that has to be seen.
func TestManualPlants(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	for name, plant := range map[string][2]string{
		"a flag that is none":       {"--semver semver.json --to file:site\n", "--semver-report semver.json --to file:site\n"},
		"a dry run that publishes":  {"--to file:site\n", "--to file:site --publish\n"},
		"a file of another name":    {"--sumdb-seen sumdb.pem.seen\n", "--sumdb-seen sumdb.seen\n"},
		"a revocation of nothing":   {"--to file:site --version v1.2.0", "--to file:site --version v1.9.0"},
		"a number that is too low":  {"--keep 5", "--keep 0"},
		"a command that is missing": {"./bazelw run //:publish -- restore", "./bazelw run //:fetch -- restore"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Count(string(text), plant[0]) != 1 {
				t.Fatalf("%q stands on the page %d times", plant[0], strings.Count(string(text), plant[0]))
			}
			if _, err := walk(t, strings.Replace(string(text), plant[0], plant[1], 1)); err == nil {
				t.Error("nothing sees it")
			}
		})
	}
}
