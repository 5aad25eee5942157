// SPDX-License-Identifier: MIT

package bundle

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/debian"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/progress"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/registries"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

const debText = "a package"

var deb = debian.Deb{File: "a_1_all.deb", SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(debText)))}

// setup makes a checkout with one package recorded, and three pins whose files
// fill puts into the cache.
func setup(t *testing.T) (s *registries.Setup, fill func()) {
	t.Helper()
	content := t.TempDir()
	w := tree.NewWriter(content, tree.Rules{Executable: []string{"bin/*"}})
	for _, name := range []string{"bin/tool", "lib/a"} {
		if err := w.Add(name, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("text " + name)), nil }); err != nil {
			t.Fatal(err)
		}
	}
	digest, err := tree.Digest(content)
	if err != nil {
		t.Fatal(err)
	}
	pin := func(kind string) pins.Pin {
		return pins.Pin{Version: "1", Tree: digest, Rules: tree.Rules{Files: []string{"."}, Executable: []string{"bin/*"}},
			Channels: []pins.Channel{{Kind: kind}}}
	}
	cache := t.TempDir()
	st, err := store.Open(func(k string) string { return map[string]string{"HOME": cache}[k] })
	if err != nil {
		t.Fatal(err)
	}
	file := &pins.File{GoSDK: pin(pins.GoModule), Zig: pin(pins.Wheel), SQLite: pin(pins.Crate),
		Modules: map[string]pins.Pin{"own": pin(pins.Own), "deb": pin(pins.Debian)}}
	s = registries.New(st, file, t.TempDir(), nil, progress.New(io.Discard, false, time.Now), "")
	if err := store.WriteFile(s.RecordedDebs(), debian.FormatList([]debian.Deb{deb}), 0o644); err != nil {
		t.Fatal(err)
	}
	return s, func() {
		for _, n := range file.All() {
			if err := os.CopyFS(st.Path(registries.Input(n)), os.DirFS(content)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(st.Path("debs", deb.File), []byte(debText), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func export(t *testing.T) []byte {
	t.Helper()
	s, fill := setup(t)
	fill()
	var b bytes.Buffer
	if err := write(context.Background(), &b, s, []debian.Deb{deb}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	data := export(t)
	if !bytes.Equal(data, export(t)) {
		t.Error("equal content gives other bytes")
	}
	s, _ := setup(t)
	for range 2 { // the second finds all there
		r := &reader{setup: s, tar: tar.NewReader(bytes.NewReader(data))}
		if err := r.run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range s.Pins.All() {
		dir := s.Store.Path(registries.Input(n))
		if !carried(n) {
			if s.Store.Has(registries.Input(n)) {
				t.Errorf("%s came by the bundle", n.Name)
			}
			continue
		}
		if err := registries.Verify(n, dir); err != nil {
			t.Error(err)
		}
		if st, err := os.Stat(filepath.Join(dir, "bin/tool")); err != nil || st.Mode() != 0o755 {
			t.Errorf("%s: mode of bin/tool: %v, %v", n.Name, st.Mode(), err)
		}
	}
	for _, jre := range []bool{false, true} {
		debs, err := debian.ReadList(s.ClosureList(jre))
		if err != nil || debian.CheckFiles(s.Store.Path("debs"), debs) != nil {
			t.Errorf("packages: %v, %v", debs, err)
		}
	}
}

// TestImportRefuses plants one defect each in a good bundle or beside it.
func TestImportRefuses(t *testing.T) {
	good := export(t)
	replace := func(old, new string) func([]byte, *registries.Setup) []byte {
		return func(b []byte, _ *registries.Setup) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }
	}
	for _, c := range []struct {
		name  string
		plant func([]byte, *registries.Setup) []byte
		want  string
		wrong bool // a wrong digest: exit code 3
	}{
		{"a byte of an input", replace("text lib/a", "Text lib/a"), "verify go_sdk", true},
		{"a byte of a package", replace(debText, "A package"), "verify package a_1_all.deb", true},
		{"other pins", func(b []byte, s *registries.Setup) []byte { s.Pins.Zig.Tree = strings.Repeat("0", 64); return b }, "made for other pins", true},
		{"a package that is not recorded", func(b []byte, s *registries.Setup) []byte {
			os.WriteFile(s.RecordedDebs(), debian.FormatList([]debian.Deb{{File: deb.File, SHA256: strings.Repeat("0", 64)}}), 0o644)
			return b
		}, "update bazel", true},
		{"cut short", func(b []byte, _ *registries.Setup) []byte { return b[:len(b)/2] }, "", false},
		{"no bundle", func([]byte, *registries.Setup) []byte { return []byte("hello") }, "", false},
		{"another schema", replace(`"schema": 1`, `"schema": 7`), "schema 7", false},
		{"an entry more", func(b []byte, _ *registries.Setup) []byte { return appended(t, b) }, "not in the index", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := setup(t)
			data := c.plant(append([]byte{}, good...), s)
			err := (&reader{setup: s, tar: tar.NewReader(bytes.NewReader(data))}).run(context.Background())
			var wrong *client.WrongDigest
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &wrong) != c.wrong {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if entries, _ := filepath.Glob(s.Store.Path("inputs", ".tmp-*")); len(entries) != 0 {
				t.Errorf("left behind: %v", entries)
			}
			if _, err := os.Stat(s.ClosureList(true)); err == nil {
				t.Error("the packages were recorded as complete")
			}
		})
	}
}

// appended copies a bundle and puts one more entry at its end.
func appended(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, r := tar.NewWriter(&b), tar.NewReader(bytes.NewReader(data))
	for h, err := r.Next(); err == nil; h, err = r.Next() {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(add(w, "debs/more.deb", 0o644, 1, strings.NewReader("x")), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExportRefusesDamagedCache(t *testing.T) {
	s, fill := setup(t)
	fill()
	dir := s.Store.Path(registries.Input(s.Pins.All()[1]))
	if err := os.WriteFile(filepath.Join(dir, "lib/a"), []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := write(context.Background(), io.Discard, s, []debian.Deb{deb})
	var wrong *client.WrongDigest
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "remove "+dir) {
		t.Errorf("error %v", err)
	}
}
