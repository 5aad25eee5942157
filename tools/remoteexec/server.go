// SPDX-License-Identifier: MIT

// Package remoteexec runs BuildGrid on this machine: a cache for Bazel, and workers that carry out its actions.
//
// BuildGrid keeps results in Redis, blobs in a folder and its queue in PostgreSQL; each worker is a buildbox-worker with
// a buildbox-casd, which keeps what the worker has fetched. All of them come from Start and end with Stop. What is
// listened on is loopback, over TLS; keys, certificate, tokens and passwords are made at the start.
//
//	DIR/bazelrc          settings for everybody: the instance "public", without token
//	DIR/ci.bazelrc       ... for CI, which writes; and DIR/reader.bazelrc, DIR/expired.bazelrc
//	DIR/credential/NAME  programs that give Bazel a token, for --credential_helper
//	DIR/token/NAME    the tokens; DIR/token/expired is one of CI's that is no longer valid
//	DIR/tls/server.crt   what --tls_certificate names
//	DIR/url              its address
//	DIR/cas              the blobs
//	DIR/redis            the results
//	DIR/postgres         the queue
//	DIR/worker/N         what worker N keeps
//	DIR/log              one file for each process
//	DIR/run              sockets, and NAME.pid of each process
//
// Nothing limits the size of DIR/cas.
package remoteexec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/remotecache/serving"
	"github.com/gosqlite/gosqlite/tools/remoteexec/reapi"
)

const (
	// BuildGrid and its libraries are read in several seconds, more on a machine that has other work.
	startLimit = 2 * time.Minute
	pollEvery  = 100 * time.Millisecond

	// The longest name of a socket that Linux takes, less what PostgreSQL appends to the folder.
	maxSocketFolder = 107 - len("/.s.PGSQL.5432")
)

var plainName = regexp.MustCompile(`^[A-Za-z0-9._/-]+$`)

// Options of Start. All fields but Address and Workers must be set.
type Options struct {
	// Dir is the server's folder. Made when it is not there; blobs and results are kept.
	Dir string
	// Programs is the folder that programs/fetch prints.
	Programs string
	// Address is a loopback IP address and a port; "127.0.0.1:0", the default, takes a free port.
	Address string
	// Workers is how many there are, each on one core. 0 makes a cache only.
	Workers int
	// Self is the running program, which calls sandbox.Enter when sandbox.Argument is its first argument.
	Self string
	// Cores is how many this machine has.
	Cores int
	// Now tells from when on certificate and tokens are valid.
	Now func() time.Time
	// Random is the source of keys, tokens and passwords.
	Random io.Reader
}

// Server is a running BuildGrid.
type Server struct {
	// URL is https://HOST:PORT.
	URL string
	// Dir holds all of the server's files.
	Dir string

	options Options
	address netip.AddrPort
	trusted []byte
	redis   int
	// Of this run.
	redisPassword string
	// Without one of these the server is of no use; without one of the workers it goes on.
	all, workers []*process
	networks     []*network
	lock         *os.File
}

