// SPDX-License-Identifier: MIT

package remotecache

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
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
)

// nginxPath is the nginx of this machine. Without one, these tests are skipped by name and count as not run.
func nginxPath(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("NGINX"); path != "" {
		return path
	}
	path, err := FindNginx(exec.LookPath)
	if err != nil {
		t.Skipf("not run: %v", err)
	}
	return path
}

type client struct {
	t        *testing.T
	server   *Server
	http     *http.Client
	password string
}

func start(t *testing.T, dir string) client {
	t.Helper()
	s, err := Start(context.Background(), Options{Dir: dir, Nginx: nginxPath(t), Now: time.Now, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	pem, err := os.ReadFile(filepath.Join(dir, "tls/server.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate in tls/server.crt")
	}
	text, err := os.ReadFile(filepath.Join(dir, "netrc"))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text))
	if len(fields) != 6 {
		t.Fatalf("netrc has %d words", len(fields))
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return client{t, s, &http.Client{Transport: transport, Timeout: 10 * time.Second}, fields[5]}
}

// do returns the status code and, for GET, the body.
func (c client) do(method, path, password, body string) (int, string) {
	c.t.Helper()
	request, err := http.NewRequest(method, c.server.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if password != "" {
		request.SetBasicAuth(Writer, password)
	}
	response, err := c.http.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func (c client) stored() int {
	n := 0
	for _, kind := range []string{"ac", "cas"} {
		entries, err := os.ReadDir(filepath.Join(c.server.Dir, "data", kind))
		if err != nil {
			c.t.Fatal(err)
		}
		n += len(entries)
	}
	return n
}

func TestAccess(t *testing.T) {
	c := start(t, t.TempDir())
	key := strings.Repeat("0a", 32)
	for _, test := range []struct {
		name, method, path string
		// "right" stands for the password.
		password string
		want     int
		stored   int
	}{
		{name: "unknown entry", method: "GET", path: "/ac/" + key, want: 404},
		{name: "anonymous write", method: "PUT", path: "/ac/" + key, want: 401},
		{name: "wrong password", method: "PUT", path: "/ac/" + key, password: "wrong", want: 401},
		{name: "anonymous delete", method: "DELETE", path: "/ac/" + key, want: 401},
		{name: "anonymous post", method: "POST", path: "/ac/" + key, want: 401},
		{name: "another name", method: "PUT", path: "/other", password: "right", want: 404},
		{name: "a short key", method: "PUT", path: "/cas/0a", password: "right", want: 404},
		{name: "out of the folder", method: "PUT", path: "/ac/../../htpasswd", password: "right", want: 400},
		{name: "the password file", method: "GET", path: "/htpasswd", want: 404},
		{name: "a listing", method: "GET", path: "/ac/", want: 404},
		{name: "write", method: "PUT", path: "/ac/" + key, password: "right", want: 201, stored: 1},
		{name: "write again", method: "PUT", path: "/ac/" + key, password: "right", want: 204, stored: 1},
		{name: "read", method: "GET", path: "/ac/" + key, want: 200, stored: 1},
		{name: "head", method: "HEAD", path: "/ac/" + key, want: 200, stored: 1},
		{name: "delete by the writer", method: "DELETE", path: "/ac/" + key, password: "right", want: 405, stored: 1},
		{name: "anonymous overwrite", method: "PUT", path: "/ac/" + key, want: 401, stored: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := c
			c.t = t
			secret := test.password
			if secret == "right" {
				secret = c.password
			}
			code, body := c.do(test.method, test.path, secret, "an entry")
			if code != test.want {
				t.Errorf("got %d, want %d: %s", code, test.want, body)
			}
			if n := c.stored(); n != test.stored {
				t.Errorf("%d entries are stored, want %d", n, test.stored)
			}
			if test.method == "GET" && code == 200 && body != "an entry" {
				t.Errorf("read %q", body)
			}
		})
	}
}

func TestStartTwiceInOneFolder(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	_, err := Start(context.Background(), Options{Dir: dir, Nginx: nginxPath(t), Now: time.Now, Random: rand.Reader})
	if err == nil || !strings.Contains(err.Error(), "another server uses it") {
		t.Fatalf("got %v", err)
	}
	if err := first.server.Stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, dir)
	if again.password == first.password {
		t.Error("the password of the first run was kept")
	}
}

func TestEntriesStay(t *testing.T) {
	dir, key := t.TempDir(), "/cas/"+strings.Repeat("1b", 32)
	c := start(t, dir)
	if code, body := c.do("PUT", key, c.password, "kept"); code != 201 {
		t.Fatalf("got %d: %s", code, body)
	}
	if err := c.server.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, body := start(t, dir).do("GET", key, "", ""); body != "kept" {
		t.Errorf("read %q", body)
	}
}

func TestPlainHTTPIsRefused(t *testing.T) {
	c := start(t, t.TempDir())
	response, err := http.Get("http" + strings.TrimPrefix(c.server.URL, "https") + "/ac/" + strings.Repeat("00", 32))
	if err != nil {
		return
	}
	defer response.Body.Close()
	if response.StatusCode != 400 {
		t.Errorf("got %d over plain HTTP", response.StatusCode)
	}
}

func TestPortTaken(t *testing.T) {
	nginx := nginxPath(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	// What is on the port does not answer, so only nginx can tell.
	_, err = Start(context.Background(), Options{Dir: t.TempDir(), Address: l.Addr().String(), Nginx: nginx, Now: time.Now, Random: rand.Reader})
	if !errors.Is(err, errPortTaken) {
		t.Errorf("got %v", err)
	}
}

func TestStopEndsAllProcesses(t *testing.T) {
	c := start(t, t.TempDir())
	group := c.server.nginx.Process.Pid
	// The master killed, its workers go on listening.
	if err := syscall.Kill(group, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-c.server.Ended()
	if c.server.Err() == nil {
		t.Error("a killed nginx is no error")
	}
	if err := c.server.Stop(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for syscall.Kill(-group, 0) == nil {
		if time.Now().After(deadline) {
			t.Fatal("a worker is left")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestStartRefuses(t *testing.T) {
	sleeper := filepath.Join(t.TempDir(), "nginx")
	if err := os.WriteFile(sleeper, []byte("#!/bin/sh\nexit 7\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, want string
		o          Options
	}{
		{"not loopback", "listens on loopback only", Options{Address: "192.0.2.1:8643"}},
		{"no port", "give an IP address and a port", Options{Address: "127.0.0.1"}},
		{"a host name", "give an IP address and a port", Options{Address: "localhost:8643"}},
		{"no such program", "no such file", Options{Nginx: "/nonexistent/nginx"}},
		{"it ends at once", "exit status 7", Options{}},
		{"a file for a folder", "make folder", Options{Dir: file}},
		{"no randomness", "make ", Options{Random: bytes.NewReader(nil)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := test.o
			if o.Dir == "" {
				o.Dir = t.TempDir()
			}
			if o.Nginx == "" {
				o.Nginx = sleeper
			}
			if o.Random == nil {
				o.Random = rand.Reader
			}
			o.Now = time.Now
			s, err := Start(context.Background(), o)
			if err == nil {
				t.Fatal("it started", s.Stop())
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %q", err, test.want)
			}
		})
	}
}

func TestFilesAreClosedToOthers(t *testing.T) {
	c := start(t, t.TempDir())
	for _, name := range []string{"htpasswd", "netrc", "tls/server.key", "nginx.conf"} {
		info, err := os.Stat(filepath.Join(c.server.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
	text, err := os.ReadFile(filepath.Join(c.server.Dir, "bazelrc"))
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("common:remote-cache-server --remote_cache=%s\n", c.server.URL); !strings.HasPrefix(string(text), want) {
		t.Errorf("bazelrc says %q, want %q", text, want)
	}
	if strings.Contains(string(text), c.password) {
		t.Error("the password is in bazelrc")
	}
}
