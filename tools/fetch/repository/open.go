// SPDX-License-Identifier: MIT

package repository

import (
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"

	"github.com/gosqlite/gosqlite/tools/publish/onehost"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
)

// Access says how to reach a web server.
type Access struct {
	User     string // empty for nobody
	Password string
	Roots    *x509.CertPool // of its certificate; nil for the system's
}

// Server is a repository that a web server has below an address. Nothing is asked yet.
func Server(address string, a Access, o Options) (*Repository, error) {
	base, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("open repository: %w", err)
	case base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, fmt.Errorf("open repository %s: an address is such as tuf+https://HOST/PATH", base.Redacted())
	case a.User != "" && base.Scheme != "https":
		return nil, errors.New("open repository: credentials go to an https:// address alone")
	}
	// The client bounds each answer by itself, most of them by what signed metadata says.
	transport := onehost.New(base.Scheme, base.Host, a.Roots, math.MaxInt64)
	return &Repository{o: o, base: strings.TrimSuffix(address, "/"), http: &http.Client{Transport: &asking{a, transport}}}, nil
}

// asking names the user, and says what to do where one is needed.
type asking struct {
	a    Access
	next http.RoundTripper
}

func (t *asking) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.a.User != "" {
		r = r.Clone(r.Context())
		r.SetBasicAuth(t.a.User, t.a.Password)
	}
	answer, err := t.next.RoundTrip(r)
	if err == nil && answer.StatusCode == http.StatusUnauthorized {
		answer.Body.Close()
		return nil, fmt.Errorf("%s: name a user who may read it with --credentials", answer.Status)
	}
	return answer, err
}

// Folder is a repository in a folder: that which is published into, one of its generations, or a mirror.
func Folder(dir string, o Options) (*Repository, error) {
	root, err := tree.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Repository{o: o, base: "file://", http: &http.Client{Transport: http.NewFileTransportFS(root.FS())}}, nil
}
