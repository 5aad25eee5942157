// SPDX-License-Identifier: MIT

// Package serving is what the servers of Bazel's caches share: a folder that belongs to one of them, and a run until Ctrl-C.
package serving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// Prepare makes folders below dir, for the user alone, and locks dir against a second server. The lock ends with the file.
func Prepare(dir string, folders ...string) (*os.File, error) {
	for _, name := range append([]string{""}, folders...) {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, fmt.Errorf("make folder: %w", err)
		}
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock folder: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock folder %s: another server uses it: %w", dir, err), lock.Close())
	}
	return lock, nil
}

// A Server is one that has been started.
type Server struct {
	Dir   string       // has its settings for Bazel in "bazelrc"
	Ready string       // what is said when it answers
	Ended <-chan error // gets why a process of it ended by itself, or nil
	Stop  func() error
}

// Run starts a server in dir, or in a temporary folder that is removed at the end, prints its settings, says that it is
// ready, and stops it when ctx ends. That it ends by itself is an error.
func Run(ctx context.Context, dir string, start func(dir string) (*Server, error), stdout, stderr io.Writer) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "gosqlite-server-"); err != nil {
			return fmt.Errorf("make temporary folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	server, err := start(dir)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(server.Dir, "bazelrc"))
	if err != nil {
		return errors.Join(fmt.Errorf("read settings: %w", err), server.Stop())
	}
	if _, err := stdout.Write(text); err != nil {
		return errors.Join(fmt.Errorf("print settings: %w", err), server.Stop())
	}
	fmt.Fprintf(stderr, "serve: %s\n", server.Ready)
	select {
	case <-ctx.Done():
		return server.Stop()
	case err := <-server.Ended:
		return errors.Join(err, errors.New("the server ended by itself"), server.Stop())
	}
}
