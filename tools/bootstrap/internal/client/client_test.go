// SPDX-License-Identifier: MIT

package client

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fake answers commands by a function.
type fake func(Command) ([]byte, error)

func (f fake) Run(_ context.Context, c Command) ([]byte, error) { return f(c) }

func TestFailedSaysWhatToDo(t *testing.T) {
	for _, c := range []struct{ name, stderr, want string }{
		{"go without network", "dial tcp: lookup proxy: no such host", "check the network"},
		{"pip without network", "WARNING: Retrying: NewConnectionError('x')\nERROR: No matching distribution found for ziglang", "check the network"},
		{"apt without network", "E: Failed to fetch x  Could not connect to y", "check the network"},
		{"cargo without network", "error: failed\nCaused by:\n  [6] Couldn't resolve host name", "check the network"},
		{"full disk", "write /x: no space left on device", "the disk is full"},
		{"pip on a full disk", "ERROR: Could not install packages due to an OSError: [Errno 28] No space left", "the disk is full"},
		{"apt before it starts", "E: You don't have enough free space in /x/.", "the disk is full"},
		{"go, cut download", "reading x.zip: unexpected EOF", "cut short"},
		{"apt, cut download", "E: Hash Sum mismatch", "cut short"},
		{"pip, cut download", "IncompleteRead(5 bytes read, 6 more expected)", "cut short"},
		{"pip, half a wheel", "ERROR: Wheel 'ziglang' located at /x/ziglang-1-py3-none-any.whl is invalid.", "cut short"},
		{"a newer pip, half a wheel", "× Download failed because not enough bytes were received (1 MB/2 MB)", "cut short"},
		{"cargo, half a crate", "error: [18] transfer closed with 5 bytes remaining to read", "cut short"},
		{"a version that is not there", "ERROR: No matching distribution found for ziglang==9", "No matching distribution"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := &Failed{Command{Name: "x", Args: []string{"-q", "get"}}, c.stderr, errors.New("exit status 1")}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "run x get: exit status 1") {
				t.Errorf("%q lacks %q", err, c.want)
			}
		})
	}
	plain := &Failed{Command{Name: "x"}, "ERROR: No matching distribution found", errors.New("exit status 1")}
	if strings.Contains(plain.Error(), "network") {
		t.Errorf("%q blames the network", plain)
	}
}

func TestEssencePrefersNamedErrors(t *testing.T) {
	got := essence("error: no toolchain\nhelp: x\n 0: frame\n 1: frame\n 2: frame\n 3: frame\n")
	if got != "error: no toolchain" {
		t.Errorf("essence %q", got)
	}
}

func TestSystem(t *testing.T) {
	s := System{Env: os.Environ()}
	ctx := context.Background()
	out, err := s.Run(ctx, Command{Dir: "/", Env: []string{"X=a b"}, Name: "sh", Args: []string{"-c", `printf %s "$X$PWD"`}})
	if err != nil || string(out) != "a b/" {
		t.Errorf("Run = %q, %v", out, err)
	}
	_, err = s.Run(ctx, Command{Dir: "/", Name: "no-such-program"})
	var missing *MissingTool
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "apt-get install no-such-program") {
		t.Errorf("missing tool: %v", err)
	}
	if got := (&MissingTool{"cargo"}).Error(); got != "cargo is not installed: apt-get install cargo" {
		t.Error(got)
	}
	_, err = s.Run(ctx, Command{Dir: "/", Name: "sh", Args: []string{"-c", "echo last words >&2; exit 3"}})
	if err == nil || !strings.Contains(err.Error(), "exit status 3: last words") {
		t.Errorf("failure: %v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err = s.Run(ctx, Command{Dir: "/", Name: "sleep", Args: []string{"60"}}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("interrupted: %v", err)
	}
}

