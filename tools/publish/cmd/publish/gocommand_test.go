// SPDX-License-Identifier: MIT

package main

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/manual/page"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// A goUser runs the go command as a user of what was published: over TLS, with no check switched off.
type goUser struct {
	*testing.T
	env []string
}

// serve publishes v1.2.0 and v1.3.0 with a checksum database into the desk's folder, and serves that.
func serve(t *testing.T) (d *desk, at, gosumdb string, u *goUser) {
	t.Helper()
	d = newDesk(t)
	gosumdb, key := d.databaseKey("sumdb.pem")
	d.want(0, "publishing", append(append(d.release("one", "1.2.0", "", specimen.Spoil{}), key...), "--publish")...)
	d.want(0, "publishing", append(append(d.release("two", "1.3.0", "v1.2.0", specimen.Spoil{}), key...), "--publish")...)
	published := http.FileServer(http.Dir(d.in("tree", "current")))
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if version, ok := strings.CutSuffix(path.Base(r.URL.Path), ".info"); ok { // a specimen's says nothing
			fmt.Fprintf(w, `{"Version":%q,"Time":"2026-11-23T00:00:00Z"}`, version)
			return
		}
		published.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	ca := d.put("web.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	return d, s.URL, gosumdb, &goUser{t, []string{"SSL_CERT_FILE=" + ca}}
}

// run runs a program in a folder, with a home and caches that are empty.
func (u *goUser) run(dir string, more []string, args ...string) (string, error) {
	u.Helper()
	home := u.TempDir()
	u.Cleanup(func() { // the go command makes its folders read-only
		filepath.WalkDir(home, func(name string, e fs.DirEntry, _ error) error {
			if e != nil && e.IsDir() {
				return os.Chmod(name, 0o700)
			}
			return nil
		})
	})
	cmd := exec.CommandContext(u.Context(), args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = slices.Concat([]string{"HOME=" + home, "GOPATH=" + filepath.Join(home, "go"), "GOCACHE=" + filepath.Join(home, "cache"), "GOENV=off", "PATH=" + os.Getenv("PATH"),
		"GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=-mod=mod", "SSL_CERT_DIR=" + home}, u.env, more)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// module is a folder with a go.mod.
func (u *goUser) module(require string) string {
	u.Helper()
	dir := u.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.test/user\n\ngo 1.21\n"+require), 0o600); err != nil {
		u.Fatal(err)
	}
	return dir
}

// TestGoCommand lets the go command itself download what was published, from the folder; then the folder has another go.mod,
// and it refuses.
func TestGoCommand(t *testing.T) {
	d, url, gosumdb, u := serve(t)
	download := func(version string) (string, error) {
		dir := u.module("\nrequire github.com/gosqlite/gosqlite " + version + "\n")
		from := []string{"GOPROXY=" + url + "/go", "GOSUMDB=" + gosumdb}
		return u.run(dir, from, "sh", "-c", "go mod download github.com/gosqlite/gosqlite && go mod verify")
	}
	for _, version := range []string{"v1.2.0", "v1.3.0"} {
		if out, err := download(version); err != nil || !strings.Contains(out, "all modules verified") {
			t.Errorf("%s: %v\n%s", version, err, out)
		}
	}
	at := d.in("tree", "current", "go", "github.com", "gosqlite", "gosqlite", "@v")
	other, err := os.ReadFile(filepath.Join(at, "v1.2.0.mod"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(at, "v1.3.0.mod")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, append(other, "// changed\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := download("v1.3.0"); err == nil || !strings.Contains(out, "checksum mismatch") {
		t.Errorf("another go.mod: %v\n%s", err, out)
	}
}

// TestManualGoCommand runs the users' command of docs/publishing.md as it stands there; only host and key are others.
func TestManualGoCommand(t *testing.T) {
	blocks, err := page.Read(manual)
	if err != nil {
		t.Fatal(err)
	}
	blocks = slices.DeleteFunc(blocks, func(b page.Block) bool { return !strings.HasPrefix(b.Text, "GOPROXY=") })
	if len(blocks) != 1 {
		t.Fatalf("%d blocks begin with GOPROXY", len(blocks))
	}
	_, url, gosumdb, u := serve(t)
	follow := func(text string) (string, string, error) {
		dir := u.module("")
		out, err := u.run(dir, nil, "sh", "-euc", strings.NewReplacer("https://get.example.org/", url+"/", "sum.example.org+HASH+KEY", gosumdb).Replace(text))
		mod, wrong := os.ReadFile(filepath.Join(dir, "go.mod"))
		return string(mod), out, errors.Join(err, wrong)
	}
	if mod, out, err := follow(blocks[0].Text); err != nil || !strings.Contains(mod, "require github.com/gosqlite/gosqlite v1.3.0") {
		t.Errorf("%v\n%s\n%s", err, out, mod)
	}
	for _, plant := range [][2]string{{"/go,direct", "/gone"}, {"GOSUMDB=sum.example.org+HASH+KEY", "GOSUMDB=sum.example.org"}, {"go get", "go fetch"}} {
		text := strings.Replace(blocks[0].Text, plant[0], plant[1], 1)
		if mod, out, err := follow(text); err == nil || text == blocks[0].Text {
			t.Errorf("nothing sees %s:\n%s\n%s", text, out, mod)
		}
	}
}
