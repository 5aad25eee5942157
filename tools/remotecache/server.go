// SPDX-License-Identifier: MIT

// Package remotecache runs an HTTP cache for Bazel on this machine, and reads from Bazel's output what a cache did.
//
// The cache is nginx with a configuration of ours: TLS on a loopback address, GET and HEAD for everybody, PUT with a
// password. Certificate and password are made when it starts.
//
//	DIR/bazelrc         lines for .bazelrc.user: address and certificate, as the configuration remote-cache-server
//	DIR/netrc           the writer's password; Bazel finds it by the variable NETRC
//	DIR/tls/server.crt  what --tls_certificate names
//	DIR/data            the entries: ac/KEY, cas/SHA-256
//	DIR/run             pid, error.log, uploads that are not finished
//
// Nothing limits the size of DIR/data.
package remotecache

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gosqlite/gosqlite/tools/remotecache/serving"
)

// ErrNotInstalled says that this machine has no nginx.
var ErrNotInstalled = errors.New("nginx is not installed: apt-get install nginx-light")

const (
	startLimit = 10 * time.Second
	stopLimit  = 5 * time.Second
	// Between looking for a free port and listening on it another program can take it.
	portTries = 5
)

// Options of Start. All fields but Address and one of Nginx and LookPath must be set.
type Options struct {
	// Dir is the server's folder. Made when it is not there; its data is kept.
	Dir string
	// Address is a loopback IP address and a port; "127.0.0.1:0", the default, takes a free port.
	Address string
	// Nginx is the program; by default the one in PATH or in /usr/sbin, by LookPath.
	Nginx string
	// LookPath finds programs: exec.LookPath.
	LookPath func(name string) (string, error)
	// Now tells from when on the certificate is valid.
	Now func() time.Time
	// Random is the source of key and password.
	Random io.Reader
}

// Server is a running cache.
type Server struct {
	// URL is for --remote_cache.
	URL string
	// Dir holds all of the server's files.
	Dir string

	nginx *exec.Cmd
	lock  *os.File
	ended chan struct{}
	err   error
}

// FindNginx looks for nginx in PATH and, since that is seldom in a user's PATH, in /usr/sbin; look is exec.LookPath.
func FindNginx(look func(name string) (string, error)) (string, error) {
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if path, err := look(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNotInstalled
}

// Start starts nginx and returns when it answers. The server ends by Stop, or with the process that started it.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	if o.Nginx == "" {
		var err error
		if o.Nginx, err = FindNginx(o.LookPath); err != nil {
			return nil, err
		}
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("read folder %s: %w", o.Dir, err)
	}
	o.Dir = dir
	lock, err := serving.Prepare(dir, "data/ac", "data/cas", "run", "tls")
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		s, err := startOnce(ctx, o)
		if err == nil {
			s.lock = lock
			return s, nil
		}
		if try == portTries || !errors.Is(err, errPortTaken) || !strings.HasSuffix(o.Address, ":0") {
			return nil, errors.Join(err, lock.Close())
		}
	}
}

var errPortTaken = errors.New("the port is taken")

func startOnce(ctx context.Context, o Options) (*Server, error) {
	address, err := freePort(o.Address)
	if err != nil {
		return nil, err
	}
	pool, err := writeFiles(o, address)
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "https://" + address.String(), Dir: o.Dir, ended: make(chan struct{})}
	s.nginx = exec.Command(o.Nginx, "-p", o.Dir, "-c", filepath.Join(o.Dir, "nginx.conf"), "-e", filepath.Join(o.Dir, "run/error.log"))
	// A group of its own, so that Ctrl-C reaches nginx through Stop only.
	s.nginx.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := s.run(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Nginx, err)
	}
	if err := s.waitReady(ctx, pool); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// freePort replaces port 0 by one that nobody uses at this moment.
func freePort(address string) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil || at.Port() != 0 {
		return at, wrapAddress(address, err)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return at, fmt.Errorf("look for a free port: %w", err)
	}
	at, err = netip.ParseAddrPort(l.Addr().String())
	return at, errors.Join(err, l.Close())
}

func (s *Server) waitReady(ctx context.Context, pool *x509.CertPool) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}
	client := &http.Client{Transport: transport, Timeout: time.Second}
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodHead, s.URL+"/", nil)
		if err != nil {
			return fmt.Errorf("ask server: %w", err)
		}
		if response, err := client.Do(request); err == nil {
			return response.Body.Close()
		}
		select {
		case <-s.ended:
			return s.startError()
		case <-ctx.Done():
			return fmt.Errorf("start nginx: no answer from %s: %w: see %s/run/error.log", s.URL, ctx.Err(), s.Dir)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// startError tells from nginx's log why it ended.
func (s *Server) startError() error {
	text, err := os.ReadFile(filepath.Join(s.Dir, "run/error.log"))
	if err != nil {
		return fmt.Errorf("start nginx: it ended at once (%v): %w", s.err, err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if strings.Contains(string(text), "Address already in use") {
		return fmt.Errorf("start nginx: %w: choose another -address", errPortTaken)
	}
	return fmt.Errorf("start nginx: it ended at once (%v): %s", s.err, lines[len(lines)-1])
}
