// SPDX-License-Identifier: MIT

package feed

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readers say the version of what zig carries, by the name of the file that has it.
var readers = map[string]struct {
	purl string
	read func(text []byte) string
}{
	"version.h":    {"pkg:generic/musl", grouped(`VERSION "([0-9.]+)"`)},
	"_mingw_mac.h": {"pkg:generic/mingw-w64", grouped(`(?s)VERSION_MAJOR (\d+).*?VERSION_MINOR (\d+).*?VERSION_BUGFIX (\d+)`)},
	"abilists":     {"pkg:generic/glibc", newest},
}

func grouped(pattern string) func([]byte) string {
	r := regexp.MustCompile(pattern)
	return func(text []byte) string {
		m := r.FindSubmatch(text)
		if m == nil {
			return ""
		}
		return string(bytes.Join(m[1:], []byte(".")))
	}
}

// newest is the last version in zig's list of a C library's symbols: a number of names, each of which ends in a zero, and a
// number of versions of three bytes each.
func newest(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	names, rest := int(text[0]), text[1:]
	for range names {
		_, after, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			return ""
		}
		rest = after
	}
	if len(rest) == 0 || rest[0] == 0 || len(rest) < 1+3*int(rest[0]) {
		return ""
	}
	last := rest[3*int(rest[0])-2:]
	return fmt.Sprintf("%d.%d", last[0], last[1])
}

// TestCarried: ZIG_FILES names the files of the pinned zig, as a list as PATH is one.
func TestCarried(t *testing.T) {
	files := filepath.SplitList(os.Getenv("ZIG_FILES"))
	if len(files) == 0 {
		const missing = "not run: set ZIG_FILES to zig's version.h of musl, _mingw_mac.h and abilists of glibc"
		if os.Getenv("TEST_SRCDIR") != "" {
			t.Fatal(missing) // under Bazel they are inputs
		}
		t.Skip(missing)
	}
	read := map[string]string{}
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(os.Getenv("TEST_SRCDIR"), name))
		if err != nil {
			t.Fatal(err)
		}
		r, ok := readers[filepath.Base(name)]
		if !ok {
			t.Fatalf("%s is none of the files", name)
		}
		read[r.purl] = r.read(text)
	}
	pinned := maps.Clone(pinnedVersions(t))
	maps.DeleteFunc(pinned, func(purl, _ string) bool { return read[purl] == "" })
	if len(read) != len(readers) || !maps.Equal(read, pinned) {
		t.Errorf("zig carries %v, and carried says %v", read, pinned)
	}
}

// TestReaders: another version in a file is another version here, and a damaged file has none.
func TestReaders(t *testing.T) {
	list := "\x02c\x00m\x00\x02\x02\x1c\x00\x02\x2c\x00rest"
	for _, c := range []struct{ file, text, want string }{
		{"version.h", "#define VERSION \"1.2.5\"\n", "1.2.5"}, {"version.h", "#define X\n", ""},
		{"_mingw_mac.h", "VERSION_MAJOR 15\n#define VERSION_MINOR 0\n#define VERSION_BUGFIX 1\n", "15.0.1"},
		{"abilists", list, "2.44"}, {"abilists", strings.Replace(list, "\x2c", "\x2d", 1), "2.45"}, {"abilists", list[:8], ""}, {"abilists", "", ""},
	} {
		if got := readers[c.file].read([]byte(c.text)); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.file, c.text, got, c.want)
		}
	}
}
