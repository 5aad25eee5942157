// SPDX-License-Identifier: MIT

package update

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/progress"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/registries"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

const header = "#define SQLITE_VERSION        \"3.55.2\"\n#define SQLITE_SOURCE_ID      \"2027-01-02 03:04:05 abc\"\n"

// registry fakes the three package indexes.
type registry struct {
	dir     string
	failing string // a requirement of cargo's that ends in broken
	broken  error
}

func (r registry) Run(_ context.Context, c client.Command) ([]byte, error) {
	switch args := strings.Join(c.Args, " "); {
	case strings.HasPrefix(args, "list -m"):
		return []byte(`{"Versions":["v0.0.1-go1.27.9.linux-amd64","v0.0.1-go1.27.10.linux-amd64","v0.0.1-go1.28rc1.linux-amd64","v0.0.1-go1.29.0.linux-arm64"]}`), nil
	case strings.HasPrefix(args, "mod download"):
		module, version, _ := strings.Cut(c.Args[3], "@")
		file := filepath.Join(r.dir, filepath.Base(module)+".zip")
		return []byte(fmt.Sprintf(`{"Zip":%q}`, file)), writeZip(file, c.Args[3]+"/VERSION", version)
	case strings.Contains(args, "index versions"):
		return []byte("ziglang (0.18.0.post1)\nAvailable versions: 0.18.0.post1, 0.18.0, 0.17.1\n"), nil
	case strings.Contains(args, "pip download"):
		return nil, writeZip(filepath.Join(c.Dir, "a.whl"), "ziglang/zig", c.Args[len(c.Args)-1])
	case strings.HasPrefix(args, "vendor"):
		manifest, err := os.ReadFile(filepath.Join(c.Dir, "Cargo.toml"))
		if err != nil {
			return nil, err
		}
		if r.failing != "" && strings.Contains(string(manifest), r.failing) {
			return nil, r.broken
		}
		// Newest first; two carry the same SQLite.
		crate, sqlite := "0.41.0", "3.55.2"
		for _, below := range []struct{ below, crate, sqlite string }{{"0.41.0", "0.40.1", "3.55.1"}, {"0.40.1", "0.40.0", "3.54.1"}, {"0.40.0", "0.39.0", "3.54.1"}} {
			if strings.Contains(string(manifest), `"<`+below.below+`"`) {
				crate, sqlite = below.crate, below.sqlite
			}
		}
		if strings.Contains(string(manifest), `"<0.39.0"`) {
			return nil, &client.Failed{Command: c, Err: errors.New("exit status 101"), Stderr: "error: failed to sync\n\nCaused by:\n" +
				"  failed to select a version for the requirement `libsqlite3-sys = \"<0.39.0\"`\n  candidate versions found which didn't match: 0.41.0"}
		}
		dir := filepath.Join(c.Dir, "vendor/libsqlite3-sys-"+crate)
		if err := os.MkdirAll(filepath.Join(dir, "sqlite3"), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, "sqlite3/sqlite3.h"), []byte(strings.Replace(header, "3.55.2", sqlite, 1)), 0o644); err != nil {
			return nil, err
		}
		return nil, os.WriteFile(filepath.Join(dir, ".cargo-checksum.json"), []byte(`{"package":"`+strings.Repeat("b", 64)+`"}`), 0o644)
	}
	return nil, fmt.Errorf("unexpected: %v", c)
}

