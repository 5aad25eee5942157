// SPDX-License-Identifier: MIT

package libsqlite3

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A change is made in a copy of the release, where it has to fit exactly once.
type change struct {
	file     string
	old, new []byte
}

// option changes one in the list that the library gives, by another of its length.
func option(old, changed string) change {
	return change{"lib/libsqlite3.a", []byte("\x00" + old + "\x00"), []byte("\x00" + changed + "\x00")}
}

// copied is a copy of an unpacked release with changes.
func copied(t *testing.T, dir string, changes ...change) (copy string) {
	t.Helper()
	copy = t.TempDir()
	for _, name := range []string{"include/sqlite3.h", "lib/libsqlite3.a"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if c.file != name {
				continue
			}
			if n := bytes.Count(text, c.old); n != 1 || len(c.old) != len(c.new) {
				t.Fatalf("change %s: %q is there %d times, want 1, and is to be %q", name, c.old, n, c.new)
			}
			text = bytes.Replace(text, c.old, c.new, 1)
		}
		if err := os.MkdirAll(filepath.Join(copy, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copy, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return copy
}

// older makes the library say that it is 3.0 of as many digits; current is what it said. Its number is all that a function
// of amd64 holds: mov $number, %eax; ret.
func older(t *testing.T, dir string) (changes []change, old, current string) {
	t.Helper()
	header := read(t, filepath.Join(dir, "include/sqlite3.h"))
	found := regexp.MustCompile(`(?m)^#define SQLITE_VERSION +"(3\.(\d+)\.(\d+))"$`).FindStringSubmatch(header)
	if found == nil {
		t.Fatal("include/sqlite3.h has no SQLITE_VERSION")
	}
	minor, patch := number(t, found[2]), number(t, found[3])
	function := func(number uint64) []byte {
		code := binary.LittleEndian.AppendUint64([]byte{0xb8}, number)
		return append(code[:5], 0xc3)
	}
	current, old = found[1], "3."+strings.Repeat("0", len(found[2]))+"."+found[3]
	return []change{
		{"lib/libsqlite3.a", []byte(current + "\x00"), []byte(old + "\x00")},
		{"lib/libsqlite3.a", function(3_000_000 + 1000*minor + patch), function(3_000_000 + patch)},
	}, old, current
}

func number(t *testing.T, text string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestCopiesOfTheReleaseThatDoNotFitAreRefusedByName changes one thing in each copy. The first changes what nobody asks
// for and is taken, and the probe tells of it: what is linked is the file that -L names.
func TestCopiesOfTheReleaseThatDoNotFitAreRefusedByName(t *testing.T) {
	dir := released(t, "linux_amd64")
	tooOld, version, current := older(t, dir)
	source := []byte(decode(t, run(t, nil, filepath.Join(dir, "bin", "gosqlite"), "version", "--json")).Source)
	otherSource := append(bytes.Clone(source[:len(source)-1]), 'x')
	for _, c := range []struct {
		name    string
		changes []change
		want    []string // of the error; nothing where it is taken
		says    string   // where it is taken
	}{
		{"another compiler", []change{{"lib/libsqlite3.a", []byte("\x00COMPILER=clang-"), []byte("\x00COMPILER=plant-")}}, nil, "COMPILER=plant-"},
		{"older", tooOld, []string{"libsqlite3 is version " + version, "needs " + current + " or newer"}, ""},
		{"another value", []change{option("DQS=0", "DQS=3")}, []string{"without these options: DQS=0;"}, ""},
		{"an option missing", []change{option("ENABLE_SESSION", "ENABLE_SESSIOX")}, []string{"without these options: ENABLE_SESSION;"}, ""},
		{"something left out", []change{option("OMIT_DEPRECATED", "OMIT_AUTOVACUUM")}, []string{"without these options: no OMIT_AUTOVACUUM;"}, ""},
		{
			"two at once",
			[]change{option("DEFAULT_SYNCHRONOUS=2", "DEFAULT_SYNCHRONOUS=1"), option("ENABLE_SNAPSHOT", "ENABLE_SNAPSHOX")},
			[]string{"without these options: ENABLE_SNAPSHOT no DEFAULT_SYNCHRONOUS=1;"},
			"",
		},
		// Not refused by Open but by the probe, which compares what C code was compiled with.
		{"another header", []change{{"include/sqlite3.h", source, otherSource}}, []string{"compare sqlite3.h: it is of " + string(otherSource)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := over(t, append(linkingRelease(copied(t, dir, c.changes...)), "CC="+need(t, "gcc")))
			var exit *exec.ExitError
			switch {
			case len(c.want) == 0 && (err != nil || !strings.Contains(out, c.says)):
				t.Errorf("%v, want %s in: %s", err, c.says, out)
			case len(c.want) > 0 && (!errors.As(err, &exit) || exit.ExitCode() != 1):
				t.Errorf("%v, want exit status 1: %s", err, out)
			}
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in: %s", want, out)
				}
			}
		})
	}
}
