// SPDX-License-Identifier: MIT

package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEdition(t *testing.T) {
	for _, test := range []struct{ name, text, want, wrong string }{
		{"both", "VERSION = \"1.2.3-rc.1\"\nRELEASE_TIME = \"2026-11-23T10:00:00Z\"\n", "1.2.3-rc.1 2026-11-23", ""},
		{"no version", "RELEASE_TIME = \"2026-11-23T00:00:00Z\"\n", "", "no line VERSION"},
		{"a version that is none", "VERSION = \"1\"\"\nRELEASE_TIME = \"2026-11-23T00:00:00Z\"\n", "", "no line VERSION"},
		{"no date", "VERSION = \"1.2.3\"\n", "", "no line RELEASE_TIME"},
		{"a date in a comment", "VERSION = \"1.2.3\"\n# RELEASE_TIME = \"2026-11-23T00:00:00Z\"\n", "", "no line RELEASE_TIME"},
		{"a date that is none", "VERSION = \"1.2.3\"\nRELEASE_TIME = \"2026-11-33T00:00:00Z\"\n", "", "day out of range"},
		{"a date of elsewhere", "VERSION = \"1.2.3\"\nRELEASE_TIME = \"2026-11-23T00:00:00+02:00\"\n", "", "write it as 2026-11-23T00:00:00Z"},
	} {
		e, err := ParseEdition([]byte(test.text))
		if got := e.Version + " " + e.Day(); test.wrong == "" && (err != nil || got != test.want) || test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)) {
			t.Errorf("%s: %s, %v; want %q, %q", test.name, got, err, test.want, test.wrong)
		}
	}
	root := t.TempDir()
	file := filepath.Join(root, filepath.FromSlash(VersionFile))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, make([]byte, maxVersionFile+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadEdition(root); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a file without end: %v", err)
	}
}
