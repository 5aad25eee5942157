// SPDX-License-Identifier: MIT

package published_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/published"
)

// signed makes a build and the release that was signed from it, with signatures inside of programs and beside files.
func signed(t *testing.T, id *identity.Identity) (dir string, built map[string]string) {
	t.Helper()
	code := signtest.Certified(t, signtest.CA(t))
	if id == nil {
		id = code
	}
	o := sign.Options{Payload: signtest.Payload(t), Out: filepath.Join(t.TempDir(), "out"), Release: id, Now: func() time.Time { return signtest.Now }}
	if len(id.Chain) > 0 {
		o.Authenticode, o.Apple = id, id
	}
	if err := sign.Release(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	built, err := compare.Tree(o.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return o.Out, built
}

// judge gives the verdicts by name, and what did not pass.
func judge(t *testing.T, dir string, built map[string]string) (files map[string]compare.File, bad []string) {
	t.Helper()
	r, err := published.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.Compare(built)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]compare.File{}
	for _, f := range list {
		files[f.Name] = f
		if f.Status != compare.Pass && f.Status != compare.Apart {
			bad = append(bad, f.Name)
		}
	}
	return files, bad
}

const (
	windowsSigned = "gosqlite_1.2.3_windows_amd64_signed.zip"
	darwinSigned  = "gosqlite_1.2.3_darwin_arm64_signed.tar.gz"
)

func TestEachFileHasAVerdict(t *testing.T) {
	dir, built := signed(t, nil)
	for _, path := range built { // as Bazel leaves them
		if err := os.Chmod(path, 0o555); err != nil {
			t.Fatal(err)
		}
	}
	files, bad := judge(t, dir, built)
	if len(bad) > 0 {
		t.Errorf("not the same: %v %+v", bad, files[bad[0]])
	}
	all, err := compare.Tree(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(all) {
		t.Errorf("%d verdicts on %d files", len(files), len(all))
	}
	for name, rule := range map[string]string{
		signtest.Windows: "", windowsSigned: "authenticode (gosqlite_1.2.3/bin/gosqlite.exe)", darwinSigned: "codesign (gosqlite_1.2.3/bin/gosqlite)", signtest.SBOM + ".signed.json": "jsf",
	} {
		if f := files[name]; f.Status != compare.Pass || f.Rule != rule {
			t.Errorf("%s: %+v; the rule is %q", name, f, rule)
		}
	}
	for _, name := range []string{"manifest.json.DEVELOPMENT.sigstore.json", "manifest_signed.json", "embedded/" + signtest.Windows + "/gosqlite_1.2.3/bin/gosqlite.exe.authenticode"} {
		if files[name].Status != compare.Apart {
			t.Errorf("%s: %+v", name, files[name])
		}
	}
}

// zipWith is a zip whose members are those of another after an edit.
func zipWith(t *testing.T, text []byte, edit func(name string, data []byte) (string, []byte)) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		h := f.FileHeader
		h.Modified, h.Extra = time.Time{}, nil // else a field is added
		h.Name, data = edit(f.Name, data)
		if h.Name == "" {
			continue
		}
		m, err := w.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// inMachO edits the program in the signed tar.gz.
func inMachO(edit func(b []byte) []byte) func(t *testing.T, text []byte) []byte {
	return rewritten(func(h *tar.Header, data []byte) []byte {
		if strings.HasSuffix(h.Name, "bin/gosqlite") {
			data = edit(data)
		}
		h.Size = int64(len(data))
		return data
	})
}

// inTar edits the headers there.
func inTar(edit func(h *tar.Header)) func(t *testing.T, text []byte) []byte {
	return rewritten(func(h *tar.Header, data []byte) []byte { edit(h); return data[:h.Size] })
}

func rewritten(edit func(h *tar.Header, data []byte) []byte) func(t *testing.T, text []byte) []byte {
	return func(t *testing.T, text []byte) []byte {
		z, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		zw := gzip.NewWriter(&b)
		r, w := tar.NewReader(z), tar.NewWriter(zw)
		for {
			h, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			data = edit(h, data)
			if err := w.WriteHeader(h); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(data); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []io.Closer{w, zw} {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
		return b.Bytes()
	}
}

// inProgram edits the program in the signed zip.
func inProgram(edit func(b []byte)) func(t *testing.T, text []byte) []byte {
	return func(t *testing.T, text []byte) []byte {
		return zipWith(t, text, func(name string, data []byte) (string, []byte) {
			if strings.HasSuffix(name, ".exe") {
				data = bytes.Clone(data)
				edit(data)
			}
			return name, data
		})
	}
}

// TestEachChangeIsSeen plants one change in a published file; that file, and nothing else, is not the same.
func TestEachChangeIsSeen(t *testing.T) {
	flip := func(_ *testing.T, text []byte) []byte { text[len(text)/2] ^= 1; return text }
	for _, c := range []struct {
		name, file, detail string
		edit               func(t *testing.T, text []byte) []byte
	}{
		{"a payload file", signtest.Notes, "content differs", flip},
		{"an archive", signtest.Linux, "content differs", flip},
		{"checksums", "SHA256SUMS", "content differs", flip},
		{"a signed document's content", signtest.SBOM + ".signed.json", "the document without it differs", func(_ *testing.T, text []byte) []byte {
			return bytes.Replace(text, []byte(`"version":1`), []byte(`"version":2`), 1)
		}},
		{"a signed document without its signature", signtest.SBOM + ".signed.json", "no signature", func(*testing.T, []byte) []byte { return []byte("{}\n") }},
		{"a key twice in a signed document, the right one last", signtest.SBOM + ".signed.json", "is there twice", func(_ *testing.T, text []byte) []byte {
			return bytes.Replace(text, []byte(`"version":1`), []byte(`"version":2,"version":1`), 1)
		}},
		{"bytes after a zip", windowsSigned, "belong to no member", func(_ *testing.T, text []byte) []byte {
			return append(bytes.TrimSuffix(text, make([]byte, 2)), "\x04\x00more"...)
		}},
		{"bytes after a tar in gzip", darwinSigned, "belong to no member", func(t *testing.T, text []byte) []byte {
			return append(text, text...)
		}},
		{"a link for a file in a tar", darwinSigned, "another header", inTar(func(h *tar.Header) {
			if strings.HasSuffix(h.Name, "LICENSE") {
				h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, "/etc/passwd", 0
			}
		})},
		{"a field of a file in a tar", darwinSigned, "another header", inTar(func(h *tar.Header) {
			h.PAXRecords, h.Format = map[string]string{"SCHILY.xattr.user.x": "1"}, tar.FormatPAX
		})},
		{"code of a signed program", windowsSigned, "differs without its signature", inProgram(func(b []byte) { b[0x180] ^= 1 })},
		{"an entry point in its header", windowsSigned, "differs without its signature", inProgram(func(b []byte) { b[int(b[0x3c])+24+16] ^= 1 })},
		{"bytes after its signature", windowsSigned, "finds no whole signature", func(t *testing.T, text []byte) []byte {
			return zipWith(t, text, func(name string, data []byte) (string, []byte) {
				if strings.HasSuffix(name, ".exe") {
					data = append(bytes.Clone(data), "more"...)
				}
				return name, data
			})
		}},
		{"a text beside the program", windowsSigned, "a member differs that is no program", func(t *testing.T, text []byte) []byte {
			return zipWith(t, text, func(name string, data []byte) (string, []byte) {
				if strings.HasSuffix(name, "LICENSE") {
					data = []byte("mine\n")
				}
				return name, data
			})
		}},
		{"a member that was taken out", windowsSigned, "1 members", func(t *testing.T, text []byte) []byte {
			return zipWith(t, text, func(name string, data []byte) (string, []byte) {
				if strings.HasSuffix(name, "LICENSE") {
					name = ""
				}
				return name, data
			})
		}},
		{"a member of another name", windowsSigned, "another header", func(t *testing.T, text []byte) []byte {
			return zipWith(t, text, func(name string, data []byte) (string, []byte) {
				return strings.Replace(name, "LICENSE", "LICENCE", 1), data
			})
		}},
		{"the file type of a signed program", darwinSigned, "differs without its signature", inMachO(func(b []byte) []byte { b[12] ^= 1; return b })},
		{"a load command of a signed program", darwinSigned, "differs without its signature", inMachO(func(b []byte) []byte { b[32+8] ^= 1; return b })},
		{"bytes after a signed program", darwinSigned, "finds no whole signature", inMachO(func(b []byte) []byte { return append(b, 1) })},
		{"a signed program cut off", darwinSigned, "finds no whole signature", inMachO(func(b []byte) []byte { return b[:20] })},
		{"no archive at all", darwinSigned, "unknown format", func(*testing.T, []byte) []byte { return []byte("text") }},
		{"the unsigned one under its name", windowsSigned, "no program in it is signed", func(t *testing.T, _ []byte) []byte {
			return signtest.Archives(t)[signtest.Windows]
		}},
		{"a file more", "extra.txt", "neither signature nor statement", func(*testing.T, []byte) []byte { return []byte("x") }},
		{"a file more in a folder", "lib/extra.sigstore.json", "neither signature nor statement", func(*testing.T, []byte) []byte { return []byte("x") }},
		{"a file less", signtest.Notes, "built, and not in the release", func(*testing.T, []byte) []byte { return nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, built := signed(t, nil)
			name := filepath.Join(dir, c.file)
			text, _ := os.ReadFile(name)
			if text = c.edit(t, text); text == nil {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
			} else if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			} else if err := os.WriteFile(name, text, 0o644); err != nil {
				t.Fatal(err)
			}
			files, bad := judge(t, dir, built)
			if len(bad) != 1 || bad[0] != c.file || !strings.Contains(files[c.file].Detail, c.detail) {
				t.Errorf("not the same: %v, %+v", bad, files[c.file])
			}
		})
	}
}

func TestBuiltDiffers(t *testing.T) {
	dir, built := signed(t, nil)
	program := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(program, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	built["more"] = program
	delete(built, signtest.Windows)
	files, bad := judge(t, dir, built)
	if strings.Join(bad, " ") == "" || files["more"].Detail != "built, and not in the release" || files[signtest.Windows].Detail != "in the release, and not built" ||
		!strings.Contains(files[windowsSigned].Detail, "was not built") || len(bad) != 3 {
		t.Errorf("not the same: %v", bad)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, name := range []string{"manifest.json", "SHA256SUMS", "provenance.intoto.json"} {
		dir, _ := signed(t, nil)
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if _, err := published.Open(dir); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	dir, _ := signed(t, nil)
	for name, text := range map[string]string{"manifest.json": "{}", "provenance.intoto.json": "{}"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := published.Open(dir); err == nil {
			t.Errorf("%s is %s: no error", name, text)
		}
	}
}
