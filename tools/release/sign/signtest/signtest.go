// SPDX-License-Identifier: MIT

// Package signtest has what tests of signing sign: a small payload, programs, keys and certificates, all made when the
// test runs.
package signtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/archive"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
	"github.com/gosqlite/gosqlite/tools/release/sign/devca"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
)

// Now is the time at which tests sign. It is a whole second.
var Now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// ReleaseTime is the date of the payload.
var ReleaseTime = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// Names in the payload.
const (
	Version = "1.2.3"
	Linux   = "gosqlite_1.2.3_linux_amd64.tar.gz"
	Windows = "gosqlite_1.2.3_windows_amd64.zip"
	Darwin  = "gosqlite_1.2.3_darwin_arm64.tar.gz"
	Debug   = "gosqlite_1.2.3_linux_amd64_debug.tar.gz"
	SBOM    = "gosqlite_1.2.3_linux_amd64.cdx.json"
	Notes   = "notes.md"
)

// Key is a new key on P-256.
func Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// CA is a development CA that is valid around Now.
func CA(t testing.TB) *devca.Authority {
	t.Helper()
	ca, err := devca.New(rand.Reader, Now.Add(-time.Hour), Now.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// Certified is an identity with a certificate of the CA.
func Certified(t testing.TB, ca *devca.Authority) *identity.Identity {
	t.Helper()
	key := Key(t)
	chain, err := ca.CodeSigner(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return &identity.Identity{Key: key, Chain: chain}
}

// Roots is a pool of one certificate.
func Roots(c *x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return pool
}

// Archive is a release archive with a program.
func Archive(t testing.TB, name, program string, contents []byte) []byte {
	t.Helper()
	a := &archive.Archive{}
	for path, contents := range map[string][]byte{"LICENSE": []byte("MIT\n"), "bin/" + program: contents} {
		if err := a.Add(path, archive.Bytes(contents)); err != nil {
			t.Fatal(err)
		}
	}
	a.SetTime(ReleaseTime)
	a.AddPrefix("gosqlite_1.2.3")
	var b bytes.Buffer
	write := a.WriteTarGzip
	if filepath.Ext(name) == ".zip" {
		write = a.WriteZip
	}
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Files are the files of the payload.
func Files(t testing.TB) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		Linux:   Archive(t, Linux, "gosqlite", []byte("\x7fELF and more")),
		Debug:   Archive(t, Debug, "gosqlite", []byte("\x7fELF and symbols")),
		Windows: Archive(t, Windows, "gosqlite.exe", PE("windows")),
		Darwin:  Archive(t, Darwin, "gosqlite", MachO("darwin", "gosqlite")),
		SBOM:    []byte(`{"bomFormat":"CycloneDX","specVersion":"1.7","version":1}` + "\n"),
		Notes:   []byte("# Notes\n"),
	}
}

// kinds are what the manifest says of the files.
var kinds = map[string]manifest.File{
	Linux:   {Kind: manifest.Archive, Platform: "linux_amd64"},
	Debug:   {Kind: manifest.Debug, Platform: "linux_amd64"},
	Windows: {Kind: manifest.Archive, Platform: "windows_amd64"},
	Darwin:  {Kind: manifest.Archive, Platform: "darwin_arm64"},
	SBOM:    {Kind: manifest.SBOM, Platform: "linux_amd64"},
	Notes:   {Kind: manifest.Notes},
}

// Source is the tree that the payload claims to be made from.
var Source = map[string]string{"go.mod": "module m\n", "cmd/main.go": "package main\n"}

// Payload makes a payload in a new folder and returns its name.
func Payload(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "payload")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m := &manifest.Manifest{Version: Version, Time: ReleaseTime}
	for name, contents := range Files(t) {
		f := kinds[name]
		f.Name, f.Size, f.SHA256 = name, int64(len(contents)), sha256.Sum256(contents)
		m.Files = append(m.Files, f)
		write(name, contents)
	}
	text, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sums, err := m.EncodeSums(text)
	if err != nil {
		t.Fatal(err)
	}
	write(manifest.FileName, text)
	write(manifest.SumsName, sums)
	write(provenance.FileName, statement(t, m))
	return dir
}

func statement(t testing.TB, m *manifest.Manifest) []byte {
	t.Helper()
	files := map[string][32]byte{}
	for name, text := range Source {
		files[name] = sha256.Sum256([]byte(text))
	}
	source, err := provenance.Source(files)
	if err != nil {
		t.Fatal(err)
	}
	s, err := provenance.New(m, "//:release_all", []provenance.Resource{source})
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
