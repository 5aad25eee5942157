// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/toolchains/zig/settings"
)

// target is where a link's output runs, with the runtime's files for this kind of link.
type target struct {
	format     string // elf, pe or macho
	triple     string
	machine    string // PE only: lld's name of the processor
	loader     string // ELF only: the program interpreter
	static     bool
	stack      string // bytes of stack to ask for, or ""
	frameworks string // Mach-O only: the folder of framework stubs
	start      []string
	libs       []string
	have       map[string]bool // library names that the runtime settles
}

// settled are libraries that every runtime holds under another name or has no need of.
var settled = []string{"pthread", "c", "m", "dl", "rt", "util", "System", "mingw32", "mingwex", "msvcrt", "gcc", "resolv"}

// readTarget reads the runtime's list KIND.list: the files that zig itself would link, start files first.
func readTarget(s *settings.Settings, kind string) (*target, error) {
	t := &target{
		format: s.Get("format"), triple: s.Get("triple"), machine: s.Get("machine"), loader: s.Get("loader"),
		static: s.Get("static") == "yes", stack: s.Get("stack"), frameworks: s.Path("frameworks"), have: map[string]bool{},
	}
	runtime := s.Path("runtime")
	list, err := os.ReadFile(filepath.Join(runtime, kind+".list"))
	if err != nil {
		return nil, fmt.Errorf("link for %s: no runtime for this kind of link (%s): %w", t.triple, kind, err)
	}
	for _, l := range settled {
		t.have[l] = true
	}
	for _, f := range strings.Fields(string(list)) {
		path := filepath.Join(runtime, f)
		if ext := filepath.Ext(f); ext == ".o" || ext == ".obj" {
			t.start = append(t.start, path)
			continue
		}
		t.libs = append(t.libs, path)
		stem, _, _ := strings.Cut(strings.TrimPrefix(f, "lib"), ".")
		t.have[stem] = true
	}
	return t, nil
}

// args makes zig's arguments of a driver's command line.
func (t *target) args(c *command) ([]string, error) {
	switch t.format {
	case "elf":
		return t.elf(c), nil
	case "pe":
		return t.pe(c)
	case "macho":
		return t.macho(c), nil
	}
	return nil, fmt.Errorf("link for %s: unknown format %q", t.triple, t.format)
}

// files are a link's inputs without the libraries that the runtime settles.
func (t *target) files(c *command, library func(string) string) []string {
	var out []string
	for _, in := range c.inputs {
		switch {
		case !in.library:
			out = append(out, in.name)
		case !t.have[in.name]:
			out = append(out, library(in.name))
		}
	}
	return out
}

// elf follows what `zig cc -v` prints for each ELF target; a build id is a hash of the output.
func (t *target) elf(c *command) []string {
	out := []string{"ld.lld", "--error-limit=0", "--eh-frame-hdr", "--build-id=sha1", "-znow", "-zrelro", "-znoexecstack"}
	if t.stack != "" {
		out = append(out, "-zstack-size="+t.stack)
	}
	switch {
	case c.shared:
		out = append(out, "-shared")
	case t.static && c.pie:
		out = append(out, "-static", "-pie", "--no-dynamic-linker")
	case t.static:
		out = append(out, "-static")
	default:
		out = append(out, "--dynamic-linker="+t.loader)
		if c.pie {
			out = append(out, "-pie")
		}
	}
	if c.strip {
		out = append(out, "-s")
	}
	if c.exportAll {
		out = append(out, "--export-dynamic")
	}
	for _, dir := range c.searchDirs {
		out = append(out, "-L"+dir)
	}
	out = append(out, c.linker...)
	out = append(append(out, "-o", c.out), t.start...)
	out = append(out, t.files(c, func(l string) string { return "-l" + l })...)
	return append(append(out, "--as-needed"), t.libs...)
}

// pe speaks lld-link, which has no GNU spelling in zig.
func (t *target) pe(c *command) ([]string, error) {
	// -Brepro puts a hash of the contents where the time of day would stand, -BUILD-ID one where debuggers look for it.
	out := []string{"lld-link", "-lldmingw", "-ERRORLIMIT:0", "-NOLOGO", "-Brepro", "-BUILD-ID", "-MACHINE:" + t.machine,
		"-SUBSYSTEM:CONSOLE", "-OUT:" + c.out, "-STACK:" + t.stack, "-ALTERNATENAME:__image_base__=__ImageBase"}
	if c.shared {
		out = append(out, "-DLL", "-IMPLIB:"+c.out+".lib")
	} else {
		out = append(out, "-NOIMPLIB")
	}
	if c.strip {
		out = append(out, "-DEBUG:NONE")
	} else {
		out = append(out, "-DEBUG:DWARF")
	}
	for _, o := range c.linker {
		mapped, ok := peOption(o)
		if !ok {
			return nil, fmt.Errorf("link for %s: linker option %s has no counterpart: add it to toolchains/zig/link/target.go", t.triple, o)
		}
		out = append(out, mapped...)
	}
	for _, dir := range c.searchDirs {
		out = append(out, "-LIBPATH:"+dir)
	}
	out = append(out, t.start...)
	for _, f := range t.files(c, func(l string) string { return l + ".lib" }) {
		if strings.HasSuffix(f, ".def") { // cmd/link names its list of exports as if it were an object
			f = "-DEF:" + f
		}
		out = append(out, f)
	}
	return append(out, t.libs...), nil
}

// peOption is lld-link's spelling of an option that cmd/link gives GNU ld.
func peOption(o string) ([]string, bool) {
	switch o {
	case "--nxcompat", "--tsaware", "--enable-auto-import", "--no-insert-timestamp", "--no-seh":
		return nil, true // what lld-link does by itself
	case "--dynamicbase":
		return []string{"-DYNAMICBASE"}, true
	case "--disable-dynamicbase":
		return []string{"-DYNAMICBASE:NO"}, true
	case "--high-entropy-va":
		return []string{"-HIGHENTROPYVA"}, true
	case "--disable-high-entropy-va":
		return []string{"-HIGHENTROPYVA:NO"}, true
	}
	for _, p := range []string{"--major-os-version=", "--minor-os-version=", "--major-subsystem-version=", "--minor-subsystem-version=", "--build-id"} {
		if strings.HasPrefix(o, p) {
			return nil, true // zig's headers settle the oldest Windows
		}
	}
	return nil, false
}

// macho goes through zig cc: its linker for Apple's format has no command of its own.
func (t *target) macho(c *command) []string {
	out := []string{"cc", "-target", t.triple, "-nostdlib", "-F" + t.frameworks, "-o", c.out}
	if c.shared {
		out = append(out, "-shared")
	}
	if c.strip {
		out = append(out, "-s")
	}
	out = append(out, c.machoOptions...)
	for _, f := range c.frameworks {
		out = append(out, "-framework", f)
	}
	for _, o := range c.linker {
		out = append(out, "-Wl,"+o)
	}
	for _, dir := range c.searchDirs {
		out = append(out, "-L"+dir)
	}
	out = append(out, t.start...)
	out = append(out, t.files(c, func(l string) string { return "-l" + l })...)
	return append(out, t.libs...)
}
