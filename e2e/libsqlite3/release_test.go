// SPDX-License-Identifier: MIT

package libsqlite3

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// findArchive gives the archive of a platform in a folder of release files.
func findArchive(folder, platform string) (string, error) {
	found, err := filepath.Glob(filepath.Join(folder, "gosqlite_*_"+platform+".tar.gz"))
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", fmt.Errorf("find the release: no gosqlite_*_%s.tar.gz is in %s; run `./bazelw build //:release`, or name another folder by RELEASE", platform, folder)
	case len(found) > 1:
		return "", fmt.Errorf("find the release: %s are two; name a folder of one release by RELEASE", strings.Join(found, " and "))
	}
	return found[0], nil
}

// releaseArchive is that of a platform in $RELEASE, or where Bazel leaves it.
func releaseArchive(platform string) (string, error) {
	folder, err := filepath.Abs(cmp.Or(os.Getenv("RELEASE"), "../../bazel-bin/tools/release/release"))
	if err != nil {
		return "", err
	}
	return findArchive(folder, platform)
}

// unpack takes out of an archive what this test uses, without the folder that everything in it lies in.
func unpack(archive, dir string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	wanted := map[string]os.FileMode{"lib/libsqlite3.a": 0o600, "include/sqlite3.h": 0o600, "include/sqlite3ext.h": 0o600, "bin/gosqlite": 0o700}
	for members := tar.NewReader(z); len(wanted) > 0; {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("unpack %s: it ends without %v", archive, wanted)
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", archive, err)
		}
		_, name, _ := strings.Cut(header.Name, "/")
		mode, want := wanted[name]
		if !want {
			continue
		}
		delete(wanted, name)
		text, err := io.ReadAll(members)
		if err == nil {
			err = os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, mode)
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", archive, err)
		}
	}
	return nil
}

// released unpacks the release of a platform.
func released(t *testing.T, platform string) (dir string) {
	t.Helper()
	archive, err := releaseArchive(platform)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := unpack(archive, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// linkingRelease is the environment that links what was unpacked.
func linkingRelease(dir string) []string {
	return linking(filepath.Join(dir, "include"), filepath.Join(dir, "lib"))
}

// need is a program of the machine.
func need(t *testing.T, name string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("not installed: apt-get install %s", name)
	}
	return name
}

// findZig looks in Bazel's folder last, which takes a moment.
func findZig(t *testing.T) string {
	t.Helper()
	if zig := os.Getenv("ZIG"); zig != "" {
		return zig
	}
	if zig, err := exec.LookPath("zig"); err == nil {
		return zig
	}
	bazel := exec.Command("./bazelw", "info", "output_base")
	bazel.Dir = "../.."
	base, err := bazel.Output()
	zig := filepath.Join(strings.TrimSpace(string(base)), "external", "_main~pins~zig_sdk", "zig")
	if err == nil {
		_, err = os.Stat(zig)
	}
	if err != nil {
		t.Fatalf("no zig in PATH and none of Bazel's: run `./bazelw build //:release`, which unpacks one, or name one by ZIG (%v)", err)
	}
	return zig
}

// about is what the shell and the probe say of their SQLite.
type about struct {
	Version string   `json:"sqlite_version"`
	Source  string   `json:"sqlite_source_id"`
	Options []string `json:"compile_options"`
}

func decode(t *testing.T, text string) (a about) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &a); err != nil || len(a.Options) == 0 {
		t.Fatalf("read what SQLite it is: %v in %s", err, text)
	}
	return a
}

// TestTheReleasesLibraryFits links it by each compiler. Version, source and options are those of the release's own shell.
func TestTheReleasesLibraryFits(t *testing.T) {
	static := []string{"-ldflags", "-linkmode external -extldflags -static"}
	for _, c := range []struct {
		name, platform string
		compiler       func(t *testing.T) string
		flags          []string
	}{
		{"gcc", "linux_amd64", func(t *testing.T) string { return need(t, "gcc") }, nil},
		{"clang", "linux_amd64", func(t *testing.T) string { return need(t, "clang") }, nil},
		{"zig", "linux_amd64", func(t *testing.T) string { return findZig(t) + " cc" }, nil},
		{"zig for musl", "linux_amd64_musl", func(t *testing.T) string { return findZig(t) + " cc -target x86_64-linux-musl" }, static},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := releaseArchive(c.platform); err != nil && c.platform != "linux_amd64" {
				released(t, "linux_amd64")
				t.Logf("a set of one platform has no other: %v", err)
				return
			}
			dir := released(t, c.platform)
			out, err := over(t, append(linkingRelease(dir), "CC="+c.compiler(t)), c.flags...)
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			got, want := decode(t, out), decode(t, run(t, nil, filepath.Join(dir, "bin", "gosqlite"), "version", "--json"))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("the probe has %+v, the release %+v", got, want)
			}
			t.Logf("SQLite %s of %s", got.Version, got.Source)
		})
	}
}

// TestTheCookbooksCommands runs what docs/cookbook.md says of the release's archive, beside the archive and a program.
func TestTheCookbooksCommands(t *testing.T) {
	_, block, _ := strings.Cut(read(t, "../../docs/cookbook.md"), "\n## Link a libsqlite3 ")
	_, block, _ = strings.Cut(block, "\n```sh\n")
	block, _, found := strings.Cut(block, "\n```\n")
	if !found || !strings.Contains(block, "-tags libsqlite3") {
		t.Fatalf("docs/cookbook.md has no block that links a library, but %q", block)
	}
	archive, err := releaseArchive("linux_amd64")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, filepath.Base(archive), read(t, archive))
	write(t, dir, "go.mod", strings.Replace(read(t, "go.mod"), "=> ../..", "=> "+root, 1))
	for _, name := range []string{"main.go", "alone.go", "beside.go"} {
		write(t, dir, name, read(t, filepath.Join("probe", name)))
	}
	if out, err := command([]string{"CC=" + need(t, "gcc")}, "sh", "-e", "-c", "cd "+dir+"\n"+block+"\n./libsqlite3"); err != nil {
		t.Errorf("%s: %v\n%s", block, err, out)
	}
}

func TestTheDriversOwnTestsOverTheRelease(t *testing.T) {
	driversTests(t, append(linkingRelease(released(t, "linux_amd64")), "CC="+need(t, "gcc")))
}

func TestWithoutARelease(t *testing.T) {
	_, err := findArchive(t.TempDir(), "linux_amd64")
	if err == nil || !strings.Contains(err.Error(), "run `./bazelw build //:release`") {
		t.Errorf("a folder without archives: %v", err)
	}
	dir := t.TempDir()
	write(t, dir, "gosqlite_1.0.0_linux_amd64.tar.gz", "")
	write(t, dir, "gosqlite_1.0.0_linux_amd64_debug.tar.gz", "")
	write(t, dir, "gosqlite_1.0.0_linux_amd64_musl.tar.gz", "")
	if found, err := findArchive(dir, "linux_amd64"); err != nil || filepath.Base(found) != "gosqlite_1.0.0_linux_amd64.tar.gz" {
		t.Errorf("found %s, %v", found, err)
	}
	write(t, dir, "gosqlite_1.1.0_linux_amd64.tar.gz", "")
	if found, err := findArchive(dir, "linux_amd64"); err == nil || !strings.Contains(err.Error(), "are two") {
		t.Errorf("of two, %s is taken: %v", found, err)
	}
}
