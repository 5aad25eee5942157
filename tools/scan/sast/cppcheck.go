// SPDX-License-Identifier: MIT

package sast

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
)

var cppcheckSeverities = map[string]string{"error": "high", "warning": "medium", "portability": "low", "performance": "low", "style": "low", "information": "low"}

func cppcheck(ctx context.Context, e *Env) (*Result, error) {
	version, err := hostVersion(ctx, e, "cppcheck")
	if err != nil {
		return nil, err
	}
	dir, remove, err := inTemp(e, "cppcheck")
	if err != nil {
		return nil, err
	}
	defer remove()
	c, err := ownC(e, dir)
	if err != nil {
		return nil, err
	}
	// SQLite as a whole would take it minutes: it gets the shims with SQLite's header, and takes unknown types as they come.
	var files, lone []string
	for _, name := range e.Tree.Files {
		if ok, _ := path.Match(capi+"/*.c", name); ok && name != amalgamation && !ofSQLite(name) {
			files = append(files, e.path(name))
		}
	}
	count := len(files)
	for _, u := range c.units {
		switch {
		case u.lone && !slices.Contains(lone, u.file):
			lone = append(lone, u.file)
			count++
		case filepath.Base(u.file) == "preambles.c":
			files = append(files, u.file)
		}
	}
	r := &Result{Version: version, Input: fmt.Sprintf("%d C files, %d preambles", count, c.preambles)}
	with := []string{"-DGOSQLITE_SHIMS=1", "--include=" + e.path(capi+"/sqlite3.h"), "--include=" + e.path(capi+"/capi.h")}
	for _, run := range [][]string{append(with, files...), lone} {
		if len(run) == 0 {
			continue
		}
		if err := runCppcheck(ctx, e, dir, run, r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// runCppcheck adds what it finds to r.
func runCppcheck(ctx context.Context, e *Env, dir string, files []string, r *Result) error {
	// The fields are separated by a character that no path and no message has.
	args := slices.Concat([]string{"cppcheck", "--quiet", "--enable=warning,portability", "--std=c11",
		"--template={file}\x1f{line}\x1f{severity}\x1f{id}\x1f{message}", "--suppress=missingInclude", "--suppress=missingIncludeSystem"}, files)
	res, err := host(ctx, e, dir, args...)
	if err != nil {
		return err
	}
	if res.Exit != 0 {
		return fmt.Errorf("run cppcheck: %s", last(res.Stderr))
	}
	for line := range strings.Lines(string(res.Stderr)) {
		fields := strings.Split(strings.TrimSpace(line), "\x1f")
		if len(fields) != 5 || fields[0] == "nofile" {
			continue
		}
		at, err := strconv.Atoi(fields[1])
		severity := cppcheckSeverities[fields[2]]
		if err != nil || severity == "" {
			return fmt.Errorf("read the output of cppcheck: %q", line)
		}
		file, ok := relative(e.Tree.Root, fields[0])
		if ok && !ofSQLite(file) {
			r.Findings = append(r.Findings, finding.Finding{
				Scanner: "cppcheck", ID: fields[3], Component: file, Line: at, Severity: severity, Rank: finding.Called, Summary: fields[4],
			})
		}
	}
	return nil
}
