// SPDX-License-Identifier: MIT

package main

import (
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	c, err := parse(strings.Fields("-m64 -o out -rdynamic -pthread -Wl,-z,relro -Xlinker -x -Lfolder a.o -lfoo -framework CoreFoundation -s -O2 -Wl,--start-group -lc -Wl,--end-group"))
	if err != nil {
		t.Fatal(err)
	}
	if c.out != "out" || !c.exportAll || !c.strip || c.shared || c.pie {
		t.Errorf("flags of %+v", c)
	}
	if want := []string{"-z", "relro", "-x"}; !slices.Equal(c.linker, want) {
		t.Errorf("linker options %q, want %q", c.linker, want)
	}
	if want := []input{{"a.o", false}, {"foo", true}, {"c", true}}; !slices.Equal(c.inputs, want) {
		t.Errorf("inputs %v, want %v", c.inputs, want)
	}
	if !slices.Equal(c.frameworks, []string{"CoreFoundation"}) || !slices.Equal(c.searchDirs, []string{"folder"}) {
		t.Errorf("got %+v", c)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"--never-heard-of a.o", "unknown option --never-heard-of"},
		{"a.o -o", "-o has no value"},
	} {
		if _, err := parse(strings.Fields(test.args)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.args, err, test.want)
		}
	}
}

func TestKind(t *testing.T) {
	for args, want := range map[string]string{"a.o": "exe", "-pie a.o": "pie", "-shared a.o": "shared", "-dynamiclib a.o": "shared"} {
		if c, err := parse(strings.Fields(args)); err != nil || c.kind() != want {
			t.Errorf("%s: %s, %v; want %s", args, c.kind(), err, want)
		}
	}
}
