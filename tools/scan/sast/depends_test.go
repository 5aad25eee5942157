// SPDX-License-Identifier: MIT

package sast

import (
	"context"
	"testing"

	"github.com/gosqlite/gosqlite/tools/lint"
	"github.com/gosqlite/gosqlite/tools/scan/cache"
)

// goEnv stands for the go command, which prints the same whatever the environment says, and for the compiler that it names.
type goEnv struct{}

func (goEnv) Run(_ context.Context, c lint.Command) (lint.Result, error) {
	if c.Args[0] == "go" && c.Args[1] == "env" {
		return lint.Result{Stdout: []byte(`{"CC":"sh","GOGCCFLAGS":"x"}`)}, nil
	}
	return lint.Result{Stdout: []byte("1.0\n")}, nil
}

// TestSettings: what the environment says to the programs that run is part of what a result depends on, for each scanner and
// for go-source; what it says to others is not.
func TestSettings(t *testing.T) {
	tree := planted(t, map[string]string{"a.go": "package a\n"})
	in, err := cache.Digest(tree.Root, tree.Files, nil)
	if err != nil {
		t.Fatal(err)
	}
	scanner := Scanner{Name: "vet", reads: goFiles, runs: asks{Go}}
	depends := func(environ ...string) (scan, source string) {
		t.Helper()
		e := &Env{Tree: tree, Runner: goEnv{}, Temp: t.TempDir(), Environ: append([]string{"HOME=/home", "TERM=dumb"}, environ...)}
		parts, err := scanner.Depends(t.Context(), e, in)
		if err != nil {
			t.Fatal(err)
		}
		said, err := Go(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		key := cache.KeyOf(parts...)
		return string(key[:]), said
	}
	plain, plainSource := depends()
	for _, v := range []string{"CGO_ENABLED=0", "CPATH=/x", "C_INCLUDE_PATH=/x", "GOPACKAGESDRIVER=x", "GOFLAGS=-tags=x", "CCC_OVERRIDE_OPTIONS=+-w", "ZIG_LIB_DIR=/x", "CPATH="} {
		if scan, source := depends(v); scan == plain || source == plainSource {
			t.Errorf("%s: a result that was kept without it is taken", v)
		}
	}
	if scan, source := depends("PWD=/x", "TERM=xterm", "CPATHS=x", "LANG=x", "LC_ALL=x", "LC_CTYPE=x", "GOWORK=/x"); scan != plain || source != plainSource {
		t.Error("what nobody reads asks again")
	}
	last, _ := depends("CPATH=/x", "CPATH=/y")
	if want, _ := depends("CPATH=/y"); last != want {
		t.Error("of a variable that is there twice the last one counts")
	}
}
