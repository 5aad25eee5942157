// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestScheduledJob: the job of docs/remediation.md asks the database that is online. It is quiet until a record appears that
// is about the release, and tells of that by its exit code, as of a database that it could not reach.
func TestScheduledJob(t *testing.T) {
	var known atomic.Bool
	database := func(w http.ResponseWriter, r *http.Request) {
		modules := `[{"path":"example.org/dep","vulns":[]}]`
		if known.Load() {
			modules = `[{"path":"example.org/dep","vulns":[{"id":"GO-2026-9001"}]}]`
		}
		text := map[string]string{"/index/db.json": `{"modified":"2026-11-26T00:00:00Z"}`, "/index/modules.json": modules, "/ID/GO-2026-9001.json": goRecord}[r.URL.Path]
		if text == "" {
			http.NotFound(w, r)
			return
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	}
	server := httptest.NewTLSServer(http.HandlerFunc(database))
	defer server.Close()
	release, root, out := t.TempDir(), tree(t), filepath.Join(t.TempDir(), "report")
	put(t, release, map[string]string{"gosqlite_0.1.0_linux_amd64.cdx.json": bill(dep)})
	job := func() (int, string) {
		var stdout, stderr bytes.Buffer
		env := environment{&stdout, &stderr, []string{"PATH=" + t.TempDir()}, server.Client(), os.Executable, time.Now}
		code := run(t.Context(), []string{"--root", root, "--release", release, "--db", server.URL, "--date", "2026-11-27", "--out", out}, env)
		return code, stdout.String() + stderr.String()
	}
	if code, says := job(); code != 0 || !strings.Contains(says, "PASS") {
		t.Errorf("nothing known: exit code %d: %s", code, says)
	}
	known.Store(true)
	if code, says := job(); code != 3 || !strings.Contains(says, "untriaged: GO-2026-9001 in pkg:golang/example.org/dep@v1.0.0") {
		t.Errorf("a record appeared: exit code %d: %s", code, says)
	}
	page, err := os.ReadFile(filepath.Join(out, "scan.html"))
	if err != nil || !bytes.Contains(page, []byte("GO-2026-9001")) {
		t.Errorf("the page does not say so: %v", err)
	}
	server.Close()
	if code, says := job(); code != 1 || !strings.Contains(says, "open database") {
		t.Errorf("no server: exit code %d: %s", code, says)
	}
}
