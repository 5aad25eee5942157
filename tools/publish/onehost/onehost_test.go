// SPDX-License-Identifier: MIT

package onehost

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// client asks a server as a program would.
func client(s *httptest.Server, limit int64) *http.Client {
	return &http.Client{Transport: New("http", strings.TrimPrefix(s.URL, "http://"), nil, limit)}
}

func TestOtherHost(t *testing.T) {
	elsewhere := 0
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer thief.Close()
	for name, to := range map[string]string{"another host": thief.URL, "another scheme": "https" + strings.TrimPrefix(thief.URL, "http"), "here": ""} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/end" {
				return
			}
			http.Redirect(w, r, to+"/end", http.StatusFound)
		}))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("user", "password")
		answer, err := client(s, 1).Do(r)
		if refused := errors.Is(err, ErrOtherHost); refused != (to != "") || elsewhere != 0 {
			t.Errorf("%s: %v, %d requests elsewhere", name, err, elsewhere)
		}
		if err == nil {
			answer.Body.Close()
		}
		s.Close()
	}
}

func TestBounded(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "12345") }))
	defer s.Close()
	for limit, fails := range map[int64]bool{4: true, 5: false} {
		answer, err := client(s, limit).Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(answer.Body); (err != nil) != fails {
			t.Errorf("limit %d: %v", limit, err)
		}
		answer.Body.Close()
	}
	body, _, err := Get(t.Context(), client(s, 4).Do, s.URL, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if text, err := io.ReadAll(body); string(text) != "12345" {
		t.Errorf("a body that its caller bounds: %q, %v", text, err)
	}
}

func TestGet(t *testing.T) {
	for _, test := range []struct {
		name   string
		from   int64
		answer func(w http.ResponseWriter, r *http.Request)
		at     int64
		body   string
		want   string
	}{
		{"from the start", 0, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "12345"+r.Header.Get("Range")) }, 0, "12345", ""},
		{"from the middle", 2, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes 2-4/5")
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, "345")
		}, 2, "345", ""},
		{"ranges are not read", 2, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "12345") }, 0, "12345", ""},
		{"another range", 2, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 1-4/5")
			w.WriteHeader(http.StatusPartialContent)
		}, 0, "", "were asked for"},
		{"a range that nobody asked for", 0, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 0-4/5")
			w.WriteHeader(http.StatusPartialContent)
		}, 0, "", "were asked for"},
		{"beyond the end", 9, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return
			}
			fmt.Fprint(w, "12345")
		}, 0, "12345", ""},
		{"not there", 0, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, 0, "", "does not have it"},
		{"not for us", 0, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, 0, "", "--credentials"},
		{"broken", 0, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, 0, "", "502"},
	} {
		s := httptest.NewServer(http.HandlerFunc(test.answer))
		body, at, err := Get(t.Context(), client(s, 9).Do, s.URL+"/x", test.from)
		switch {
		case test.want != "":
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v", test.name, err)
			}
		case err != nil || at != test.at:
			t.Errorf("%s: at %d, %v", test.name, at, err)
		default:
			if text, err := io.ReadAll(body); string(text) != test.body {
				t.Errorf("%s: %q, %v", test.name, text, err)
			}
			body.Close()
		}
		s.Close()
	}
}
