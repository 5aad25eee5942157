// SPDX-License-Identifier: MIT

package oci

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
)

// TestStopped breaks off after each request that writes; without the tag nothing is published, and the next push ends it.
func TestStopped(t *testing.T) {
	_, g := release(t, "")
	for left := 0; ; left += 5 {
		s := ocitest.NewServer(t)
		writes := 0
		s.Twist = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut {
				writes++
			}
			if writes > left {
				w.WriteHeader(http.StatusTeapot)
			}
			return writes > left
		}
		err := publisher(t, s).Push(t.Context(), g)
		if err == nil {
			if left < 30 {
				t.Errorf("only %d writes", left)
			}
			return
		}
		if len(s.Tags) != 0 {
			t.Errorf("stopped after %d writes: tags %v", left, s.Tags)
		}
		s.Twist = nil
		had := len(s.Blobs)
		s.Log = nil
		must(t, publisher(t, s).Push(t.Context(), g))
		sent := 0
		for _, line := range s.Log {
			if strings.HasPrefix(line, "PUT blobs/") {
				sent++
			}
		}
		if sent != len(g.blobs)-had {
			t.Errorf("stopped after %d writes: %d blobs were there of %d, and %d were sent", left, had, len(g.blobs), sent)
		}
	}
}

// TestStoppedBeforeList breaks off between a referrer and the list that names it, which a registry without the list of
// referrers leaves to its clients: the next push writes it.
func TestStoppedBeforeList(t *testing.T) {
	_, g := release(t, "")
	want := map[string]int{}
	for _, n := range g.manifests {
		text := read(t, n)
		if m := subject(t, text); m != "" {
			want[strings.Replace(m, ":", "-", 1)]++
		}
	}
	lists := 0
	for stopped := 1; stopped <= 12; stopped++ {
		s := ocitest.NewServer(t)
		s.Old = true
		lists = 0
		s.Twist = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/sha256-") {
				lists++
			}
			if lists >= stopped {
				w.WriteHeader(http.StatusTeapot)
			}
			return lists >= stopped
		}
		if err := publisher(t, s).Push(t.Context(), g); err == nil {
			t.Fatalf("stopped before list %d: nothing stopped it", stopped)
		}
		s.Twist = nil
		must(t, publisher(t, s).Push(t.Context(), g))
		for tag, n := range want {
			var list v1.Index
			must(t, json.Unmarshal(s.Manifests[s.Tags[tag]], &list))
			if len(list.Manifests) != n {
				t.Errorf("stopped before list %d: %s names %d referrers of %d", stopped, tag, len(list.Manifests), n)
			}
		}
	}
}

// TestRevocationStopped: users learn of a revocation by the list, so that a second run has to write it.
func TestRevocationStopped(t *testing.T) {
	_, g := release(t, "")
	s := ocitest.NewServer(t)
	s.Old = true
	r := publisher(t, s)
	must(t, r.Push(t.Context(), g))
	s.Twist = func(w http.ResponseWriter, q *http.Request) bool {
		stop := q.Method == http.MethodPut && strings.Contains(q.URL.Path, "/manifests/sha256-")
		if stop {
			w.WriteHeader(http.StatusTeapot)
		}
		return stop
	}
	if _, err := r.Revoke(t.Context(), "v1.2.0", "a reason", nil); err == nil {
		t.Fatal("nothing stopped it")
	}
	s.Twist = nil
	for range 2 {
		_, err := publisher(t, s).Revoke(t.Context(), "v1.2.0", "a reason", nil)
		must(t, err)
		if said, err := publisher(t, s).Revocations(t.Context(), "v1.2.0"); err != nil || !slices.Equal(said, []string{"a reason"}) {
			t.Errorf("revocations %q, %v", said, err)
		}
	}
}

func read(t *testing.T, n node) []byte {
	t.Helper()
	f, err := n.open()
	must(t, err)
	defer f.Close()
	text, err := io.ReadAll(f)
	must(t, err)
	return text
}

// subject is what a manifest refers to; "" for nothing.
func subject(t *testing.T, text []byte) string {
	t.Helper()
	var m v1.Manifest
	must(t, json.Unmarshal(text, &m))
	if m.Subject == nil {
		return ""
	}
	return m.Subject.Digest.String()
}
