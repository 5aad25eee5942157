// SPDX-License-Identifier: MIT

package main

import (
	"strings"
	"testing"
)

func newTarget(format string) *target {
	return &target{
		format: format, triple: "some-triple", machine: "X64", loader: "/lib/ld.so", stack: "8388608", frameworks: "fw",
		start: []string{"rt/crt1.o"}, libs: []string{"rt/libc.so.6"}, have: map[string]bool{"c": true, "kernel32": true},
	}
}

func TestArgs(t *testing.T) {
	static := newTarget("elf")
	static.static = true
	for _, test := range []struct {
		name    string
		target  *target
		command string
		want    []string // in this order
		not     []string
	}{
		{
			name: "elf", target: newTarget("elf"), command: "-o out a.o -lc -lfoo -rdynamic -Wl,--build-id=0x12",
			want: []string{"ld.lld", "--build-id=sha1", "--dynamic-linker=/lib/ld.so", "--export-dynamic", "--build-id=0x12", "-o out", "rt/crt1.o", "a.o", "-lfoo", "--as-needed", "rt/libc.so.6"},
			not:  []string{"-lc", "-static", "-pie"},
		},
		{name: "elf pie", target: newTarget("elf"), command: "-pie a.o", want: []string{"--dynamic-linker=", "-pie"}},
		{name: "elf static", target: static, command: "a.o", want: []string{"-zstack-size=8388608", "-static"}, not: []string{"--dynamic-linker"}},
		{
			name: "pe", target: newTarget("pe"), command: "-o out.exe a.o exports.def -lkernel32 -lfoo -Wl,--dynamicbase -Wl,--nxcompat",
			want: []string{"lld-link", "-Brepro", "-MACHINE:X64", "-OUT:out.exe", "-STACK:8388608", "-NOIMPLIB", "-DYNAMICBASE", "rt/crt1.o", "a.o", "-DEF:exports.def", "foo.lib"},
			not:  []string{"kernel32.lib", "nxcompat"},
		},
		{name: "macho", target: newTarget("macho"), command: "-o out a.o -framework CoreFoundation -Wl,-S", want: []string{"cc", "-target some-triple", "-nostdlib", "-Ffw", "-o out", "-framework CoreFoundation", "-Wl,-S", "a.o"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := parse(strings.Fields(test.command))
			if err != nil {
				t.Fatal(err)
			}
			args, err := test.target.args(c)
			if err != nil {
				t.Fatal(err)
			}
			line := strings.Join(args, " ")
			rest := line
			for _, w := range test.want {
				_, after, ok := strings.Cut(rest, w)
				if !ok {
					t.Fatalf("%q is missing, or too early, in %s", w, line)
				}
				rest = after
			}
			for _, n := range test.not {
				if strings.Contains(line, n) {
					t.Errorf("%q is in %s", n, line)
				}
			}
		})
	}
}

func TestArgsRefuse(t *testing.T) {
	c := &command{out: "x", linker: []string{"--odd"}}
	if _, err := newTarget("pe").args(c); err == nil || !strings.Contains(err.Error(), "--odd") {
		t.Errorf("an option without counterpart: %v", err)
	}
	if _, err := newTarget("coff").args(c); err == nil {
		t.Error("an unknown format was accepted")
	}
}
