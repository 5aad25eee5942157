// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/sign/ring"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// repository makes a clone with one commit of the payload's source, and a release commit of it with the tag of its version.
func (b *bench) repository(dir string) error {
	for name, text := range signtest.Source {
		file := filepath.Join(b.path(dir), name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			return err
		}
	}
	git := "git -C " + dir + " -c user.name=checks -c user.email=checks@example.org -c commit.gpgsign=false "
	if err := b.accepts(git+"init -q", git+"add .", git+"commit -q -m source", git+"checkout -q --detach"); err != nil {
		return err
	}
	for _, name := range []string{"sqlite3.c", "sqlite3.h", "sqlite3_options.h"} {
		file := filepath.Join(b.path(dir), "internal", "capi", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(name+"\n"), 0o644)); err != nil {
			return err
		}
	}
	tag := "v" + signtest.Version
	return b.accepts(git+"add internal", git+"commit -q -m release", git+"tag -a -m release "+tag, git+"checkout -q -")
}

func checkCommit(b *bench) error {
	if err := errors.Join(b.repository("clone"), b.key()); err != nil {
		return err
	}
	release := "sign release --payload payload --key key.pem" + b.secret() + " --git clone"
	if err := b.accepts(release + " --out dist --tag v1.2.3"); err != nil {
		return err
	}
	head, err := b.output("git", "-C", "clone", "rev-parse", "HEAD")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(b.path("dist/commit.intoto.json"))
	if err != nil {
		return err
	}
	var s struct {
		Predicate struct {
			Commit string
			Tag    struct{ Name, ID string }
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	tag, err := b.output("git", "-C", "clone", "rev-parse", "refs/tags/v1.2.3")
	if err != nil {
		return err
	}
	if p := s.Predicate; p.Commit != strings.TrimSpace(head) || p.Tag.Name != "v1.2.3" || p.Tag.ID != strings.TrimSpace(tag) {
		return fmt.Errorf("the statement is %s, and git says %s", text, head)
	}
	// A tag of the source commit, with and without an object of its own, is none of a release.
	if err := b.accepts("git -C clone tag -f v1.2.3 HEAD"); err != nil {
		return err
	}
	if err := b.refuses(release + " --out bad --tag v1.2.3"); err != nil {
		return err
	}
	if err := b.accepts("git -C clone -c user.name=checks -c user.email=checks@example.org tag -f -a -m x v1.2.3 HEAD"); err != nil {
		return err
	}
	if err := b.refuses(release+" --out bad --tag v1.2.3", release+" --out bad --tag v1.2.4", release+" --out bad --commit none"); err != nil {
		return err
	}
	// Another commit: one byte of a source file differs.
	git := "git -C clone -c user.name=checks -c user.email=checks@example.org -c commit.gpgsign=false "
	if err := errors.Join(b.write("clone/go.mod", []byte("module n\n")), b.accepts(git+"commit -q -a -m change")); err != nil {
		return err
	}
	if err := b.refuses(release + " --out bad"); err != nil {
		return err
	}
	return b.accepts(release + " --out old --commit HEAD~1")
}

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// checkManual executes the page's blocks by one shell, in their order. What a person would type in answer to a question is
// given by flags, through a wrapper around sign.
func checkManual(b *bench) error {
	page, err := os.ReadFile(b.manual)
	if err != nil {
		return err
	}
	if err := errors.Join(b.token(), b.repository("."), b.write("passphrase", []byte(passphrase+"\n")),
		b.write("signing.json", []byte(`{"schema":"gosqlite-signing/1"`+programSigners+`}`))); err != nil {
		return err
	}
	script := `set -eu
sign() {
  case "$1 $2" in
  attach*|'key show') command sign "$@" ;;
  'key rotate') command sign "$@" --secret file:passphrase --new-secret file:passphrase ;;
  *) command sign "$@" --secret file:passphrase ;;
  esac
}
`
	n := 0
	for _, block := range shellBlock.FindAllStringSubmatch(string(page), -1) {
		for line := range strings.Lines(block[1]) {
			n++
			script += strings.Replace(line, "--hint HINT", `--hint "$(cat hint)"`, 1)
			if strings.HasPrefix(line, "sign key show") {
				script += "command sign key show --ring keys.json | sed -n '2s/ .*//p' >hint\n"
			}
		}
	}
	if n < 10 {
		return fmt.Errorf("%s has %d commands; its blocks are not found", b.manual, n)
	}
	if err := b.write("script", []byte(script)); err != nil {
		return err
	}
	if err := b.accepts("sh script"); err != nil {
		return err
	}
	text, err := os.ReadFile(b.path("keys.json"))
	if err != nil {
		return err
	}
	r, err := ring.Parse(text)
	if err != nil {
		return err
	}
	if len(r.Keys) != 2 || r.Keys[0].Revoked == nil || r.Serial != 3 {
		return fmt.Errorf("after the page's ceremony the ring is %s", text)
	}
	return nil
}

// programSigners are the fields of a configuration, by the development CA of the page.
const programSigners = `,"release":` + pageSigner + `,"authenticode":` + pageSigner + `,"apple":` + pageSigner

const pageSigner = `{"key":"development/release.DEVELOPMENT.key.pem","chain":"development/release.DEVELOPMENT.chain.pem","secret":"file:passphrase"}`
