// SPDX-License-Identifier: MIT

package ledger_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
)

func with(m map[string]string, k, v string) map[string]string {
	m = maps.Clone(m)
	m[k] = v
	return m
}

func TestEqualBuilds(t *testing.T) {
	a, b := build(t, "1", spawns()...), build(t, "1", spawns()...)
	files, actions := ledger.Compare(&a.Build, &b.Build, false)
	if len(files) != 1 || files[0].Status != compare.Pass || actions.Total != 2 || actions.Pass != 2 || len(actions.Keys) > 0 || len(ledger.Inputs(&a.Build, &b.Build)) > 0 {
		t.Errorf("files %+v, actions %+v", files, actions)
	}
}

// TestNothingMade has an action whose one output was not made in either build: nothing was compared.
func TestNothingMade(t *testing.T) {
	s := lt.Spawn{Mnemonic: "Check", Label: "//:check", Missing: "bazel-out/cfg/bin/log", Runner: "linux-sandbox"}
	a, b := build(t, "1", append(spawns(), s)...), build(t, "1", append(spawns(), s)...)
	if _, actions := ledger.Compare(&a.Build, &b.Build, false); actions.Pass != 2 || actions.Skip != 1 || actions.NotPassed[0].Cause != compare.NoOutput {
		t.Errorf("%+v", actions)
	}
}

// TestEachDifference plants one difference in the second build; the first action named is the one that it began in.
func TestEachDifference(t *testing.T) {
	object := "bazel-out/k8-ST-1/bin/a.o"
	for _, c := range []struct {
		name  string
		edit  func(s []lt.Spawn) []lt.Spawn
		fail  int
		first string
		cause compare.Cause
		input string
	}{
		{"an action that is not reproducible", func(s []lt.Spawn) []lt.Spawn {
			s[0].Outputs = map[string]string{object: "12:30"}
			s[1].Inputs = map[string]string{"bazel-out/cfg/bin/a.o": "12:30"}
			s[1].Outputs = map[string]string{"bazel-out/cfg/bin/a.tgz": "12:30 packed"}
			return s
		}, 2, "Compile", compare.Culprit, ""},
		{"another argument", func(s []lt.Spawn) []lt.Spawn {
			s[0].Args, s[0].Outputs = []string{"cc", "-O3"}, map[string]string{object: "fast"}
			return s
		}, 1, "Compile", compare.Command, ""},
		{"another environment", func(s []lt.Spawn) []lt.Spawn {
			s[0].Env, s[0].Outputs = map[string]string{"PATH": "/bin"}, map[string]string{object: "other"}
			return s
		}, 1, "Compile", compare.Command, ""},
		{"another compiler", func(s []lt.Spawn) []lt.Spawn {
			s[0].Inputs, s[0].Outputs = with(s[0].Inputs, "external/sdk/a.h", "h2"), map[string]string{object: "other"}
			return s
		}, 1, "Compile", compare.Consequence, "repository sdk"},
		{"another source", func(s []lt.Spawn) []lt.Spawn {
			s[0].Inputs, s[0].Outputs = with(s[0].Inputs, "a.c", "int b;"), map[string]string{object: "other"}
			return s
		}, 1, "Compile", compare.Consequence, "source"},
		{"an action more", func(s []lt.Spawn) []lt.Spawn {
			return append(s, lt.Spawn{Mnemonic: "More", Label: "//:more", Outputs: map[string]string{"more": "1"}})
		}, 1, "More", compare.OneSided, ""},
		{"an action less", func(s []lt.Spawn) []lt.Spawn { return s[:1] }, 1, "Pack", compare.OneSided, ""},
		{"an output that was not made", func(s []lt.Spawn) []lt.Spawn {
			s[1].Missing = "bazel-out/cfg/bin/other"
			return s
		}, 1, "Pack", compare.Culprit, ""},
	} {
		a, b := build(t, "1", spawns()...), build(t, "1", c.edit(spawns())...)
		_, actions := ledger.Compare(&a.Build, &b.Build, false)
		first := actions.First()
		if first == nil || first.Mnemonic != c.first || first.Cause != c.cause || actions.Fail != c.fail {
			t.Errorf("%s: %d failed, first %+v", c.name, actions.Fail, first)
		}
		if inputs := strings.Join(ledger.Inputs(&a.Build, &b.Build), ","); !strings.HasPrefix(inputs, c.input) || c.input == "" && inputs != "" {
			t.Errorf("%s: inputs %q", c.name, inputs)
		}
	}
}

