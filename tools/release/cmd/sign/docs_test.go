// SPDX-License-Identifier: MIT

package main

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/pkcs8"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// manual is the page whose commands are executed, from this folder.
const manual = "../../../../docs/signing.md"

// commands are the lines of the page's blocks in sh.
func manualCommands(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}

var word = regexp.MustCompile(`'[^']*'|[^ ]+`)

func split(line string) []string {
	words := word.FindAllString(line, -1)
	for i := range words {
		words[i] = strings.Trim(words[i], "'")
	}
	return words
}

// Every command of this program on the page does what the page says, in the page's order. Those of other programs are
// executed by release/sign/checks.
func TestManual(t *testing.T) {
	lines := manualCommands(t)
	withPlugin(t)
	payload := signtest.Payload(t)
	s := newSession(t)
	if err := os.Symlink(payload, "payload"); err != nil {
		t.Fatal(err)
	}
	writeConfig(t)
	used := map[string]bool{}
	for _, line := range lines {
		args := split(line)
		if args[0] != "sign" {
			if args[0] != "openssl" {
				t.Errorf("%s: no test executes %s", line, args[0])
			}
			writeOwnKey(t, args[len(args)-1])
			continue
		}
		// What stands for something that only the reader knows.
		if i := slices.Index(args, "HINT"); i > 0 {
			s.good("key", "show", "--ring", "keys.json")
			args[i] = strings.Fields(strings.Split(s.stdout.String(), "\n")[1])[0]
		}
		for _, c := range commands {
			if strings.HasPrefix(strings.Join(args[1:], " "), c.name+" ") {
				used[c.name] = true
			}
		}
		if slices.Contains(args, "--git") {
			continue // git is not in a build's sandbox
		}
		s.good(args[1:]...)
	}
	for _, c := range commands {
		if !used[c.name] && c.name != "dev-tsa" {
			t.Errorf("the page does not show %s", c.name)
		}
	}
	same(t, "again_signed.zip", "dist-3/gosqlite_1.2.3_windows_amd64_signed.zip")
}

// writeOwnKey does what the page does by openssl.
func writeOwnKey(t *testing.T, name string) {
	t.Helper()
	text, err := pkcs8.Encode(signtest.Key(t), []byte(passphrase), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// writeConfig is a configuration for programs, by the development CA.
func writeConfig(t *testing.T) {
	t.Helper()
	signer := `{"key":"development/release.DEVELOPMENT.key.pem","chain":"development/release.DEVELOPMENT.chain.pem"}`
	text := `{"schema":"gosqlite-signing/1","release":` + signer + `,"authenticode":` + signer + `,"apple":` + signer + `}`
	if err := os.WriteFile("signing.json", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, one, other string) {
	t.Helper()
	a, err := os.ReadFile(filepath.FromSlash(one))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.FromSlash(other))
	if err != nil {
		t.Fatal(err)
	}
	if string(a) != string(b) {
		t.Errorf("%s is not %s", one, other)
	}
}
