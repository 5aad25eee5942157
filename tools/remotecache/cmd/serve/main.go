// SPDX-License-Identifier: MIT

// Command serve runs an HTTP cache for Bazel on this machine until Ctrl-C.
//
//	serve [-dir FOLDER] [-address 127.0.0.1:PORT] [-nginx PROGRAM]
//
// FOLDER holds the entries and all else; without one, a temporary folder is made, and removed at the end. When the
// server answers, the lines for .bazelrc.user are printed. Package remotecache lists the files.
//
// Exit codes: 0 stopped by a signal, 1 failure (nginx is not installed, the port is taken, nginx died), 2 usage.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/gosqlite/gosqlite/tools/remotecache"
	"github.com/gosqlite/gosqlite/tools/remotecache/serving"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Now, rand.Reader, exec.LookPath))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer, now func() time.Time, random io.Reader, look func(string) (string, error)) int {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	o := remotecache.Options{Now: now, Random: random, LookPath: look}
	flags.StringVar(&o.Dir, "dir", "", "the server's folder, kept (default: a temporary one)")
	flags.StringVar(&o.Address, "address", "127.0.0.1:0", "loopback address and port; port 0 takes a free one")
	flags.StringVar(&o.Nginx, "nginx", "", "the nginx to run (default: the one that is installed)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "serve: unknown argument %q: serve takes flags only\n", flags.Arg(0))
		return 2
	}
	if err := serve(ctx, o, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "serve: %v\n", err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, o remotecache.Options, stdout, stderr io.Writer) error {
	return serving.Run(ctx, o.Dir, func(dir string) (*serving.Server, error) {
		o.Dir = dir
		s, err := remotecache.Start(ctx, o)
		if err != nil {
			return nil, err
		}
		ended := make(chan error, 1)
		go func() { <-s.Ended(); ended <- s.Err() }()
		ready := fmt.Sprintf("%s is ready; NETRC=%s/netrc lets Bazel write", s.URL, s.Dir)
		return &serving.Server{Dir: s.Dir, Ready: ready, Ended: ended, Stop: s.Stop}, nil
	}, stdout, stderr)
}
