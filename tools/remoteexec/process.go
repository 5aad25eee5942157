// SPDX-License-Identifier: MIT

package remoteexec

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const stopLimit = 10 * time.Second

// command is a program that runs as long as the server does.
type command struct {
	// name is for messages and for the log, DIR/log/NAME.
	name string
	path string
	args []string
	env  []string
	dir  string
	log  string
	// core is the only one that it and its children run on; -1 for all.
	core int
	// network is where it and its children are; nil for this machine's.
	network *network
	// user gives it another user id than root, in a user namespace of its own: outside of that it stays who it is,
	// so that files stay its own.
	user bool
}

// process is a running command. It ends by stop, or with the process that started it.
type process struct {
	command
	cmd   *exec.Cmd
	ended chan struct{}
	err   error
	// limit is how long it may take to end when it is asked to.
	limit time.Duration
}

// start starts the command in a group of its own, so that Ctrl-C reaches it through stop only.
func start(c command) (*process, error) {
	log, err := os.OpenFile(c.log, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name, err)
	}
	p := &process{command: c, cmd: exec.Command(c.path, c.args...), ended: make(chan struct{}), limit: stopLimit}
	p.cmd.Env, p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = c.env, c.dir, log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if c.user {
		otherUser(p.cmd.SysProcAttr, os.Getuid(), os.Getgid())
	}
	err = p.run()
	// The child has its own.
	if err := errors.Join(err, log.Close()); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name, err)
	}
	return p, nil
}

// otherUser maps a user id that is not 0 to the present one.
func otherUser(attr *syscall.SysProcAttr, uid, gid int) {
	// Every system has a user of this id, and PostgreSQL asks for its name.
	const inside = 1
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: inside, HostID: uid, Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: inside, HostID: gid, Size: 1}}
	attr.Credential = &syscall.Credential{Uid: inside, Gid: inside, NoSetGroups: true}
}

// run starts the command on an operating system thread that lives as long as it does: the signal at its parent's death
// is sent when the thread that started it ends. Cores are the thread's, too, and the thread is not used again.
func (p *process) run() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		if p.core >= 0 {
			var cores unix.CPUSet
			cores.Set(p.core)
			if err := unix.SchedSetaffinity(0, &cores); err != nil {
				started <- fmt.Errorf("choose core %d: %w", p.core, err)
				return
			}
		}
		if p.network != nil {
			if err := p.network.enter(); err != nil {
				started <- err
				return
			}
		}
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return <-started
}

// stop asks the process to end, then ends it and all that it started. A second call does nothing.
func (p *process) stop() error {
	group := -p.cmd.Process.Pid
	select {
	case <-p.ended:
		// It is gone; children of a killed one may still be there.
	default:
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop %s: %w", p.name, err)
		}
		select {
		case <-p.ended:
		case <-time.After(p.limit):
		}
	}
	if err := syscall.Kill(group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop what %s started: %w", p.name, err)
	}
	<-p.ended
	reap(group)
	return nil
}

// why tells from the log why the process ended.
func (p *process) why() error {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return fmt.Errorf("%s ended (%v): %w", p.name, p.err, err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return fmt.Errorf("%s ended (%v): %s: see %s", p.name, p.err, lines[len(lines)-1], p.log)
}

// runOnce runs a command to its end.
func runOnce(c command) error {
	p, err := start(c)
	if err != nil {
		return err
	}
	<-p.ended
	if p.err != nil {
		return p.why()
	}
	return nil
}

// stopAll stops processes, the last one first.
func stopAll(all []*process) error {
	var err error
	for _, p := range slices.Backward(all) {
		err = errors.Join(err, p.stop())
	}
	return err
}
