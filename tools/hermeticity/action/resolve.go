// SPDX-License-Identifier: MIT

package action

import (
	"fmt"
	"path"
	"strings"

	"github.com/gosqlite/gosqlite/tools/hermeticity/trace"
)

// resolve makes an absolute path of what a call names; ok is false where it names none.
func resolve(p *process, c *trace.Call, a argument) (access Access, ok bool, err error) {
	if len(c.Args) <= max(a.folder, a.path, a.flags) {
		if a.flags > 0 && len(c.Args) == a.flags {
			return access, false, fmt.Errorf("%s has no flags", c.Name)
		}
		return access, false, fmt.Errorf("%s has %d arguments", c.Name, len(c.Args))
	}
	access = Access{Call: c.Name, Kind: a.kind, Errno: c.Errno, Makes: a.makes}
	if a.flags > 0 {
		access.Kind, access.Makes = opened(c.Args[a.flags])
		access.Real = c.Path
	}
	from := *p.folder
	if a.folder >= 0 {
		printed := c.Args[a.folder]
		folder, found := trace.Descriptor(printed)
		if !found {
			if c.Errno == "EBADF" {
				return access, false, nil
			}
			return access, false, fmt.Errorf("%s: strace printed no path of %.60q: call it with -y", c.Name, printed)
		}
		from = folder
		if strings.HasPrefix(printed, "AT_FDCWD") {
			*p.folder = folder
		}
	}
	name := ""
	if a.path >= 0 {
		printed := c.Args[a.path]
		// No path at all: the call is about the descriptor, which was judged when it was opened.
		if printed == "NULL" || printed == `""` && a.folder >= 0 {
			return access, false, nil
		}
		if strings.HasPrefix(printed, "0x") && c.Failed() {
			return access, false, nil // EFAULT: no path could be read
		}
		if name, err = trace.Text(printed); err != nil {
			return access, false, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	if !path.IsAbs(name) {
		if !path.IsAbs(from) {
			if p.action == nil {
				return access, true, nil // of no interest yet
			}
			return access, false, fmt.Errorf("%s: the working folder of %.200q is not known", c.Name, p.program)
		}
		name = from + "/" + name
	}
	access.Path = path.Clean(name)
	if a.kind == Run && p.action != nil && !c.Failed() {
		if real := p.action.follow(name); real != access.Path {
			access.Real = real
		}
	}
	return access, true, nil
}

// opened tells what an open is for by its flags.
func opened(flags string) (k Kind, m Making) {
	switch {
	case strings.Contains(flags, "O_TMPFILE"):
		return Write, Creates
	case strings.Contains(flags, "O_CREAT") && strings.Contains(flags, "O_EXCL"):
		return Write, Creates
	case strings.Contains(flags, "O_CREAT"):
		return Write, Ensures
	case strings.Contains(flags, "O_WRONLY"), strings.Contains(flags, "O_RDWR"), strings.Contains(flags, "O_TRUNC"):
		return Write, Leaves
	case strings.Contains(flags, "O_PATH"):
		return Look, Leaves
	}
	return Read, Leaves
}
