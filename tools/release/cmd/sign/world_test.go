// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/plugin"
	"github.com/gosqlite/gosqlite/tools/release/sign/secret"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

const passphrase = "correct horse battery staple"

// A session runs commands in a folder of its own.
type session struct {
	t              *testing.T
	stdout, stderr bytes.Buffer
	w              *world
}

func newSession(t *testing.T) *session {
	t.Helper()
	s := &session{t: t}
	s.w = &world{
		stdout: &s.stdout, stderr: &s.stderr, random: rand.Reader, client: http.DefaultClient, env: os.Environ(),
		now:     func() time.Time { return signtest.Now },
		secrets: &secret.Reader{Prompt: func(string) ([]byte, error) { return []byte(passphrase), nil }},
	}
	t.Chdir(t.TempDir())
	t.Cleanup(func() {
		if bytes.Contains(append(s.stdout.Bytes(), s.stderr.Bytes()...), []byte(passphrase)) {
			t.Error("the passphrase was printed")
		}
	})
	return s
}

// run runs a command and returns its exit code. What it printed is in stdout and stderr.
func (s *session) run(args ...string) int {
	s.stdout.Reset()
	s.stderr.Reset()
	return run(context.Background(), args, s.w)
}

// good runs a command that has to succeed.
func (s *session) good(args ...string) {
	s.t.Helper()
	if code := s.run(args...); code != 0 {
		s.t.Fatalf("sign %q: exit code %d: %s", args, code, &s.stderr)
	}
}

// The test program is the plug-in for PKCS #11 when it is called so: keys lie in files, in the folder of storeVariable.
const storeVariable = "GOSQLITE_TEST_STORE"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != plugin.ProgramPrefix+"pkcs11" {
		os.Exit(m.Run())
	}
	if err := plugin.Serve(os.Stdin, os.Stdout, files(os.Getenv(storeVariable))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// files is a store of keys in a folder.
type files string

func (f files) name(key string) string {
	return filepath.Join(string(f), fmt.Sprintf("%x", sha256.Sum256([]byte(key))))
}

func (f files) Open(key string, secret []byte) (crypto.Signer, error) {
	if string(secret) != passphrase {
		return nil, errors.New("wrong PIN")
	}
	der, err := os.ReadFile(f.name(key))
	if err != nil {
		return nil, errors.New("no such key")
	}
	return x509.ParseECPrivateKey(der)
}

func (f files) Make(key string, secret []byte) (crypto.Signer, error) {
	if _, err := os.Stat(f.name(key)); err == nil {
		return nil, errors.New("there already")
	}
	made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(made)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(f.name(key), der, 0o600); err != nil {
		return nil, err
	}
	return f.Open(key, secret)
}

// withPlugin puts the plug-in into the PATH.
func withPlugin(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, plugin.ProgramPrefix+"pkcs11")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv(storeVariable, t.TempDir())
}
