// SPDX-License-Identifier: MIT

package timestamp_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
	"github.com/gosqlite/gosqlite/tools/release/sign/timestamp"
)

func clock() time.Time { return signtest.Now }

// pair is a server and a client that trusts it.
func pair(t *testing.T) (*timestamp.Server, *timestamp.Authority) {
	t.Helper()
	ca := signtest.CA(t)
	key := signtest.Key(t)
	chain, err := ca.TimestampSigner(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	server := &timestamp.Server{Key: key, Chain: chain, Random: rand.Reader, Now: clock}
	return server, &timestamp.Authority{
		Roots: []*x509.Certificate{ca.Root}, Client: http.DefaultClient, Random: rand.Reader, Now: clock, Skew: time.Minute,
	}
}

func serve(t *testing.T, a *timestamp.Authority, h http.Handler) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	a.URL = s.URL
}

func TestTimestamp(t *testing.T) {
	server, a := pair(t)
	serve(t, a, server)
	answer, err := a.Timestamp(context.Background(), []byte("signature"))
	if err != nil {
		t.Fatal(err)
	}
	if token, err := timestamp.Token(answer); err != nil || !bytes.Contains(answer, token) {
		t.Errorf("Token = %v", err)
	}
}

// Each lie of an authority is seen before its answer is used.
func TestTimestampRefuses(t *testing.T) {
	server, _ := pair(t)
	other, _ := pair(t)
	signer := signtest.Certified(t, signtest.CA(t))
	answering := func(answer func(r *http.Request, good []byte) []byte) func(*timestamp.Server) http.Handler {
		return func(s *timestamp.Server) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				recorder := httptest.NewRecorder()
				s.ServeHTTP(recorder, r)
				w.Write(answer(r, recorder.Body.Bytes()))
			})
		}
	}
	for _, test := range []struct {
		name   string
		change func(*timestamp.Server, *timestamp.Authority)
		handle func(*timestamp.Server) http.Handler
		want   string
	}{
		{name: "another authority", change: func(s *timestamp.Server, _ *timestamp.Authority) { *s = *other }, want: "unknown authority"},
		{name: "not for timestamps", change: func(s *timestamp.Server, a *timestamp.Authority) {
			s.Key, s.Chain = signer.Key, signer.Chain
			a.Roots = signer.Chain[1:]
		}, want: "not for timestamps alone"},
		{name: "another clock", change: func(s *timestamp.Server, _ *timestamp.Authority) {
			s.Now = func() time.Time { return signtest.Now.Add(2 * time.Minute) }
		}, want: "clock"},
		{name: "expired", change: func(s *timestamp.Server, a *timestamp.Authority) {
			late := func() time.Time { return signtest.Now.Add(48 * time.Hour) }
			s.Now, a.Now = late, late
		}, want: "expired"},
		{name: "replayed", handle: func() func(*timestamp.Server) http.Handler {
			var first []byte
			return answering(func(_ *http.Request, good []byte) []byte {
				if first == nil {
					first = good
				}
				return first
			})
		}(), want: "nonce"},
		{name: "refused", handle: answering(func(*http.Request, []byte) []byte { return []byte{0x30, 5, 0x30, 3, 2, 1, 2} }), want: "refused"},
		{name: "no token", handle: answering(func(*http.Request, []byte) []byte { return []byte{0x30, 5, 0x30, 3, 2, 1, 0} }), want: "no token"},
		{name: "flipped bit", handle: answering(func(_ *http.Request, good []byte) []byte { good[len(good)-1] ^= 1; return good }), want: "signature"},
		{name: "no answer", handle: answering(func(*http.Request, []byte) []byte { return nil }), want: "read answer"},
		{name: "too large", handle: answering(func(*http.Request, []byte) []byte { return make([]byte, 1<<20) }), want: "larger"},
		{name: "server error", handle: func(*timestamp.Server) http.Handler { return http.NotFoundHandler() }, want: "404"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, a := pair(t)
			if test.change != nil {
				test.change(s, a)
			}
			if test.handle != nil {
				serve(t, a, test.handle(s))
			} else {
				serve(t, a, s)
			}
			_, err := a.Timestamp(context.Background(), []byte("signature"))
			if test.name == "replayed" && err == nil {
				_, err = a.Timestamp(context.Background(), []byte("signature"))
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Timestamp = %v, want %q", err, test.want)
			}
		})
	}
	// The imprint: an answer to another message, by an honest server.
	s, a := pair(t)
	serve(t, a, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := new(bytes.Buffer)
		body.ReadFrom(r.Body)
		query := body.Bytes()
		query[len(query)-40] ^= 1 // in the digest
		answer, err := s.Answer(r.Context(), query)
		if err != nil {
			t.Error(err)
		}
		w.Write(answer)
	}))
	if _, err := a.Timestamp(context.Background(), []byte("signature")); err == nil || !strings.Contains(err.Error(), "another message") {
		t.Errorf("another imprint: %v", err)
	}
	if _, err := server.Answer(context.Background(), []byte("x")); err == nil {
		t.Error("the server stamped what is no query")
	}
}
