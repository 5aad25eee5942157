// SPDX-License-Identifier: MIT

package leak

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	bt "github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
)

var (
	day       = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	testToken = Token{Name: "user", Value: "u7f3a9c2"}
)

type file struct {
	name string
	data []byte
}

// planted is one defect and the one rule that it turns red.
type planted struct {
	name  string
	rule  string
	files []file
}

func plants() []planted {
	return []planted{
		{"token in data", "token", one(elfWith(func(e *bt.ELF) { e.Data = []byte("by u7f3a9c2\x00") }))},
		{"token in UTF-16", "token", one(peWith(func(p *bt.PE) { p.Data = wideBytes("by u7f3a9c2 ") }))},
		{"token in compressed DWARF", "token", one(elfWith(func(e *bt.ELF) { e.Sections = compressed("by u7f3a9c2\x00") }))},
		{"token in old compressed DWARF", "token", one(elfWith(func(e *bt.ELF) { e.Sections = zdebug("by u7f3a9c2\x00") }))},
		{"token in a text member", "token", one(tgz(tarFile(tarDefaults("a/readme", "by u7f3a9c2\n"))))},
		{"token in a member name", "token", one(tarFile(tarDefaults("u7f3a9c2", "text\n")))},
		{"word in data", "word", one(elfWith(func(e *bt.ELF) { e.Data = []byte("built in bazel-out\x00") }))},
		{"configuration folder", "word", one(elfWith(func(e *bt.ELF) { e.Data = []byte("k8-opt-ST-0123456789ab\x00") }))},
		{"word in an ar member", "word", one(bt.Ar(bt.Member{Name: "a.o/", Mode: 0o644, Data: elfObject([]byte("the execroot\x00"))}))},
		{"word in compressed DWARF", "word", one(elfWith(func(e *bt.ELF) { e.Sections = compressed("rules_go_work-1\x00") }))},
		{"unix path", "path", one(elfWith(func(e *bt.ELF) { e.Data = []byte("\x00/opt/acme/lib\x00") }))},
		{"home inside a Go string", "path", one(elfWith(func(e *bt.ELF) { e.Data = []byte("unlimited/home/alice/src\x00") }))},
		{"home in text", "path", one([]byte("see /home/alice/src for more\n"))},
		{"drive path", "path", one(peWith(func(p *bt.PE) { p.Data = []byte("\x00C:\\build\\out\x00") }))},
		{"drive path in UTF-16", "path", one(peWith(func(p *bt.PE) { p.Data = wideBytes(" C:\\build\\out ") }))},
		{"path in load commands", "path", one(machoWith(func(m *bt.MachO) { m.Dylib = "/opt/acme/libx.dylib" }))},
		{"PE time", "pe-time", one(peWith(func(p *bt.PE) { p.Repro, p.PDB, p.Stamp = false, "a.pdb", 1767312000 }))},
		{"object time", "pe-time", one(bt.PE{Object: true, Stamp: 1767312000, Data: []byte("text")}.Bytes())},
		{"import object time", "pe-time", one(bt.ShortImport("f", "x.dll", 1767312000))},
		{"export directory time", "pe-dates", one(peWith(func(p *bt.PE) { p.ExportTime = 1767312000 }))},
		{"debug directory time", "pe-dates", one(peWith(func(p *bt.PE) { p.DebugTime = 1767312000 }))},
		{"PDB folder", "pe-pdb", one(peWith(func(p *bt.PE) { p.PDB = `out\a.pdb` }))},
		{"ELF without id", "id-missing", one(elfWith(func(e *bt.ELF) { e.BuildID = nil }))},
		{"Mach-O without id", "id-missing", one(machoWith(func(m *bt.MachO) { m.UUID = nil }))},
		{"PE without id", "id-missing", one(peWith(func(p *bt.PE) { p.Repro, p.ReproHash = false, nil }))},
		{"shared ELF id", "id-shared", one(elfWith(func(e *bt.ELF) { e.BuildID = []byte("\x49\x89\x19\xaf\xf0\x01\xd8\x36") }))},
		{"shared LC_UUID", "id-shared", one(machoWith(func(m *bt.MachO) { m.UUID = []byte("\x49\x89\x19\xaf\xf0\x01\x38\x36\xe2\x49\x40\x3a\x25\x44\xfb\xa2") }))},
		{"two programs of one id", "id-duplicate", []file{{"a", elfWith(nil)}, {"b", elfWith(func(e *bt.ELF) { e.Code = []byte{0x90, 0xc3} })}}},
		{"debug stab", "macho-oso", one(machoWith(func(m *bt.MachO) { m.OSO = "a.o" }))},
		{"ar date", "ar-header", one(arWith(func(m *bt.Member) { m.Date = 1 }))},
		{"ar owner", "ar-header", one(arWith(func(m *bt.Member) { m.UID = 1000 }))},
		{"ar group", "ar-header", one(arWith(func(m *bt.Member) { m.GID = 1000 }))},
		{"ar mode", "ar-header", one(arWith(func(m *bt.Member) { m.Mode = 0o664 }))},
		{"ar order", "ar-order", one(bt.Ar(arMember("b.o/"), arMember("a.o/"), arMember("b.o/")))},
		{"gcc's temporary name", "ar-name", one(arWith(func(m *bt.Member) { m.Name = "ccXy12Ab.o/" }))},
		{"hash in a name", "ar-name", one(arWith(func(m *bt.Member) { m.Name = "a-5c40267d64.o/" }))},
		{"tar order", "archive-order", one(tarFile(tarDefaults("b", "x\n"), tarDefaults("a", "x\n")))},
		{"zip order", "archive-order", one(zipFile(day, "b", "a"))},
		{"tar time", "archive-time", one(tarFile(tarHeader("a", func(h *tar.Header) { h.ModTime = day.Add(time.Second) })))},
		{"tar access time", "archive-time", one(tarFile(tarHeader("a", func(h *tar.Header) { h.Format = tar.FormatPAX; h.AccessTime = day.Add(time.Hour) })))},
		{"zip time", "archive-time", one(zipFile(day.Add(2*time.Second), "a"))},
		{"tar owner", "archive-owner", one(tarFile(tarHeader("a", func(h *tar.Header) { h.Uid = 1000 })))},
		{"tar group name", "archive-owner", one(tarFile(tarHeader("a", func(h *tar.Header) { h.Gname = "staff" })))},
		{"zip owner", "archive-owner", one(zipOwned())},
		{"tar mode", "archive-mode", one(tarFile(tarHeader("a", func(h *tar.Header) { h.Mode = 0o664 })))},
		{"tar link", "archive-mode", one(tarFile(tarHeader("a", func(h *tar.Header) { h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, "b", 0 })))},
		{"tar absolute name", "archive-name", one(tarFile(tarDefaults("/a", "x\n")))},
		{"tar climbing name", "archive-name", one(tarFile(tarDefaults("../a", "x\n")))},
		{"tar temporary name", "archive-name", one(tarFile(tarDefaults("a.tmp", "x\n")))},
		{"gzip name", "gzip-header", one(gz(func(h *gzip.Header) { h.Name = "a.txt" }))},
		{"gzip time", "gzip-header", one(gz(func(h *gzip.Header) { h.ModTime = day.Add(time.Hour) }))},
		{"executable stack", "stack-exec", one(elfWith(func(e *bt.ELF) { e.ExecStack = true }))},
		{"no stack header", "stack-exec", one(elfWith(func(e *bt.ELF) { e.NoStack = true; e.Interp = "/lib64/ld-linux-x86-64.so.2" }))},
		{"small stack", "stack-size", one(elfWith(func(e *bt.ELF) { e.StackSize = 128 << 10 }))},
		{"small Windows stack", "stack-size", one(peWith(func(p *bt.PE) { p.StackSize = 1 << 20 }))},
	}
}

