// SPDX-License-Identifier: MIT

package twin

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/binary/binarytest"
)

func pack(t *testing.T, files map[string][]byte) string {
	t.Helper()
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	tw := tar.NewWriter(zw)
	for name, data := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x_debug.tar.gz")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// program is a static program that defines run and takes iconv from elsewhere.
func program() []byte {
	p := binarytest.Program()
	symbol := func(name uint32, section uint16) []byte {
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, elf.Sym64{Name: name, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Shndx: section}); err != nil {
			panic(err)
		}
		return b.Bytes()
	}
	p.Sections = []binarytest.ELFSection{
		{Name: ".symtab", Type: elf.SHT_SYMTAB, Link: ".strtab", Info: 1, Entry: 24, Data: bytes.Join([][]byte{make([]byte, 24), symbol(1, 1), symbol(5, 0)}, nil)},
		{Name: ".strtab", Type: elf.SHT_STRTAB, Data: []byte("\x00run\x00iconv\x00")},
	}
	return p.Bytes()
}

func TestUnpack(t *testing.T) {
	file := pack(t, map[string][]byte{"x_debug/bin/gosqlite": program(), "x_debug/LICENSE": []byte("text")})
	twin, err := Unpack(file, t.TempDir())
	if err != nil || len(twin.Programs) != 1 {
		t.Fatalf("%v, %v", twin, err)
	}
	whole, err := os.ReadFile(file)
	if err != nil || twin.File != "x_debug.tar.gz" || twin.SHA256 != fmt.Sprintf("%x", sha256.Sum256(whole)) {
		t.Errorf("%s has the digest %s, %v", twin.File, twin.SHA256, err)
	}
	p := twin.Programs[0]
	if p.Name != "x_debug/bin/gosqlite" || !p.Defines("run") || p.Defines("iconv") || p.Defines("other") {
		t.Errorf("%+v", p)
	}
	if data, err := os.ReadFile(p.File); err != nil || !bytes.Equal(data, program()) {
		t.Errorf("the program was not unpacked as it is: %v", err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "x_debug.tar.gz")
	if err := os.WriteFile(broken, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, want string }{
		"no file":     {filepath.Join(t.TempDir(), "none"), "no such file"},
		"no archive":  {broken, "unexpected EOF"},
		"no programs": {pack(t, map[string][]byte{"x_debug/LICENSE": []byte("text")}), "no programs"},
		"no symbols":  {pack(t, map[string][]byte{"x/bin/gosqlite": binarytest.Program().Bytes()}), "give the debug twin"},
		"of another":  {pack(t, map[string][]byte{"y_debug/bin/gosqlite": program()}), "another platform's"},
		"a text":      {pack(t, map[string][]byte{"x/bin/gosqlite": []byte("text")}), "neither ELF"},
	} {
		if _, err := Unpack(c.file, t.TempDir()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
