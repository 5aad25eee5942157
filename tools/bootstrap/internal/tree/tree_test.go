// SPDX-License-Identifier: MIT

package tree

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func source(files ...string) *Source {
	s := &Source{Close: func() error { return nil }}
	for i := 0; i < len(files); i += 2 {
		text := files[i+1]
		s.Files = append(s.Files, File{files[i], func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(text)), nil
		}})
	}
	return s
}

func TestDeclared(t *testing.T) {
	rules := Rules{
		Files:   []string{"bin", "src", "VERSION"},
		Exclude: []string{"testdata/", "_*/", "*_test.go"},
		Rename:  map[string]string{"src/_go.mod": "src/go.mod"},
	}
	for _, c := range []struct{ name, want string }{
		{"VERSION", "VERSION"},
		{"bin/go", "bin/go"},
		{"src/_go.mod", "src/go.mod"},
		{"src/a/_x.go", "src/a/_x.go"}, // a file, not a folder
		{"src/testdata", "src/testdata"},
		{"src/a/testdata/b/c.go", ""},
		{"src/_asm/go.mod", ""},
		{"src/a/b_test.go", ""},
		{"binary/x", ""},
		{"README.md", ""},
	} {
		got, ok := rules.Declared(c.name)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Declared(%q) = %q, %v; want %q", c.name, got, ok, c.want)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	rules := Rules{Files: []string{"."}, Executable: []string{"bin/*", "*.sh"}, Empty: []string{"go.sum", "here"},
		Insert: []Insert{{"f.bzl", "x = struct(", "    y = False,"}}}
	src := source("bin/go", "1", "lib/a.sh", "2", "lib/b", "3", "f.bzl", "x = struct(\n    z = 1,\n)\n", "here", "kept")
	if err := Write(dir, rules, src); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
	}{
		{"bin/go", "1", 0o755}, {"lib/a.sh", "2", 0o755}, {"lib/b", "3", 0o644}, {"go.sum", "", 0o644},
		{"here", "kept", 0o644}, {"f.bzl", "x = struct(\n    y = False,\n    z = 1,\n)\n", 0o644},
	} {
		data, err := os.ReadFile(filepath.Join(dir, c.name))
		if err != nil || string(data) != c.text {
			t.Errorf("%s: %q, %v; want %q", c.name, data, err, c.text)
			continue
		}
		if st, _ := os.Stat(filepath.Join(dir, c.name)); st.Mode() != c.mode {
			t.Errorf("%s: mode %v, want %v", c.name, st.Mode(), c.mode)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	all := Rules{Files: []string{"."}}
	for _, c := range []struct {
		name  string
		rules Rules
		src   *Source
		want  string
	}{
		{"a name that leaves", all, source("../x", ""), "not a plain relative name"},
		{"an absolute name", all, source("/etc/x", ""), "not a plain relative name"},
		{"a newline", all, source("a\nb", ""), "not a plain relative name"},
		{"a name twice", all, source("a", "1", "a", "2"), "comes twice"},
		{"a rename onto another", Rules{Files: []string{"."}, Rename: map[string]string{"b": "a"}}, source("a", "1", "b", "2"), "comes twice"},
		{"nothing declared", Rules{Files: []string{"x"}}, source("a", "1"), "no declared file"},
		{"no line to insert after", Rules{Files: []string{"."}, Insert: []Insert{{"a", "x", "y"}}}, source("a", "1"), "no line begins"},
		{"two lines to insert after", Rules{Files: []string{"."}, Insert: []Insert{{"a", "x", "y"}}}, source("a", "x\nx\n"), "two lines begin"},
		{"no file to insert into", Rules{Files: []string{"."}, Insert: []Insert{{"b", "x", "y"}}}, source("a", "1"), "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := Write(t.TempDir(), c.rules, c.src); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// TestDigestByHand runs the command that pins/README.md shows.
func TestDigestByHand(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, Rules{Files: []string{"."}}, source("b", "1", "a b/c", "2", "a/x", "", "a.b", "3", "ä", "4")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("find sha256sum: %v", err)
	}
	got, err := Digest(dir)
	if want := string(out[:64]); err != nil || got != want {
		t.Errorf("Digest = %s, %v; by hand %s", got, err, want)
	}
}

func TestDigestSeesEveryChange(t *testing.T) {
	digest := func(files ...string) string {
		dir := t.TempDir()
		if err := Write(dir, Rules{Files: []string{"."}}, source(files...)); err != nil {
			t.Fatal(err)
		}
		d, err := Digest(dir)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	base := digest("a", "1", "b/c", "2")
	for name, files := range map[string][]string{
		"a byte": {"a", "1", "b/c", "3"}, "a name": {"a", "1", "b/d", "2"},
		"a file more": {"a", "1", "b/c", "2", "e", ""}, "a file less": {"a", "1"},
	} {
		if digest(files...) == base {
			t.Errorf("%s changes nothing in the digest", name)
		}
	}
	if digest("b/c", "2", "a", "1") != base {
		t.Error("the order of writing changes the digest")
	}
}

func TestDigestRefusesLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := Digest(dir); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("error %v, want one about the link", err)
	}
}

// TestH1 computes the hash as its definition says: the SHA-256, in base64, of
// the lines "HEX  NAME" sorted by name.
func TestH1(t *testing.T) {
	got, err := H1(source("xyz", "data for xyz", "abc", "data for abc"))
	if err != nil {
		t.Fatal(err)
	}
	var list bytes.Buffer
	for _, f := range []string{"abc", "xyz"} {
		path := filepath.Join(t.TempDir(), f)
		if err := os.WriteFile(path, []byte("data for "+f), 0o644); err != nil {
			t.Fatal(err)
		}
		sum, err := FileDigest(path)
		if err != nil {
			t.Fatal(err)
		}
		list.WriteString(sum + "  " + f + "\n")
	}
	sum := sha256.Sum256(list.Bytes())
	if want := "h1:" + base64.StdEncoding.EncodeToString(sum[:]); got != want {
		t.Errorf("H1 = %s, want %s", got, want)
	}
	if again, _ := H1(source("abc", "data for abc", "xyz", "data for xyz")); again != got {
		t.Errorf("the order changes the hash: %s, %s", got, again)
	}
	if other, _ := H1(source("abc", "data for abc", "xyz", "data for xyZ")); other == got {
		t.Error("a byte changes nothing in the hash")
	}
	if _, err := H1(source("a", "", "a", "")); err == nil {
		t.Error("a name that comes twice passes")
	}
}

func TestOpenZip(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.zip")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range []string{"m@v1/", "m@v1/a", "m@v1/b/c", "other/d"} {
		if _, err := z.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	src, err := OpenZip(file, "m@v1")
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var names []string
	for _, f := range src.Files {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "a b/c" {
		t.Errorf("files %q", got)
	}
	if err := os.WriteFile(file, b.Bytes()[:b.Len()/2], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenZip(file, ""); err == nil {
		t.Error("a zip that is cut short opens")
	}
}
