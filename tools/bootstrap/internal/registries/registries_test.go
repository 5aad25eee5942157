// SPDX-License-Identifier: MIT

package registries

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha3"
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
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

// pip is a fake client that brings a wheel of one file, pkg/f, with the text.
type pip struct{ text string }

func (p pip) wheel() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("pkg/f") // a Buffer takes all
	w.Write([]byte(p.text))
	z.Close()
	return b.Bytes()
}

func (p pip) Run(_ context.Context, c client.Command) ([]byte, error) {
	if c.Name != "python3" {
		return nil, &client.MissingTool{Name: c.Name}
	}
	return nil, os.WriteFile(filepath.Join(c.Dir, "pkg.whl"), p.wheel(), 0o644)
}

func setup(t *testing.T, r client.Runner) *Setup {
	t.Helper()
	cache := t.TempDir()
	st, err := store.Open(func(k string) string { return map[string]string{"HOME": cache}[k] })
	if err != nil {
		t.Fatal(err)
	}
	s := New(st, &pins.File{}, t.TempDir(), r, progress.New(io.Discard, false, time.Now), "/jdk")
	s.GOOS, s.GOARCH = "linux", "amd64"
	return s
}

// wheelPin pins the wheel that brings text.
func wheelPin(t *testing.T, text string) pins.Named {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	digest, err := tree.Digest(dir)
	if err != nil {
		t.Fatal(err)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(pip{text}.wheel()))
	return pins.Named{Name: "x", Pin: pins.Pin{Version: "1", Tree: digest, Rules: tree.Rules{Files: []string{"f"}},
		SHA3: map[string]string{"f": fmt.Sprintf("%x", sha3.Sum256([]byte(text)))},
		Channels: []pins.Channel{{Name: "pypi", Kind: pins.Wheel, Package: "pkg", Version: "1", Platform: "any",
			SHA256: &sum, StripPrefix: "pkg", VerifiedBy: "first use"}}}}
}

