// SPDX-License-Identifier: MIT

package onehost

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	for _, test := range []struct {
		name  string
		pause time.Duration // between pieces
		piece int           // bytes
		slow  bool
	}{
		{"silent after its header", time.Hour, 0, true},
		{"a byte now and then", 20 * time.Millisecond, 1, true},
		{"slow, and fast enough", 5 * time.Millisecond, 1000, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			over := make(chan struct{})
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(http.StatusOK)
				w.(http.Flusher).Flush()
				for range 100 {
					select {
					case <-over:
						return
					case <-r.Context().Done():
						return
					case <-time.After(test.pause):
					}
					io.WriteString(w, strings.Repeat("x", test.piece))
					w.(http.Flusher).Flush()
				}
			}))
			defer s.Close()
			defer close(over)
			c := client(s, 1<<20)
			c.Transport.(*Transport).Pace = Pace{time.Second, 500}
			for name, get := range map[string]func() (io.ReadCloser, error){
				"bounded": func() (io.ReadCloser, error) {
					answer, err := c.Get(s.URL)
					if err != nil {
						return nil, err
					}
					return answer.Body, nil
				},
				"unbounded": func() (io.ReadCloser, error) {
					body, _, err := Get(t.Context(), c.Do, s.URL, 0)
					return body, err
				},
			} {
				body, err := get()
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(body)
				body.Close()
				if errors.Is(err, ErrSlow) != test.slow || !test.slow && (err != nil || len(text) != 100*test.piece) {
					t.Errorf("%s: %d bytes, %v", name, len(text), err)
				}
			}
		})
	}
}

// A reader that takes its time is no slow server.
func TestPaceOfReader(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "12345") }))
	defer s.Close()
	c := client(s, 5)
	c.Transport.(*Transport).Pace = Pace{100 * time.Millisecond, 1 << 20}
	answer, err := c.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	time.Sleep(300 * time.Millisecond)
	if text, err := io.ReadAll(answer.Body); string(text) != "12345" || err != nil {
		t.Errorf("read %q, %v", text, err)
	}
}

// What the caller ends is no slow server either.
func TestPaceEndedByCaller(t *testing.T) {
	over := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		<-over
	}))
	defer s.Close()
	defer close(over)
	ctx, cancel := context.WithCancel(t.Context())
	body, _, err := Get(ctx, client(s, 5).Do, s.URL, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	cancel()
	if _, err := io.ReadAll(body); !errors.Is(err, context.Canceled) || errors.Is(err, ErrSlow) {
		t.Errorf("error %v", err)
	}
}