func writeZip(file, name, text string) error {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	w.Write([]byte(text)) // a Buffer takes all
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

func updater(t *testing.T) *Updater {
	t.Helper()
	old := strings.Repeat("a", 64)
	cache := t.TempDir()
	st, err := store.Open(func(k string) string { return map[string]string{"HOME": cache}[k] })
	if err != nil {
		t.Fatal(err)
	}
	archive := func() pins.Channel {
		known := old
		return pins.Channel{Name: "public", Kind: pins.Archive, URL: "https://x", SHA256: &known}
	}
	pin := func(c pins.Channel) pins.Pin {
		known := old
		c.SHA256 = &known
		return pins.Pin{Version: "0.1", Tree: old, Rules: tree.Rules{Files: []string{"."}}, Channels: []pins.Channel{archive(), c}}
	}
	f := &pins.File{
		GoSDK:  pin(pins.Channel{Kind: pins.GoModule, Module: "golang.org/toolchain"}),
		Zig:    pin(pins.Channel{Kind: pins.Wheel, Package: "ziglang", StripPrefix: "ziglang"}),
		SQLite: pin(pins.Channel{Kind: pins.Crate, Package: "libsqlite3-sys", StripPrefix: "sqlite3"}),
	}
	arm := pin(pins.Channel{Kind: pins.Wheel, Package: "ziglang", StripPrefix: "ziglang"})
	f.ZigLinuxARM64 = &arm
	f.SQLite.SHA3 = map[string]string{"sqlite3.h": old}
	return &Updater{Setup: registries.New(st, f, t.TempDir(), registry{dir: t.TempDir()}, progress.New(io.Discard, false, time.Now), "")}
}

func TestUpdate(t *testing.T) {
	for _, c := range []struct {
		name, version    string
		run              func(*Updater, string) error
		pin              func(*pins.File) pins.Pin
		wantVersion, url string
	}{
		{"newest go", "", func(u *Updater, v string) error { return u.Go(context.Background(), v) },
			func(f *pins.File) pins.Pin { return f.GoSDK }, "1.27.10", "https://go.dev/dl/go1.27.10.linux-amd64.tar.gz"},
		{"a certain go", "1.27.9", func(u *Updater, v string) error { return u.Go(context.Background(), v) },
			func(f *pins.File) pins.Pin { return f.GoSDK }, "1.27.9", "https://go.dev/dl/go1.27.9.linux-amd64.tar.gz"},
		{"newest zig", "", func(u *Updater, v string) error { return u.Zig(context.Background(), v) },
			func(f *pins.File) pins.Pin { return f.Zig }, "0.18.0", "https://ziglang.org/download/0.18.0/zig-x86_64-linux-0.18.0.tar.xz"},
		{"newest sqlite", "", func(u *Updater, v string) error { return u.SQLite(context.Background(), v) },
			func(f *pins.File) pins.Pin { return f.SQLite }, "3.55.2", "https://sqlite.org/2027/sqlite-amalgamation-3550200.zip"},
		{"a certain sqlite", "3.54.1", func(u *Updater, v string) error { return u.SQLite(context.Background(), v) },
			func(f *pins.File) pins.Pin { return f.SQLite }, "3.54.1", "https://sqlite.org/2027/sqlite-amalgamation-3540100.zip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := updater(t)
			before := *u.Setup.Pins
			if err := c.run(u, c.version); err != nil {
				t.Fatal(err)
			}
			p := c.pin(u.Setup.Pins)
			public := p.Channel(pins.Archive)
			if p.Version != c.wantVersion || public.URL != c.url || public.SHA256 != nil {
				t.Errorf("version %s, channel %+v", p.Version, public)
			}
			if p.Tree == strings.Repeat("a", 64) {
				t.Error("the tree digest is the old one")
			}
			if strings.HasSuffix(c.name, "zig") {
				arm := u.Setup.Pins.ZigLinuxARM64
				if url := arm.Channel(pins.Archive).URL; arm.Version != c.wantVersion || !strings.Contains(url, "aarch64") {
					t.Errorf("for arm64: version %s, %s", arm.Version, url)
				}
				u.Setup.Pins.ZigLinuxARM64 = before.ZigLinuxARM64
			}
			before.ZigLinuxARM64 = u.Setup.Pins.ZigLinuxARM64
			if lines := Changes(&before, u.Setup.Pins); len(lines) != 1 || !strings.Contains(lines[0], "0.1 -> "+c.wantVersion) {
				t.Errorf("changes %q", lines)
			}
		})
	}
}

