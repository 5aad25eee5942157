// SPDX-License-Identifier: MIT

package main

import (
	"encoding/pem"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// TestGoCommand lets the go command itself download what was published, from the folder over TLS, with no check switched
// off; then the folder has another go.mod, and it refuses.
func TestGoCommand(t *testing.T) {
	d := newDesk(t)
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
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal("this test needs the go command")
	}
	download := func(version string) (string, error) {
		home, work := t.TempDir(), t.TempDir()
		t.Cleanup(func() { // the go command makes its folders read-only
			filepath.WalkDir(home, func(name string, e fs.DirEntry, _ error) error {
				if e != nil && e.IsDir() {
					return os.Chmod(name, 0o700)
				}
				return nil
			})
		})
		text := "module example.test/user\n\ngo 1.21\n\nrequire github.com/gosqlite/gosqlite " + version + "\n"
		if err := os.WriteFile(filepath.Join(work, "go.mod"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out []byte
		for _, args := range [][]string{{"mod", "download", "github.com/gosqlite/gosqlite"}, {"mod", "verify"}} {
			cmd := exec.CommandContext(t.Context(), tool, args...)
			cmd.Dir = work
			cmd.Env = []string{"HOME=" + home, "GOPATH=" + filepath.Join(home, "go"), "GOCACHE=" + filepath.Join(home, "cache"), "GOENV=off", "PATH=" + os.Getenv("PATH"),
				"GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=-mod=mod", "SSL_CERT_FILE=" + ca, "SSL_CERT_DIR=" + home, "GOPROXY=" + s.URL + "/go", "GOSUMDB=" + gosumdb}
			if out, err = cmd.CombinedOutput(); err != nil {
				return string(out), err
			}
		}
		return string(out), nil
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
