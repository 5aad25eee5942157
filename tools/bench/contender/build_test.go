// SPDX-License-Identifier: MIT

package contender

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// standIns are programs in place of the go command and of C compilers. The first tells what it was asked; musl-cc and
// glibc-cc know the headers of their libc.
func standIns(t *testing.T) (b Builder, bin string) {
	t.Helper()
	bin = t.TempDir()
	for name, text := range map[string]string{
		"go":       `echo "CC=$CC CGO_CFLAGS=$CGO_CFLAGS $*" >"$3"`, // go build -o PROGRAM
		"musl-cc":  `echo "#define _FEATURES_H"`,
		"glibc-cc": `echo "#define __GLIBC__ 2"`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	return Builder{Module: ".", Out: t.TempDir(), Env: os.Environ()}, bin
}

func TestBuildWithMusl(t *testing.T) {
	b, bin := standIns(t)
	said := map[string]string{}
	for _, c := range append(WithMusl(filepath.Join(bin, "musl-cc")+" -static"), Contender{Driver: "mattn"}) {
		c.Version = "" // the latest is that of go.mod
		built, err := b.Build(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(built.Program)
		if err != nil {
			t.Fatal(err)
		}
		said[c.Name()] = string(text)
	}
	for _, name := range []string{"gosqlite musl", "mattn musl"} {
		for _, want := range []string{"CC=" + bin + "/musl-cc -static ", "CGO_CFLAGS=" + CFlags, " -ldflags=" + MuslLDFlags + " "} {
			if !strings.Contains(said[name], want) {
				t.Errorf("%s: the go command was not asked for %q: %s", name, want, said[name])
			}
		}
	}
	if got := said["mattn"]; got == "" || strings.Contains(got, "musl") || strings.Contains(got, "-ldflags") {
		t.Errorf("mattn with the machine's libc: %s", got)
	}
}

// A compiler for glibc, or none, gives no figures of musl.
func TestBuildWithAnotherLibc(t *testing.T) {
	b, bin := standIns(t)
	for compiler, want := range map[string]string{
		"glibc-cc":   "compiles for glibc; name a compiler for musl",
		"nothing-cc": "no such file",
	} {
		c := WithMusl(filepath.Join(bin, compiler))[0]
		built, err := b.Build(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), "build gosqlite musl: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", compiler, err, want)
		}
		if _, err := os.Stat(built.Program); err == nil {
			t.Errorf("%s: a program was built", compiler)
		}
	}
}
