// SPDX-License-Identifier: MIT

// Command serve runs BuildGrid on this machine until Ctrl-C: a cache for Bazel, and workers that carry out its actions.
//
//	serve -programs FOLDER [-dir FOLDER] [-address 127.0.0.1:PORT] [-workers N]
//
// The first folder is the one that programs/fetch prints; tools/remoteexec/start does both. The second one holds blobs,
// results and all else; without one, a temporary folder is made, and removed at the end. When the server answers, the
// settings for everybody are printed; FOLDER/ci.bazelrc has those for CI. Package remoteexec lists the files.
//
// Exit codes: 0 stopped by a signal, 1 failure (a program is missing, the port is taken, a process died), 2 usage.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/gosqlite/gosqlite/tools/remotecache/serving"
	"github.com/gosqlite/gosqlite/tools/remoteexec"
	"github.com/gosqlite/gosqlite/tools/remoteexec/sandbox"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Argument {
		// Only when it does not become bwrap.
		fmt.Fprintln(os.Stderr, sandbox.Enter(os.Args[2:], os.Environ()))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Now, rand.Reader, os.Executable))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer, now func() time.Time, random io.Reader, self func() (string, error)) int {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	o := remoteexec.Options{Now: now, Random: random, Cores: runtime.NumCPU()}
	flags.StringVar(&o.Programs, "programs", "", "the folder that tools/remoteexec/programs/fetch prints")
	flags.StringVar(&o.Dir, "dir", "", "the server's folder, kept (default: a temporary one)")
	flags.StringVar(&o.Address, "address", "127.0.0.1:0", "loopback address and port; port 0 takes a free one")
	flags.IntVar(&o.Workers, "workers", 0, "how many workers there are, each on one core; 0 makes a cache only")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 || o.Programs == "" {
		fmt.Fprintln(stderr, "serve: usage: serve -programs FOLDER [-dir FOLDER] [-address 127.0.0.1:PORT] [-workers N]")
		return 2
	}
	var err error
	if o.Self, err = self(); err == nil {
		err = serve(ctx, o, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintf(stderr, "serve: %v\n", err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, o remoteexec.Options, stdout, stderr io.Writer) error {
	return serving.Run(ctx, o.Dir, func(dir string) (*serving.Server, error) {
		o.Dir = dir
		s, err := remoteexec.Start(ctx, o)
		if err != nil {
			return nil, err
		}
		workers := fmt.Sprintf("%d workers", o.Workers)
		if o.Workers > 0 {
			workers += fmt.Sprintf(" (%d of them in a network of its own)", s.Apart())
		}
		ready := fmt.Sprintf("%s is ready with %s; --bazelrc=%s/ci.bazelrc lets Bazel write", s.URL, workers, s.Dir)
		return &serving.Server{Dir: s.Dir, Ready: ready, Ended: s.Ended(), Stop: s.Stop}, nil
	}, stdout, stderr)
}
