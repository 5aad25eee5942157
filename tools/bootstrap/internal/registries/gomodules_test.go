// SPDX-License-Identifier: MIT

package registries

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
)

// goCommand fakes the go command with one module, whose module cache is a folder.
type goCommand struct{ dir string }

const modText = "module example.com/M\n"

func (g goCommand) Run(_ context.Context, c client.Command) ([]byte, error) {
	if c.Args[len(c.Args)-1] != "example.com/M@v1.2.0" {
		return []byte(`{"Path":"x","Version":"v1.0.0","Error":"not found"}`), nil
	}
	zipFile, modFile := filepath.Join(g.dir, "m.zip"), filepath.Join(g.dir, "m.mod")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("example.com/M@v1.2.0/go.mod") // a Buffer takes all
	w.Write([]byte(modText))
	z.Close()
	err := errors.Join(os.WriteFile(zipFile, b.Bytes(), 0o644), os.WriteFile(modFile, []byte(modText), 0o644))
	return []byte(fmt.Sprintf(`{"Path":"example.com/M","Version":"v1.2.0","Zip":%q,"GoMod":%q}`, zipFile, modFile)), err
}

// h1 is the hash of one file.
func h1(name, text string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%x  %s\n", sha256.Sum256([]byte(text)), name))
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}

func goSumOf(zipH1, modH1 string) string {
	return "example.com/M v1.2.0 " + zipH1 + "\nexample.com/M v1.2.0/go.mod " + modH1 + "\n"
}

var goodSum = goSumOf(h1("example.com/M@v1.2.0/go.mod", modText), h1("go.mod", modText))

func goSetup(t *testing.T, sum string) *Setup {
	t.Helper()
	s := setup(t, goCommand{t.TempDir()})
	s.Pins.Modules = nil
	for name, text := range map[string]string{"go.work": "go 1.26.0\n\nuse (\n\t.\n\t./sub // ours\n)\n", "sub/go.sum": sum} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(s.Workspace, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.Workspace, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestGoModules(t *testing.T) {
	s := goSetup(t, goodSum)
	if err := s.goModules(context.Background()); err != nil {
		t.Fatal(err)
	}
	var names []string
	entries, err := os.ReadDir(s.Store.Path(s.GoModules(), "example.com/!m/@v"))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	sort.Strings(names)
	if got := strings.Join(names, " "); err != nil || got != "list v1.2.0.info v1.2.0.mod v1.2.0.zip" {
		t.Errorf("files %q, %v", got, err)
	}
	s.Runner = nil // not asked again
	if err := s.goModules(context.Background()); err != nil {
		t.Error(err)
	}
	before := s.GoModules()
	if err := os.WriteFile(filepath.Join(s.Workspace, "go.sum"), []byte("example.com/N v1.0.0/go.mod h1:x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s.GoModules() == before {
		t.Error("another go.sum gives the same folder")
	}
}

// TestGoModulesRefuses plants a hash that does not fit, or a go.sum that none is.
func TestGoModulesRefuses(t *testing.T) {
	for _, c := range []struct {
		name, sum, want string
		wrong           bool
	}{
		{"the zip", goSumOf(h1("x", "y"), h1("go.mod", modText)), "verify module example.com/M@v1.2.0", true},
		{"the go.mod", goSumOf(h1("example.com/M@v1.2.0/go.mod", modText), h1("x", "y")), "verify go.mod of example.com/M@v1.2.0", true},
		{"contradiction", goodSum + goSumOf(h1("x", "y"), h1("go.mod", modText)), "contradict each other", true},
		{"a module that is not there", "example.com/N v1.0.0/go.mod h1:x\n", "not found", false},
		{"an option", "-modfile v1.0.0/go.mod h1:x\n", "line 1 is none of a go.sum", false},
		{"a path that leaves", "../../x v1.0.0/go.mod h1:x\n", "line 1 is none of a go.sum", false},
		{"not a go.sum", "hello\n", "line 1 is none of a go.sum", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := goSetup(t, c.sum)
			err := s.goModules(context.Background())
			var wrong *client.WrongDigest
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &wrong) != c.wrong {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if entries, _ := os.ReadDir(s.Store.Path("inputs")); len(entries) != 0 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}

// TestVerifyGoModulesRefuses plants one defect each in a good tree.
func TestVerifyGoModulesRefuses(t *testing.T) {
	const v = "example.com/!m/@v/"
	for _, c := range []struct{ name, file, text string }{
		{"a file more", v + "more", "x"},
		{"a file less", v + "list", ""},
		{"other info", v + "v1.2.0.info", "{}"},
		{"other go.mod", v + "v1.2.0.mod", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := goSetup(t, goodSum)
			if err := s.goModules(context.Background()); err != nil {
				t.Fatal(err)
			}
			path := s.Store.Path(s.GoModules(), c.file)
			err := os.WriteFile(path, []byte(c.text), 0o644)
			if c.text == "" {
				err = os.Remove(path)
			}
			if err != nil {
				t.Fatal(err)
			}
			var wrong *client.WrongDigest
			if err := s.VerifyGoModules(s.Store.Path(s.GoModules())); !errors.As(err, &wrong) {
				t.Errorf("error %v", err)
			}
			s.Recheck = true // brings them again
			if err := s.goModules(context.Background()); err != nil {
				t.Error(err)
			}
			if err := s.VerifyGoModules(s.Store.Path(s.GoModules())); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestProxyURL(t *testing.T) {
	if got := proxyURL("/a b,c|d"); got != "file:///a%20b%2Cc%7Cd" {
		t.Error(got)
	}
}
