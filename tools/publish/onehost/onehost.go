// SPDX-License-Identifier: MIT

// Package onehost asks one host and no other. Credentials are for that host: a redirect, an upload address or a token
// service elsewhere is an error, and no request goes there. This leaves out services that send their clients elsewhere.
package onehost

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxWait is for the head of an answer.
const maxWait = time.Minute

// ErrOtherHost says that a server sent its client elsewhere.
var ErrOtherHost = errors.New("it leads to another host, which is refused: credentials are for the one that was named")

// Transport makes requests to one host by one scheme.
type Transport struct {
	Scheme string // http or https
	Host   string // HOST[:PORT]
	Limit  int64  // bytes of an answer, unless Unbounded was called
	Next   http.RoundTripper
	Pace   Pace // of what comes
}

// New is a transport that demands TLS of at least 1.2 where the scheme is https. Roots are what a certificate has to lead
// to; nil for the system's.
func New(scheme, host string, roots *x509.CertPool, limit int64) *Transport {
	return &Transport{Scheme: scheme, Host: host, Limit: limit, Pace: leastPace, Next: &http.Transport{
		TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		Proxy:                 http.ProxyFromEnvironment,
		ResponseHeaderTimeout: maxWait, TLSHandshakeTimeout: maxWait, ForceAttemptHTTP2: true,
	}}
}

// RoundTrip makes a request, if it goes to the host.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != t.Scheme || withPort(r.URL) != withPort(&url.URL{Scheme: t.Scheme, Host: t.Host}) {
		return nil, fmt.Errorf("ask %s://%s: %w", r.URL.Scheme, r.URL.Host, ErrOtherHost)
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	answer, err := t.Next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	answer.Body = &paced{ReadCloser: answer.Body, ctx: ctx, cancel: cancel, pace: t.Pace, left: t.Pace.Window}
	if r.Context().Value(unbounded{}) == nil {
		answer.Body = &bounded{answer.Body, t.Limit, t.Limit}
	}
	return answer, nil
}

func withPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Hostname() + ":" + port
}

type unbounded struct{}

// Unbounded is a context whose request's body the caller bounds.
func Unbounded(ctx context.Context) context.Context {
	return context.WithValue(ctx, unbounded{}, true)
}

// bounded fails once more than so many bytes came.
type bounded struct {
	io.ReadCloser
	left, limit int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the server answers with more than %d bytes", b.limit)
	}
	return n, err
}
