// SPDX-License-Identifier: MIT

package manifest

import (
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"time"
)

//go:embed encode.go manifest.go parse.go sums.go words.go
var sources embed.FS

func source(t *testing.T, name string) string {
	t.Helper()
	data, err := sources.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// example is the list that the package comment works out, in another order.
func example() *Manifest {
	return &Manifest{
		Version: "1.0.0",
		Time:    time.Date(2026, 11, 23, 1, 0, 0, 0, time.FixedZone("east", 3600)),
		Files: []File{
			{Name: "notes.md", Kind: Notes, Size: 3, SHA256: sha256.Sum256([]byte("bar"))},
			{Name: "gosqlite_1.0.0_linux_arm64.tar.gz", Kind: Archive, Platform: "linux_arm64", Size: 3, SHA256: sha256.Sum256([]byte("foo"))},
		},
	}
}

func encoded(t *testing.T, m *Manifest) string {
	t.Helper()
	text, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWorkedExample holds Encode against the package comment, byte by byte, and the comment against its digest.
func TestWorkedExample(t *testing.T) {
	_, rest, _ := strings.Cut(source(t, "manifest.go"), "\n//\t{\"schema\"")
	body, rest, ok := strings.Cut("\n//\t{\"schema\""+rest, "//\n// Keys come")
	if !ok {
		t.Fatal("the package comment has no example")
	}
	want := strings.ReplaceAll(body, "\n//\t", "\n")[1:]
	got := encoded(t, example())
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if digest := fmt.Sprintf("text above is %x.", sha256.Sum256([]byte(got))); !strings.Contains(rest, digest) {
		t.Errorf("the comment lacks %q", digest)
	}
	if !json.Valid([]byte(got)) {
		t.Error("not JSON")
	}
}

func TestParseIsTheInverse(t *testing.T) {
	m := example()
	got, err := Parse([]byte(encoded(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	want := &Manifest{Version: m.Version, Time: m.Time.UTC(), Files: []File{m.Files[1], m.Files[0]}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		plant func(m *Manifest)
		want  string
	}{
		{"version with v", func(m *Manifest) { m.Version = "v1.0.0" }, "leading v"},
		{"version that escapes", func(m *Manifest) { m.Version = `1.0.0-"` }, "version"},
		{"no time", func(m *Manifest) { m.Time = time.Time{} }, "time"},
		{"part of a second", func(m *Manifest) { m.Time = m.Time.Add(1) }, "whole seconds"},
		{"no files", func(m *Manifest) { m.Files = nil }, "0 files"},
		{"too many files", func(m *Manifest) { m.Files = make([]File, MaxFiles+1) }, "4097 files"},
		{"duplicate", func(m *Manifest) { m.Files[1].Name = m.Files[0].Name }, "listed already"},
		{"duplicate in another case", func(m *Manifest) { m.Files[1].Name = "NOTES.md" }, "listed already"},
		{"path", func(m *Manifest) { m.Files[0].Name = "../notes.md" }, "file name"},
		{"folder", func(m *Manifest) { m.Files[0].Name = "a/b" }, "file name"},
		{"hidden", func(m *Manifest) { m.Files[0].Name = ".notes" }, "file name"},
		{"full stop", func(m *Manifest) { m.Files[0].Name = "notes." }, "file name"},
		{"newline", func(m *Manifest) { m.Files[0].Name = "a\n" }, "file name"},
		{"long", func(m *Manifest) { m.Files[0].Name = strings.Repeat("a", 129) }, "file name"},
		{"itself", func(m *Manifest) { m.Files[0].Name = "Manifest.json" }, "itself"},
		{"its sums", func(m *Manifest) { m.Files[0].Name = "SHA256SUMS" }, "itself"},
		{"kind", func(m *Manifest) { m.Files[0].Kind = "note" }, "kind"},
		{"platform", func(m *Manifest) { m.Files[0].Platform = "linux/arm64" }, "platform"},
		{"archive of no platform", func(m *Manifest) { m.Files[1].Platform = "" }, "has a platform"},
		{"negative size", func(m *Manifest) { m.Files[0].Size = -1 }, "limit"},
		{"size", func(m *Manifest) { m.Files[0].Size = MaxSize + 1 }, "limit"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := example()
			test.plant(m)
			if text, err := m.Encode(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Encode = %q, %v; want an error with %q", text, err, test.want)
			}
			if _, err := m.EncodeSums(nil); err == nil {
				t.Error("EncodeSums succeeded")
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	text := encoded(t, example())
	lines := strings.SplitAfter(text, "\n")
	big := strings.Repeat("9", 30)
	for _, test := range []struct {
		name, text, want string
	}{
		{"empty", "", "0 lines"},
		{"no newline at the end", text[:len(text)-1], "each with its newline"},
		{"one more newline", text + "\n", "end line"},
		{"carriage return", strings.Replace(text, "\n", "\r\n", 1), "too much"},
		{"byte order mark", "\ufeff" + text, "missing"},
		{"other schema", strings.Replace(text, "manifest/1", "manifest/2", 1), "not known"},
		{"space", strings.Replace(text, `"size":`, `"size": `, 1), "size"},
		{"unknown field", strings.Replace(text, `"size":3`, `"mode":1,"size":3`, 1), "missing"},
		{"unknown field at the end", strings.Replace(text, `"},`, `","mode":1},`, 1), "missing"},
		{"unknown field in the header", strings.Replace(text, `,"files"`, `,"by":"x","files"`, 1), "missing"},
		{"repeated field", strings.Replace(text, `"size":3`, `"size":3,"size":3`, 1), "missing"},
		{"other order of fields", strings.Replace(text, `"kind":"notes","platform":""`, `"platform":"","kind":"notes"`, 1), "missing"},
		{"escape", strings.Replace(text, "notes.md", `notes\u002emd`, 1), "name"},
		{"unsorted", lines[0] + strings.Replace(lines[2], "\n", ",\n", 1) + strings.Replace(lines[1], ",\n", "\n", 1) + lines[3], "come after"},
		{"duplicate", lines[0] + lines[1] + lines[1] + lines[2] + lines[3], "come after"},
		{"duplicate in another case", lines[0] + strings.Replace(lines[1], "gosqlite_1", "Gosqlite_1", 1) + lines[1] + lines[2] + lines[3], "another case"},
		{"no comma", lines[0] + strings.Replace(lines[1], ",\n", "\n", 1) + lines[2] + lines[3], "missing"},
		{"comma at the end", lines[0] + lines[1] + strings.Replace(lines[2], "\n", ",\n", 1) + lines[3], "too much"},
		{"no files", lines[0] + lines[3], "2 lines"},
		{"too many files", lines[0] + strings.Repeat(lines[1], MaxFiles) + lines[2] + lines[3], "lines"},
		{"no end", lines[0] + lines[1] + lines[2], "end line"},
		{"more after the end", text + lines[1], "end line"},
		{"too large", strings.Repeat(" ", MaxText+1), "larger"},
		{"path", strings.Replace(text, "notes.md", "../notes.md", 1), "name"},
		{"absolute path", strings.Replace(text, "notes.md", "/notes.md", 1), "name"},
		{"dots", strings.Replace(text, "notes.md", "..", 1), "name"},
		{"backslash", strings.Replace(text, "notes.md", `x\notes.md`, 1), "name"},
		{"empty name", strings.Replace(text, "notes.md", "", 1), "name"},
		{"long name", strings.Replace(text, "notes.md", "n"+strings.Repeat("o", 128), 1), "name"},
		{"full stop", strings.Replace(text, "notes.md", "notes.", 1), "name"},
		{"itself", strings.Replace(text, "notes.md", "manifest.json", 1), "name"},
		{"its sums", strings.Replace(text, "notes.md", "sha256sums", 1), "name"},
		{"kind", strings.Replace(text, `"notes"`, `"note"`, 1), "kind"},
		{"platform", strings.Replace(text, `"linux_arm64"`, `"linux__arm64"`, 1), "platform"},
		{"archive of no platform", strings.Replace(text, `"linux_arm64"`, `""`, 1), "without a platform"},
		{"negative size", strings.Replace(text, ":3", ":-3", 1), "size"},
		{"size with a sign", strings.Replace(text, ":3", ":+3", 1), "size"},
		{"size with a zero", strings.Replace(text, ":3", ":03", 1), "size"},
		{"size in floating point", strings.Replace(text, ":3", ":3.0", 1), "size"},
		{"size with an exponent", strings.Replace(text, ":3", ":3e0", 1), "size"},
		{"no size", strings.Replace(text, ":3", ":", 1), "size"},
		{"large size", strings.Replace(text, ":3", fmt.Sprintf(":%d", int64(MaxSize+1)), 1), "size"},
		{"huge size", strings.Replace(text, ":3", ":"+big, 1), "size"},
		{"short digest", strings.Replace(text, "2c26", "2c2", 1), "64"},
		{"upper-case digest", strings.Replace(text, "2c26", "2C26", 1), "64"},
		{"digest of other digits", strings.Replace(text, "2c26", "2g26", 1), "64"},
		{"version", strings.Replace(text, "1.0.0", "v1.0.0", 1), "version"},
		{"version with a zero", strings.Replace(text, `"1.0.0"`, `"1.00.0"`, 1), "version"},
		{"time zone", strings.Replace(text, "00:00:00Z", "00:00:00+00:00", 1), "time"},
		{"no such day", strings.Replace(text, "11-23", "11-31", 1), "time"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.text == text {
				t.Fatal("nothing is planted")
			}
			if m, err := Parse([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Parse = %+v, %v; want an error with %q", m, err, test.want)
			}
		})
	}
}

// TestEveryByteCounts changes each byte of a manifest: Parse refuses it or reads other values.
func TestEveryByteCounts(t *testing.T) {
	text := []byte(encoded(t, example()))
	want, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		for _, b := range []byte{text[i] ^ 1, text[i] ^ 0x20, ' ', 0} {
			changed := append([]byte(nil), text...)
			if changed[i] = b; b == text[i] {
				continue
			}
			if got, err := Parse(changed); err == nil && reflect.DeepEqual(got, want) {
				t.Errorf("byte %d as %q is not seen", i, b)
			}
		}
	}
}

func TestSums(t *testing.T) {
	m := example()
	text, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sums, err := m.EncodeSums(text)
	if err != nil {
		t.Fatal(err)
	}
	want := "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae  gosqlite_1.0.0_linux_arm64.tar.gz\n" +
		"70a1dba0f605f8d4b8010304c5020e75a5b19f3438318b68d5a1208befb82f83  manifest.json\n" +
		"fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9  notes.md\n"
	if string(sums) != want {
		t.Errorf("got\n%swant\n%s", sums, want)
	}
	parsed, err := ParseSums(sums)
	if err != nil || len(parsed) != 3 || parsed[2] != (Sum{"notes.md", m.Files[0].SHA256}) {
		t.Errorf("ParseSums = %+v, %v", parsed, err)
	}
	lines := strings.SplitAfter(want, "\n")
	for name, text := range map[string]string{
		"empty":        "",
		"cut off":      want[:len(want)-1],
		"one space":    strings.Replace(want, "  ", " ", 1),
		"binary mark":  strings.Replace(want, "  ", " *", 1),
		"path":         strings.Replace(want, "notes", "../notes", 1),
		"upper case":   strings.ToUpper(lines[0]),
		"empty line":   want + "\n",
		"unsorted":     lines[1] + lines[0],
		"twice":        lines[0] + lines[0],
		"short digest": want[1:],
		"too large":    strings.Repeat(" ", MaxText) + "\n",
	} {
		if got, err := ParseSums([]byte(text)); err == nil {
			t.Errorf("%s: ParseSums = %+v", name, got)
		}
	}
}

// declared are the package-level functions, methods, variables and constants of a file.
func declared(t *testing.T, name string) map[string]bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, source(t, name), 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			out[d.Name.Name] = true
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.ValueSpec); ok {
					for _, n := range s.Names {
						out[n.Name] = true
					}
				}
			}
		}
	}
	return out
}

// shared are the names that a file uses of those declared.
func shared(t *testing.T, text string, names map[string]bool) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && names[id.Name] {
			out = append(out, id.Name)
		}
		return true
	})
	return out
}

// TestReaderAndWriterShareNoCode: one that used the other's checks would pass its mistakes.
func TestReaderAndWriterShareNoCode(t *testing.T) {
	writer := declared(t, "encode.go")
	for _, name := range []string{"parse.go", "words.go", "sums.go"} {
		if used := shared(t, source(t, name), writer); used != nil {
			t.Errorf("%s uses %v of encode.go", name, used)
		}
		if used := shared(t, source(t, "encode.go"), declared(t, name)); used != nil {
			t.Errorf("encode.go uses %v of %s", used, name)
		}
	}
	if used := shared(t, "package p\nvar x = namePattern.String()", writer); len(used) != 1 {
		t.Errorf("a planted use is not seen: %v", used)
	}
}

func FuzzParse(f *testing.F) {
	text, err := example().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Parse(text)
		if err != nil {
			return
		}
		again, err := m.Encode()
		if err != nil || string(again) != string(text) {
			t.Errorf("%q is read, and written as %q, %v", text, again, err)
		}
	})
}
