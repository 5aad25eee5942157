// SPDX-License-Identifier: MIT

package agreement

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// facts are what a command line of clang's own compiler (-cc1) says of a target: by name, in comparable text.
type facts map[string]string

// names of the facts, in the order in which they are compared.
var names = []string{"target", "processor", "processor features", "ABI", "long double", "float ABI", "exceptions", "sign of char", "defines", "warnings", "header folders"}

// options of -cc1 that are followed by their value.
var valued = map[string]string{
	"-triple": "target", "-target-cpu": "processor", "-target-abi": "ABI", "-mfloat-abi": "float ABI",
}

// What zig cc adds to every command, of any target: NDEBUG comes with -O2, and -Werror=date-time is in config.bzl. For
// Apple it passes its own version of the target beside clang's and silences the warning about that.
var common = []string{"NDEBUG", "-Werror=date-time", "-Wno-overriding-option"}

var (
	versions = regexp.MustCompile(`(linux|gnu|gnueabihf|musl)[0-9.]+`)
	patch    = regexp.MustCompile(`([0-9]+\.[0-9]+)\.0$`)
)

// parse reads the -cc1 line out of what -v or -### printed.
func parse(printed string) (facts, error) {
	line := ""
	for l := range strings.Lines(printed) {
		if strings.Contains(strings.ReplaceAll(l, `"`, ""), " -cc1 -triple ") {
			line = l
		}
	}
	if line == "" {
		return nil, fmt.Errorf("no command of clang in %q", printed)
	}
	f := facts{}
	var defines, warnings, folders []string
	features := map[string]bool{}
	args := strings.Fields(line)
	for i := 0; i < len(args); i++ {
		a := strings.Trim(args[i], `"`)
		value := ""
		if i+1 < len(args) {
			value = strings.Trim(args[i+1], `"`)
		}
		switch name := valued[a]; {
		case name != "": // the last one counts, as it does for clang
			f[name] = value
		case a == "-target-feature":
			features[strings.TrimLeft(value, "+-")] = strings.HasPrefix(value, "+")
		case a == "-isystem":
			if _, folder, ok := strings.Cut(value, "lib/libc/include/"); ok {
				folders = append(folders, path.Clean(folder))
			}
		case a == "-D":
			defines = append(defines, value)
		case strings.HasPrefix(a, "-D"):
			defines = append(defines, a[2:])
		case strings.HasPrefix(a, "-W"):
			warnings = append(warnings, a)
		case strings.HasPrefix(a, "-mabi="):
			f["long double"] = a
		case strings.HasPrefix(a, "-exception-model="):
			f["exceptions"] = a
		case a == "-fsigned-char", a == "-fno-signed-char":
			f["sign of char"] = a
		}
	}
	f["target"] = target(f["target"])
	f["defines"], f["warnings"] = sorted(defines), sorted(warnings)
	f["header folders"] = strings.Join(folders, " ")
	f["processor features"] = sorted(slices.Collect(func(yield func(string) bool) {
		for name, on := range features {
			if on && !yield(name) {
				return
			}
		}
	}))
	return f, nil
}

// target drops what does not change code: the oldest kernel and libc of Linux, which zig writes into the triple and we
// into a define, a third number 0 of the others' versions, and a part that is unknown.
func target(triple string) string {
	triple = strings.TrimSuffix(versions.ReplaceAllString(triple, "$1"), "-unknown")
	return patch.ReplaceAllString(triple, "$1")
}

func sorted(texts []string) string {
	texts = slices.DeleteFunc(texts, func(t string) bool { return slices.Contains(common, t) })
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

// Differences that are meant, each with its reason.
var meant = []struct{ target, fact, zig, ours, reason string }{
	{"armv7-unknown-linux-", "ABI", "aapcs", "aapcs-linux", "clang's own choice for Linux; both name one set of rules to it"},
	{"s390x-unknown-linux-", "processor", "arch11", "z10", "clang's own choice, which runs on more machines"},
	{"x86_64-apple-macosx", "processor", "core2", "penryn", "clang's own choice for macOS, whose oldest machine it is"},
	{"aarch64-unknown-", "processor features", "", "v8a", "the name of what generic is"},
	{"armv7-unknown-linux-", "processor features", "", "read-tp-tpidruro", "clang's own choice for Linux: a register instead of a call"},
	{"riscv64-unknown-linux-", "processor features", "", "relax zcd", "the linker may shorten calls; zcd is what c and d are together"},
	{"loongarch64-unknown-linux-", "processor features", "", "relax", "the linker may shorten calls"},
}

// differ gives a fact as zig and we have it. zig spells all features of a processor out, clang only those that the
// target adds: so they are compared by what is ours alone.
func differ(name string, zig, ours facts) (z, o string) {
	if name != "processor features" {
		return zig[name], ours[name]
	}
	known := strings.Fields(zig[name])
	return "", strings.Join(slices.DeleteFunc(strings.Fields(ours[name]), func(f string) bool { return slices.Contains(known, f) }), " ")
}

// compare tells in which facts ours differs from zig's without that being meant.
func compare(zig, ours facts) []string {
	var found []string
	for _, name := range names {
		if z, o := differ(name, zig, ours); z != o && !isMeant(zig["target"], name, z, o) {
			found = append(found, fmt.Sprintf("%s: zig cc has %q, targets.bzl %q", name, z, o))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		if !slices.Contains(names, name) {
			found = append(found, name+": is never compared")
		}
	}
	return found
}

func isMeant(target, fact, zig, ours string) bool {
	for _, m := range meant {
		if strings.HasPrefix(target, m.target) && m.fact == fact && m.zig == zig && m.ours == ours {
			return true
		}
	}
	return false
}