func TestInput(t *testing.T) {
	s := setup(t, pip{"good"})
	n := wheelPin(t, "good")
	if err := s.input(context.Background(), n); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(s.Store.Path(Input(n), "f")); err != nil || string(data) != "good" {
		t.Errorf("%q, %v", data, err)
	}
	s.Runner = nil // not asked again
	if err := s.input(context.Background(), n); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(s.Store.Path("inputs")); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestInputRechecks(t *testing.T) {
	s, n := setup(t, pip{"good"}), wheelPin(t, "good")
	if err := s.input(context.Background(), n); err != nil {
		t.Fatal(err)
	}
	file := s.Store.Path(Input(n), "f")
	for _, c := range []struct {
		recheck bool
		want    string
	}{{false, "damaged"}, {true, "good"}} {
		if err := os.WriteFile(file, []byte("damaged"), 0o644); err != nil {
			t.Fatal(err)
		}
		s.Recheck = c.recheck
		if err := s.input(context.Background(), n); err != nil {
			t.Fatal(err)
		}
		if data, _ := os.ReadFile(file); string(data) != c.want {
			t.Errorf("recheck %v: content %q, want %q", c.recheck, data, c.want)
		}
	}
}

// TestInputRefuses plants a defect that only one of the three digests sees.
func TestInputRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		plant  func(*pins.Named)
		client client.Runner
		want   string
	}{
		{"another archive", func(*pins.Named) {}, pip{"evil"}, "verify wheel pkg 1"},
		{"an archive that its pin allows", func(n *pins.Named) {
			*n.Channels[0].SHA256 = fmt.Sprintf("%x", sha256.Sum256(pip{"evil"}.wheel()))
			n.SHA3 = nil
		}, pip{"evil"}, "verify x 1 (tree)"},
		{"upstream's digest", func(n *pins.Named) { n.SHA3["f"] = strings.Repeat("0", 64) }, pip{"good"}, "verify x f (SHA3-256)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, n := setup(t, c.client), wheelPin(t, "good")
			c.plant(&n)
			err := s.input(context.Background(), n)
			var wrong *client.WrongDigest
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if entries, _ := os.ReadDir(s.Store.Path("inputs")); len(entries) != 0 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

func TestInputNamesMissingClient(t *testing.T) {
	s, n := setup(t, pip{"good"}), wheelPin(t, "good")
	n.Channels[0].Kind = pins.Crate
	if err := s.input(context.Background(), n); err == nil || !strings.Contains(err.Error(), "cargo is not installed: apt-get install cargo") {
		t.Errorf("error %v", err)
	}
}

func TestCheckMachine(t *testing.T) {
	s := setup(t, nil)
	if err := s.CheckMachine(); err != nil {
		t.Error(err)
	}
	s.GOARCH = "arm64"
	if err := s.Fetch(context.Background()); err == nil || !strings.Contains(err.Error(), "install bazelisk") {
		t.Errorf("on arm64: %v", err)
	}
}

func TestRunChainsReportsTheCause(t *testing.T) {
	boom := errors.New("boom")
	started := make(chan bool)
	err := runChains(context.Background(), [][]func(context.Context) error{
		{func(ctx context.Context) error { close(started); <-ctx.Done(); return ctx.Err() }},
		{func(context.Context) error { <-started; return boom }, func(context.Context) error { t.Error("went on after an error"); return nil }},
	})
	if !errors.Is(err, boom) || errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want boom alone", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := runChains(ctx, [][]func(context.Context) error{{func(context.Context) error { return nil }}}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestRCQuotes(t *testing.T) {
	s := setup(t, nil)
	s.Store = &store.Store{Root: "/a b/gosqlite"}
	p := pins.Pin{Version: "1", Tree: strings.Repeat("0", 64)}
	s.Pins = &pins.File{GoSDK: p, Zig: p, SQLite: p, Modules: map[string]pins.Pin{"m": p}}
	for _, want := range []string{
		"common --registry=file:///a%20b/gosqlite/registries/empty\n",
		"common --lockfile_mode=off\n",
		"common \"--repo_env=GOSQLITE_ZIG=/a b/gosqlite/inputs/zig-1-000000000000\"\n",
		"common --repo_env=GOPROXY=file:///a%20b/gosqlite/inputs/go_modules-",
		"common \"--repo_env=GOMODCACHE=/a b/gosqlite/go/modules\"\n",
		"common \"--repo_env=GOCACHE=/a b/gosqlite/go/build\"\n",
		"common \"--override_module=m=/a b/gosqlite/inputs/m-1-000000000000\"\n",
	} {
		if !strings.Contains(s.RC(), want) {
			t.Errorf("no line %q in\n%s", want, s.RC())
		}
	}
}

func TestRCNamesOtherMachinesWhenPresent(t *testing.T) {
	s := setup(t, nil)
	p := pins.Pin{Version: "1", Tree: strings.Repeat("0", 64)}
	s.Pins = &pins.File{GoSDK: p, Zig: p, SQLite: p, ZigLinuxARM64: &p}
	const line = "common --repo_env=GOSQLITE_ZIG_LINUX_ARM64="
	if strings.Contains(s.RC(), line) {
		t.Error("a folder that is not there is named")
	}
	if err := os.MkdirAll(s.Store.Path("inputs/zig_linux_arm64-1-000000000000"), 0o755); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.RC(), line) {
		t.Error("a folder that is there is not named")
	}
}

func TestBazelChangesWithItsInputs(t *testing.T) {
	s := setup(t, nil)
	base := s.Bazel()
	s.JDK = "/other"
	if s.Bazel() == base {
		t.Error("another JDK gives the same folder")
	}
	s.JDK = "/jdk"
	s.Pins.Bazel.Revision = "x"
	if s.Bazel() == base {
		t.Error("another revision gives the same folder")
	}
}

func TestMoved(t *testing.T) {
	a, b := debian.Deb{File: "a_1.deb", SHA256: "1"}, debian.Deb{File: "b_1.deb", SHA256: "2"}
	other := debian.Deb{File: "b_1.deb", SHA256: "3"}
	if n := Moved([]debian.Deb{a, b}, []debian.Deb{b}); n != 0 {
		t.Errorf("a subset: %d", n)
	}
	if n := Moved([]debian.Deb{a, b}, []debian.Deb{a, other}); n != 1 {
		t.Errorf("another content: %d", n)
	}
}

func TestChooseJDK(t *testing.T) {
	env := func(v string) func(string) string {
		return func(k string) string { return map[string]string{"GOSQLITE_JDK": v}[k] }
	}
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"jdk/release": "JAVA_VERSION=\"25.0.1\"\n", "jdk/bin/java": "", "jdk/lib/server/libjvm.so": ""} {
		if err := store.WriteFile(name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	absolute, err := filepath.Abs("jdk")
	if err != nil {
		t.Fatal(err)
	}
	if jdk, err := ChooseJDK(env(absolute)); jdk != absolute || err != nil {
		t.Errorf("absolute: %q, %v", jdk, err)
	}
	if jdk, err := ChooseJDK(env("jdk")); err == nil || !strings.Contains(err.Error(), "does not begin with /") {
		t.Errorf("relative: %q, %v", jdk, err)
	}
	relative := func(k string) string { return map[string]string{"JAVA_HOME": "jdk"}[k] }
	if jdk, err := ChooseJDK(relative); jdk == "jdk" || err != nil {
		t.Errorf("a relative JAVA_HOME: %q, %v", jdk, err)
	}
	if jdk, err := ChooseJDK(env("debian")); jdk != "" || err != nil {
		t.Errorf("debian: %q, %v", jdk, err)
	}
	if _, err := ChooseJDK(env("/nonexistent")); err == nil {
		t.Error("a folder that is no JDK passes")
	}
}
