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
	capi         = "internal/capi"
	amalgamation = capi + "/amalgamation.c"
	publicNames  = "sqlite3_amalgamation/public_names.c"
	anchor       = "toolchains/anchor/anchor.c"
)

// A unit is a translation unit of own C.
type unit struct {
	file  string   // path
	flags []string // of clang
	lone  bool     // it includes nothing of internal/capi
}

// ownC lays out every translation unit of the project's own C in dir, and counts the files that are in them:
//
//   - internal/capi/amalgamation.c, over the amalgamation and over a library, with the text of shims and own headers in the
//     place of their includes: what stands in the main file is all that the analyzer begins at, so that SQLite is only
//     known to it, not analysed;
//   - the preambles of internal/capi's Go files;
//   - sqlite3_amalgamation/public_names.c, and toolchains/anchor/anchor.c for both of its processors.
//
// A C file of the tree that is in none of them is an error, since nothing would be found in it.
func ownC(e *Env, dir string) (units []unit, files int, err error) {
	root := filepath.Join(e.Tree.Root, filepath.FromSlash(capi))
	if err := e.hasSQLite(); err != nil {
		return nil, 0, err
	}
	includes := []string{"-I" + root, "-I" + filepath.Join(e.Tree.Root, "sqlite3_amalgamation")}
	seen := map[string]bool{amalgamation: true}
	text, err := inlined(e, amalgamation, seen)
	if err != nil {
		return nil, 0, err
	}
	if len(seen) == 1 {
		return nil, 0, errNothing
	}
	preambles, goFiles, err := preambles(e)
	if err != nil {
		return nil, 0, err
	}
	for name, text := range map[string]string{"own.c": text, "preambles.c": preambles} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, 0, err
		}
	}
	own := filepath.Join(dir, "own.c")
	units = []unit{{file: own, flags: includes}, {file: own, flags: append([]string{"-DGOSQLITE_LIBSQLITE3"}, includes...)}}
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
	if left := unlisted(e.Tree, seen); left != nil {
		return nil, 0, fmt.Errorf("find own C: %s is in no translation unit that is looked at: add it to tools/scan/sast/own.go", strings.Join(left, ", "))
	}
	return units, len(seen) + goFiles, nil
}

var ownInclude = regexp.MustCompile(`^#[ \t]*include "(\w+\.[ch])"`)

// inlined is a file of internal/capi with the text of own files in the place of their includes.
func inlined(e *Env, name string, seen map[string]bool) (string, error) {
	data, err := e.Tree.Read(name)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	line := 0
	for l := range strings.Lines(string(data)) {
		line++
		m := ownInclude.FindStringSubmatch(l)
		if m == nil || strings.HasPrefix(m[1], "sqlite3") || !slices.Contains(e.Tree.Files, capi+"/"+m[1]) {
			text.WriteString(l)
			continue
		}
		inner := capi + "/" + m[1]
		seen[inner] = true
		own, err := e.Tree.Read(inner)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "#line 1 %q\n%s\n#line %d %q\n", e.path(inner), own, line+1, e.path(name))
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

var importC = regexp.MustCompile(`^import "C"\s*$`)

// preambles are the comments before import "C", which cgo compiles, one after the other.
func preambles(e *Env) (string, int, error) {
	var all strings.Builder
	files := 0
	for _, name := range e.Tree.Files {
		if path.Dir(name) != capi || path.Ext(name) != ".go" {
			continue
		}
		data, err := e.Tree.Read(name)
		if err != nil {
			return "", 0, err
		}
		text, ok := preamble(string(data))
		if ok {
			files++
			fmt.Fprintf(&all, "#line 1 %q\n%s\n", e.path(name), text)
		}
	}
	return all.String(), files, nil
}

// preamble is the C before import "C" in a Go file, each line at its number; ok is false when there is no such import.
func preamble(source string) (text string, ok bool) {
	lines := strings.SplitAfter(source, "\n")
	end := slices.IndexFunc(lines, func(l string) bool { return importC.MatchString(strings.TrimRight(l, "\r\n")) })
	if end < 0 {
		return "", false
	}
	begin := end
	if begin > 0 && strings.HasSuffix(strings.TrimSpace(lines[begin-1]), "*/") {
		for begin--; begin > 0 && !strings.HasPrefix(lines[begin], "/*"); begin-- {
		}
	} else {
		for begin > 0 && strings.HasPrefix(lines[begin-1], "//") {
			begin--
		}
	}
	out := strings.Repeat("\n", begin)
	for _, l := range lines[begin:end] {
		l = strings.TrimPrefix(strings.TrimPrefix(l, "//"), "/*")
		l = strings.Replace(l, "*/", "", 1)
		if strings.HasPrefix(strings.TrimSpace(l), "#cgo") {
			l = "\n"
		}
		out += l
	}
	return out, true
}

// cExtensions are those of files that a C compiler takes, but for headers, which are in units by their includes.
var cExtensions = []string{".c", ".cc", ".cpp", ".cxx", ".m", ".S", ".s"}

// unlisted are C files, and headers of internal/capi, that are in no unit. Folders outside of what is analysed have none that
// count, and what is generated is not in the tree.
func unlisted(tree *lint.Tree, seen map[string]bool) []string {
	var left []string
	for _, name := range tree.Files {
		is := slices.Contains(cExtensions, path.Ext(name)) || path.Ext(name) == ".h" && path.Dir(name) == capi
		if is && !seen[name] && !strings.HasPrefix(path.Base(name), "sqlite3") && !LeftOut(name) {
			left = append(left, name)
		}
	}
	return left
}