const stackSize = 8 << 20

func checkFiles(t *testing.T, files ...file) Report {
	t.Helper()
	allow, err := DefaultAllow()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Tokens: []Token{testToken}, Allow: allow, Time: &day, StackSize: stackSize})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		c.File(f.name, f.data)
	}
	return c.Report()
}

func TestEachPlantTurnsItsRuleRed(t *testing.T) {
	used := map[string]bool{}
	for _, p := range plants() {
		t.Run(p.name, func(t *testing.T) {
			used[p.rule] = true
			r := checkFiles(t, p.files...)
			if len(r.Failures) > 0 {
				t.Fatalf("failures %v", r.Failures)
			}
			if len(r.Findings) == 0 {
				t.Fatalf("nothing found, want %s", p.rule)
			}
			for _, f := range r.Findings {
				if f.Rule != p.rule {
					t.Errorf("found %+v, want only %s", f, p.rule)
				}
			}
		})
	}
	for _, r := range Rules {
		if !used[r.Name] {
			t.Errorf("rule %s has no plant", r.Name)
		}
	}
}

// TestCleanFiles shows that the plants' surroundings are green without their defect.
func TestCleanFiles(t *testing.T) {
	for name, data := range map[string][]byte{
		"elf": elfWith(nil), "pe": peWith(nil), "macho": machoWith(nil), "ar": arWith(nil), "tgz": tgz(tarFile(tarDefaults("a", "x\n"), tarDefaults("b", "x\n"))),
		"zip": zipFile(day, "a", "b"), "gzip": gz(nil), "import": bt.ShortImport("f", "x.dll", 0), "empty": nil,
		"object": bt.PE{Object: true, Data: []byte("text")}.Bytes(), "compressed": elfWith(func(e *bt.ELF) { e.Sections = compressed("a.c\x00") }),
		"hash time": peWith(func(p *bt.PE) { p.Stamp, p.DebugTime, p.ExportTime = 0xabcdef01, 0xabcdef01, 0xabcdef01 }),
		"allowed": elfWith(func(e *bt.ELF) {
			e.Data = []byte("x\x00/dev/urandom\x00/etc/localtimemore\x00/proc/self/exe\x00and/or/else\x00http://a.b/c/d\x00")
		}),
	} {
		if r := checkFiles(t, file{name, data}); len(r.Findings)+len(r.Failures) > 0 || r.Files() == 0 {
			t.Errorf("%s: findings %v, failures %v, %d files", name, r.Findings, r.Failures, r.Files())
		}
	}
}

