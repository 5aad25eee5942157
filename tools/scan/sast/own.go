// SPDX-License-Identifier: MIT

package sast

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/lint"
)

const (
	capi          = "internal/capi"
	amalgamation  = capi + "/amalgamation.c"
	publicNames   = "sqlite3_amalgamation/public_names.c"
	optionsHeader = "sqlite3_amalgamation/sqlite3_options.h"
	anchor        = "toolchains/anchor/anchor.c"
)

// generated are the files that are written beside own C: of SQLite's authors, and a copy of [optionsHeader]. No commit of
// main has them; that of a release has. They are those that package module adds to it.
var generated = []string{capi + "/sqlite3.c", capi + "/sqlite3.h", capi + "/sqlite3_options.h"}

// ofSQLite reports whether a file is one of these, so that what is found in it is about SQLite.
func ofSQLite(name string) bool { return slices.Contains(generated, name) }

// A unit is a translation unit of own C.
type unit struct {
	file  string   // path
	flags []string // of clang
	lone  bool     // it includes nothing of internal/capi
}

// A layout is the project's own C as scanners get it.
type layout struct {
	units     []unit
	files     int // that stand in units, headers among them
	preambles int
}

// ownC lays out every translation unit of the project's own C in dir, and counts the files that are in them:
//
//   - internal/capi/amalgamation.c, over the amalgamation and over a library, with the text of shims and own headers in the
//     place of their includes, and of what those include: what stands in the main file is all that the analyzer begins at, so
//     that SQLite is only known to it, not analysed;
//   - the preambles of internal/capi's Go files;
//   - sqlite3_amalgamation/public_names.c, and toolchains/anchor/anchor.c for both of its processors.
//
// A C file of the tree, a header or a preamble that is in none of them is an error, since nothing would be found in it.
func ownC(e *Env, dir string) (*layout, error) {
	root := filepath.Join(e.Tree.Root, filepath.FromSlash(capi))
	if err := e.hasSQLite(); err != nil {
		return nil, err
	}
	includes := []string{"-I" + root, "-I" + filepath.Join(e.Tree.Root, "sqlite3_amalgamation")}
	seen := map[string]bool{amalgamation: true}
	text, err := inlined(e, amalgamation, seen, nil)
	if err != nil {
		return nil, err
	}
	if len(seen) == 1 {
		return nil, errNothing
	}
	inGo, goFiles, others, err := preambles(e)
	if err != nil {
		return nil, err
	}
	for name, text := range map[string]string{"own.c": text, "preambles.c": inGo} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	main := filepath.Join(dir, "own.c")
	units := []unit{{file: main, flags: includes}, {file: main, flags: append([]string{"-DGOSQLITE_LIBSQLITE3"}, includes...)}}
	if goFiles > 0 {
		units = append(units, unit{file: filepath.Join(dir, "preambles.c"), flags: includes})
	}
	freestanding := []string{"-ffreestanding", "-nostdinc"}
	for _, u := range []unit{
		{publicNames, includes, true}, {anchor, append([]string{"--target=x86_64-unknown-linux"}, freestanding...), true},
		{anchor, append([]string{"--target=aarch64-unknown-linux"}, freestanding...), true},
	} {
		if slices.Contains(e.Tree.Files, u.file) {
			seen[u.file] = true
			u.file = filepath.Join(e.Tree.Root, filepath.FromSlash(u.file))
			units = append(units, u)
		}
	}
	if left := append(unlisted(e.Tree, seen), others...); len(left) > 0 {
		return nil, fmt.Errorf("find own C: %s is in no translation unit that is looked at: add it to tools/scan/sast/own.go", strings.Join(left, ", "))
	}
	return &layout{units, len(seen), goFiles}, nil
}

var (
	include    = regexp.MustCompile(`^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]`)
	pragmaOnce = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*pragma[ \t]+once\b`)
)

// inlined is a file with the text of own files in the place of their includes, and of those that they include, however deep.
// within are the files that it stands in: where one of them is included again, its guard makes nothing of it, so that an empty
// line stands there. An include that stayed would be looked for beside the text, not beside the file that it is of.
func inlined(e *Env, name string, seen map[string]bool, within []string) (string, error) {
	data, err := e.Tree.Read(name)
	if err != nil {
		return "", err
	}
	if pragmaOnce.Match(data) {
		return "", fmt.Errorf("find own C: %s has pragma once, which counts for nothing where its text stands in another file: write a guard", name)
	}
	within = append(within[:len(within):len(within)], name)
	var text strings.Builder
	line := 0
	for l := range strings.Lines(string(data)) {
		line++
		inner := ""
		if m := include.FindStringSubmatch(l); m != nil {
			inner = path.Join(path.Dir(name), m[1])
		}
		switch {
		case inner == "" || ofSQLite(inner) || !slices.Contains(e.Tree.Files, inner):
			text.WriteString(l)
			continue
		case slices.Contains(within, inner):
			text.WriteString("\n")
			continue
		}
		seen[inner] = true
		instead, err := inlined(e, inner, seen, within)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "#line 1 %q\n%s\n#line %d %q\n", e.path(inner), instead, line+1, e.path(name))
	}
	return text.String(), nil
}

// hasSQLite is an error when the amalgamation, which is never committed, was not written.
func (e *Env) hasSQLite() error {
	if _, err := os.Stat(e.path(capi + "/sqlite3.c")); err != nil {
		return errors.New("find internal/capi/sqlite3.c: it is not there; run ./bazelw run //internal/capi:amalgamation")
	}
	return nil
}

func (e *Env) path(name string) string { return filepath.Join(e.Tree.Root, filepath.FromSlash(name)) }

// cExtensions are those of files that a C compiler takes, and of headers.
var cExtensions = []string{".c", ".cc", ".cpp", ".cxx", ".m", ".S", ".s", ".h", ".hh", ".hpp", ".hxx"}

// unlisted are C files and headers that are in no unit. Folders outside of what is analysed have none that count; what is
// generated is not ours; and the header of options has nothing but names that are set.
func unlisted(tree *lint.Tree, seen map[string]bool) []string {
	var left []string
	for _, name := range tree.Files {
		if slices.Contains(cExtensions, path.Ext(name)) && !seen[name] && !ofSQLite(name) && name != optionsHeader && !LeftOut(name) {
			left = append(left, name)
		}
	}
	return left
}
