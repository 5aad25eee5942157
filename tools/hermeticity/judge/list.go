// SPDX-License-Identifier: MIT

package judge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/hermeticity/action"
)

// maxList is the most bytes of a list.
const maxList = 1 << 20

// Entry lets programs touch paths outside the execution root.
//
// A * in a path stands for anything in one name, and ** at its end for all that lies below. {program} is the folder in which
// the program itself lies, links followed; {above} alone is the program's own file, and any folder above that, above
// the execution root, or above the folder for temporary files; with a path behind it, what must not be in any of those.
type Entry struct {
	Path     string        `json:"path"`
	Kinds    []action.Kind `json:"kinds"`            // what may be done
	Programs []string      `json:"programs"`         // their files' names; * for all
	Absent   bool          `json:"absent,omitempty"` // it may be asked for, and must not be there
	Reason   string        `json:"reason"`
}

const (
	programFolder = "{program}"
	above         = "{above}"
	below         = "/**"
	anyProgram    = "*"
)

// List is all that actions may touch outside the execution root.
type List struct {
	Paths []Entry `json:"paths"`
}

// ReadList reads a list and refuses what could let more pass than it seems to.
func ReadList(r io.Reader) (*List, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxList+1))
	if err != nil {
		return nil, fmt.Errorf("read list of paths: %w", err)
	}
	if len(data) > maxList {
		return nil, fmt.Errorf("read list of paths: it has more than %d bytes", maxList)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	l := &List{}
	if err := d.Decode(l); err != nil {
		return nil, fmt.Errorf("read list of paths: %w", err)
	}
	if d.More() {
		return nil, fmt.Errorf("read list of paths: something stands behind it")
	}
	for i, e := range l.Paths {
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("read list of paths: %q: %w", e.Path, err)
		}
		if i > 0 && l.Paths[i-1].Path > e.Path {
			return nil, fmt.Errorf("read list of paths: %q stands behind %q: sort them", e.Path, l.Paths[i-1].Path)
		}
	}
	return l, nil
}

func (e *Entry) check() error {
	name := strings.TrimSuffix(e.Path, below)
	_, err := path.Match(name, "")
	rooted := strings.Replace(name, programFolder, "/", 1)
	switch {
	case e.Path == above, e.Absent && strings.HasPrefix(name, above+"/") && !strings.ContainsAny(name, "*?["):
	case err != nil || !path.IsAbs(rooted) || strings.Contains(name, "**") || strings.Trim(rooted, "/.*") == "" && !e.Absent:
		return fmt.Errorf("it is no absolute path, nor %s with a path behind it, nor %s", programFolder, above)
	}
	if len(e.Kinds) == 0 || len(e.Programs) == 0 || strings.TrimSpace(e.Reason) == "" {
		return fmt.Errorf("kinds, programs and a reason are needed")
	}
	for _, k := range e.Kinds {
		if !slices.Contains([]action.Kind{action.Look, action.Read, action.Write, action.Run, action.Enter}, k) {
			return fmt.Errorf("kind %q: choose look, read, write, run or enter", k)
		}
	}
	return nil
}

// find gives the index of the entry that lets an access of a program pass, or -1. file is where the program really lies.
func (l *List) find(a *action.Access, file, temp string) int {
	return slices.IndexFunc(l.Paths, func(e Entry) bool {
		return slices.Contains(e.Kinds, a.Kind) && (slices.Contains(e.Programs, anyProgram) || slices.Contains(e.Programs, path.Base(a.Program))) &&
			(!e.Absent || absent(a)) && e.holds(a.Path, file, a.Action.Root, temp)
	})
}

// absent tells whether nothing was there: also where a file stands in the place of a folder, as below /dev/null.
func absent(a *action.Access) bool { return a.Errno == "ENOENT" || a.Errno == "ENOTDIR" }

func (e *Entry) holds(name, file, root, temp string) bool {
	pattern := e.Path
	switch {
	case strings.HasPrefix(pattern, above):
		folder, ok := strings.CutSuffix(name, strings.TrimPrefix(pattern, above))
		if folder == "" {
			folder = "/"
		}
		return ok && (within(file, folder) || within(root, folder) || within(temp, folder))
	case strings.HasPrefix(pattern, programFolder):
		if file == "" {
			return false
		}
		pattern = path.Clean(path.Dir(file) + strings.TrimPrefix(pattern, programFolder))
	}
	folder, all := strings.CutSuffix(pattern, below)
	if all {
		// As many names of the path as the folder has.
		parts := strings.Split(name, "/")
		name = strings.Join(parts[:min(len(parts), strings.Count(folder, "/")+1)], "/")
	}
	ok, err := path.Match(folder, name)
	return ok && err == nil
}

// within tells whether a path is a folder's or lies below it.
func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/")
}
