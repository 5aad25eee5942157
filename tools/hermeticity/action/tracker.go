// SPDX-License-Identifier: MIT

// Package action attributes the calls of a traced build to its actions.
//
// Bazel starts the command of an action by its program process-wrapper, whose working folder is the action's. So an
// action begins with the first program that a process-wrapper becomes the parent of, and has every process that descends
// from it. Rules for repositories start commands in the same way, and elsewhere than in an execution root. What Bazel itself and process-wrapper do belongs to no action. Commands that run otherwise are not seen here;
// whoever reads Bazel's log of executed commands beside it, notices.
package action

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/hermeticity/trace"
)

// wrapper is the program by which Bazel starts commands.
const wrapper = "process-wrapper"

// maxEarly bounds calls of processes whose birth was not seen yet.
const maxEarly = 1 << 16

// Action is one started command.
type Action struct {
	Args []string
	Root string // the folder that it was started in

	links map[string]string // texts of the links that it made, by their paths
}

// Access is a call of an action about a path, or about a socket.
type Access struct {
	Action  *Action
	Program string // path of the program that made the call
	Call    string
	Kind    Kind
	Path    string // absolute; of a socket, what the call says
	Real    string // where the kernel says that it led, if it was opened; where links of the action's own led, if it was run
	Errno   string // if it failed
	Makes   Making // what it does to the name, or would have done
	Foreign bool   // the program is one that was refused when it was run
}

// Making is what a call does to the name of its path.
type Making string

// What calls do.
const (
	Leaves  Making = ""        // the name as it is
	Creates Making = "creates" // the name, which was not there or stood for something else before
	Ensures Making = "ensures" // the name, which may have been there
	Removes Making = "removes" // the name
)

// Tracker follows processes.
type Tracker struct {
	// Judge is told each access; false refuses it.
	Judge func(a Access) bool
	// Actions are in the order of their start.
	Actions []*Action
	// Repository counts commands that were started elsewhere than in an execution root: those of repository rules.
	Repository int
	// Unread counts calls of actions that strace could not read, since their thread was ended.
	Unread int

	threads map[int]*process
	early   map[int][]*trace.Call
	waiting int
}

// process is what its threads share.
type process struct {
	folder  *string // working folder; shared by those that share more than memory
	program string
	wrapped []string // command that a process-wrapper was told to run
	action  *Action
	foreign bool
}

// Follow reads a whole trace.
func (t *Tracker) Follow(r *trace.Reader) error {
	t.threads, t.early = map[int]*process{}, map[int][]*trace.Call{}
	for {
		c, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = t.call(c)
		}
		if err != nil {
			return err
		}
	}
	for pid := range t.early {
		return fmt.Errorf("follow processes: nobody gave birth to process %d: is the trace whole, and was strace called with -e trace=%s?", pid, Traced)
	}
	if len(t.Actions) == 0 {
		return fmt.Errorf("follow processes: no %s started a command: did everything come from a cache, or run in another sandbox?", wrapper)
	}
	return nil
}

func (t *Tracker) call(c *trace.Call) error {
	p := t.threads[c.PID]
	if p == nil && len(t.threads)+len(t.early) == 0 {
		p = &process{folder: new(string)} // the first is nobody's child
		t.threads[c.PID] = p
	}
	if p == nil {
		if c.Event == trace.Superseded && t.threads[c.Other] != nil {
			t.threads[c.PID] = t.threads[c.Other]
			delete(t.threads, c.Other)
			return nil
		}
		if t.waiting++; t.waiting > maxEarly {
			return fmt.Errorf("follow processes: %d calls of processes whose birth is not in the trace, the last of process %d", maxEarly, c.PID)
		}
		t.early[c.PID] = append(t.early[c.PID], c)
		return nil
	}
	if c.Event == trace.Superseded {
		delete(t.threads, c.Other)
		return nil
	}
	if c.Name != "" {
		if err := t.named(p, c); err != nil {
			return fmt.Errorf("follow process %d: %w", c.PID, err)
		}
	}
	if c.Event == trace.Exited {
		delete(t.threads, c.PID)
	}
	return nil
}