func TestOtherKeyPasses(t *testing.T) {
	s := spawns()
	s[0].Args = []string{"cc", "--verbose"}
	a, b := build(t, "1", spawns()...), build(t, "1", s...)
	_, actions := ledger.Compare(&a.Build, &b.Build, false)
	if actions.Pass != 2 || len(actions.Keys) != 1 || actions.Keys[0].Cause != compare.Command {
		t.Errorf("%+v", actions)
	}
}

func TestFileNamesItsMember(t *testing.T) {
	a, b := build(t, "1", spawns()...), build(t, "2", spawns()...)
	files, _ := ledger.Compare(&a.Build, &b.Build, false)
	if files[0].Status != compare.Fail || files[0].Place == nil || files[0].Place.Member != "bin/x" || strings.Contains(files[0].Place.String(), "-") && strings.Contains(files[0].Place.String(), "0x") {
		t.Errorf("%+v %s", files[0], files[0].Place)
	}
	b.Build.Files[0].Name = "b.tgz"
	files, _ = ledger.Compare(&a.Build, &b.Build, false)
	if len(files) != 2 || files[0].Detail != "made by build A only" || files[1].Detail != "made by build B only" || files[0].Status != compare.Fail {
		t.Errorf("%+v", files)
	}
}

// TestPart compares one platform with the build of two, whose compilations have one name: the configuration is not in it.
func TestPart(t *testing.T) {
	compileFor := func(system, made string) lt.Spawn {
		return lt.Spawn{Mnemonic: "GoCompile", Label: "//:p", Args: []string{"go", system}, Inputs: map[string]string{"p.go": "p"}, Outputs: map[string]string{"bazel-out/cfg/bin/p.a": made}}
	}
	whole := build(t, "1", compileFor("linux", "elf"), compileFor("darwin", "macho"))
	for _, c := range []struct {
		name             string
		spawn            lt.Spawn
		pass, fail, skip int
	}{
		{"the other platform", compileFor("darwin", "macho"), 1, 0, 0},
		{"one platform", compileFor("linux", "elf"), 1, 0, 0},
		{"one that differs", compileFor("linux", "12:30"), 0, 1, 0},
		{"one that was not built", compileFor("windows", "pe"), 0, 0, 1},
	} {
		part := build(t, "1", c.spawn)
		_, actions := ledger.Compare(&whole.Build, &part.Build, true)
		if actions.Total != 1 || actions.Pass != c.pass || actions.Fail != c.fail || actions.Skip != c.skip {
			t.Errorf("%s: %+v", c.name, actions)
		}
	}
	other := build(t, "1", compileFor("darwin", "macho"), compileFor("linux", "elf"))
	if _, actions := ledger.Compare(&whole.Build, &other.Build, false); actions.Pass != 2 {
		t.Errorf("the same two in another order: %+v", actions)
	}
}

// TestSelected takes from the log of a whole workspace what a part has, and compares as the whole does.
func TestSelected(t *testing.T) {
	s := spawns()
	s[0].Missing = "bazel-out/k8-ST-1/bin/a.d" // stands before what was made
	whole := log(t, s[0], s[1], lt.Spawn{Mnemonic: "Other", Label: "//:other", Outputs: map[string]string{"o": "1"}})
	part := build(t, "1", s[0])
	l, err := ledger.Selected(&part.Build, []*execlog.Log{whole}, ledger.Side{})
	if err != nil || len(l.Build.Actions) != 1 {
		t.Fatalf("%v: %+v", err, l)
	}
	if _, actions := ledger.Compare(&l.Build, &part.Build, true); actions.Total != 1 || actions.Pass != 1 || len(actions.Keys) != 0 {
		t.Errorf("%+v", actions)
	}
	s[0].Outputs = map[string]string{"bazel-out/k8-ST-1/bin/a.o": "other"}
	other := build(t, "1", s[0])
	if _, actions := ledger.Compare(&l.Build, &other.Build, true); actions.Fail != 1 {
		t.Errorf("a difference: %+v", actions)
	}
}
