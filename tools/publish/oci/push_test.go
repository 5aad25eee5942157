// SPDX-License-Identifier: MIT

package oci

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/publish/onehost"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

var keys = specimen.NewKeys()

// release is a signed release in a folder, laid out; more makes it another one.
func release(t *testing.T, more string) (string, *Graph) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "release")
	text, err := keys.Write(dir, specimen.Spoil{Predicate: func(_ string, p map[string]any) { p["more"] = more }})
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	report, err := verify.Run(t.Context(), verify.Options{Dir: dir, Policy: p, Now: specimen.Now})
	if err != nil || !report.OK {
		t.Fatalf("the release does not stand: %v %v", err, report.Faults)
	}
	if text, err = os.ReadFile(filepath.Join(dir, manifest.FileName)); err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var files []File
	for _, f := range report.Files {
		files = append(files, File{f.Name, f.Size, f.SHA256})
	}
	g, err := NewGraph(dir, m, files)
	if err != nil {
		t.Fatal(err)
	}
	return dir, g
}

// open is a client; an empty user is nobody.
func open(t *testing.T, s *ocitest.Server, user, password string) *Registry {
	t.Helper()
	r, err := Open(Options{Reference: s.Host() + "/gosqlite", User: user, Password: password, Roots: s.Roots()})
	must(t, err)
	return r
}

func publisher(t *testing.T, s *ocitest.Server) *Registry {
	t.Helper()
	return open(t, s, "writer", s.Writer)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestPush publishes, and puts the release together again from what the registry has.
func TestPush(t *testing.T) {
	s := ocitest.NewServer(t)
	dir, g := release(t, "")
	r := publisher(t, s)
	if versions, err := r.Versions(t.Context()); err != nil || len(versions) != 0 {
		t.Errorf("versions %v, %v", versions, err)
	}
	must(t, r.Push(t.Context(), g))
	if last := s.Log[len(s.Log)-2:]; !slices.Equal(last, []string{"PUT manifests/v1.2.0", "HEAD manifests/v1.2.0"}) {
		t.Errorf("the tag is not the last step: %q", last)
	}
	if versions, err := r.Versions(t.Context()); err != nil || !slices.Equal(versions, []string{"v1.2.0"}) {
		t.Errorf("versions %v, %v", versions, err)
	}
	var index v1.Index
	must(t, json.Unmarshal(s.Manifests[s.Tags["v1.2.0"]], &index))
	platforms := map[string]bool{}
	for _, d := range index.Manifests {
		platforms[d.Annotations[AnnotationPlatform]] = true
	}
	if len(platforms) != 4 || !platforms["linux_amd64"] || index.ArtifactType != TypeRelease {
		t.Errorf("index %+v", index)
	}
	again := filepath.Join(t.TempDir(), "again")
	refers := map[string]int{}
	for sum, text := range s.Manifests {
		var m v1.Manifest
		must(t, json.Unmarshal(text, &m))
		if m.Subject != nil {
			refers[m.ArtifactType]++
			if s.Manifests[m.Subject.Digest.String()] == nil {
				t.Errorf("%s refers to nothing", sum)
			}
		}
		for _, layer := range m.Layers {
			name := filepath.Join(again, filepath.FromSlash(layer.Annotations[v1.AnnotationTitle]))
			must(t, os.MkdirAll(filepath.Dir(name), 0o755))
			must(t, os.WriteFile(name, s.Blobs[layer.Digest.String()], 0o644))
		}
	}
	if refers[TypeCycloneDX] != 3 || refers[TypeSPDX] != 3 || refers[TypeStatement] != 5 || refers[TypeBundle] < 10 || refers[TypeVEX] != 3 {
		t.Errorf("referrers %v", refers)
	}
	same(t, dir, again)
	// By hand: (cd release && find . -type f | sed s,^./,, | LC_ALL=C sort | xargs sha256sum) | sha256sum
	var lines []string
	must(t, filepath.WalkDir(again, func(name string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, _ := os.ReadFile(name)
			rel, _ := filepath.Rel(again, name)
			lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(text), filepath.ToSlash(rel)))
		}
		return err
	}))
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[66:], b[66:]) })
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, "")))); index.Annotations[AnnotationClosure] != want {
		t.Errorf("closure %s, want %s", index.Annotations[AnnotationClosure], want)
	}
	before := len(s.Log)
	must(t, r.Push(t.Context(), g))
	if len(s.Log) != before+1 {
		t.Errorf("once more: %q", s.Log[before:])
	}
}