func TestUpdateSQLiteRefused(t *testing.T) {
	for _, c := range []struct{ name, version, want string }{
		{"no package has it", "3.55.0", "has SQLite 3.55.0; from the newest on they have 3.55.2, 3.55.1, 3.54.1"},
		{"older than all", "3.20.0", "from the newest on they have 3.55.2, 3.55.1, 3.54.1"},
		{"a crate's version", "0.40.0", "from the newest on they have 3.55.2, 3.55.1, 3.54.1"},
		{"no version", "<3", "is no version of SQLite"},
	} {
		u := updater(t)
		before := u.Setup.Pins.SQLite.Version
		if err := u.SQLite(context.Background(), c.version); err == nil || !strings.Contains(err.Error(), c.want) || u.Setup.Pins.SQLite.Version != before {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	u := updater(t)
	if err := u.SQLite(context.Background(), "3.54.1"); err != nil || u.Setup.Pins.SQLite.Channel(pins.Crate).Version != "0.40.0" {
		t.Errorf("the newest crate of two: %+v, %v", u.Setup.Pins.SQLite.Channels, err)
	}
}

// Only the index can say that there is no older crate; a network that is gone and Ctrl-C say nothing of it.
func TestUpdateSQLiteReportsTheCause(t *testing.T) {
	for _, broken := range []error{
		&client.Failed{Command: client.Command{Name: "cargo"}, Stderr: "error: could not resolve host", Err: errors.New("exit status 101")},
		fmt.Errorf("run cargo vendor: %w", context.Canceled),
	} {
		u := updater(t)
		u.Setup.Runner = registry{dir: t.TempDir(), failing: `"<0.41.0"`, broken: broken}
		if err := u.SQLite(context.Background(), "3.54.1"); !errors.Is(err, broken) {
			t.Errorf("error %v, want %v", err, broken)
		}
	}
}

func TestUpdateSQLiteTakesEveryDigest(t *testing.T) {
	u := updater(t)
	if err := u.SQLite(context.Background(), ""); err != nil {
		t.Fatal(err)
	}
	p := u.Setup.Pins.SQLite
	c := p.Channel(pins.Crate)
	if *c.SHA256 != strings.Repeat("b", 64) || c.Version != "0.41.0" || p.SHA3["sqlite3.h"] == strings.Repeat("a", 64) {
		t.Errorf("pin %+v", p)
	}
}

// An edited version has another zip: the hash that stands in the pin is that of the version before.
func TestUpdateModulesTakesEveryDigest(t *testing.T) {
	u := updater(t)
	old := strings.Repeat("a", 64)
	u.Setup.Pins.Modules = map[string]pins.Pin{"m": {Version: "2", Tree: old, Rules: tree.Rules{Files: []string{"."}},
		Channels: []pins.Channel{{Kind: pins.GoModule, Module: "example.com/m", Version: "v2", H1: "h1:old",
			Nested: &pins.Nested{Into: "n", Module: "example.com/n", Version: "v3", H1: "h1:old"}}}}}
	if err := u.Modules(context.Background()); err != nil {
		t.Fatal(err)
	}
	p := u.Setup.Pins.Modules["m"]
	c := p.Channel(pins.GoModule)
	if p.Tree == old || !strings.HasPrefix(c.H1, "h1:") || c.H1 == "h1:old" || c.Nested.H1 == "h1:old" || c.Nested.H1 == c.H1 {
		t.Errorf("pin %+v, nested %+v", p, c.Nested)
	}
}

func TestSummary(t *testing.T) {
	pin := pins.Pin{Version: "1", Channels: []pins.Channel{{Kind: pins.GoModule, H1: "h1:a"}}}
	old, now := &pins.File{Modules: map[string]pins.Pin{"m": pin}}, &pins.File{Modules: map[string]pins.Pin{"m": pin}}
	if got := Changes(old, now); got != nil {
		t.Errorf("of the same: %q", got)
	}
	pin.Channels = []pins.Channel{{Kind: pins.GoModule, H1: "h1:b"}}
	now.Modules["m"] = pin
	if got := Changes(old, now); len(got) != 1 || !strings.HasPrefix(got[0], "m: a digest of what a channel carries") {
		t.Errorf("of another zip with the same files: %q", got)
	}
	if got := Summary("go", nil); got != "nothing changed\n" {
		t.Error(got)
	}
	for _, what := range []string{"go", "zig", "sqlite", "modules", "bazel"} {
		if Review(what) == "" {
			t.Errorf("%s: nothing to review", what)
		}
	}
}
