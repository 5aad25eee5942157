// SPDX-License-Identifier: MIT

package oci

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/gosqlite/gosqlite/tools/publish/oci/ocitest"
	"github.com/gosqlite/gosqlite/tools/publish/onehost"
)

// TestFiles lists what was pushed, also after somebody added a referrer, and reads it by digest and from the middle.
func TestFiles(t *testing.T) {
	s := ocitest.NewServer(t)
	_, g := release(t, "")
	must(t, publisher(t, s).Push(t.Context(), g))
	r := open(t, s, "reader", s.Reader)
	files, root, err := r.Files(t.Context(), "v1.2.0")
	if err != nil || root != g.Root.Digest.String() || len(files) < 30 {
		t.Fatalf("%d files, %s, %v", len(files), root, err)
	}
	for _, f := range files {
		want := s.Blobs["sha256:"+f.SHA256]
		for _, from := range []int64{0, 1} {
			body, at, err := r.Blob(t.Context(), f.SHA256, from)
			must(t, err)
			have, err := io.ReadAll(body)
			body.Close()
			if err != nil || at > from || string(have) != string(want[at:]) || len(want) == 0 {
				t.Errorf("%s from %d: %d bytes at %d, %v", f.Name, from, len(have), at, err)
			}
		}
	}
	if _, _, err := r.Files(t.Context(), "v9.9.9"); !errors.Is(err, onehost.ErrNotFound) {
		t.Errorf("a version that is not there: %v", err)
	}
	if _, _, err := open(t, s, "reader", "x").Files(t.Context(), "v1.2.0"); err == nil {
		t.Error("a wrong password reads")
	}
}

// TestFilesOfOthers: what a tag leads to is held against its own digests.
func TestFilesOfOthers(t *testing.T) {
	_, g := release(t, "")
	for name, plant := range map[string]struct {
		spoil func(s *ocitest.Server, index *v1.Index)
		want  string
	}{
		"an image":           {func(_ *ocitest.Server, x *v1.Index) { x.ArtifactType = "" }, "no release of gosqlite"},
		"another version":    {func(_ *ocitest.Server, x *v1.Index) { x.Annotations[v1.AnnotationVersion] = "1.1.0" }, `says that it is "1.1.0"`},
		"no list":            {func(_ *ocitest.Server, x *v1.Index) { delete(x.Annotations, AnnotationClosure) }, "no digest"},
		"a list of no files": {func(s *ocitest.Server, x *v1.Index) { list(s, x, "") }, "whole line"},
		"a list cut off":     {func(s *ocitest.Server, x *v1.Index) { list(s, x, strings.Repeat("0", 64)+"  x") }, "whole line"},
		"a list of words":    {func(s *ocitest.Server, x *v1.Index) { list(s, x, "a  b\n") }, "no digest and name"},
		"a name twice":       {func(s *ocitest.Server, x *v1.Index) { list(s, x, strings.Repeat(strings.Repeat("0", 64)+"  x\n", 2)) }, "not in order"},
		"a list too long":    {func(s *ocitest.Server, x *v1.Index) { list(s, x, strings.Repeat("\n", maxFiles+2)) }, "more than"},
		"a list too large":   {func(s *ocitest.Server, x *v1.Index) { list(s, x, strings.Repeat(" ", maxDocument+1)) }, "more than"},
		"another list": {func(s *ocitest.Server, x *v1.Index) {
			s.Blobs["sha256:"+x.Annotations[AnnotationClosure]] = []byte(strings.Repeat("0", 64) + "  x\n")
		}, "other bytes"},
	} {
		s := ocitest.NewServer(t)
		must(t, publisher(t, s).Push(t.Context(), g))
		var index v1.Index
		must(t, json.Unmarshal(s.Manifests[g.Root.Digest.String()], &index))
		plant.spoil(s, &index)
		text, err := json.Marshal(index)
		must(t, err)
		sum := digest.FromBytes(text).String()
		old := s.Tags["v1.2.0"]
		s.Twist = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/manifests/v1.2.0") {
				return false
			}
			w.Header().Set("Content-Type", v1.MediaTypeImageIndex)
			w.Header().Set("Docker-Content-Digest", sum)
			w.Write(text)
			return true
		}
		if _, _, err := open(t, s, "reader", s.Reader).Files(t.Context(), "v1.2.0"); err == nil || !strings.Contains(err.Error(), plant.want) || old == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// list makes an index name a list of files.
func list(s *ocitest.Server, x *v1.Index, text string) {
	sum := digest.FromString(text)
	s.Blobs[sum.String()] = []byte(text)
	x.Annotations[AnnotationClosure] = sum.Encoded()
}

// TestFilesLies: bytes that have not the digest that the registry tells are refused.
func TestFilesLies(t *testing.T) {
	s := ocitest.NewServer(t)
	_, g := release(t, "")
	must(t, publisher(t, s).Push(t.Context(), g))
	s.Twist = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/manifests/v1.2.0") || r.Method != http.MethodGet {
			return false
		}
		w.Header().Set("Content-Type", v1.MediaTypeImageIndex)
		w.Header().Set("Docker-Content-Digest", g.Root.Digest.String())
		fmt.Fprint(w, strings.Replace(string(s.Manifests[g.Root.Digest.String()]), "1.2.0", "1.3.0", 1))
		return true
	}
	if _, _, err := open(t, s, "reader", s.Reader).Files(t.Context(), "v1.2.0"); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("another index: %v", err)
	}
}

// TestFreshRepository: before the first push a registry says that it knows no such repository, and the first release goes there.
func TestFreshRepository(t *testing.T) {
	s := ocitest.NewServer(t)
	r := publisher(t, s)
	if versions, err := r.Versions(t.Context()); len(versions) > 0 || err != nil {
		t.Errorf("versions %v, %v", versions, err)
	}
	const unknown = `{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}`
	for name, answer := range map[string]struct {
		status int
		body   string
	}{
		"a registry that shows none": {http.StatusForbidden, ""},
		"a proxy that lacks it":      {http.StatusNotFound, "<html>404 page not found</html>"},
		"another code":               {http.StatusNotFound, `{"errors":[{"code":"MANIFEST_UNKNOWN"}]}`},
		"one code more":              {http.StatusNotFound, `{"errors":[{"code":"NAME_UNKNOWN"},{"code":"DENIED"}]}`},
		"no code":                    {http.StatusNotFound, `{"errors":[]}`},
		"another status":             {http.StatusForbidden, unknown},
	} {
		s.Twist = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(answer.status)
			io.WriteString(w, answer.body)
			return true
		}
		versions, err := r.Versions(t.Context())
		if err == nil || strings.Contains(err.Error(), "has to be created first") != (answer.status == http.StatusNotFound) {
			t.Errorf("%s: versions %v, %v", name, versions, err)
		}
	}
	// A registry that has told some has the repository: what is behind the first page is not told, and not nothing.
	s.Twist = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Query().Get("last") == "" {
			w.Header().Set("Link", `</v2/gosqlite/tags/list?last=v1.2.0>; rel="next"`)
			io.WriteString(w, `{"name":"gosqlite","tags":["v1.2.0"]}`)
		} else {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, unknown)
		}
		return true
	}
	if versions, err := r.Versions(t.Context()); err == nil || !strings.Contains(err.Error(), "last=v1.2.0") || strings.Contains(err.Error(), "created first") {
		t.Errorf("a later page that is not there: versions %v, %v", versions, err)
	}
}
