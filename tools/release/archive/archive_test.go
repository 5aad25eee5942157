// SPDX-License-Identifier: MIT

package archive

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"
)

var releaseDate = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// build makes an archive of small files that hold their own names.
func build(t *testing.T, names ...string) *Archive {
	t.Helper()
	a := &Archive{}
	for _, name := range names {
		if err := a.Add(name, Bytes(name+"\n")); err != nil {
			t.Fatal(err)
		}
	}
	a.SetTime(releaseDate)
	return a
}

func (a *Archive) names() []string {
	var names []string
	for _, f := range a.Files {
		names = append(names, f.Name)
	}
	return names
}

func TestAddSorts(t *testing.T) {
	a := build(t, "b", "a-b", "a/b", "a.txt", "B2")
	if got, want := a.names(), []string{"B2", "a-b", "a.txt", "a/b", "b"}; !slices.Equal(got, want) {
		t.Errorf("names = %v, want %v", got, want)
	}
}

func TestAddRefuses(t *testing.T) {
	for _, test := range []struct {
		name, file, want string
	}{
		{"duplicate", "bin/tool", "already a file"},
		{"empty", "", "plain relative path"},
		{"dot", ".", "plain relative path"},
		{"absolute", "/etc/passwd", "plain relative path"},
		{"traversal", "a/../../b", "plain relative path"},
		{"trailing slash", "a/", "plain relative path"},
		{"backslash", `a\b`, "portable"},
		{"drive", "c:a", "portable"},
		{"space", "a b", "portable"},
		{"control", "a\nb", "portable"},
		{"not ASCII", "naïve", "portable"},
		{"device", "lib/NUL.h", "Windows"},
		{"trailing dot", "lib./x", "Windows"},
		{"long", strings.Repeat("x", MaxName+1), "longer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := build(t, "bin/tool")
			err := a.Add(test.file, Bytes("x"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Add(%q) = %v, want an error with %q", test.file, err, test.want)
			}
			if len(a.Files) != 1 {
				t.Errorf("files = %v", a.names())
			}
		})
	}
}

func TestPrefixAndTime(t *testing.T) {
	a := build(t, "bin/tool", "doc/a.md")
	a.AddPrefix("p")
	a.SetTime(releaseDate.Add(time.Hour))
	if got, want := a.names(), []string{"p/bin/tool", "p/doc/a.md"}; !slices.Equal(got, want) {
		t.Errorf("names = %v, want %v", got, want)
	}
	for i, mode := range []fs.FileMode{0o755, 0o644} {
		if f := a.Files[i]; f.Mode != mode || !f.Time.Equal(releaseDate.Add(time.Hour)) {
			t.Errorf("%s: mode %v, time %v", f.Name, f.Mode, f.Time)
		}
	}
}

func TestModeOf(t *testing.T) {
	for name, want := range map[string]uint32{
		"bin/gosqlite": 0o755, "p/bin/gosqlite.exe": 0o755, "lib/libx.so": 0o755, "lib/libx.dylib": 0o755,
		"lib/libsqlite3.a": 0o644, "LICENSE": 0o644, "bin.txt": 0o644, "bin/sub/x": 0o644, "sbin/x": 0o644,
	} {
		if got := ModeOf(name); uint32(got) != want {
			t.Errorf("ModeOf(%s) = %o, want %o", name, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"a/*.h", "a/x.h", true},
		{"a/*.h", "a/b/x.h", false},
		{"a/**", "a/b/c", true},
		{"a/**", "a", false},
		{"a/**", "ab/c", false},
		{"*/**", "x/y", true},
	} {
		if got, err := Match(test.pattern, test.name); got != test.want || err != nil {
			t.Errorf("Match(%q, %q) = %v, %v", test.pattern, test.name, got, err)
		}
	}
	for _, pattern := range []string{"doc/[", "doc/[/**"} {
		if _, err := Match(pattern, "doc/a"); err == nil {
			t.Errorf("Match(%q) took the pattern", pattern)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(a *Archive)
		want  string
	}{
		{"empty", func(a *Archive) { a.Files = nil }, "empty"},
		{"too many", func(a *Archive) { a.Files = make([]File, MaxFiles+1) }, "more than"},
		{"order", func(a *Archive) { slices.Reverse(a.Files) }, "not in the order"},
		{"duplicate", func(a *Archive) { a.Files[1].Name = a.Files[0].Name }, "not in the order"},
		{"prefix leaves the archive", func(a *Archive) { a.AddPrefix("..") }, "plain relative"},
		{"mode", func(a *Archive) { a.Files[0].Mode = 0o4755 }, "mode"},
		{"no time", func(a *Archive) { a.SetTime(time.Time{}) }, "no time"},
		{"time before 1980", func(a *Archive) { a.SetTime(time.Unix(0, 0)) }, "1980"},
		{"time after 2107", func(a *Archive) { a.SetTime(releaseDate.AddDate(100, 0, 0)) }, "2107"},
		{"odd second", func(a *Archive) { a.SetTime(releaseDate.Add(time.Second)) }, "even seconds"},
		{"nanosecond", func(a *Archive) { a.SetTime(releaseDate.Add(1)) }, "even seconds"},
		{"case", func(a *Archive) { a.Files[0].Name = "DOC/A.MD" }, "case"},
		{"file and folder", func(a *Archive) { a.Files[0].Name = "DOC" }, "file and a folder"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := build(t, "bin/tool", "doc/a.md")
			if err := a.Check(); err != nil {
				t.Fatalf("before the plant: %v", err)
			}
			test.plant(a)
			if err := a.Check(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Check = %v, want an error with %q", err, test.want)
			}
		})
	}
}
