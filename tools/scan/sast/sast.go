// SPDX-License-Identifier: MIT

// Package sast runs programs of static analysis over the tree and reads what they say. It knows no policy: which finding
// matters is decided elsewhere.
//
//	gosec           Go: insecure calls, injection, weak cryptography; linked, pinned by tools/go.mod
//	staticcheck     Go: defects; pinned by tools/go.mod
//	vet             Go: defects, by the go command
//	clang-warnings  own C: -Wall -Wextra
//	clang-analyzer  own C: paths to defects
//	cppcheck        own C
//	secrets         every file: gitleaks, pinned by tools/scan/programs/gitleaks.mod
//	shellcheck      shell scripts
//	buildifier      BUILD and .bzl files; pinned by tools/go.mod
//	sqlite-engine   SQLite itself: its warnings are counted and gate nothing, because it is neither ours nor patched
//
// Decisions about findings stand in one file. So what stands in the files that are looked at counts for nothing (#nosec,
// gitleaks:allow, cppcheck-suppress, shellcheck disable), or is a finding itself, called silenced, where a program cannot be
// told so.
//
// clang is the pinned zig's where that is given, else the host's; cppcheck and shellcheck are those in PATH, which
// tools/scan/programs/fetch gets from Debian. Their versions are part of the result. A program that is not there is an
// error that says how to get it.
package sast

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/scan/cache"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
)

// Env is what scanners work with.
type Env struct {
	Runner lint.Runner
	Tree   *lint.Tree
	Tools  string // folder of the Go module that pins staticcheck and buildifier
	Self   string // path of this program, which runs gosec as a worker
	// Zig is the path of the pinned zig, whose clang is then used with the headers that zig brings; "" for the host's clang.
	Zig string
	// Gitleaks is the file in the form of go.mod that pins gitleaks: it links much that the tools do not.
	Gitleaks string
	Temp     string   // folder for files of a run; it has to exist
	Environ  []string // NAME=value: what the programs that Runner runs find in their environment
}

// A Result is what one scanner said.
type Result struct {
	Findings []finding.Finding
	Version  string
	Input    string   // what was looked at, in words
	Notes    []string // what gates nothing
}

// A Scanner runs one program.
type Scanner struct {
	Name string
	Cost int // about how many seconds it takes when nothing is kept
	Run  func(ctx context.Context, e *Env) (*Result, error)

	reads func(in *cache.Inputs) string                                // the files, with their digests
	runs  []func(ctx context.Context, e *Env) (says string, err error) // what the programs are
}

// Outside are the folders of modules that are made for tests and released nowhere: consumers, and the benchmark, which
// brings the drivers of others.
var Outside = []string{"e2e", "tools/bench"}

