// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/manual/page"
)

// manual is the one command of a page that begins so behind this program, with what only the reader knows in its place.
func manual(t *testing.T, name, begins string, own ...string) []string {
	t.Helper()
	blocks, err := page.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	all, err := page.Of(blocks, "", "sh")
	if err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(c page.Command) bool {
		return !strings.HasPrefix(c.Text, "./bazelw run //tools/scan/cmd/scan -- "+begins)
	})
	if len(all) != 1 {
		t.Fatalf("%s has %d commands %s", name, len(all), begins)
	}
	words := all[0].Words[4:]
	for i := range words {
		words[i] = strings.NewReplacer(own...).Replace(words[i])
	}
	return words
}

// TestManualAdvisory: the command of docs/advisories/README.md makes the feed of what lies there.
func TestManualAdvisory(t *testing.T) {
	args := manual(t, "../../../../docs/advisories/README.md", "advisory ", "DIR", "feed")
	source, err := os.ReadFile("../../advisory/testdata/drill/x_GOSQLITE-0000-0001.json")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	put(t, ".", map[string]string{"docs/advisories/x_GOSQLITE-0000-0001.json": string(source), "docs/advisories/README.md": "a page"})
	if code, _, stderr := call(t, args...); code != 0 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if _, err := os.Stat("feed/osv/x_GOSQLITE-0000-0001.json"); err != nil {
		t.Error(err)
	}
	// Plant: another folder, in which nothing lies.
	args[slices.Index(args, "docs/advisories")] = "docs"
	if code, _, stderr := call(t, args...); code == 0 {
		t.Errorf("a folder without advisories: %s", stderr)
	}
}

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
	args := manual(t, "../../../../docs/remediation.md", "--release ", "DIR", release, "https://vuln.go.dev", server.URL, "$(date -u +%F)", "2026-11-27", "report", out)
	job := func(more ...string) (int, string) {
		var stdout, stderr bytes.Buffer
		env := environment{&stdout, &stderr, []string{"PATH=" + t.TempDir()}, server.Client(), os.Executable, time.Now}
		code := run(t.Context(), slices.Concat([]string{"--root", root}, args, more), env)
		return code, stdout.String() + stderr.String()
	}
	if code, says := job(); code != 0 || !strings.Contains(says, "PASS") {
		t.Errorf("nothing known: exit code %d: %s", code, says)
	}
	// Plant: a flag that the program does not have.
	if code, says := job("--database", "x"); code != 2 {
		t.Errorf("a wrong flag: exit code %d: %s", code, says)
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