func (t *Tracker) named(p *process, c *trace.Call) error {
	switch {
	case births[c.Name]:
		if c.Failed() {
			return nil
		}
		return t.birth(p, c, int(c.Result))
	case sockets[c.Name]:
		if p.action != nil {
			t.tell(p, Access{Call: c.Name, Kind: Socket, Path: strings.Join(c.Args, ", "), Errno: c.Errno})
		}
		return nil
	}
	wanted, ok := calls[c.Name]
	if unread(c, wanted) {
		if p.action != nil {
			t.Unread++
		}
		return nil
	}
	if !ok {
		if p.action != nil {
			t.tell(p, Access{Call: c.Name, Kind: Other, Path: strings.Join(c.Args, ", "), Errno: c.Errno})
		}
		return nil
	}
	var paths []string
	for _, a := range wanted {
		access, ok, err := resolve(p, c, a)
		if err != nil {
			return err
		}
		paths = append(paths, access.Path)
		switch {
		case !ok:
		case a.kind == Run && !c.Failed():
			if err := t.become(p, c, access); err != nil {
				return err
			}
		case a.kind == Enter && !c.Failed():
			*p.folder = access.Path
			fallthrough
		default:
			if p.action != nil {
				t.tell(p, access)
			}
		}
	}
	if p.action == nil || c.Failed() {
		return nil
	}
	return p.action.relink(c, paths)
}

// unread tells a call of a thread that was ended, with its process, before strace could read which call it was, or of which
// folder: strace asks both while the thread still is. Nothing came back from it.
func unread(c *trace.Call, wanted []argument) bool {
	if c.Errno != "?" {
		return false
	}
	return c.Name == "???" || strings.HasPrefix(c.Name, "syscall_0x") || slices.ContainsFunc(wanted, func(a argument) bool {
		if a.folder < 0 || a.folder >= len(c.Args) {
			return false
		}
		_, found := trace.Descriptor(c.Args[a.folder])
		return !found
	})
}

func (t *Tracker) tell(p *process, a Access) bool {
	a.Action, a.Program, a.Foreign = p.action, p.program, p.foreign
	return t.Judge(a)
}

func (t *Tracker) birth(parent *process, c *trace.Call, pid int) error {
	flags := strings.Join(c.Args, ",")
	child := parent
	if !strings.Contains(flags, "CLONE_THREAD") {
		copied := *parent
		child = &copied
		if !strings.Contains(flags, "CLONE_FS") {
			folder := *parent.folder
			child.folder = &folder
		}
	}
	t.threads[pid] = child
	early := t.early[pid]
	delete(t.early, pid)
	t.waiting -= len(early)
	for _, c := range early {
		if err := t.call(c); err != nil {
			return err
		}
	}
	return nil
}

// become makes another program of a process. That is an access of the program before; of the first program of an action, it
// is its own.
func (t *Tracker) become(p *process, c *trace.Call, run Access) error {
	if p.action != nil {
		allowed := t.tell(p, run)
		p.program, p.foreign = run.Path, p.foreign || !allowed
		return nil
	}
	p.program = run.Path
	args, err := trace.Texts(c.Args[1])
	if err != nil {
		return err
	}
	if path.Base(run.Path) == wrapper {
		p.wrapped = args[min(1, len(args)):]
		for len(p.wrapped) > 0 && strings.HasPrefix(p.wrapped[0], "--") {
			p.wrapped = p.wrapped[1:]
		}
		return nil
	}
	if p.wrapped == nil {
		return nil
	}
	if !slices.Equal(p.wrapped, args) {
		return fmt.Errorf("%s was to run %.200q and ran %.200q", wrapper, p.wrapped, args)
	}
	if path.Base(path.Dir(*p.folder)) != "execroot" {
		t.Repository++
		p.wrapped = nil
		return nil
	}
	p.action = &Action{Args: args, Root: *p.folder}
	t.Actions = append(t.Actions, p.action)
	p.foreign = !t.tell(p, run)
	return nil
}
