// SPDX-License-Identifier: MIT

package archive

import (
	"slices"
	"strings"
	"testing"
)

// required are the names that the rules ask for; their patterns are plain names.
func required(kind, goos string) []string {
	var names []string
	for _, r := range effective(rules[kind], goos) {
		if r.Need == Required {
			names = append(names, strings.ReplaceAll(r.Name, "*", "any"))
		}
	}
	return names
}

func TestRulesOfEveryKindAndSystem(t *testing.T) {
	for _, kind := range Kinds() {
		for _, goos := range Systems() {
			t.Run(kind+"/"+goos, func(t *testing.T) {
				names := required(kind, goos)
				a := build(t, names...)
				if err := a.CheckRules(kind, goos); err != nil {
					t.Fatalf("the required names alone: %v", err)
				}
				// A plant for each rule: without its name, that name is reported.
				for _, gone := range names {
					rest := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == gone })
					if err := build(t, rest...).CheckRules(kind, goos); err == nil || !strings.Contains(err.Error(), "lacks "+strings.Replace(gone, "any", "*", 1)) {
						t.Errorf("without %s: %v", gone, err)
					}
				}
				tool, other := "bin/gosqlite", "bin/gosqlite.exe"
				if goos == "windows" {
					tool, other = other, tool
				}
				if kind != "api" && kind != "sbom" && !slices.Contains(names, tool) {
					t.Errorf("%s is not required", tool)
				}
				for _, extra := range []string{other, "lib/.DS_Store", "bin/gosqlite.pdb"} {
					b := build(t, names...)
					if err := b.Add(extra, Bytes(nil)); err != nil {
						t.Fatal(err)
					}
					if err := b.CheckRules(kind, goos); err == nil || !strings.Contains(err.Error(), extra) {
						t.Errorf("with %s: %v", extra, err)
					}
				}
			})
		}
	}
}

func TestForbiddenWins(t *testing.T) {
	a := build(t, "lib/a.h", "lib/b.h")
	table := []Rule{{Name: "lib/*.h"}, {Name: "lib/b.h", Need: Forbidden}}
	if err := check(a, table); err == nil || !strings.Contains(err.Error(), "must not hold lib/b.h") {
		t.Errorf("check = %v", err)
	}
	if err := check(build(t, "lib/a.h"), table); err != nil {
		t.Errorf("check = %v", err)
	}
}

func TestUnknownRules(t *testing.T) {
	a := build(t, "LICENSE")
	for _, test := range []struct{ kind, goos, want string }{
		{"releases", "linux", "there are api, debug, release"},
		{"release", "plan9", "there are darwin"},
	} {
		if err := a.CheckRules(test.kind, test.goos); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("CheckRules(%s, %s) = %v", test.kind, test.goos, err)
		}
	}
}