// same compares two folders.
func same(t *testing.T, a, b string) {
	t.Helper()
	count := func(dir string) (n int) {
		must(t, filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			n++
			rel, _ := filepath.Rel(dir, name)
			x, err := os.ReadFile(filepath.Join(a, rel))
			if err != nil {
				return err
			}
			y, err := os.ReadFile(filepath.Join(b, rel))
			if string(x) != string(y) {
				t.Errorf("%s differs", rel)
			}
			return err
		}))
		return n
	}
	if x, y := count(a), count(b); x != y || x < 20 {
		t.Errorf("%d files, and %d came back", x, y)
	}
}

// TestAccess: none, wrong and read-only credentials push nothing.
func TestAccess(t *testing.T) {
	s := ocitest.NewServer(t)
	_, g := release(t, "")
	for name, r := range map[string]*Registry{"nobody": open(t, s, "", ""), "a wrong password": open(t, s, "writer", s.Reader), "a reader": open(t, s, "reader", s.Reader)} {
		if err := r.Push(t.Context(), g); err == nil || len(s.Blobs)+len(s.Manifests) != 0 {
			t.Errorf("%s: %v, %d blobs", name, err, len(s.Blobs))
		}
	}
	// What is asked first says what to do.
	for name, ask := range map[string]func(r *Registry) error{
		"versions": func(r *Registry) error { _, err := r.Versions(t.Context()); return err },
		"files":    func(r *Registry) error { _, _, err := r.Files(t.Context(), "v1.2.0"); return err },
	} {
		if err := ask(open(t, s, "", "")); err == nil || !strings.Contains(err.Error(), "name their file by --credentials") {
			t.Errorf("%s, asked by nobody: %v", name, err)
		}
		if err := ask(open(t, s, "reader", s.Writer)); err == nil || strings.Contains(err.Error(), "--credentials") {
			t.Errorf("%s, asked with a wrong password: %v", name, err)
		}
	}
	r, err := Open(Options{Reference: s.Host() + "/gosqlite", User: "writer", Password: s.Writer})
	must(t, err)
	if err := r.Push(t.Context(), g); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody trusts: %v", err)
	}
}

// TestTag: a version that leads elsewhere is refused, also when somebody was faster.
func TestTag(t *testing.T) {
	_, g := release(t, "")
	_, other := release(t, "another ledger")
	var moved *MovedError
	s := ocitest.NewServer(t)
	must(t, publisher(t, s).Push(t.Context(), other))
	first := s.Tags["v1.2.0"]
	if err := publisher(t, s).Push(t.Context(), g); !errors.As(err, &moved) || s.Tags["v1.2.0"] != first {
		t.Errorf("a version with other bytes: %v, tag %s", err, s.Tags["v1.2.0"])
	}
	for _, at := range []string{"before the tag", "after the tag"} {
		s := ocitest.NewServer(t)
		must(t, publisher(t, s).Push(t.Context(), other))
		delete(s.Tags, "v1.2.0")
		asked := 0
		s.Twist = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "/v1.2.0") && r.Header.Get("Authorization") != "" {
				if asked++; asked == map[string]int{"before the tag": 2, "after the tag": 3}[at] {
					s.Tags["v1.2.0"] = first
				}
			}
			return false
		}
		if err := publisher(t, s).Push(t.Context(), g); !errors.As(err, &moved) || s.Tags["v1.2.0"] != first {
			t.Errorf("%s: %v, tag %s", at, err, s.Tags["v1.2.0"])
		}
	}
}

