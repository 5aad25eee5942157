// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
)

// manual is the page whose commands are executed, from this folder.
const manual = "../../../../docs/fetching.md"

// TestManual executes each command of the page, in its order. Only the hosts are others, and a release appears in between.
func TestManual(t *testing.T) {
	d := newSignedDesk(t)
	text, err := os.ReadFile(manual)
	d.must(err)
	registry := ocitest.NewServer(t)
	last := 1
	publish := func() { // the next version
		last++
		d.push(registry, d.publish(fmt.Sprintf("1.%d.0", last)))
	}
	publish()
	d.put("root.json", d.Read("1.root.json"), 0o644)
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.FileServer(http.Dir(d.in("site", "current"))).ServeHTTP(w, r)
	}))
	defer site.Close()
	d.fromRegistry(registry) // writes login.json
	ca := d.authority(site)  // both servers have the certificate of package httptest
	t.Chdir(d.dir)
	executed := map[string]bool{}
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			line = strings.NewReplacer("https://releases.example.org", site.URL, "oci://registry.example.org", "oci://"+registry.Host(), "DIGEST", sum(d.Read("1.root.json"))).Replace(line)
			words := strings.Fields(line)
			if len(words) < 2 || words[0] != "gosqlite-fetch" {
				t.Fatalf("%q is no command of this program", line)
			}
			for _, c := range commands {
				executed[c.name] = executed[c.name] || strings.HasPrefix(strings.Join(words[1:], " "), c.name+" ")
			}
			if strings.Contains(line, "://127") || words[1] == "update" {
				words = append(words, "--ca", ca)
			}
			d.want(0, "", words[1:]...)
			if words[1] == "install" {
				publish()
			}
		}
	}
	for _, c := range commands {
		if !executed[c.name] {
			t.Errorf("the page has no command %s", c.name)
		}
	}
	for _, name := range []string{"gosqlite/current/bin/gosqlite", "gosqlite/current/release/manifest.json", "mirror/current/go", "offline/current",
		"signed/tuf/timestamp.json", "signed-mirror/current/tuf/metadata/1.root.json", "signed-offline/current"} {
		if _, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
}
