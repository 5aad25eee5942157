// SPDX-License-Identifier: MIT

package remoteexec

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/remoteexec/sandbox"
)

// startWorker starts worker n on core n: what it keeps of blobs, and what takes actions. Where that is allowed, it is in a
// network in which it reaches the server alone. Its runner is buildbox-run-bubblewrap, with package sandbox behind bin/bwrap: an
// action sees its inputs, and nothing of this machine.
func (s *Server) startWorker(ctx context.Context, n int) error {
	name := fmt.Sprintf("worker-%d", n)
	dir := filepath.Join(s.Dir, "worker", fmt.Sprint(n))
	socket := filepath.Join(s.Dir, "run", name+".sock")
	tmp := filepath.Join(dir, "tmp")
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := os.RemoveAll(socket); err != nil {
		return fmt.Errorf("remove old socket: %w", err)
	}
	bin := filepath.Join(s.options.Programs, "debian/usr/bin")
	network, err := s.network()
	if err != nil {
		return err
	}
	c := command{core: n, network: network, dir: dir, env: append(s.environment(), "TMPDIR="+tmp, "PATH="+filepath.Join(s.Dir, "bin")+":/usr/bin:/bin")}
	trust := "--server-cert=" + filepath.Join(s.Dir, "tls/server.crt")
	token := "--access-token=" + filepath.Join(s.Dir, "token", SubjectWorker)
	retry := []string{"--retry-limit=1000", "--retry-delay=500"}

	c.name, c.path = name+"-casd", filepath.Join(bin, "buildbox-casd")
	c.args = append([]string{"--remote=" + s.URL, "--instance=" + mainInstance, trust, token, "--bind=unix:" + socket}, append(retry, filepath.Join(dir, "cas"))...)
	casd, err := s.begin(c)
	if err != nil {
		return err
	}
	if err := wait(ctx, casd, func() bool { _, err := os.Stat(socket); return err == nil }); err != nil {
		return err
	}
	c.name, c.path = name, filepath.Join(bin, "buildbox-worker")
	c.args = append([]string{"--bots-remote=" + s.URL, "--bots-instance=" + mainInstance, "--bots-server-cert=" + filepath.Join(s.Dir, "tls/server.crt"),
		"--bots-access-token=" + filepath.Join(s.Dir, "token", SubjectWorker), "--cas-remote=unix:" + socket, "--cas-instance=",
		"--buildbox-run=" + filepath.Join(bin, "buildbox-run-bubblewrap"),
		// What is mounted after the namespaces were made is not seen in them.
		"--runner-arg=--staging-mode=copy-or-link",
		"--platform", "OSFamily=linux", "--platform", "ISA=x86-64", "--concurrent-jobs=1", "--max-wait-time=20",
	}, append(retry, "--retry-on-code=RESOURCE_EXHAUSTED", name)...)
	_, err = s.begin(c)
	return err
}

// network is a new one for a worker, or nil where the user may make none.
func (s *Server) network() (*network, error) {
	n, err := newNetwork(s.address)
	if errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err == nil {
		s.networks = append(s.networks, n)
	}
	return n, err
}

// bwrap is the program that the runner finds by that name.
func bwrap(self, real string) string {
	return fmt.Sprintf("#!/bin/sh\nexec %s %s %s \"$@\"\n", quote(self), sandbox.Argument, quote(real))
}
