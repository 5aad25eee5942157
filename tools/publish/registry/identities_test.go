// SPDX-License-Identifier: MIT

package registry

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/remotecache"
)

// TestPasswordsStayApart: who may write to the build cache may not publish, and who publishes may not write to the cache,
// under either's name. Each does its own job.
func TestPasswordsStayApart(t *testing.T) {
	s := start(t)
	nginx, err := remotecache.FindNginx(exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c, err := remotecache.Start(t.Context(), remotecache.Options{Dir: dir, Nginx: nginx, Now: time.Now, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	}()
	text, err := os.ReadFile(filepath.Join(dir, "netrc"))
	words := strings.Fields(string(text))
	if err != nil || len(words) != 6 {
		t.Fatalf("netrc has %d words, %v", len(words), err)
	}
	writer, publisher := login{remotecache.Writer, words[5]}, s.login("release")
	for _, test := range []struct {
		name             string
		login            login
		publishes, fills bool
	}{
		{"publisher", publisher, true, false},
		{"cache writer", writer, false, true},
		{"publisher's password in the cache writer's name", login{writer.User, publisher.Password}, false, false},
		{"cache writer's password in the publisher's name", login{publisher.User, writer.Password}, false, false},
		{"nobody", nobody, false, false},
	} {
		want := map[bool]int{true: http.StatusAccepted, false: http.StatusUnauthorized}[test.publishes]
		if a := s.ask(test.login, http.MethodPost, "blobs/uploads/", nil, ""); a.status != want {
			t.Errorf("%s begins to publish: %d, want %d", test.name, a.status, want)
		}
		want = map[bool]int{true: http.StatusCreated, false: http.StatusUnauthorized}[test.fills]
		if status := fill(t, c, dir, test.login); status != want {
			t.Errorf("%s writes to the cache: %d, want %d", test.name, status, want)
		}
	}
}

// fill writes an entry to a cache and returns the answer's status.
func fill(t *testing.T, c *remotecache.Server, dir string, l login) int {
	t.Helper()
	pool := x509.NewCertPool()
	if text, err := os.ReadFile(filepath.Join(dir, "tls", "server.crt")); err != nil || !pool.AppendCertsFromPEM(text) {
		t.Fatalf("certificate of the cache: %v", err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, c.URL+"/ac/"+strings.Repeat("0a", 32), strings.NewReader("an entry"))
	if err != nil {
		t.Fatal(err)
	}
	if l != nobody {
		r.SetBasicAuth(l.User, l.Password)
	}
	a, err := (&http.Client{Transport: transport, Timeout: 20 * time.Second}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	return a.StatusCode
}
