// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/pkcs8"
	"github.com/gosqlite/gosqlite/tools/release/sign/ring"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

func TestTable(t *testing.T) {
	s := newSession(t)
	for _, help := range []string{"help", "--help", "-h"} {
		s.good(help)
		for _, c := range commands {
			if !strings.Contains(s.stdout.String(), c.name) {
				t.Errorf("%s does not tell %s", help, c.name)
			}
		}
	}
	for _, c := range commands {
		s.good(append(strings.Fields(c.name), "--help")...)
		if !strings.HasPrefix(s.stdout.String(), "usage: sign "+c.name+" ") {
			t.Errorf("the usage of %s begins with %.40q", c.name, &s.stdout)
		}
	}
	for _, args := range [][]string{nil, {"sing"}, {"key"}, {"key", "eat"}} {
		if code := s.run(args...); code != 2 || s.stderr.Len() == 0 {
			t.Errorf("sign %q: exit code %d", args, code)
		}
	}
}

// Wrong flags, files and secrets: one sentence that names the thing, the exit code, and nothing half-written.
func TestRefuses(t *testing.T) {
	payload := signtest.Payload(t)
	s := newSession(t)
	s.good("dev-ca", "--out", "ca")
	keyFile, chain := "ca/release.DEVELOPMENT.key.pem", "ca/release.DEVELOPMENT.chain.pem"
	write := func(name, text string) string {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	release := func(more ...string) []string {
		return append([]string{"release", "--payload", payload, "--out", "dist"}, more...)
	}
	for _, test := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no payload", []string{"release", "--out", "dist", "--key", keyFile}, 2, "--payload"},
		{"no key", release(), 2, "key is needed"},
		{"unknown flag", release("--passphrase", "x"), 2, "passphrase"},
		{"missing key", release("--key", "none.pem"), 1, "none.pem"},
		{"key that is none", release("--key", "ca/root.DEVELOPMENT.pem"), 1, "ENCRYPTED PRIVATE KEY"},
		{"missing chain", release("--key", keyFile, "--chain", "none.pem"), 1, "none.pem"},
		{"chain of another", release("--key", keyFile, "--chain", "ca/timestamps.DEVELOPMENT.chain.pem"), 1, "another key"},
		{"secret in the open", release("--key", keyFile, "--secret", "hunter2"), 2, "secret source"},
		{"secret that others read", release("--key", keyFile, "--secret", "file:"+write("open", "x")), 1, "chmod 600"},
		{"PIN in the name", release("--key", "pkcs11:object=a?pin-value=1234"), 2, "pin-value"},
		{"no plug-in", release("--key", "nokind:a"), 1, "gosqlite-sign-nokind"},
		{"half an authority", release("--key", keyFile, "--tsa", "http://127.0.0.1:1/"), 2, "--tsa-roots"},
		{"no such authority", release("--key", keyFile, "--tsa", "http://127.0.0.1:1/", "--tsa-roots", chain), 1, "127.0.0.1:1"},
		{"authority without http", release("--key", keyFile, "--tsa", "ftp://x/", "--tsa-roots", chain), 1, "ftp://x/"},
		{"tag without git", release("--key", keyFile, "--tag", "v1.2.3"), 2, "--git"},
		{"tag of no clone", []string{"tag", "--tag", "v1.2.3", "--key", keyFile}, 2, "--git"},
		{"no tag", []string{"tag", "--git", ".", "--key", keyFile}, 2, "--tag"},
		{"config", release("--config", write("c1", "{}")), 1, "c1"},
		{"config with more", release("--config", write("c2", `{"schema":"gosqlite-signing/1","release":{"key":"k","pin":"1"}}`)), 1, "pin"},
		{"config after config", release("--config", write("c3", `{"schema":"gosqlite-signing/1","release":{"key":"k"}} {}`)), 1, "c3"},
		{"log without http", release("--config", write("c4", logConfig("ftp://x", chain))), 1, "ftp://x"},
		{"log without a key", release("--config", write("c5", logConfig("http://127.0.0.1:1", chain))), 1, "PUBLIC KEY"},
		{"chain without a key", release("--config", write("c6", `{"schema":"gosqlite-signing/1","release":{"key":"k"}}`), "--chain", chain), 2, "--key"},
		{"statement of another name", []string{"statement", "--in", write("s.json", "{}"), "--key", keyFile}, 2, ".intoto.json"},
		{"statement that is none", []string{"statement", "--in", write("s.intoto.json", "{}\n"), "--key", keyFile}, 3, "Statement v1"},
		{"payload that is none", []string{"release", "--payload", "ca", "--out", "dist", "--key", keyFile}, 3, "manifest.json"},
		{"payload that is not there", []string{"release", "--payload", "none", "--out", "dist", "--key", keyFile}, 1, "read payload: open none"},
		{"request without a name", []string{"csr", "--key", keyFile, "--out", "dist"}, 2, "common name"},
		{"request without an alternative", []string{"csr", "--key", keyFile, "--out", "dist", "--common-name", "x"}, 2, "URI"},
		{"CA over something", []string{"dev-ca", "--out", "ca"}, 1, "ca"},
		{"CA for years", []string{"dev-ca", "--out", "dist", "--days", "1000"}, 2, "--days"},
		{"CA for a missing key", []string{"dev-ca", "--out", "dist", "--key", "none.pem"}, 1, "none.pem"},
		{"authority for all", []string{"dev-tsa", "--ca", "ca", "--listen", "0.0.0.0:0"}, 2, "loopback"},
		{"key over a key", []string{"key", "make", "--ring", "dist", "--key", keyFile, "--until", "2028-01-01T00:00:00Z"}, 1, keyFile},
		{"key without an end", []string{"key", "make", "--ring", "dist", "--key", "new.pem"}, 2, "--until"},
		{"key that ended", []string{"key", "make", "--ring", "dist", "--key", "new.pem", "--until", "2020-01-01T00:00:00Z"}, 2, "--until"},
		{"ring that is none", []string{"key", "show", "--ring", chain}, 1, "read keys"},
		{"attach nothing", []string{"attach", "--archive", filepath.Join(payload, signtest.Windows), "--signatures", "ca", "--out", "dist"}, 1, "attach to"},
		{"attach to no archive", []string{"attach", "--archive", chain, "--signatures", "ca", "--out", "dist"}, 2, "neither .tar.gz nor .zip"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code := s.run(test.args...)
			if code != test.code || !strings.Contains(s.stderr.String(), test.want) {
				t.Errorf("exit code %d, want %d; stderr: %s", code, test.code, &s.stderr)
			}
			if strings.Contains(s.stderr.String(), "hunter2") {
				t.Errorf("the secret is repeated: %s", &s.stderr)
			}
			if lines := strings.Count(s.stderr.String(), "\n"); lines > 2 {
				t.Errorf("%d lines of error: %s", lines, &s.stderr)
			}
			for _, left := range []string{"dist", "new.pem"} {
				if _, err := os.Lstat(left); err == nil {
					t.Errorf("%s was left behind", left)
				}
			}
		})
	}
}

