// SPDX-License-Identifier: MIT

package registry

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/publish/oci"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// repository is the one that run serves.
const repository = "/v2/gosqlite/"

// A server is a registry that run started.
type server struct {
	*testing.T
	dir, host string
	roots     *x509.CertPool
	client    *http.Client
}

// start runs the registry with flags; a missing program fails the test, and is never a skip.
func start(t *testing.T, flags ...string) *server {
	t.Helper()
	s := &server{T: t, dir: t.TempDir(), roots: x509.NewCertPool()}
	for range 5 { // another program can take a port that was free
		s.host = freePort(t)
		if s.try(flags) {
			break
		}
	}
	text, err := os.ReadFile(s.in("tls/server.crt"))
	if err != nil || !s.roots.AppendCertsFromPEM(text) {
		t.Fatalf("its certificate: %v", err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots}, DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	s.client = &http.Client{Transport: transport, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return s
}

func (s *server) try(flags []string) bool {
	s.Helper()
	cmd := exec.Command("./run", append([]string{"--dir", s.dir, "--address", s.host, "--max-blob", "8m"}, flags...)...)
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			s.Error(err)
		}
		cmd.Wait()
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.Contains(line, "is ready"):
			go io.Copy(io.Discard, said)
			return true
		case strings.Contains(line, "Address already in use"):
			return false
		default:
			s.Fatalf("the registry did not run: %s", line)
		}
	}
	s.Fatal("the registry ended and said nothing")
	return false
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *server) in(name string) string { return filepath.Join(s.dir, name) }

// A login is a user with a password.
type login struct{ User, Password string }

var nobody = login{}

func (s *server) login(name string) login {
	s.Helper()
	text, err := os.ReadFile(s.in(name + ".json"))
	var l login
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err != nil || len(l.Password) < 32 {
		s.Fatalf("login of %s: %v", name, err)
	}
	return l
}

// An answer is what came back.
type answer struct {
	status int
	header http.Header
	text   []byte
}

// ask makes one request; path is below the repository unless it begins with a slash.
func (s *server) ask(l login, method, path string, body []byte, mediaType string) answer {
	s.Helper()
	if !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "https://") {
		path = repository + path
	}
	if !strings.HasPrefix(path, "https://") {
		path = "https://" + s.host + path
	}
	r, err := http.NewRequestWithContext(s.Context(), method, path, bytes.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if l != nobody {
		r.SetBasicAuth(l.User, l.Password)
	}
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	r.Header.Set("Accept", "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json")
	response, err := s.client.Do(r)
	if err != nil {
		// A server may refuse before it has read all.
		if len(body) > 1<<20 && (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)) {
			return answer{status: http.StatusRequestEntityTooLarge, header: http.Header{}}
		}
		s.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		s.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, text}
}

// registry is the publisher's client.
func (s *server) registry(l login) *oci.Registry {
	s.Helper()
	r, err := oci.Open(oci.Options{Reference: s.host + "/gosqlite", User: l.User, Password: l.Password, Roots: s.roots})
	if err != nil {
		s.Fatal(err)
	}
	return r
}

var keys = specimen.NewKeys()

// release is a small signed release, laid out.
func release(t *testing.T, version string) *oci.Graph {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "release")
	text, err := keys.Write(dir, specimen.Spoil{Version: version})
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	report, err := verify.Run(t.Context(), verify.Options{Dir: dir, Policy: p, Now: specimen.Now})
	if err != nil || !report.OK {
		t.Fatalf("the release does not stand: %v", err)
	}
	if text, err = os.ReadFile(filepath.Join(dir, manifest.FileName)); err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var files []oci.File
	for _, f := range report.Files {
		files = append(files, oci.File{Name: f.Name, Size: f.Size, SHA256: f.SHA256})
	}
	g, err := oci.NewGraph(dir, m, files)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// digestOf is the name of bytes.
func digestOf(text []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(text)) }

const typeManifest = "application/vnd.oci.image.manifest.v1+json"

// small is a manifest with the empty configuration, which release has pushed; more makes it another one.
func small(more string, subject string) []byte {
	empty := `{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}`
	if subject != "" {
		subject = `,"subject":` + subject
	}
	return fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":%q,"artifactType":"application/vnd.example.foreign","config":%s,"layers":[%s]%s,"annotations":{"more":%q}}`,
		typeManifest, empty, empty, subject, more)
}
