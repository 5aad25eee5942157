// SPDX-License-Identifier: MIT

package variation

import (
	"crypto/rand"
	"reflect"
	"strings"
	"testing"
)

func TestEachVariationChangesSomething(t *testing.T) {
	plants := map[string]bool{}
	for _, v := range Table {
		a, b, _, err := Pair("/w", []Variation{v}, 2, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if v.fact(&a) == v.fact(&b) {
			t.Errorf("%s: the fact is %q in both", v.Name, v.fact(&a))
		}
		a.Name, b.Name = "", ""
		if reflect.DeepEqual(a, b) != (v.Name == "clock") {
			t.Errorf("%s: settings %+v and %+v", v.Name, a, b)
		}
		if plants[v.Plant] || v.Plant == "" || v.Sets == "" {
			t.Errorf("%s: plant %q is empty or taken, or nothing is said of it", v.Name, v.Plant)
		}
		plants[v.Plant] = true
	}
}

func TestNothingVariedIsEqual(t *testing.T) {
	a, b, tokens, err := Pair("/w", nil, 2, rand.Reader)
	if err != nil || len(tokens) > 0 {
		t.Fatal(tokens, err)
	}
	a.Name, b.Name = "", ""
	if !reflect.DeepEqual(a, b) {
		t.Errorf("settings %+v and %+v", a, b)
	}
}

func TestTokensAreInTheSettings(t *testing.T) {
	a, b, tokens, err := Pair("/w", Table, 2, rand.Reader)
	if err != nil || len(tokens) < 12 {
		t.Fatalf("%d tokens, %v", len(tokens), err)
	}
	seen := map[string]bool{}
	for _, k := range tokens {
		if seen[k.Value] || len(k.Value) < 16 {
			t.Errorf("token %+v is short or used twice", k)
		}
		seen[k.Value] = true
		found := false
		for _, s := range []Setting{a, b} {
			all := s.Workspace + s.OutputRoot + s.Home + s.Temp + s.Path + s.Host + s.Domain
			for _, v := range s.Env {
				all += v
			}
			found = found || strings.Contains(all, k.Value)
		}
		if !found {
			t.Errorf("token %+v is in no setting", k)
		}
	}
	if len(a.Workspace) == len(b.Workspace) || len(a.OutputRoot) == len(b.OutputRoot) {
		t.Errorf("paths of equal length: %s %s, %s %s", a.Workspace, b.Workspace, a.OutputRoot, b.OutputRoot)
	}
}

func TestSelect(t *testing.T) {
	if v, err := Select(nil); err != nil || len(v) != 12 {
		t.Errorf("what need not be asked for: %v, %v", v, err)
	}
	if v, err := Select([]string{All}); err != nil || len(v) != len(Table)-2 || v[len(v)-1].Name != "sandbox" {
		t.Errorf("all that go together: %v, %v", v, err)
	}
	if v, err := Select([]string{"sandbox_none"}); err != nil || len(v) != 1 {
		t.Errorf("one of a group: %v, %v", v, err)
	}
	if _, err := Select([]string{"sandbox", "sandbox_none"}); err == nil || !strings.Contains(err.Error(), "excludes") {
		t.Errorf("two of a group: %v", err)
	}
	if v, err := Select([]string{"tz", "path"}); err != nil || len(v) != 2 || v[0].Name != "path" {
		t.Errorf("two: %v, %v", v, err)
	}
	if _, err := Select([]string{"moon"}); err == nil || !strings.Contains(err.Error(), "umask") {
		t.Errorf("unknown: %v; the choices are wanted", err)
	}
}

// TestHermeticShowsTheTemporaryFolder: actions are told of it, and the sandbox has what is mounted.
func TestHermeticShowsTheTemporaryFolder(t *testing.T) {
	vary, err := Select([]string{"sandbox_hermetic", "tmpdir"})
	if err != nil {
		t.Fatal(err)
	}
	a, b, _, err := Pair("/w", vary, 2, rand.Reader)
	if all := strings.Join(b.Flags, " "); err != nil || b.Temp == a.Temp || !strings.Contains(all, "--sandbox_add_mount_pair="+b.Temp+" --sandbox_writable_path="+b.Temp) || strings.Contains(strings.Join(a.Flags, " "), "mount") {
		t.Errorf("flags %q for %s: %v", all, b.Temp, err)
	}
}

func TestSelectEach(t *testing.T) {
	if v, err := SelectEach(nil); err != nil || len(v) != 12 {
		t.Errorf("what need not be asked for: %v, %v", v, err)
	}
	if v, err := SelectEach([]string{All}); err != nil || len(v) != len(Table) {
		t.Errorf("all: %v, %v", v, err)
	}
	if v, err := SelectEach([]string{"sandbox_none", "sandbox", "sandbox"}); err != nil || len(v) != 2 || v[0].Name != "sandbox" {
		t.Errorf("two of a group: %v, %v", v, err)
	}
	if _, err := SelectEach([]string{"moon"}); err == nil {
		t.Error("unknown: no error")
	}
}

func TestNotVariedBeside(t *testing.T) {
	all, some := NotVariedBeside(Table), NotVariedBeside(Table[1:])
	if len(all) != len(NotVaried) || len(some) != len(all)+1 || some[0] != Table[0].Name {
		t.Errorf("all varied: %v; all but the first: %v", all, some)
	}
}

// TestAgainst builds against a caller who shares facts with the new build: those are not varied.
func TestAgainst(t *testing.T) {
	b, _, varied, err := Against(Caller("/src", []string{"TZ=UTC", "HOME=/home/caller", "LC_ALL=C"}, 0o022, 2), "/w", Table, 2, rand.Reader)
	if err != nil || len(varied) != len(Table) || b.Name != "B" {
		t.Fatalf("%d of %d varied, %v", len(varied), len(Table), err)
	}
	// Of a build that was made before, ids, kernel's names and order of files are those of this machine.
	same := Caller("/src", []string{"TZ=" + b.Env["TZ"], "LC_ALL=" + b.Env["LC_ALL"]}, b.Umask, b.Jobs)
	_, _, varied, err = Against(same, "/w", Table, 2, rand.Reader)
	if err != nil || len(varied) != len(Table)-4 {
		t.Fatalf("%d of %d varied, %v", len(varied), len(Table), err)
	}
	left := strings.Join(NotVariedBeside(varied), " ")
	for _, name := range []string{"tz", "locale", "umask", "jobs"} {
		if !strings.Contains(left, name) {
			t.Errorf("%s is said to be varied: not varied is %s", name, left)
		}
	}
}

// TestAlike varies one fact against a build A of all, and nothing beside it.
func TestAlike(t *testing.T) {
	a, _, _, err := Pair("/w", Table, 2, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range Table {
		b, _, err := Alike(a, "/w", []Variation{v}, rand.Reader)
		if err != nil || b.Name != "B" {
			t.Fatal(b.Name, err)
		}
		for _, other := range Table {
			same := other.fact(&a) == other.fact(&b)
			if other.Name == v.Name && same || other.Name != v.Name && !same && other.Name != "clock" && (other.Group == "" || other.Group != v.Group) {
				t.Errorf("%s varied: %s is %q in A, %q in B", v.Name, other.Name, other.fact(&a), other.fact(&b))
			}
		}
	}
}