// Start starts everything and returns when the server answers. It ends by Stop, or with the process that started it.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, fmt.Errorf("read folder %s: %w", o.Dir, err)
	}
	if len(o.Dir)+len("/run") > maxSocketFolder {
		return nil, fmt.Errorf("read folder %s: its name is too long for the sockets in it: choose one of %d characters at most", o.Dir, maxSocketFolder-len("/run"))
	}
	if !plainName.MatchString(o.Dir) {
		return nil, fmt.Errorf("read folder %s: it stands in files of several kinds, where not every character can: choose one of letters, digits, and . _ - /", o.Dir)
	}
	if o.Workers < 0 || o.Workers > o.Cores {
		return nil, fmt.Errorf("start %d workers: this machine has %d cores, and each worker gets one", o.Workers, o.Cores)
	}
	s := &Server{Dir: o.Dir, options: o}
	if s.address, err = freePort(o.Address); err != nil {
		return nil, err
	}
	s.URL = "https://" + s.address.String()
	redis, err := freePort("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.redis = int(redis.Port())
	if s.lock, err = serving.Prepare(o.Dir, "cas", "redis", "worker", "tls", "token", "credential", "bin", "run", "log"); err != nil {
		return nil, err
	}
	if err := errors.Join(adopt(), s.startAll(ctx)); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) startAll(ctx context.Context) error {
	if err := s.writeFiles(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for _, step := range []func(context.Context) error{s.startPostgres, s.startRedis, s.startBuildGrid} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	for n := range s.options.Workers {
		if err := s.startWorker(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// freePort replaces port 0 by one that nobody uses at this moment.
func freePort(address string) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return at, fmt.Errorf("read address %q: %w: give an IP address and a port, as in 127.0.0.1:8980", address, err)
	}
	if !at.Addr().IsLoopback() {
		return at, fmt.Errorf("read address %q: this server listens on loopback only: docs/remote-execution.md says how a team sets one up", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return at, fmt.Errorf("listen: %w: choose another -address", err)
	}
	at, err = netip.ParseAddrPort(l.Addr().String())
	return at, errors.Join(err, l.Close())
}

// begin starts a process and leaves its id in DIR/run.
func (s *Server) begin(c command) (*process, error) {
	c.log = filepath.Join(s.Dir, "log", c.name)
	p, err := start(c)
	if err != nil {
		return nil, err
	}
	if c.core >= 0 {
		s.workers = append(s.workers, p)
	} else {
		s.all = append(s.all, p)
	}
	return p, action.WriteText(filepath.Join(s.Dir, "run", c.name+".pid"), strconv.Itoa(p.cmd.Process.Pid)+"\n", 0o600)
}

// wait returns when ready says so, and fails when the process ends before.
func wait(ctx context.Context, p *process, ready func() bool) error {
	for !ready() {
		select {
		case <-p.ended:
			return p.why()
		case <-ctx.Done():
			return fmt.Errorf("start %s: it does not answer: %w: see %s", p.name, ctx.Err(), p.log)
		case <-time.After(pollEvery):
		}
	}
	return nil
}

func (s *Server) startBuildGrid(ctx context.Context) error {
	// The script names its Python where it was installed, not where it was moved.
	python, bgd := filepath.Join(s.options.Programs, "python/bin/python"), filepath.Join(s.options.Programs, "python/bin/bgd")
	if err := runOnce(command{name: "bgd migrate", path: python, args: []string{bgd, "migrate", "apply", s.database()}, core: -1,
		log: filepath.Join(s.Dir, "log/migrate"), env: s.environment(), dir: s.Dir}); err != nil {
		return err
	}
	p, err := s.begin(command{name: "buildgrid", path: python, args: []string{bgd, "server", "start", filepath.Join(s.Dir, "buildgrid.yml")},
		core: -1, env: s.environment(), dir: s.Dir})
	if err != nil {
		return err
	}
	client, err := reapi.New(s.URL, publicInstance, "", s.trusted)
	if err != nil {
		return err
	}
	defer client.Close()
	return wait(ctx, p, func() bool { return client.GetCapabilities(ctx) == nil })
}

// environment is that of all processes: nothing of the user's reaches them.
func (s *Server) environment() []string {
	return []string{"PATH=/usr/bin:/bin", "HOME=" + s.Dir,
		"TMPDIR=" + filepath.Join(s.Dir, "run"), "LC_ALL=C", "TZ=UTC"}
}

// Apart tells how many workers have a network of their own.
func (s *Server) Apart() int { return len(s.networks) }

// Ended is closed when a process ended without which the server is of no use.
func (s *Server) Ended() <-chan error {
	ended := make(chan error, len(s.all))
	for _, p := range s.all {
		go func() {
			<-p.ended
			ended <- p.why()
		}()
	}
	return ended
}

// Stop ends all processes. A second call does nothing.
func (s *Server) Stop() error {
	err := errors.Join(stopAll(s.workers), stopAll(s.all), endOrphans(s.Dir))
	for _, n := range s.networks {
		err = errors.Join(err, n.close())
	}
	s.networks = nil
	if s.lock == nil {
		return err
	}
	lock := s.lock
	s.lock = nil
	return errors.Join(err, lock.Close())
}
