// SPDX-License-Identifier: MIT

package sast

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
)

// clang is how clang is called: zig's with the headers of a static Linux program, and nothing of the host.
func (e *Env) clang() []string {
	if e.Zig == "" {
		return []string{"clang"}
	}
	// Bazel hands over a link to the program alone; its headers lie beside what the link leads to.
	zig := e.Zig
	if real, err := filepath.EvalSymlinks(zig); err == nil {
		zig = real
	}
	lib := filepath.Join(filepath.Dir(zig), "lib")
	args := []string{e.Zig, "clang", "--target=x86_64-linux-musl", "-nostdinc", "-isystem", filepath.Join(lib, "include")}
	for _, headers := range []string{"x86_64-linux-musl", "generic-musl", "x86-linux-any", "any-linux-any"} {
		args = append(args, "-isystem", filepath.Join(lib, "libc", "include", headers))
	}
	return args
}

// words is how many of the first words of clang name the program.
func (e *Env) words() int {
	if e.Zig == "" {
		return 1
	}
	return 2
}

func warnings(ctx context.Context, e *Env) (*Result, error) {
	return clang(ctx, e, "clang-warnings", "medium", "-fsyntax-only", "-Wall", "-Wextra", "-Wno-unused-function")
}

func analyzer(ctx context.Context, e *Env) (*Result, error) {
	// Calls into SQLite are not followed: that takes a minute, and what it finds is about SQLite.
	return clang(ctx, e, "clang-analyzer", "high", "--analyze", "-Xclang", "-analyzer-output=text", "-Xclang", "-analyzer-config", "-Xclang", "ipa=none",
		"-Xclang", "-analyzer-checker=core,deadcode,unix,security.insecureAPI.UncheckedReturn,security.insecureAPI.gets,security.insecureAPI.mktemp,nullability")
}

func clang(ctx context.Context, e *Env, name, severity string, flags ...string) (*Result, error) {
	compiler := e.clang()
	version, err := hostVersion(ctx, e, compiler[:e.words()]...)
	if err != nil {
		return nil, err
	}
	dir, remove, err := inTemp(e, name)
	if err != nil {
		return nil, err
	}
	defer remove()
	c, err := ownC(e, dir)
	if err != nil {
		return nil, err
	}
	r := &Result{Version: version, Input: fmt.Sprintf("%d C files and headers, %d preambles", c.files, c.preambles)}
	for _, u := range c.units {
		args := slices.Concat(compiler, []string{"-std=gnu11", "-fno-color-diagnostics"}, flags, u.flags, []string{u.file})
		res, err := host(ctx, e, dir, args...)
		if err != nil {
			return nil, err
		}
		if res.Exit != 0 {
			return nil, fmt.Errorf("run %s: own C does not compile: %s", name, last(res.Stderr))
		}
		for _, d := range diagnostics(res.Stderr) {
			file, ok := relative(e.Tree.Root, d.file)
			if ok && !ofSQLite(file) {
				r.Findings = append(r.Findings, finding.Finding{
					Scanner: name, ID: d.rule, Component: file, Line: d.line, Severity: severity, Rank: finding.Called, Summary: d.text,
				})
			}
		}
	}
	r.Findings = finding.Merge(r.Findings) // the same file may be in several units
	silenced, err := silences(e.Tree, name, severity)
	r.Findings = append(r.Findings, silenced...)
	return r, err
}

type diagnostic struct {
	file string
	line int
	text string
	rule string
}

var diagnosticLine = regexp.MustCompile(`(?m)^([^\s:][^:\n]*):([0-9]+):[0-9]+: warning: (.*) \[([^\]]+)\]$`)

// diagnostics reads clang's warnings: file:line:column: warning: text [rule]
func diagnostics(stderr []byte) []diagnostic {
	var all []diagnostic
	for _, m := range diagnosticLine.FindAllSubmatch(stderr, -1) {
		line, err := strconv.Atoi(string(m[2]))
		if err == nil {
			all = append(all, diagnostic{string(m[1]), line, string(m[3]), string(m[4])})
		}
	}
	return all
}

// engine counts the warnings of SQLite itself. It is compiled as it comes, and its authors say why warnings are not their
// measure: https://sqlite.org/testing.html#staticanalysis
func engine(ctx context.Context, e *Env) (*Result, error) {
	compiler := e.clang()
	version, err := hostVersion(ctx, e, compiler[:e.words()]...)
	if err != nil {
		return nil, err
	}
	capi := filepath.Join(e.Tree.Root, "internal", "capi")
	if err := e.hasSQLite(); err != nil {
		return nil, err
	}
	res, err := host(ctx, e, capi, append(compiler, "-fsyntax-only", "-fno-color-diagnostics", "-Wall", "-Wextra",
		"-I"+filepath.Join(e.Tree.Root, "sqlite3_amalgamation"), "-DSQLITE_CUSTOM_INCLUDE=sqlite3_options.h", "sqlite3.c")...)
	if err != nil {
		return nil, err
	}
	if res.Exit != 0 {
		return nil, fmt.Errorf("run clang on SQLite: %s", last(res.Stderr))
	}
	counts := map[string]int{}
	for _, d := range diagnostics(res.Stderr) {
		counts[d.rule]++
	}
	r := &Result{Version: version, Input: "sqlite3.c"}
	for _, rule := range slices.Sorted(maps.Keys(counts)) {
		r.Notes = append(r.Notes, fmt.Sprintf("%s: %d", rule, counts[rule]))
	}
	return r, nil
}