func TestTwinSharesItsID(t *testing.T) {
	twin := elfWith(func(e *bt.ELF) { e.Sections = compressed("a.c\x00") })
	if r := checkFiles(t, file{"a", elfWith(nil)}, file{"a.debug", twin}); len(r.Findings) > 0 {
		t.Errorf("a debug twin is taken for another program: %v", r.Findings)
	}
}

func one(data []byte) []file { return []file{{"planted", data}} }

func elfWith(edit func(*bt.ELF)) []byte {
	e := bt.Program()
	e.StackSize = stackSize
	if edit != nil {
		edit(&e)
	}
	return e.Bytes()
}

func elfObject(data []byte) []byte {
	e := bt.Program()
	e.Type, e.Data, e.BuildID = elf.ET_REL, data, nil
	return e.Bytes()
}

func peWith(edit func(*bt.PE)) []byte {
	p := bt.WindowsProgram()
	p.StackSize = stackSize
	if edit != nil {
		edit(&p)
	}
	return p.Bytes()
}

func machoWith(edit func(*bt.MachO)) []byte {
	m := bt.MacProgram()
	if edit != nil {
		edit(&m)
	}
	return m.Bytes()
}

func arMember(name string) bt.Member {
	return bt.Member{Name: name, Mode: 0o644, Data: elfObject([]byte("hello\x00"))}
}

func arWith(edit func(*bt.Member)) []byte {
	m := arMember("a.o/")
	if edit != nil {
		edit(&m)
	}
	return bt.Ar(m)
}

func deflate(text string) []byte {
	b := new(bytes.Buffer)
	z := zlib.NewWriter(b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.Bytes()
}

func compressed(text string) []bt.ELFSection {
	data := binary.LittleEndian.AppendUint64(nil, 1) // ELFCOMPRESS_ZLIB and padding
	data = binary.LittleEndian.AppendUint64(data, uint64(len(text)))
	data = append(binary.LittleEndian.AppendUint64(data, 1), deflate(text)...)
	return []bt.ELFSection{{Name: ".debug_str", Type: elf.SHT_PROGBITS, Flags: elf.SHF_COMPRESSED, Data: data}}
}

func zdebug(text string) []bt.ELFSection {
	data := binary.BigEndian.AppendUint64([]byte("ZLIB"), uint64(len(text)))
	return []bt.ELFSection{{Name: ".zdebug_str", Type: elf.SHT_PROGBITS, Data: append(data, deflate(text)...)}}
}

type tarMember struct {
	header tar.Header
	text   string
}

func tarDefaults(name, text string) tarMember {
	return tarMember{tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), ModTime: day, Typeflag: tar.TypeReg}, text}
}

func tarHeader(name string, edit func(*tar.Header)) tarMember {
	m := tarDefaults(name, "x\n")
	edit(&m.header)
	m.text = m.text[:m.header.Size]
	return m
}

func tarFile(members ...tarMember) []byte {
	b := new(bytes.Buffer)
	w := tar.NewWriter(b)
	for _, m := range members {
		if err := w.WriteHeader(&m.header); err != nil {
			panic(err)
		}
		_, _ = w.Write([]byte(m.text))
	}
	_ = w.Close()
	return b.Bytes()
}

func tgz(data []byte) []byte {
	b := new(bytes.Buffer)
	z := gzip.NewWriter(b)
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

func gz(edit func(*gzip.Header)) []byte {
	b := new(bytes.Buffer)
	z := gzip.NewWriter(b)
	if edit != nil {
		edit(&z.Header)
	}
	_, _ = z.Write([]byte("text\n"))
	_ = z.Close()
	return b.Bytes()
}

func zipFile(at time.Time, names ...string) []byte {
	b := new(bytes.Buffer)
	w := zip.NewWriter(b)
	for _, n := range names {
		h := &zip.FileHeader{Name: n, Modified: at}
		h.SetMode(0o644)
		f, _ := w.CreateHeader(h)
		_, _ = f.Write([]byte("text\n"))
	}
	_ = w.Close()
	return b.Bytes()
}

func zipOwned() []byte {
	b := new(bytes.Buffer)
	w := zip.NewWriter(b)
	h := &zip.FileHeader{Name: "a", Modified: day, Extra: []byte{0x75, 0x78, 11, 0, 1, 4, 0xe8, 3, 0, 0, 4, 0, 0, 0, 0}}
	h.SetMode(0o644)
	f, _ := w.CreateHeader(h)
	_, _ = f.Write([]byte("text\n"))
	_ = w.Close()
	return b.Bytes()
}

func ruleNames(r Report) []string {
	var out []string
	for _, f := range r.Findings {
		if !slices.Contains(out, f.Rule) {
			out = append(out, f.Rule)
		}
	}
	return out
}
