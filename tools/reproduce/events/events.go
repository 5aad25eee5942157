// SPDX-License-Identifier: MIT

// Package events reads what a build made from Bazel's build event file, as --build_event_json_file writes it: one
// JSON object a line, see
// https://github.com/bazelbuild/bazel/blob/7.7.1/src/main/java/com/google/devtools/build/lib/buildeventstream/proto/build_event_stream.proto
package events

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// maxLine bounds one event in bytes.
const maxLine = 64 << 20

// Build is what the events say about a build.
type Build struct {
	ExecRoot string            // execution root, below which actions name their files
	Files    map[string]string // default outputs of all top-level targets: name to path on disk
	Targets  int               // top-level targets completed
}

type event struct {
	ID struct {
		NamedSet        *struct{ ID string }
		TargetCompleted *struct{ Label, Aspect string }
	}
	NamedSetOfFiles *namedSet
	Completed       *struct {
		Success     bool
		OutputGroup []struct {
			Name     string
			FileSets []struct{ ID string }
		}
	}
	WorkspaceInfo *struct{ LocalExecRoot string }
	Finished      *struct{ ExitCode struct{ Name string } }
	Aborted       *struct{ Reason, Description string }
}

type namedSet struct {
	Files []struct {
		Name, URI  string
		PathPrefix []string
	}
	FileSets []struct{ ID string }
}

// Read reads an event file to its end. A build that failed, was aborted or whose file is cut off is an error.
func Read(r io.Reader) (*Build, error) {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 1<<16), maxLine)
	b := &Build{Files: map[string]string{}}
	sets := map[string]*namedSet{}
	var top []string
	finished := ""
	for n := 1; in.Scan(); n++ {
		if len(strings.TrimSpace(in.Text())) == 0 {
			continue
		}
		var e event
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("read build events: line %d: %w", n, err)
		}
		switch {
		case e.NamedSetOfFiles != nil && e.ID.NamedSet != nil:
			sets[e.ID.NamedSet.ID] = e.NamedSetOfFiles
		case e.WorkspaceInfo != nil:
			b.ExecRoot = e.WorkspaceInfo.LocalExecRoot
		case e.Finished != nil:
			finished = e.Finished.ExitCode.Name
		case e.Aborted != nil && e.ID.TargetCompleted != nil:
			return nil, fmt.Errorf("read build events: %s was not built: %s %s", e.ID.TargetCompleted.Label, e.Aborted.Reason, e.Aborted.Description)
		case e.Completed != nil && e.ID.TargetCompleted != nil && e.ID.TargetCompleted.Aspect == "":
			if !e.Completed.Success {
				return nil, fmt.Errorf("read build events: %s failed to build", e.ID.TargetCompleted.Label)
			}
			b.Targets++
			for _, g := range e.Completed.OutputGroup {
				if g.Name == "default" {
					for _, s := range g.FileSets {
						top = append(top, s.ID)
					}
				}
			}
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read build events: %w", err)
	}
	if finished != "SUCCESS" {
		return nil, fmt.Errorf("read build events: the build ended with %q; SUCCESS is needed", finished)
	}
	if b.ExecRoot == "" {
		return nil, errors.New("read build events: no workspace event names the execution root")
	}
	return b, b.collect(top, sets)
}

// collect walks the sets of files; a set may be shared by many targets.
func (b *Build) collect(todo []string, sets map[string]*namedSet) error {
	seen := map[string]bool{}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		s, ok := sets[id]
		if !ok {
			return fmt.Errorf("read build events: set of files %q is not there", id)
		}
		for _, f := range s.Files {
			u, err := url.Parse(f.URI)
			if err != nil || u.Scheme != "file" {
				return fmt.Errorf("read build events: %s is at %q, not on this disk; build without remote downloads left out", f.Name, f.URI)
			}
			// The prefix names the configuration, so that two platforms' files of one name stay apart.
			b.Files[strings.Join(append(append([]string{}, f.PathPrefix...), f.Name), "/")] = u.Path
		}
		for _, sub := range s.FileSets {
			todo = append(todo, sub.ID)
		}
	}
	return nil
}
