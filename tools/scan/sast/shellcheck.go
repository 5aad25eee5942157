// SPDX-License-Identifier: MIT

package sast

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/scan/finding"
)

var shebang = regexp.MustCompile(`^#! *(/usr)?/bin/(env +)?(ba|da|k)?sh\b`)

// forShell reports of a file's name whether a shell may read the file, and whether it does so whatever the first line says.
// Others read it when that names a shell.
func forShell(name string) (may, does bool) {
	ext := path.Ext(name)
	does = slices.Contains([]string{".sh", ".bash", ".dash", ".ksh"}, ext)
	// A name that begins with its only dot, as .profile, has no ending.
	return does || ext == "" || ext == path.Base(name), does
}

// shellScripts are the files that a shell reads.
func shellScripts(e *Env) ([]string, error) {
	var names []string
	for _, name := range e.Tree.Files {
		may, does := forShell(name)
		if may && !does {
			data, err := e.Tree.Read(name)
			if err != nil {
				return nil, err
			}
			first, _, _ := bytes.Cut(data, []byte("\n"))
			does = shebang.Match(first)
		}
		if does {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil, errNothing
	}
	return names, nil
}

var (
	shellcheckDirective = regexp.MustCompile(`(?m)#[ \t]*shellcheck[ \t].*$`)
	shellcheckDisable   = regexp.MustCompile(`[ \t]+disable=[^ \t]*`)
	shellcheckOther     = regexp.MustCompile(`shellcheck[ \t]+\w+=`)
)

// undisabled is a script whose directives let nothing go: shellcheck has no option for that. What else they say stays, and so
// does every line.
func undisabled(script []byte) []byte {
	return shellcheckDirective.ReplaceAllFunc(script, func(directive []byte) []byte {
		if !shellcheckDisable.Match(directive) {
			return directive
		}
		rest := shellcheckDisable.ReplaceAll(directive, nil)
		if !shellcheckOther.Match(rest) {
			rest = bytes.Replace(rest, []byte("shellcheck"), []byte("not heard:"), 1)
		}
		return rest
	})
}

var shellcheckSeverities = map[string]string{"error": "high", "warning": "medium", "info": "low", "style": "low"}

func shellcheck(ctx context.Context, e *Env) (*Result, error) {
	names, err := shellScripts(e)
	if err != nil {
		return nil, err
	}
	version, err := hostVersion(ctx, e, "shellcheck")
	if err != nil {
		return nil, err
	}
	dir, remove, err := inTemp(e, "shellcheck")
	if err != nil {
		return nil, err
	}
	defer remove()
	for _, name := range names {
		data, err := e.Tree.Read(name)
		if err != nil {
			return nil, err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(to, undisabled(data), 0o600); err != nil {
			return nil, err
		}
	}
	args := append([]string{"shellcheck", "--norc", "--format=json1", "--"}, names...)
	res, err := hostWith(ctx, e, lint.Command{Dir: dir, Env: []string{"SHELLCHECK_OPTS="}, Args: args})
	if err != nil {
		return nil, err
	}
	if res.Exit > 1 { // 1 is findings: https://github.com/koalaman/shellcheck/blob/master/shellcheck.1.md#return-values
		return nil, fmt.Errorf("run shellcheck: %s", last(res.Stderr))
	}
	var report struct {
		Comments []struct {
			File    string `json:"file"`
			Line    int    `json:"line"`
			Level   string `json:"level"`
			Code    int    `json:"code"`
			Message string `json:"message"`
		} `json:"comments"`
	}
	if err := decode("shellcheck", res.Stdout, &report); err != nil {
		return nil, err
	}
	r := &Result{Version: version, Input: fmt.Sprintf("%d scripts", len(names))}
	for _, c := range report.Comments {
		r.Findings = append(r.Findings, finding.Finding{
			Scanner: "shellcheck", ID: fmt.Sprintf("SC%d", c.Code), Component: c.File, Line: c.Line,
			Severity: shellcheckSeverities[c.Level], Rank: finding.Called, Summary: c.Message,
		})
	}
	return r, nil
}
