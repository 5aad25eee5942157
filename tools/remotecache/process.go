// SPDX-License-Identifier: MIT

package remotecache

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// run starts nginx on an operating system thread that lives as long as nginx does: the signal at its parent's death
// is sent when the thread that started it ends.
func (s *Server) run() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.nginx.Start()
		started <- err
		if err != nil {
			return
		}
		s.err = s.nginx.Wait()
		close(s.ended)
	}()
	return <-started
}

// Ended is closed when nginx has ended, by Stop or by itself.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// Err says why nginx ended; nil when it stopped as it was told. Only after Ended.
func (s *Server) Err() error {
	if s.err != nil {
		return fmt.Errorf("nginx ended: %w: see %s/run/error.log", s.err, s.Dir)
	}
	return nil
}

// Stop stops nginx and all of its workers and returns when they have ended. A second call does nothing.
func (s *Server) Stop() error {
	if s.nginx == nil || s.nginx.Process == nil {
		return nil
	}
	group := -s.nginx.Process.Pid
	select {
	case <-s.ended:
		// nginx is gone; workers of a killed one may still be there.
	default:
		if err := s.nginx.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop nginx: %w", err)
		}
		select {
		case <-s.ended:
		case <-time.After(stopLimit):
		}
	}
	if err := syscall.Kill(group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop nginx's workers: %w", err)
	}
	<-s.ended
	if s.lock == nil {
		return nil
	}
	lock := s.lock
	s.lock = nil
	return lock.Close()
}
