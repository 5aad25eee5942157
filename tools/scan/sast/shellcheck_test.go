// SPDX-License-Identifier: MIT

package sast

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/scan/cache"
)

// TestShellScripts: what a shell reads is looked at, by its name or its first line, and kept results depend on all of it.
func TestShellScripts(t *testing.T) {
	const body = "cd $1\n"
	files := map[string]string{
		"a.sh": body, "lib/steps.bash": body, "b.dash": body, "c.ksh": body, "run": "#!/bin/sh\n" + body, "d": "#! /usr/bin/env bash\n" + body,
		".ci/.profile": "#!/bin/bash\n" + body,
	}
	want := []string{".ci/.profile", "a.sh", "b.dash", "c.ksh", "d", "lib/steps.bash", "run"}
	for name, text := range map[string]string{"LICENSE": "MIT\n", "e.py": "#!/bin/sh\n", "f.go": body, "g": "#!/usr/bin/python3\n", ".gitignore": "x\n"} {
		files[name] = text
	}
	e := &Env{Tree: planted(t, files)}
	got, err := shellScripts(e)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	in, err := cache.Digest(e.Tree.Root, e.Tree.Files, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range want {
		if !strings.Contains(scripts(in), "\""+name+"\"") {
			t.Errorf("a result that was kept does not depend on %s", name)
		}
	}
	// One that cannot be read is named, and not left out.
	if err := os.Remove(filepath.Join(e.Tree.Root, "a.sh")); err != nil {
		t.Fatal(err)
	}
	e.Temp, e.Runner = t.TempDir(), &asked{}
	if _, err := shellcheck(t.Context(), e); err == nil || !strings.Contains(err.Error(), "read a.sh") {
		t.Errorf("a script that cannot be read: %v", err)
	}
}