func logConfig(url, key string) string {
	return `{"schema":"gosqlite-signing/1","release":{"key":"k"},"logs":[{"url":"` + url + `","key":"` + key + `"}]}`
}

// One descriptor holds the passphrase of both keys of a development CA.
func TestDescriptor(t *testing.T) {
	s := newSession(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	fd, err := syscall.Dup(int(r.Fd())) // the program closes it
	if err != nil {
		t.Fatal(err)
	}
	w.WriteString(passphrase + "\n")
	w.Close()
	s.good("dev-ca", "--out", "ca", "--secret", "fd:"+strconv.Itoa(fd))
	for _, name := range []string{"release", "timestamps"} {
		text, err := os.ReadFile("ca/" + name + ".DEVELOPMENT.key.pem")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pkcs8.Parse(text, []byte(passphrase)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A whole release by the development CA's authority: a timestamp in each bundle.
func TestTimestamps(t *testing.T) {
	payload := signtest.Payload(t)
	s := newSession(t)
	s.good("dev-ca", "--out", "ca")
	ctx, stop := context.WithCancel(context.Background())
	addresses, printed := io.Pipe()
	tsa := *s.w
	tsa.stdout, tsa.stderr = printed, io.Discard
	ended := make(chan int)
	go func() { ended <- run(ctx, []string{"dev-tsa", "--ca", "ca"}, &tsa) }()
	address := make([]byte, 100)
	n, err := addresses.Read(address)
	if err != nil {
		t.Fatal(err)
	}
	s.good("release", "--payload", payload, "--out", "dist", "--key", "ca/release.DEVELOPMENT.key.pem",
		"--chain", "ca/release.DEVELOPMENT.chain.pem", "--tsa", strings.TrimSpace(string(address[:n])), "--tsa-roots", "ca/root.DEVELOPMENT.pem")
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("the authority ended with exit code %d", code)
	}
	bundles, err := filepath.Glob("dist/*.DEVELOPMENT.sigstore.json")
	if err != nil || len(bundles) != 6 {
		t.Fatalf("bundles %v, %v", bundles, err)
	}
	for _, name := range bundles {
		text, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(text, []byte(`"rfc3161Timestamps":[{"signedTimestamp":"`)) {
			t.Errorf("%s has no timestamp: %v", name, err)
		}
	}
}

// A thief can't revoke the other key with the stolen one, nor undo a revocation.
func TestRevocation(t *testing.T) {
	s := newSession(t)
	until := []string{"--until", "2028-01-01T00:00:00Z"}
	s.good(append([]string{"key", "make", "--ring", "keys.json", "--key", "1.pem"}, until...)...)
	s.good(append([]string{"key", "rotate", "--ring", "keys.json", "--key", "1.pem", "--new-key", "2.pem"}, until...)...)
	hints := func() []string {
		text, err := os.ReadFile("keys.json")
		if err != nil {
			t.Fatal(err)
		}
		var r ring.Ring
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		return []string{r.Keys[0].Hint, r.Keys[1].Hint}
	}()
	revoke := func(hint, by string) int {
		return s.run("key", "revoke", "--ring", "keys.json", "--hint", hint, "--at", "2026-11-26T12:00:00Z", "--reason", "stolen", "--key", by)
	}
	if code := revoke(hints[0], "1.pem"); code != 2 || !strings.Contains(s.stderr.String(), hints[1]) {
		t.Errorf("a key revoked itself: exit code %d, %s", code, &s.stderr)
	}
	if code := revoke(hints[0], "2.pem"); code != 0 {
		t.Fatalf("exit code %d: %s", code, &s.stderr)
	}
	if !strings.Contains(s.stdout.String(), `"stolen"`) {
		t.Errorf("the table does not tell: %s", &s.stdout)
	}
	if code := revoke(hints[1], "1.pem"); code != 3 {
		t.Errorf("a revoked key revoked another: exit code %d, %s", code, &s.stderr)
	}
	if code := s.run(append([]string{"key", "rotate", "--ring", "keys.json", "--key", "1.pem", "--new-key", "3.pem"}, until...)...); code != 3 {
		t.Errorf("a revoked key announced another: exit code %d, %s", code, &s.stderr)
	}
	if _, err := os.Lstat("3.pem"); err == nil {
		t.Error("a key was made though the command was refused")
	}
	s.w.now = func() time.Time { return signtest.Now.AddDate(0, 2, 0) }
	if code := revoke(hints[1], "2.pem"); code != 0 {
		t.Errorf("the last key can't revoke itself: exit code %d, %s", code, &s.stderr)
	}
}

// TestUnsignedRing: what nobody signed gets no key's signature by the next change.
func TestUnsignedRing(t *testing.T) {
	s := newSession(t)
	until := []string{"--until", "2028-01-01T00:00:00Z"}
	s.good(append([]string{"key", "make", "--ring", "keys.json", "--key", "1.pem"}, until...)...)
	s.good(append([]string{"key", "rotate", "--ring", "keys.json", "--key", "1.pem", "--new-key", "2.pem"}, until...)...)
	s.good(append([]string{"key", "make", "--ring", "other.json", "--key", "thief.pem"}, until...)...)
	read := func(name string) (string, *ring.Ring) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := ring.Parse(text)
		return string(text), r
	}
	put := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	good, list := read("keys.json")
	signature, _ := read("keys.json.sigstore.json")
	_, thief := read("other.json")
	first := list.Keys[0].Hint
	list.Keys, list.Serial = append(list.Keys, thief.Keys[0]), list.Serial+1
	changed, err := list.Encode()
	if err != nil {
		t.Fatal(err)
	}
	thieves, err := (&bundle.Writer{Identity: &identity.Identity{Key: openKey(t, "thief.pem")}}).Message(t.Context(), sha256.Sum256(changed))
	if err != nil {
		t.Fatal(err)
	}
	refused := func(name string) {
		t.Helper()
		before, _ := read("keys.json")
		for _, args := range [][]string{
			append([]string{"key", "rotate", "--ring", "keys.json", "--key", "2.pem", "--new-key", "3.pem"}, until...),
			{"key", "revoke", "--ring", "keys.json", "--hint", first, "--at", "2026-11-26T12:00:00Z", "--reason", "x", "--key", "2.pem"},
		} {
			if code := s.run(args...); code != 3 || !strings.Contains(s.stderr.String(), "check the list of keys") {
				t.Errorf("%s: %q: exit code %d: %s", name, args, code, &s.stderr)
			}
		}
		after, _ := read("keys.json")
		if _, err := os.Lstat("3.pem"); err == nil || after != before {
			t.Errorf("%s: a key was made, or the list changed", name)
		}
	}
	put("keys.json", string(changed))
	refused("a key more")
	put("keys.json.sigstore.json", string(thieves))
	refused("a key more, that signs itself")
	put("keys.json", good)
	if err := os.Remove("keys.json.sigstore.json"); err != nil {
		t.Fatal(err)
	}
	refused("no signature")
	put("keys.json.sigstore.json", signature)
	s.good(append([]string{"key", "rotate", "--ring", "keys.json", "--key", "2.pem", "--new-key", "3.pem"}, until...)...)
}

func openKey(t *testing.T, name string) crypto.Signer {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	k, err := pkcs8.Parse(text, []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	return k
}
