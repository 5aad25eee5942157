// SPDX-License-Identifier: MIT

package notices

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name, file, text, want, fails string
	}{
		{
			name: "source", file: "crt.c", text: "/* $Id$ */\n/* Copyright (c) Somebody.\n * Keep this. */\n\n/* What it does. */\n#include <x.h>\n/* License of more. */\n",
			want: "Thing\n" + strings.Repeat("=", 80) + "\n\n/* Copyright (c) Somebody.\n * Keep this. */\n",
		},
		{name: "source without notice", file: "crt.S", text: "/* What it does. */\n\tret\n", fails: "none of these speaks of a license"},
		{name: "source that begins with code", file: "crt.h", text: "#pragma once\n/* Copyright (c) Somebody. */\n", fails: "does not begin with comments"},
		{name: "text", text: "\r\nDo as you like.\r\n", want: "\n\nDo as you like.\n"},
		{name: "empty", text: " \n", fails: "is empty"},
		{name: "huge", text: strings.Repeat("x", MaxLicense+1), fails: "larger than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(dir, cmp.Or(test.file, "LICENSE"))
			if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			err := Write(&b, []Section{{"Thing", file}})
			if test.fails != "" {
				if err == nil || !strings.Contains(err.Error(), test.fails) || !strings.Contains(err.Error(), "Thing") {
					t.Fatalf("got %v, want it to name Thing and say %q", err, test.fails)
				}
				return
			}
			if err != nil || !strings.HasSuffix(b.String(), test.want) || !strings.Contains(b.String(), "\nThing\n") {
				t.Errorf("got %q, %v", b.String(), err)
			}
		})
	}
}

func TestParseSection(t *testing.T) {
	if s, err := ParseSection("Go 1=a=b"); err != nil || s != (Section{"Go 1", "a=b"}) {
		t.Errorf("got %v, %v", s, err)
	}
	for _, bad := range []string{"", "Go", "=a", "Go="} {
		if _, err := ParseSection(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
