// SPDX-License-Identifier: MIT

// Package ocitest has a registry for tests.
package ocitest

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// A Server is a registry as the distribution specification has it, as far as a publisher sees it: with TLS, on loopback, and
// with a user who may push and one who may not.
type Server struct {
	*httptest.Server
	Writer, Reader string // passwords of users of these names

	mu        sync.Mutex
	Blobs     map[string][]byte
	Manifests map[string][]byte // by digest
	types     map[string]string
	Tags      map[string]string
	Log       []string
	// Old is a registry of before version 1.1 of the specification: who pushes keeps the lists of referrers, as tags.
	Old bool
	// Twist may answer instead of the registry, and then says true.
	Twist func(w http.ResponseWriter, r *http.Request) bool
}

// NewServer starts a registry, which ends with the test.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s := &Server{Writer: rand.Text(), Reader: rand.Text(), Blobs: map[string][]byte{}, Manifests: map[string][]byte{}, types: map[string]string{}, Tags: map[string]string{}}
	s.Server = httptest.NewTLSServer(s)
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	return s
}

// Host is HOST:PORT.
func (s *Server) Host() string { return strings.TrimPrefix(s.URL, "https://") }

// Roots are what its certificate leads to.
func (s *Server) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// ServeHTTP answers.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Twist != nil && s.Twist(w, r) {
		return
	}
	user, password, _ := r.BasicAuth()
	writes := user == "writer" && password == s.Writer
	switch reads := writes || user == "reader" && password == s.Reader; {
	case !reads:
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	case !writes && r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.WriteHeader(http.StatusForbidden)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/v2/gosqlite/")
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.Log = append(s.Log, r.Method+" "+path)
	kind, name, _ := strings.Cut(path, "/")
	switch kind {
	case "blobs":
		s.blob(w, r, name)
	case "manifests":
		s.manifest(w, r, name)
	case "tags":
		if len(s.Blobs)+len(s.Manifests) == 0 { // as docker-registry answers before the first push
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}`+"\n")
			return
		}
		tags := []string{}
		for tag := range s.Tags {
			tags = append(tags, tag)
		}
		json.NewEncoder(w).Encode(map[string]any{"name": "gosqlite", "tags": tags})
	case "referrers":
		if s.Old {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		s.referrers(w, name)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// referrers lists the manifests whose subject is a digest.
func (s *Server) referrers(w http.ResponseWriter, subject string) {
	list := v1.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageIndex, Manifests: []v1.Descriptor{}}
	for sum, text := range s.Manifests {
		var m v1.Manifest
		if json.Unmarshal(text, &m) == nil && m.Subject != nil && m.Subject.Digest.String() == subject {
			list.Manifests = append(list.Manifests, v1.Descriptor{MediaType: s.types[sum], Digest: digest.Digest(sum), Size: int64(len(text)),
				ArtifactType: m.ArtifactType, Annotations: m.Annotations})
		}
	}
	w.Header().Set("Content-Type", v1.MediaTypeImageIndex)
	json.NewEncoder(w).Encode(list)
}

func (s *Server) blob(w http.ResponseWriter, r *http.Request, name string) {
	switch r.Method {
	case http.MethodPost:
		w.Header().Set("Location", "/v2/gosqlite/blobs/uploads/1")
		w.WriteHeader(http.StatusAccepted)
	case http.MethodPut:
		text, err := io.ReadAll(r.Body)
		want := r.URL.Query().Get("digest")
		if err != nil || digest.FromBytes(text).String() != want {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.Blobs[want] = text
		w.WriteHeader(http.StatusCreated)
	default:
		s.answer(w, r, s.Blobs[name], name, "application/octet-stream")
	}
}

func (s *Server) manifest(w http.ResponseWriter, r *http.Request, name string) {
	if r.Method == http.MethodPut {
		text, err := io.ReadAll(r.Body)
		var m struct {
			Subject *v1.Descriptor `json:"subject"`
		}
		if err != nil || json.Unmarshal(text, &m) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		sum := digest.FromBytes(text).String()
		s.Manifests[sum], s.types[sum] = text, r.Header.Get("Content-Type")
		if !strings.HasPrefix(name, "sha256:") {
			s.Tags[name] = sum
		}
		if m.Subject != nil && !s.Old {
			w.Header().Set("OCI-Subject", m.Subject.Digest.String())
		}
		w.Header().Set("Docker-Content-Digest", sum)
		w.WriteHeader(http.StatusCreated)
		return
	}
	if sum, ok := s.Tags[name]; ok {
		name = sum
	}
	s.answer(w, r, s.Manifests[name], name, s.types[name])
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, text []byte, sum, mediaType string) {
	if text == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Docker-Content-Digest", sum)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
}
