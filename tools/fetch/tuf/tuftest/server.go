// SPDX-License-Identifier: MIT

package tuftest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// A Server serves a repository on loopback, or does something else where it is told to.
type Server struct {
	*httptest.Server
	r  *Repository
	mu sync.Mutex
	// Instead answers for one path.
	instead map[string]http.HandlerFunc
	asked   []*http.Request
}

// Serve starts a server that ends with the test.
func (r *Repository) Serve() *Server {
	s := &Server{r: r, instead: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	r.Cleanup(s.Close)
	return s
}

func (s *Server) answer(w http.ResponseWriter, req *http.Request) {
	name := strings.TrimPrefix(req.URL.Path, "/")
	s.mu.Lock()
	s.asked = append(s.asked, req)
	instead, text := s.instead[name], s.r.Files[name]
	s.mu.Unlock()
	switch {
	case instead != nil:
		instead(w, req)
	case text == nil:
		http.NotFound(w, req)
	default:
		http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(text))
	}
}

// Instead lets something else answer for a path; nil takes it back.
func (s *Server) Instead(name string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead[name] = h
}

// Asked are the requests for a path.
func (s *Server) Asked(name string) []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*http.Request
	for _, req := range s.asked {
		if strings.TrimPrefix(req.URL.Path, "/") == name {
			out = append(out, req)
		}
	}
	return out
}

// Set replaces what the server has, and takes back every Instead.
func (s *Server) Set(files map[string][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.r.Files = files
	clear(s.instead)
}

// Endless never stops sending.
func Endless(w http.ResponseWriter, req *http.Request) {
	block := bytes.Repeat([]byte("x"), 64<<10)
	for {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// Dripping sends a byte, and then another one, for ever.
func Dripping(w http.ResponseWriter, req *http.Request) {
	for {
		if _, err := w.Write([]byte(" ")); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-req.Context().Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Silent never answers.
func Silent(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }
