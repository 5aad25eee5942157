// SPDX-License-Identifier: MIT

// Package command is what the programs of reproduction share: exit codes, paths as the user meant them, files that are
// written whole or not at all, and the end of a run.
package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/reproduce/report"
)

// Exit codes; those of a comparison are in package report.
const (
	ExitOK      = 0
	ExitFailure = 1
	ExitUsage   = 2
)

// A Terminal is where a program prints, and what surrounds it.
type Terminal struct {
	Program        string // stands before what goes to Stderr
	Stdout, Stderr io.Writer
	Environ        []string // NAME=VALUE
}

// Fail prints an error and gives the exit code back.
func (t *Terminal) Fail(code int, err error) int {
	fmt.Fprintf(t.Stderr, "%s: %v\n", t.Program, err)
	return code
}

// Variable is that of the environment; empty if it is not there.
func (t *Terminal) Variable(name string) string {
	for _, e := range t.Environ {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

// From is a path as the user meant it: from where he stands, which is not where `bazel run` runs a program. The names for
// nothing and for standard output stay.
func (t *Terminal) From(name string) string {
	folder := t.Variable("BUILD_WORKING_DIRECTORY")
	if name == "" || name == "-" || filepath.IsAbs(name) || folder == "" {
		return name
	}
	return filepath.Join(folder, name)
}

// Finish prints a report, as a table or to the JSON file that the user named, and gives its exit code.
func (t *Terminal) Finish(r *report.Report, jsonFile string) int {
	var err error
	switch jsonFile {
	case "-":
		err = r.WriteJSON(t.Stdout)
	case "":
		err = r.WriteTable(t.Stdout)
	default:
		if err = WriteFile(t.From(jsonFile), r.WriteJSON); err == nil {
			err = r.WriteTable(t.Stdout)
		}
	}
	if err != nil {
		return t.Fail(ExitFailure, fmt.Errorf("write report: %w", err))
	}
	return r.ExitCode()
}

// WriteFile writes under a temporary name, and renames when all is on disk.
func WriteFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	for _, step := range []func() error{func() error { return f.Chmod(0o644) }, f.Sync, f.Close} {
		if e := step(); err == nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// WriteText is WriteFile for a text at hand.
func WriteText(name string, text []byte) error {
	err := WriteFile(name, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