// A terminal's Ctrl-C ends a client, too, and it may be gone before this process has noticed.
func TestClientInterruptedAlone(t *testing.T) {
	s := System{Env: os.Environ()}
	for _, c := range []struct {
		name, script string
		interrupted  bool
	}{
		{"by Ctrl-C", "kill -INT $$; sleep 60", true},
		{"by a request to end", "kill -TERM $$; sleep 60", true},
		{"behind a script", "exit 130", true},
		{"pip", "echo 'ERROR: Operation cancelled by user' >&2; exit 1", true},
		{"a failure", "exit 1", false},
		{"a crash", "kill -SEGV $$; sleep 60", false},
		{"killed, as when memory is short", "kill -KILL $$; sleep 60", false},
	} {
		_, err := s.Run(context.Background(), Command{Dir: "/", Name: "sh", Args: []string{"-c", c.script}})
		var failed *Failed
		if errors.Is(err, context.Canceled) != c.interrupted || errors.As(err, &failed) == c.interrupted || !strings.HasPrefix(fmt.Sprint(err), "run sh") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	w := tail{limit: 4}
	for _, s := range []string{"abc", "defgh", "i"} {
		if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	if w.String() != "fghi" || !w.cut {
		t.Errorf("kept %q, cut %v", w.String(), w.cut)
	}
}

func TestFetchGoModule(t *testing.T) {
	file := filepath.Join(t.TempDir(), "m.zip")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	if _, err := z.Create("example.org/m@v1.0.0/a"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	answer := func(text string, err error) fake {
		return func(c Command) ([]byte, error) {
			if got := strings.Join(c.Args, " "); got != "mod download -json example.org/m@v1.0.0" {
				t.Errorf("arguments %q", got)
			}
			return []byte(text), err
		}
	}
	ctx := context.Background()
	m, err := FetchGoModule(ctx, answer(fmt.Sprintf(`{"Zip":%q}`, file), nil), "/", "example.org/m", "v1.0.0")
	if err != nil || !strings.HasPrefix(m.H1, "h1:") {
		t.Fatalf("%+v, %v", m, err)
	}
	src, err := m.Source("example.org/m", "v1.0.0")
	if err != nil || len(src.Files) != 1 || src.Files[0].Name != "a" {
		t.Errorf("source %+v, %v", src, err)
	}
	src.Close()
	for _, c := range []struct {
		name, text string
		err        error
		want       string
	}{
		{"no network", `{"Error":"dial tcp: no such host"}`, errors.New("exit status 1"), "check the network"},
		{"no answer", `x`, nil, "read the go command's answer"},
		{"cut zip", `{"Zip":"/nonexistent"}`, nil, "go clean -modcache"},
		{"no go", ``, &MissingTool{"go"}, "apt-get install golang-go"},
	} {
		if _, err := FetchGoModule(ctx, answer(c.text, c.err), "/", "example.org/m", "v1.0.0"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestFetchWheel(t *testing.T) {
	bring := func(n int) fake {
		return func(c Command) ([]byte, error) {
			for i := range n {
				if err := os.WriteFile(filepath.Join(c.Dir, fmt.Sprintf("%d.whl", i)), nil, 0o644); err != nil {
					return nil, err
				}
			}
			return nil, nil
		}
	}
	dir := filepath.Join(t.TempDir(), "a [b]*")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if file, err := FetchWheel(context.Background(), bring(1), dir, "p", "1", "x"); err != nil || filepath.Base(file) != "0.whl" {
		t.Errorf("%q, %v", file, err)
	}
	if _, err := FetchWheel(context.Background(), bring(0), t.TempDir(), "p", "1", "x"); err == nil || !strings.Contains(err.Error(), "0 wheels") {
		t.Errorf("no wheel: %v", err)
	}
	noPip := fake(func(c Command) ([]byte, error) {
		return nil, &Failed{c, "/usr/bin/python3: No module named pip", errors.New("x")}
	})
	if _, err := FetchWheel(context.Background(), noPip, t.TempDir(), "p", "1", "x"); err == nil || !strings.Contains(err.Error(), "apt-get install python3 python3-pip") {
		t.Errorf("no pip: %v", err)
	}
}

func TestFetchCrate(t *testing.T) {
	vendor := func(sums string) fake {
		return func(c Command) ([]byte, error) {
			manifest, err := os.ReadFile(filepath.Join(c.Dir, "Cargo.toml"))
			if err != nil || !strings.Contains(string(manifest), `lib-sys = "=0.4.0"`) {
				t.Errorf("manifest %q, %v", manifest, err)
			}
			for _, d := range []string{"lib-sys-0.4.0", "lib-sys-other-1.0"} {
				if err := os.MkdirAll(filepath.Join(c.Dir, "vendor", d), 0o755); err != nil {
					return nil, err
				}
			}
			return nil, os.WriteFile(filepath.Join(c.Dir, "vendor/lib-sys-0.4.0/.cargo-checksum.json"), []byte(sums), 0o644)
		}
	}
	c, err := FetchCrate(context.Background(), vendor(`{"package":"abc"}`), t.TempDir(), "lib-sys", "0.4.0")
	if err != nil || c.SHA256 != "abc" || c.Version != "0.4.0" {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{`{}`: "no checksum", `x`: "invalid character"} {
		if _, err := FetchCrate(context.Background(), vendor(text), t.TempDir(), "lib-sys", "0.4.0"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}

func TestSQLiteVersion(t *testing.T) {
	if v, err := SQLiteVersion([]byte("x\n#define SQLITE_VERSION        \"3.54.1\"\n")); err != nil || v != "3.54.1" {
		t.Errorf("%q, %v", v, err)
	}
	if _, err := SQLiteVersion([]byte("x")); err == nil {
		t.Error("a header without a version passes")
	}
}
