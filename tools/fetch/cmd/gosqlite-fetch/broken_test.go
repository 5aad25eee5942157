// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// dying sends so many bytes of a file, all that were asked for from then on, and breaks off.
func dying(d *desk, bytes int, ranges bool, asked *[]string) twist {
	text, err := os.ReadFile(d.in("site", "current", "releases", "v1.3.0", archiveName))
	d.must(err)
	return ends(archiveName, func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.Header.Get("Range"))
		from := 0
		if ranges {
			fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(text)-from))
		if from > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(text)-1, len(text)))
			w.WriteHeader(http.StatusPartialContent)
		}
		w.Write(text[from:min(len(text), from+bytes)])
		if from+bytes < len(text) {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	})
}

// TestResume: a server that dies in the middle is asked for the rest, in the same run and in the next.
func TestResume(t *testing.T) {
	t.Parallel()
	t.Run("in one run", func(t *testing.T) {
		d := upgrade(t)
		var asked []string
		d.want(0, "v1.3.0", "update", "--to", d.in("root"), "--from", d.serve("site", dying(d, 100, true, &asked)).URL)
		if len(asked) < 3 || asked[0] != "" || asked[1] != "bytes=100-" || asked[2] != "bytes=200-" {
			t.Errorf("asked for %q", asked)
		}
	})
	t.Run("in the next run", func(t *testing.T) {
		d := upgrade(t)
		wait := d.world.wait
		d.world.wait = func(context.Context, int) error { return fmt.Errorf("the user has no time") }
		var asked []string
		update := []string{"update", "--to", d.in("root"), "--from", d.serve("site", dying(d, 100, true, &asked)).URL}
		d.want(1, "no time", update...)
		d.wantInUse("v1.2.0")
		d.world.wait = wait
		d.want(0, "v1.3.0", update...)
		if asked[1] != "bytes=100-" {
			t.Errorf("asked for %q", asked)
		}
	})
	t.Run("ranges are not read", func(t *testing.T) {
		d := upgrade(t)
		bytes := 100
		var asked []string
		s := d.serve("site", func(w http.ResponseWriter, r *http.Request) bool {
			if len(asked) > 1 {
				bytes = 1 << 20
			}
			return dying(d, bytes, false, &asked)(w, r)
		})
		d.want(0, "v1.3.0", "update", "--to", d.in("root"), "--from", s.URL)
		if len(asked) != 3 || asked[1] != "bytes=100-" {
			t.Errorf("asked for %q", asked)
		}
	})
	t.Run("a part that is damaged", func(t *testing.T) {
		d := upgrade(t)
		var index struct {
			Files []struct{ Path, SHA256 string }
		}
		text, err := os.ReadFile(d.in("site", "current", "index.json"))
		d.must(err)
		d.must(json.Unmarshal(text, &index))
		for _, f := range index.Files {
			if strings.HasSuffix(f.Path, archiveName) {
				d.put("root/staging/parts/"+f.SHA256, []byte("other bytes"), 0o644)
			}
		}
		d.want(0, "v1.3.0", "update", "--to", d.in("root"), "--from", d.serve("site", nil).URL)
	})
}

// TestBroken: a server that does not answer in the end is a failure, and what was in use stays.
func TestBroken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		twist func(d *desk) twist
		words string
	}{
		"cut off": {func(d *desk) twist {
			text, err := os.ReadFile(d.in("site", "current", "releases", "v1.3.0", archiveName))
			d.must(err)
			return ends(archiveName, func(w http.ResponseWriter, _ *http.Request) { w.Write(text[:len(text)-1]) })
		}, "run again to go on"},
		"silent": {func(*desk) twist {
			return ends(archiveName, func(w http.ResponseWriter, r *http.Request) {
				w.Write([]byte("x"))
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			})
		}, "sent nothing for"},
		"gone": {func(*desk) twist {
			return ends(archiveName, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
		}, "does not have it"},
		"ill": {func(*desk) twist {
			return ends("", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
		}, "500"},
		"no index": {func(*desk) twist {
			return ends("index.json", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
		}, "does not have it"},
	} {
		d := upgrade(t)
		if name == "silent" {
			d.world.stall = 200 * time.Millisecond
		}
		update := []string{"update", "--to", d.in("root"), "--from"}
		d.want(1, test.words, append(update, d.serve("site", test.twist(d)).URL)...)
		d.wantInUse("v1.2.0")
		d.world.stall = time.Minute
		if d.want(0, "v1.3.0", append(update, d.serve("site", nil).URL)...); d.inUse() != "v1.3.0" {
			t.Errorf("%s: afterwards %s is in use", name, d.inUse())
		}
	}
}

// TestElsewhere: credentials stay with the host that was named, and nobody else is asked.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	elsewhere := 0
	thief := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer thief.Close()
	d := newDesk(t)
	r := d.release("1.2.0", specimen.Spoil{})
	d.publish("site", r)
	login := d.put("login.json", []byte(`{"user":"u","password":"secret"}`), 0o600)
	away := false
	files := http.FileServer(http.Dir(d.in("site", "current")))
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "u" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if away && strings.HasSuffix(r.URL.Path, ".tar.gz") {
			http.Redirect(w, r, thief.URL+r.URL.Path, http.StatusFound)
			return
		}
		files.ServeHTTP(w, r)
	}))
	defer s.Close()
	install := []string{"install", "--to", d.in("root"), "--from", s.URL, "--ca", d.authority(s)}
	d.want(1, "--credentials", install...)
	install = append(install, "--credentials", login)
	away = true
	d.want(3, "leads to another host", install...)
	if elsewhere != 0 || d.inUse() != "" {
		t.Errorf("%d requests elsewhere", elsewhere)
	}
	away = false
	d.want(0, "v1.2.0", install...)

	registry := ocitest.NewServer(t)
	d.push(registry, r)
	registry.Twist = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/blobs/") && r.Header.Get("Authorization") != "" {
			http.Redirect(w, r, thief.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return true
		}
		return false
	}
	install = append([]string{"install", "--to", d.in("second")}, d.fromRegistry(registry)...)
	d.want(3, "leads to another host", install...)
	if elsewhere != 0 {
		t.Errorf("%d requests elsewhere", elsewhere)
	}
	registry.Twist = nil
	d.want(0, "v1.2.0", install...)
}
