// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/command"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

func TestWithSystem(t *testing.T) {
	term := &command.Terminal{Program: "reproduce", Stdout: io.Discard, Stderr: io.Discard, Environ: []string{"BUILD_WORKING_DIRECTORY=/here"}}
	for _, c := range []struct {
		name   string
		args   []string
		varied bool
		want   string // error
	}{
		{"all, and no folder", []string{"--variation", "all"}, false, ""},
		{"all, and a folder", []string{"--variation", "all", "--system", "/debian"}, true, ""},
		{"by its name", []string{"--variation", "system", "--system", "debian", "--system-keeps", "/opt/java"}, true, ""},
		{"by its name, and no folder", []string{"--variation", "system"}, false, "name the folder"},
		{"a folder in vain", []string{"--variation", "tz", "--system", "/debian"}, false, "ask for it"},
		{"keeps nothing", []string{"--system-keeps", "/opt/java"}, false, "goes with --system"},
		{"keeps a relative path", []string{"--variation", "system", "--system", "/debian", "--system-keeps", "java"}, false, "no absolute path"},
		{"a colon", []string{"--variation", "system", "--system", "/a:b"}, false, "without a colon"},
	} {
		o, code := parseBuild(false, c.args, term)
		if o == nil {
			t.Fatalf("%s: code %d", c.name, code)
		}
		vary, err := variation.Select(o.variations)
		if err != nil {
			t.Fatal(err)
		}
		vary, err = o.withSystem(vary, term)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if got := slices.ContainsFunc(vary, func(v variation.Variation) bool { return v.Name == variation.SystemName }); got != c.varied {
			t.Errorf("%s: varied %v", c.name, got)
		}
	}
	there := t.TempDir()
	file(t, filepath.Join(there, "etc/os-release"), "PRETTY_NAME=\"Another 13\"\n")
	made := (&options{system: there}).side(variation.Setting{System: true, OneCore: true}, term)
	if here := thisSide(); made.Distribution != "Another 13" || made.Machine != "" || made.Cores != 1 || made.Kernel != here.Kernel || made.Boot != here.Boot {
		t.Errorf("a build in another root is made by %s", made)
	}
	o := &options{system: "debian", repoCache: "repos", systemKeeps: raw{"/opt/java"}}
	s := o.otherSystem("/tmp/w", "/home/u/.cache", term)
	if s.Root != "/here/debian" || !slices.Equal(s.Keeps, []string{"/tmp/w", "/home/u/.cache/gosqlite", "/here/repos", "/opt/java"}) {
		t.Errorf("%+v", s)
	}
}
