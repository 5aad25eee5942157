// SPDX-License-Identifier: MIT

package bundle

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
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

// goSum names one go.mod, without its module, and goModules is the proxy's tree
// that follows from it.
var (
	goSum   = "example.com/M v1.0.0/go.mod " + goModH1 + "\n"
	goModH1 = func() string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%x  go.mod\n", sha256.Sum256([]byte(goModText))))
		return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
	}()
	goModules = map[string]string{
		"example.com/!m/@v/list":        "v1.0.0\n",
		"example.com/!m/@v/v1.0.0.info": "{\"Version\":\"v1.0.0\"}\n",
		"example.com/!m/@v/v1.0.0.mod":  goModText,
	}
)

const goModText = "module example.com/M\n"

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
	if err := os.WriteFile(filepath.Join(s.Workspace, "go.sum"), []byte(goSum), 0o644); err != nil {
		t.Fatal(err)
	}
	return s, func() {
		for name, text := range goModules {
			if err := store.WriteFile(st.Path(s.GoModules(), name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
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
	if err := s.VerifyGoModules(s.Store.Path(s.GoModules())); err != nil {
		t.Error(err)
	}
	for _, jre := range []bool{false, true} {
		debs, err := debian.ReadList(s.ClosureList(jre))
		if err != nil || debian.CheckFiles(s.Store.Path("debs"), debs) != nil {
			t.Errorf("packages: %v, %v", debs, err)
		}
	}
}

func TestImportReplacesDamaged(t *testing.T) {
	s, fill := setup(t)
	fill()
	damaged := s.Store.Path(registries.Input(s.Pins.All()[1]))
	for _, file := range []string{filepath.Join(damaged, "lib/a"), s.Store.Path(s.GoModules(), "example.com/!m/@v/list")} {
		if err := os.WriteFile(file, []byte("damaged"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := (&reader{setup: s, tar: tar.NewReader(bytes.NewReader(export(t)))}).run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(registries.Verify(s.Pins.All()[1], damaged), s.VerifyGoModules(s.Store.Path(s.GoModules()))); err != nil {
		t.Error(err)
	}
}

// TestOtherMachinesInputs: a bundle may hold inputs of another machine.
func TestOtherMachinesInputs(t *testing.T) {
	for _, execs := range [][]string{nil, {pins.LinuxARM64}} {
		s, fill := setup(t)
		arm := s.Pins.Zig
		s.Pins.ZigLinuxARM64, s.Execs = &arm, execs
		fill()
		var b bytes.Buffer
		if err := write(context.Background(), &b, s, []debian.Deb{deb}); err != nil {
			t.Fatal(err)
		}
		to, _ := setup(t)
		to.Pins.ZigLinuxARM64 = &arm
		if err := (&reader{setup: to, tar: tar.NewReader(&b)}).run(context.Background()); err != nil {
			t.Fatal(err)
		}
		part := registries.Input(pins.Named{Name: "zig_linux_arm64", Pin: arm})
		if to.Store.Has(part) != (execs != nil) {
			t.Errorf("execs %v: %s is there: %v", execs, part, to.Store.Has(part))
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
		{"a byte of a go.mod", replace("module example.com/M", "module example.org/M"), "verify go.mod of example.com/M@v1.0.0", true},
		{"a made file", replace("v1.0.0\n", "v1.0.1\n"), "verify list", true},
		{"other go.sum files", func(b []byte, s *registries.Setup) []byte {
			os.WriteFile(filepath.Join(s.Workspace, "go.work.sum"), []byte(strings.Replace(goSum, "M", "N", 1)), 0o644)
			return b
		}, "made for other go.sum files", true},
		{"a byte of a package", replace(debText, "A package"), "verify package a_1_all.deb", true},
		{"other pins", func(b []byte, s *registries.Setup) []byte { s.Pins.Zig.Tree = strings.Repeat("0", 64); return b }, "made for other pins", true},
		{"a package that is not recorded", func(b []byte, s *registries.Setup) []byte {
			os.WriteFile(s.RecordedDebs(), debian.FormatList([]debian.Deb{{File: deb.File, SHA256: strings.Repeat("0", 64)}}), 0o644)
			return b
		}, "update bazel", true},
		{"cut short", func(b []byte, _ *registries.Setup) []byte { return b[:len(b)-1600] }, "", false},
		{"no bundle", func([]byte, *registries.Setup) []byte { return []byte("hello") }, "", false},
		{"another schema", replace(`"schema": 2`, `"schema": 7`), "schema 7", false},
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

// probe is a client that fails, and tells whether another process could have taken the cache meanwhile.
type probe struct {
	s    *registries.Setup
	free *[]bool
}

func (p probe) Run(context.Context, client.Command) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	unlock, err := p.s.Store.Lock(ctx, func() {})
	if err == nil {
		err = unlock()
	}
	*p.free = append(*p.free, err == nil)
	return nil, errors.New("no client")
}

// Nobody else may fill the cache while its packages are fetched and packed.
func TestExportHoldsTheLock(t *testing.T) {
	s, fill := setup(t)
	fill()
	var free []bool
	s.Runner, s.GOOS, s.GOARCH, s.JDK = probe{s, &free}, "linux", "amd64", "/jdk"
	s.Keyring = filepath.Join(t.TempDir(), "keys")
	if err := errors.Join(os.WriteFile(s.Keyring, nil, 0o644), os.MkdirAll(s.Store.Path(s.Bazel()), 0o755)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bundle.tar")
	if err := Export(context.Background(), s, file); err == nil || len(free) == 0 || slices.Contains(free, true) {
		t.Errorf("error %v; the lock was free: %v", err, free)
	}
	s.Runner = nil // what is there is whole
	if err := s.KeepClosure([]debian.Deb{deb}); err != nil {
		t.Fatal(err)
	}
	if err := Export(context.Background(), s, file); err != nil {
		t.Error(err)
	}
	if st, err := os.Stat(file); err != nil || st.Size() == 0 {
		t.Errorf("%v, %v", st, err)
	}
}

// A bundle that its own tree refuses is not written.
func TestExportRefusesMovedPackages(t *testing.T) {
	s, fill := setup(t)
	fill()
	if err := os.WriteFile(s.RecordedDebs(), debian.FormatList([]debian.Deb{{File: deb.File, SHA256: strings.Repeat("0", 64)}}), 0o644); err != nil {
		t.Fatal(err)
	}
	err := write(context.Background(), io.Discard, s, []debian.Deb{deb})
	var wrong *client.WrongDigest
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "run `bazelw update bazel`, review it, and bundle again") {
		t.Errorf("error %v", err)
	}
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
