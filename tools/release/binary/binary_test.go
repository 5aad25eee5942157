// SPDX-License-Identifier: MIT

package binary_test

import (
	"bytes"
	"debug/elf"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/binary"
	bt "github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
)

func open(t *testing.T, data []byte) *binary.Image {
	t.Helper()
	m, err := binary.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func dynamicELF(symbol, version string) []byte {
	p := bt.Program()
	p.Interp, p.Sections = "/lib64/ld-linux-x86-64.so.2", bt.Dynamic(symbol, version)
	return p.Bytes()
}

func TestELF(t *testing.T) {
	p := bt.Program()
	p.StackSize = 8 << 20
	m := open(t, p.Bytes())
	if m.Format != binary.ELF || m.Kind != binary.Executable || m.Platform() != "linux/amd64/static" || !m.Static || string(m.Identity) != "0123456789abcdefghij" ||
		m.Stack != (binary.Stack{Declared: true, Size: 8 << 20}) {
		t.Errorf("static program %+v", m)
	}
	m = open(t, dynamicELF("memcpy", "GLIBC_2.14"))
	if m.Static || m.Platform() != "linux/amd64/glibc" {
		t.Errorf("dynamic program %+v", m)
	}
	want := []string{"interp /lib64/ld-linux-x86-64.so.2", "library libc.so.6", "symbol libc.so.6 memcpy@GLIBC_2.14", "version GLIBC_2.14"}
	if got := m.ImportList(); !slices.Equal(got, want) {
		t.Errorf("imports %q, want %q", got, want)
	}
	p = bt.Program()
	p.OSABI = elf.ELFOSABI_FREEBSD
	if m = open(t, p.Bytes()); m.OS != "freebsd" {
		t.Errorf("system %s, want freebsd", m.OS)
	}
	p = bt.Program()
	p.Sections = []bt.ELFSection{{Name: ".note.netbsd.ident", Type: elf.SHT_NOTE, Data: bt.Note("NetBSD\x00", 1, []byte{0, 0, 0, 0})}}
	if m = open(t, p.Bytes()); m.OS != "netbsd" {
		t.Errorf("system %s, want netbsd", m.OS)
	}
}

func TestPE(t *testing.T) {
	p := bt.WindowsProgram()
	p.StackSize, p.Imports, p.PDB, p.Stamp = 8<<20, map[string]string{"KERNEL32.dll": "ExitProcess"}, `C:\a.pdb`, 5
	m := open(t, p.Bytes())
	if m.Platform() != "windows/amd64" || m.Kind != binary.Executable || m.Stack.Size != 8<<20 || !m.Repro || m.Stamps[0].Value != 5 || !slices.Equal(m.PDB, []string{`C:\a.pdb`}) {
		t.Errorf("program %+v", m)
	}
	want := []string{"library KERNEL32.dll", "symbol KERNEL32.dll ExitProcess", "symbol KERNEL32.dll ordinal 7"}
	if got := m.ImportList(); !slices.Equal(got, want) {
		t.Errorf("imports %q, want %q", got, want)
	}
	p.DLL = true
	if m = open(t, p.Bytes()); m.Kind != binary.Shared {
		t.Errorf("kind %s, want shared", m.Kind)
	}
	m = open(t, bt.ShortImport("foo", "x.dll", 7))
	if m.Format != binary.Import || m.Stamps[0].Value != 7 || !slices.Equal(m.ImportList(), []string{"library x.dll", "symbol x.dll foo"}) {
		t.Errorf("import object %+v", m)
	}
}

func TestMachO(t *testing.T) {
	p := bt.MacProgram()
	p.OSO = "/x/a.o"
	m := open(t, p.Bytes())
	if m.Platform() != "darwin/arm64" || m.Kind != binary.Executable || string(m.Identity) != "0123456789abcdef" || !slices.Equal(m.OSO, []string{"/x/a.o"}) {
		t.Errorf("program %+v", m)
	}
	want := []string{"library /usr/lib/libSystem.B.dylib", "symbol /usr/lib/libSystem.B.dylib _open"}
	if got := m.ImportList(); !slices.Equal(got, want) {
		t.Errorf("imports %q, want %q", got, want)
	}
}

func TestSectionAt(t *testing.T) {
	data := bt.Program().Bytes()
	m := open(t, data)
	if got := m.SectionAt(uint64(bytes.Index(data, []byte("hello")))); got != ".rodata" {
		t.Errorf("section %q, want .rodata", got)
	}
	if got := m.SectionAt(0); got != "header" {
		t.Errorf("section %q, want header", got)
	}
}

func TestCodeHash(t *testing.T) {
	p := bt.Program()
	same, other := p, p
	same.Data, other.Code = []byte("other data\x00"), []byte{0x90}
	if open(t, p.Bytes()).CodeHash != open(t, same.Bytes()).CodeHash {
		t.Error("equal code has two hashes")
	}
	if open(t, p.Bytes()).CodeHash == open(t, other.Bytes()).CodeHash {
		t.Error("different code has one hash")
	}
}

func TestExpect(t *testing.T) {
	static, dynamic := bt.Program().Bytes(), dynamicELF("f", "GLIBC_2.2.5")
	muslDynamic := bt.Program()
	muslDynamic.Interp = "/lib/ld-musl-x86_64.so.1"
	arm := bt.Program()
	arm.Machine = elf.EM_AARCH64
	object := bt.Program()
	object.Type = elf.ET_REL
	for _, c := range []struct {
		name string
		data []byte
		want string
		ok   bool
	}{
		{"static as musl", static, "linux/amd64/musl", true},
		{"static as glibc", static, "linux/amd64/glibc", false},
		{"static as linux", static, "linux/amd64", true},
		{"glibc as linux", dynamic, "linux/amd64", true},
		{"glibc as musl", dynamic, "linux/amd64/musl", false},
		{"glibc as glibc", dynamic, "linux/amd64/glibc", true},
		{"dynamic musl", muslDynamic.Bytes(), "linux/amd64/musl", false},
		{"dynamic musl as linux", muslDynamic.Bytes(), "linux/amd64", false},
		{"other machine", arm.Bytes(), "linux/amd64", false},
		{"arm64", arm.Bytes(), "linux/arm64", true},
		{"other system", static, "freebsd/amd64", false},
		{"ELF as windows", static, "windows/amd64", false},
		{"PE", bt.WindowsProgram().Bytes(), "windows/amd64", true},
		{"Mach-O", bt.MacProgram().Bytes(), "darwin/arm64", true},
		{"object", object.Bytes(), "linux/amd64/musl", true},
	} {
		if err := open(t, c.data).Expect(c.want); (err == nil) != c.ok {
			t.Errorf("%s: %v, want ok %t", c.name, err, c.ok)
		}
	}
	for _, bad := range []string{"", "linux", "linux/", "plan9/amd64", "linux/amd64/uclibc", "windows/amd64/musl", "a/b/c/d"} {
		if binary.CheckPlatform(bad) == nil {
			t.Errorf("platform %q was taken", bad)
		}
	}
}

func TestGlibcFloor(t *testing.T) {
	for _, c := range []struct {
		version, floor string
		ok, broken     bool
	}{
		{version: "GLIBC_2.14", floor: "2.28", ok: true}, {version: "GLIBC_2.28", floor: "2.28", ok: true}, {version: "GLIBC_2.34", floor: "2.28"},
		{version: "GLIBC_2.2.5", floor: "2.2", ok: false}, {version: "GLIBC_2.9", floor: "2.28", ok: true}, {version: "GLIBC_PRIVATE", floor: "2.28", broken: true},
		{version: "OTHER_9.9", floor: "2.28", ok: true}, {version: "GLIBC_2.14", floor: "two", broken: true},
	} {
		ok, top, err := open(t, dynamicELF("f", c.version)).GlibcAtMost(c.floor)
		if (err != nil) != c.broken || (ok && err == nil) != c.ok {
			t.Errorf("%s at most %s: %t, needs %s, %v", c.version, c.floor, ok, top, err)
		}
	}
}

func TestArchiveForms(t *testing.T) {
	long := bt.Ar(bt.Member{Name: "//", Data: []byte("a-name-of-more-than-15.o/\n")}, bt.Member{Name: "/0", Data: []byte("1")})
	bsd := bt.Ar(bt.Member{Name: "#1/12", Data: []byte("name with.o\x001")}, bt.Member{Name: "__.SYMDEF"})
	for _, c := range []struct {
		name string
		data []byte
		at   int
		want string
	}{{"GNU", long, 1, "a-name-of-more-than-15.o"}, {"BSD", bsd, 0, "name with.o"}} {
		members, err := binary.Archive(c.data)
		if err != nil {
			t.Fatal(err)
		}
		m := members[c.at]
		if m.Name != c.want || string(m.Data) != "1" || c.data[m.Offset] != '1' {
			t.Errorf("%s: member %+v", c.name, m)
		}
	}
	for name, data := range map[string][]byte{
		"no table": bt.Ar(bt.Member{Name: "/9"}), "bad BSD": bt.Ar(bt.Member{Name: "#1/99"}), "cut": []byte("!<arch>\nx"),
		"number":  bytes.Replace(bt.Ar(bt.Member{Name: "a"}), []byte("0           "), []byte("x           "), 1),
		"content": bytes.Replace(bt.Ar(bt.Member{Name: "a"}), []byte("0         `"), []byte("9         `"), 1),
	} {
		if _, err := binary.Archive(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := binary.Open([]byte("plain text")); !errors.Is(err, binary.ErrFormat) {
		t.Errorf("text: %v", err)
	}
	if _, err := binary.Open(nil); !errors.Is(err, binary.ErrFormat) {
		t.Errorf("nothing: %v", err)
	}
	for name, data := range map[string][]byte{"bigobj": []byte("\x00\x00\xff\xff\x02\x00\x64\x86aaaaaaaaaaaa"), "fat Mach-O": []byte("\xca\xfe\xba\xbe\x00\x00\x00\x02")} {
		if m, err := binary.Open(data); err == nil {
			t.Errorf("%s was taken as %+v", name, m)
		}
	}
}

// TestOpenSurvivesDamage cuts and changes each format at every byte; Open may refuse, but must return.
func TestOpenSurvivesDamage(t *testing.T) {
	pe := bt.WindowsProgram()
	pe.Imports, pe.PDB, pe.ExportTime = map[string]string{"a.dll": "f"}, "a.pdb", 1
	for _, data := range [][]byte{dynamicELF("f", "GLIBC_2.14"), pe.Bytes(), bt.MacProgram().Bytes(), bt.ShortImport("f", "x.dll", 0)} {
		for i := range data {
			_, _ = binary.Open(data[:i])
			for _, v := range []byte{0, 0x7f, 0xff} {
				damaged := bytes.Clone(data)
				damaged[i] = v
				_, err := binary.Open(damaged)
				if err != nil && strings.Contains(err.Error(), "runtime error") {
					t.Errorf("byte %#x set to %#x: %v", i, v, err)
				}
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, data := range [][]byte{dynamicELF("f", "GLIBC_2.14"), bt.WindowsProgram().Bytes(), bt.MacProgram().Bytes(), bt.ShortImport("f", "x.dll", 0)} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := binary.Open(data); err == nil {
			m.ImportList()
			m.SectionAt(uint64(len(data) / 2))
		}
		_, _ = binary.Archive(data)
	})
}
