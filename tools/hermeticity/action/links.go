// SPDX-License-Identifier: MIT

package action

import (
	"fmt"
	"path"
	"strings"

	"github.com/gosqlite/gosqlite/tools/hermeticity/trace"
)

// Where an open led, the kernel tells. Of a program that is run it does not, and the links are gone when somebody could look.
// So an action has the links that it made, by their paths.

// maxFollowed is how many links the kernel follows in one path.
const maxFollowed = 40

// follow gives where the links that the action made lead a path, folder by folder as the kernel goes.
func (a *Action) follow(name string) string {
	at, rest := "/", name
	for followed := 0; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		next := path.Join(at, part)
		text, ok := a.links[next]
		if !ok || followed == maxFollowed {
			at = next
			continue
		}
		followed++
		if path.IsAbs(text) {
			at = "/"
		}
		rest = text + "/" + rest
	}
	return at
}

// relink is told each call that had an effect, with its paths, and keeps the links as it leaves them.
func (a *Action) relink(c *trace.Call, paths []string) error {
	if len(a.links) == 0 && !strings.HasPrefix(c.Name, "symlink") {
		return nil
	}
	// The name itself may be a link, which none of these calls follows; the folder that it is in is followed.
	for i, p := range paths {
		paths[i] = path.Join(a.follow(path.Dir(p)), path.Base(p))
	}
	switch c.Name {
	case "symlink", "symlinkat":
		text, err := trace.Text(c.Args[0])
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		if a.links == nil {
			a.links = map[string]string{}
		}
		a.links[paths[0]] = text
	case "link", "linkat":
		// Another name of the link, or of what it leads to.
		if text, ok := a.links[paths[0]]; ok {
			a.links[paths[1]] = text
		}
	case "rename", "renameat", "renameat2":
		flags := strings.Join(c.Args[min(4, len(c.Args)):], "")
		a.move(paths[0], paths[1], strings.Contains(flags, "RENAME_EXCHANGE"))
	case "unlink", "unlinkat":
		delete(a.links, paths[0])
	}
	return nil
}

// move gives what is at one path, or below it, the other; what was there is gone, or has the former in exchange.
func (a *Action) move(from, to string, exchange bool) {
	moved := map[string]string{}
	for name, text := range a.links {
		switch {
		case below(name, from):
			name = to + name[len(from):]
		case below(name, to) && exchange:
			name = from + name[len(to):]
		case below(name, to):
			continue
		}
		moved[name] = text
	}
	a.links = moved
}

// below tells whether a path is the other one, or lies below it.
func below(name, folder string) bool {
	rest, ok := strings.CutPrefix(name, folder)
	return ok && (rest == "" || rest[0] == '/')
}
