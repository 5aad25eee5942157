// SPDX-License-Identifier: MIT

//go:build unix

package diffoscope_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/diffoscope"
)

func TestRun(t *testing.T) {
	for _, c := range []struct {
		name, body, want, fails string
	}{
		{"differ", `shift 4; echo "$1 differs from $2"; exit 1`, "/a differs from /b", ""},
		{"equal", "exit 0", "", ""},
		{"fails", "echo no such tool >&2; exit 2", "", "no such tool"},
		{"very long", "yes | head -c 200000; exit 1", "cut off here", ""},
	} {
		path := filepath.Join(t.TempDir(), "diffoscope")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+c.body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		text, err := diffoscope.Run(t.Context(), path, "/a", "/b")
		if !strings.Contains(text, c.want) || len(text) > 66<<10 || (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: %.100q, %v", c.name, text, err)
		}
	}
}