// TestElsewhere: whatever way leads to another host, it is not taken, and that host sees no request.
func TestElsewhere(t *testing.T) {
	_, g := release(t, "")
	elsewhere := 0
	thief := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer thief.Close()
	for name, twist := range map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"a redirect": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, thief.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return true
		},
		"an upload": func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPost || r.Header.Get("Authorization") == "" {
				return false
			}
			w.Header().Set("Location", thief.URL+"/upload")
			w.WriteHeader(http.StatusAccepted)
			return true
		},
		"a token service": func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="%s/token",service="x"`, thief.URL))
			w.WriteHeader(http.StatusUnauthorized)
			return true
		},
		"without TLS": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "http"+strings.TrimPrefix(thief.URL, "https")+r.URL.Path, http.StatusFound)
			return true
		},
	} {
		s := ocitest.NewServer(t)
		s.Twist = twist
		r, err := Open(Options{Reference: s.Host() + "/gosqlite", User: "writer", Password: s.Writer, Roots: s.Roots()})
		must(t, err)
		// The thief's certificate is trusted: nothing but the rule keeps the client away.
		r.repository.Client.(*auth.Client).Client.Transport.(*onehost.Transport).Next.(*http.Transport).TLSClientConfig.RootCAs.AddCert(thief.Certificate())
		if err := r.Push(t.Context(), g); err == nil || elsewhere != 0 {
			t.Errorf("%s: %v; %d requests elsewhere", name, err, elsewhere)
		}
	}
}

// TestLies: a registry that keeps or tells something else is found out before there is a tag.
func TestLies(t *testing.T) {
	_, g := release(t, "")
	for name, twist := range map[string]func(s *ocitest.Server, w http.ResponseWriter, r *http.Request) bool{
		"other bytes of manifests": func(s *ocitest.Server, w http.ResponseWriter, r *http.Request) bool {
			for sum, text := range s.Manifests {
				s.Manifests[sum] = []byte(strings.Replace(string(text), "gosqlite", "gosqlight", 1))
			}
			return false
		},
		"blobs of another size": func(s *ocitest.Server, w http.ResponseWriter, r *http.Request) bool {
			for sum := range s.Blobs {
				s.Blobs[sum] = []byte("x")
			}
			return false
		},
		"no blobs": func(s *ocitest.Server, w http.ResponseWriter, r *http.Request) bool {
			clear(s.Blobs)
			return false
		},
		"endless answers": func(s *ocitest.Server, w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodGet {
				return false
			}
			w.Header().Set("Content-Type", v1.MediaTypeImageManifest)
			for range maxDocument/(64<<10) + 2 {
				w.Write(make([]byte, 64<<10))
			}
			return true
		},
	} {
		s := ocitest.NewServer(t)
		s.Twist = func(w http.ResponseWriter, r *http.Request) bool { return twist(s, w, r) }
		if err := publisher(t, s).Push(t.Context(), g); err == nil || len(s.Tags) != 0 {
			t.Errorf("%s: %v, tags %v", name, err, s.Tags)
		}
	}
	s := ocitest.NewServer(t)
	s.Twist = func(w http.ResponseWriter, r *http.Request) bool {
		w.Write([]byte(`{"tags":["`))
		for range maxDocument/(64<<10) + 2 {
			w.Write([]byte(strings.Repeat("x", 64<<10)))
		}
		return true
	}
	if _, err := publisher(t, s).Versions(t.Context()); err == nil {
		t.Error("endless tags: no error")
	}
}

// TestChanged: a file that is not what was verified does not get out.
func TestChanged(t *testing.T) {
	for name, text := range map[string]string{"other bytes": "# notes\n", "more": "# Notes\n\n", "fewer": "#"} {
		s := ocitest.NewServer(t)
		dir, g := release(t, "")
		must(t, os.WriteFile(filepath.Join(dir, "notes.md"), []byte(text), 0o644))
		if err := publisher(t, s).Push(t.Context(), g); err == nil || !strings.Contains(err.Error(), "notes.md") || len(s.Tags) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