// outside reports whether a file or folder is one of those folders or lies in one.
func outside(name string) bool {
	return slices.ContainsFunc(Outside, func(dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") })
}

// LeftOut reports whether a file is of no module that is looked at: it lies in [Outside], or in a folder testdata, which the
// go command passes over.
func LeftOut(name string) bool {
	return outside(name) || slices.Contains(strings.Split(name, "/"), "testdata")
}

// Analysed says whether a Go module is looked at: it has Go files, not only requirements of a program that is run, and
// does not lie outside.
func Analysed(tree *lint.Tree, m lint.Module, all []lint.Module) bool {
	if outside(m.Dir) {
		return false
	}
	return slices.ContainsFunc(tree.Files, func(name string) bool {
		return path.Ext(name) == ".go" && !LeftOut(name) && owner(name, all) == m.Dir
	})
}

// owner is the folder of the innermost module that a file lies in.
func owner(name string, modules []lint.Module) string {
	dir := ""
	for _, m := range modules {
		if (m.Dir == "." || strings.HasPrefix(name, m.Dir+"/")) && len(m.Dir) >= len(dir) {
			dir = m.Dir
		}
	}
	return dir
}

// Engine is the name of the scanner whose findings gate nothing.
const Engine = "sqlite-engine"

type asks []func(context.Context, *Env) (string, error)

// Scanners are all scanners, the quick ones first.
func Scanners() []Scanner {
	return []Scanner{
		{"shellcheck", 6, shellcheck, scripts, asks{program("shellcheck")}},
		{"secrets", 4, secrets, allFiles, asks{Go, pins(gitleaksPins)}},
		{"clang-warnings", 4, warnings, cFiles, asks{clangProgram}},
		{"clang-analyzer", 6, analyzer, cFiles, asks{clangProgram}},
		{"cppcheck", 5, cppcheck, cFiles, asks{program("cppcheck")}},
		{"buildifier", 2, byLint("buildifier", "low"), allFiles, asks{Go, pins(toolPins)}},
		{"vet", 8, byLint("vet", "medium"), goFiles, asks{Go}},
		{"staticcheck", 20, byLint("staticcheck", "medium"), goFiles, asks{Go, pins(toolPins)}},
		{"gosec", 30, runGosec, goFiles, asks{Go}},
		{Engine, 3, engine, cFiles, asks{clangProgram}},
	}
}

// debian are its packages that bring a program.
var debian = map[string]string{"clang": "clang", "cppcheck": "cppcheck", "shellcheck": "shellcheck"}

// host runs a program of the host.
func host(ctx context.Context, e *Env, dir string, args ...string) (lint.Result, error) {
	return hostWith(ctx, e, lint.Command{Dir: dir, Args: args})
}

func hostWith(ctx context.Context, e *Env, c lint.Command) (lint.Result, error) {
	res, err := e.Runner.Run(ctx, c)
	if p := c.Args[0]; err != nil && ctx.Err() == nil && debian[p] != "" {
		return res, fmt.Errorf("%w: not installed: apt-get install %s", err, debian[p])
	}
	return res, err
}

var versions = regexp.MustCompile(`\d+(\.\d+)+`)

// hostVersion is the version that a program prints of itself.
func hostVersion(ctx context.Context, e *Env, program ...string) (string, error) {
	res, err := host(ctx, e, e.Temp, append(slices.Clone(program), "--version")...)
	if err != nil {
		return "", err
	}
	v := versions.Find(res.Stdout)
	if v == nil {
		return "", fmt.Errorf("run %s --version: it prints no version", program[0])
	}
	return string(v), nil
}

// pinned is the path and the version of a program that a file in the form of go.mod pins by a tool line.
func pinned(ctx context.Context, e *Env, modFile, name, module string) (program, version string, err error) {
	env := []string{"GOWORK=off", "GOOS=", "GOARCH="} // the host's, whatever is looked at
	res, err := e.Runner.Run(ctx, lint.Command{Dir: e.Tools, Env: env, Args: []string{"go", "tool", "-modfile=" + modFile, "-n", name}})
	if err != nil {
		return "", "", fmt.Errorf("build %s: %w", name, err)
	}
	program = strings.TrimSpace(string(res.Stdout))
	if res.Exit != 0 || program == "" || strings.Contains(program, "\n") {
		return "", "", fmt.Errorf("build %s of %s: %s", name, modFile, last(res.Stderr))
	}
	res, err = e.Runner.Run(ctx, lint.Command{Dir: e.Tools, Env: env, Args: []string{"go", "list", "-modfile=" + modFile, "-m", "-f", "{{.Version}}", module}})
	if err != nil {
		return "", "", err
	}
	return program, strings.TrimSpace(string(res.Stdout)), nil
}

// byLint runs a check of package lint, which already knows the program.
func byLint(name, severity string) func(context.Context, *Env) (*Result, error) {
	return func(ctx context.Context, e *Env) (*Result, error) {
		checks, err := lint.Select(lint.Checks(lint.Config{Runner: e.Runner, ToolsDir: e.Tools}), []string{name})
		if err != nil {
			return nil, err
		}
		outcome := lint.Run(ctx, e.Tree, checks, func() time.Time { return time.Time{} }, discard{})[0]
		if outcome.Err != nil {
			return nil, outcome.Err
		}
		r := &Result{Version: "go.mod", Input: "the tree"}
		for _, f := range outcome.Findings {
			r.Findings = append(r.Findings, finding.Finding{
				Scanner: name, ID: rule(f.Message, name), Component: f.File, Line: f.Line, Severity: severity, Rank: finding.Called, Summary: f.Message,
			})
		}
		silenced, err := silences(e.Tree, name, severity)
		r.Findings = append(r.Findings, silenced...)
		return r, err
	}
}

var codes = regexp.MustCompile(`\(([A-Za-z]+[0-9]{4}|[a-z-]+)\)$`)

// rule is the code in parentheses that ends a message.
func rule(message, otherwise string) string {
	if m := codes.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return otherwise
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func last(output []byte) string {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " | ")
}

func decode(name string, text []byte, into any) error {
	if len(text) == 0 {
		return fmt.Errorf("read the output of %s: it is empty", name)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read the output of %s: %w", name, err)
	}
	return nil
}

// relative is a file's path in the tree; ok is false for a file outside.
func relative(root, file string) (string, bool) {
	if !filepath.IsAbs(file) {
		return filepath.ToSlash(filepath.Clean(file)), !strings.HasPrefix(file, "..")
	}
	rel, err := filepath.Rel(root, file)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

var errNothing = errors.New("the tree has nothing that it could look at")

// inTemp makes a folder for one scanner.
func inTemp(e *Env, name string) (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp(e.Temp, name)
	return dir, func() { os.RemoveAll(dir) }, err
}
