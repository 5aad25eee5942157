// SPDX-License-Identifier: MIT

package sumdb

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// These tests ask the go command itself, over TLS on loopback, with no check of it switched off.

const modulePath = "example.test/mod"

// A memFile is a file of a module that is packed.
type memFile struct{ name, text string }

func (f memFile) Path() string                 { return f.name }
func (f memFile) Lstat() (fs.FileInfo, error)  { return f, nil }
func (f memFile) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(f.text)), nil }
func (f memFile) Name() string                 { return filepath.Base(f.name) }
func (f memFile) Size() int64                  { return int64(len(f.text)) }
func (f memFile) Mode() fs.FileMode            { return 0o644 }
func (f memFile) ModTime() time.Time           { return time.Time{} }
func (f memFile) IsDir() bool                  { return false }
func (f memFile) Sys() any                     { return nil }

// A proxy is a GOPROXY with the database in it, served over TLS.
type proxy struct {
	*keeper
	*httptest.Server
	served files // by path; the database below sumdb/NAME
	ca     string
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{keeper: newKeeper(t), served: files{}}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/")
		text, there := p.served[path]
		if !there {
			text, there = p.files[strings.TrimPrefix(strings.TrimPrefix(path, "direct/"), "sumdb/sum.example.test/db/")]
		}
		if !there {
			w.WriteHeader(http.StatusNotFound)
		}
		w.Write(text)
	}))
	t.Cleanup(p.Server.Close)
	p.ca = filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw})
	if err := os.WriteFile(p.ca, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// pack makes the module's files of a version, as a proxy serves them, and returns the zip file.
func (p *proxy) pack(version, code string) (zipFile string, mod []byte) {
	p.Helper()
	mod = []byte("module " + modulePath + "\n\ngo 1.21\n")
	m := module.Version{Path: modulePath, Version: version}
	var b bytes.Buffer
	if err := modzip.Create(&b, m, []modzip.File{memFile{"go.mod", string(mod)}, memFile{"mod.go", "package mod\n" + code}}); err != nil {
		p.Fatal(err)
	}
	zipFile = filepath.Join(p.TempDir(), version+".zip")
	if err := os.WriteFile(zipFile, b.Bytes(), 0o600); err != nil {
		p.Fatal(err)
	}
	at := modulePath + "/@v/" + version
	p.served[at+".zip"], p.served[at+".mod"] = b.Bytes(), mod
	p.served[at+".info"] = fmt.Appendf(nil, `{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, version)
	p.served[modulePath+"/@v/list"] = append(p.served[modulePath+"/@v/list"], version+"\n"...)
	return zipFile, mod
}

// publish packs and records.
func (p *proxy) publish(version string) {
	p.Helper()
	zipFile, mod := p.pack(version, "")
	records, err := OfModule(modulePath, version, zipFile, mod)
	if err != nil {
		p.Fatal(err)
	}
	p.add(records...)
}

// A user has a cache of modules, and remembers heads.
type user struct {
	*proxy
	home string
	url  string // explicit address of the database; empty for the one at the proxy
}

func (p *proxy) user() *user {
	p.Helper()
	home := p.TempDir()
	p.Cleanup(func() { // read-only folders, unless -modcacherw
		filepath.WalkDir(home, func(name string, d fs.DirEntry, _ error) error {
			if d != nil && d.IsDir() {
				os.Chmod(name, 0o700)
			}
			return nil
		})
	})
	return &user{proxy: p, home: home}
}

// work is a fresh module of the user's.
func (u *user) work(version string) string {
	u.Helper()
	dir := u.TempDir()
	text := "module example.test/user\n\ngo 1.21\n\nrequire " + modulePath + " " + version + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600); err != nil {
		u.Fatal(err)
	}
	return dir
}

// run runs the go command as the user.
func (u *user) run(dir string, args ...string) (string, error) {
	u.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		u.Fatal("this test needs the go command")
	}
	key, err := VerifierKey(u.known.Name(), u.public)
	if err != nil {
		u.Fatal(err)
	}
	cmd := exec.CommandContext(u.Context(), tool, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + u.home, "GOPATH=" + filepath.Join(u.home, "go"), "GOCACHE=" + filepath.Join(u.home, "cache"), "GOENV=off",
		"PATH=" + os.Getenv("PATH"), "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=-mod=mod", "SSL_CERT_FILE=" + u.ca, "SSL_CERT_DIR=" + u.home,
		"GOPROXY=" + u.URL, "GOSUMDB=" + strings.TrimSpace(key+" "+u.url)}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (u *user) must(dir string, args ...string) {
	u.Helper()
	if out, err := u.run(dir, args...); err != nil {
		u.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (u *user) refused(words, dir string, args ...string) {
	u.Helper()
	if out, err := u.run(dir, args...); err == nil || !strings.Contains(out, words) {
		u.Errorf("go %s: %v, want %q:\n%s", strings.Join(args, " "), err, words, out)
	}
}

// TestGoCommand downloads and verifies, with the database at the proxy and by its address.
func TestGoCommand(t *testing.T) {
	p := newProxy(t)
	p.publish("v1.0.0")
	one := p.user()
	dir := one.work("v1.0.0")
	one.must(dir, "mod", "download", modulePath)
	one.must(dir, "mod", "verify")
	sum, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil || !strings.Contains(string(sum), modulePath+" v1.0.0 h1:") {
		t.Errorf("go.sum %q, %v", sum, err)
	}
	p.publish("v1.1.0")
	one.must(one.work("v1.1.0"), "mod", "download", modulePath)
	two := p.user()
	two.url = p.URL + "/direct"
	dir = two.work("v1.0.0")
	two.must(dir, "mod", "download", modulePath)
	two.must(dir, "mod", "verify")
	if _, err := os.Stat(filepath.Join(two.home, "go/pkg/sumdb/sum.example.test/db/latest")); err != nil {
		t.Errorf("the go command did not ask the database: %v", err)
	}
}

// TestGoRefuses spoils what is served; the go command refuses each, and takes the right one afterwards.
func TestGoRefuses(t *testing.T) {
	for name, plant := range map[string]struct {
		spoil func(p *proxy)
		words string
	}{
		"another zip": {func(p *proxy) { p.pack("v1.0.0", "var evil int\n") }, "checksum mismatch"},
		"another go.mod": {func(p *proxy) {
			p.served[modulePath+"/@v/v1.0.0.mod"] = []byte("module " + modulePath + "\n\ngo 1.20\n")
		}, "checksum mismatch"},
		"an unrecorded version": {func(p *proxy) { delete(p.files, "lookup/"+modulePath+"@v1.0.0") }, "404"},
		"a record that was changed": {func(p *proxy) {
			zipFile, mod := p.pack("v1.0.0", "var evil int\n")
			records, err := OfModule(modulePath, "v1.0.0", zipFile, mod)
			if err != nil {
				p.Fatal(err)
			}
			path := "lookup/" + modulePath + "@v1.0.0"
			_, rest, _ := bytes.Cut(p.files[path], []byte("\n\n"))
			p.files[path] = append([]byte("0\n"+string(records[0].text())+"\n"), rest...)
		}, "cannot authenticate record data"},
		"a tile that was changed": {func(p *proxy) {
			for path := range p.files {
				if strings.HasPrefix(path, "tile/8/0/") {
					text := bytes.Clone(p.files[path])
					text[5] ^= 1
					p.files[path] = text
				}
			}
		}, "inconsistent tile"},
		"another key": {func(p *proxy) {
			stranger := newKeeper(p.T)
			stranger.add(p.open().Records()...)
			p.files = stranger.files
		}, "no verifiable signatures"},
		"no database": {func(p *proxy) { clear(p.files) }, "sum.example.test"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProxy(t)
			p.publish("v1.0.0")
			served, right := maps.Clone(p.served), maps.Clone(p.files)
			plant.spoil(p)
			u := p.user()
			dir := u.work("v1.0.0")
			u.refused(plant.words, dir, "mod", "download", modulePath)
			if _, err := os.Stat(filepath.Join(u.home, "go/pkg/mod", modulePath+"@v1.0.0")); err == nil {
				t.Error("it was unpacked")
			}
			p.served, p.files = served, right
			v := p.user()
			v.must(v.work("v1.0.0"), "mod", "download", modulePath)
		})
	}
}

// TestGoRemembers shows another history to a user who has seen the first one: the go command calls it a security error. A
// history that is only shorter lacks what the user asks for.
func TestGoRemembers(t *testing.T) {
	p := newProxy(t)
	p.publish("v1.0.0")
	one := maps.Clone(p.files)
	p.publish("v1.1.0")
	u := p.user()
	u.must(u.work("v1.1.0"), "mod", "download", modulePath)

	whole := p.files
	p.files = one
	u.refused("404", u.work("v1.2.0"), "mod", "download", modulePath)

	zipFile, mod := p.pack("v1.2.0", "var evil int\n")
	records, err := OfModule(modulePath, "v1.2.0", zipFile, mod)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Open(one.read, p.known)
	if err != nil {
		t.Fatal(err)
	}
	_, fork, err := back.Append(append(records, record(1), record(2)), p.signer)
	if err != nil {
		t.Fatal(err)
	}
	p.files = maps.Clone(one)
	for _, f := range fork {
		p.files[f.Path] = f.Text
	}
	u.refused("SECURITY ERROR", u.work("v1.2.0"), "mod", "download", modulePath)
	p.files = whole
	u.must(u.work("v1.0.0"), "mod", "download", modulePath)
}
