// SPDX-License-Identifier: MIT

// Package generated puts what the build made or fetched into the source tree, where people and tools other than Bazel
// look for it, and tells whether what stands there is current.
//
// A pair TARGET=SOURCE means a whole file. TARGET#NAME=SOURCE means the part of a Markdown file between the lines
// <!-- NAME --> and <!-- /NAME -->. Targets are paths below the workspace, sources paths below the runfiles.
package generated

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A pair is one argument.
type pair struct {
	target, section, source string
}

func parse(arg string) (pair, error) {
	target, source, ok := strings.Cut(arg, "=")
	target, section, _ := strings.Cut(target, "#")
	if !ok || !filepath.IsLocal(target) || !filepath.IsLocal(source) {
		return pair{}, fmt.Errorf("read argument %q: it is not TARGET=SOURCE with two local paths", arg)
	}
	return pair{target, section, source}, nil
}

// ErrStale says that a file of the tree is not what the build would put there.
var ErrStale = errors.New("not current")

// Place brings the pairs' targets up to date and names those that it wrote. A target that is the same already is left
// alone; one that is written comes into being whole or not at all.
func Place(workspace, runfiles string, args []string, out io.Writer) error {
	if workspace == "" {
		return errors.New("find workspace: BUILD_WORKSPACE_DIRECTORY is not set: start this by ./bazelw run")
	}
	return each(workspace, runfiles, args, func(p pair, path string, _, want []byte) error {
		if err := replace(path, want); err != nil {
			return fmt.Errorf("place %s: %w", p.target, err)
		}
		_, err := fmt.Fprintln(out, "wrote", p.target)
		return err
	})
}

// Check fails with ErrStale when a target is not current; update is the command that the error recommends.
func Check(workspace, runfiles, update string, args []string) error {
	return each(workspace, runfiles, args, func(p pair, _ string, _, _ []byte) error {
		return fmt.Errorf("%s is %w: run %s", p.target, ErrStale, update)
	})
}

// each calls differs for every pair whose target is not current.
func each(workspace, runfiles string, args []string, differs func(p pair, path string, have, want []byte) error) error {
	for _, arg := range args {
		p, err := parse(arg)
		if err != nil {
			return err
		}
		source, err := os.ReadFile(filepath.Join(runfiles, p.source))
		if err != nil {
			return fmt.Errorf("place %s: %w", p.target, err)
		}
		path := filepath.Join(workspace, p.target)
		have, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("place %s: %w", p.target, err)
		}
		want, err := p.contents(have, source)
		if err != nil {
			return fmt.Errorf("place %s: %w", p.target, err)
		}
		if !bytes.Equal(have, want) {
			if err := differs(p, path, have, want); err != nil {
				return err
			}
		}
	}
	return nil
}

// contents is what the target should hold.
func (p pair) contents(have, source []byte) ([]byte, error) {
	if p.section == "" {
		return source, nil
	}
	open, closing := "<!-- "+p.section+" -->\n", "<!-- /"+p.section+" -->\n"
	before, rest, ok1 := bytes.Cut(have, []byte(open))
	_, after, ok2 := bytes.Cut(rest, []byte(closing))
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("it has no lines %q and %q", strings.TrimSpace(open), strings.TrimSpace(closing))
	}
	return bytes.Join([][]byte{before, []byte(open), source, []byte(closing), after}, nil), nil
}

func replace(target string, data []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(target), filepath.Base(target)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), target)
	}
	return err
}
