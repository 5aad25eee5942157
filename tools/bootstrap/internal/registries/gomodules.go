// SPDX-License-Identifier: MIT

package registries

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/tree"
)

// maxGoSum bounds a go.sum, in bytes.
const maxGoSum = 4 << 20

// GoModules is the folder of the Go modules that Bazel's extension go_deps and
// gazelle's own tools ask for, relative to the store. Its files lie as a module
// proxy serves them (https://go.dev/ref/mod#serving-from-proxy). Which they are
// follows from the go.sum files of this tree and of the rule modules, so it
// changes with those alone.
func (s *Setup) GoModules() string {
	h := sha256.New()
	// What cannot be read counts as empty here; the fetch reports it.
	texts, _ := goSumTexts(s.Workspace)
	fmt.Fprintf(h, "%q\n", texts)
	for _, n := range s.ruleModules() {
		fmt.Fprintln(h, n.Name, n.Tree)
	}
	return filepath.Join("inputs", "go_modules-"+hex.EncodeToString(h.Sum(nil))[:12])
}

// ruleModules are the modules of Bazel that are Go modules too.
func (s *Setup) ruleModules() []pins.Named {
	var list []pins.Named
	for _, n := range s.Pins.All() {
		if _, ok := s.Pins.Modules[n.Name]; ok && n.Channel(pins.GoModule) != nil {
			list = append(list, n)
		}
	}
	return list
}

// goSumTexts reads the go.sum files of a module or, with a go.work, of all its
// modules. A file that is not there is empty.
func goSumTexts(dir string) ([]string, error) {
	work, err := readBounded(filepath.Join(dir, "go.work"))
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, name := range append([]string{"go.sum", "go.work.sum"}, usedSums(work)...) {
		text, err := readBounded(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// usedSums names the go.sum files of the folders that a go.work uses, but the
// root's (https://go.dev/ref/mod#go-work-file-use).
func usedSums(work string) []string {
	var names []string
	block := false
	for _, line := range strings.Split(work, "\n") {
		line, _, _ = strings.Cut(line, "//")
		f := strings.Fields(line)
		switch {
		case len(f) == 2 && f[0] == "use" && f[1] == "(":
			block = true
		case len(f) == 1 && f[0] == ")":
			block = false
		case len(f) == 2 && f[0] == "use":
			names = append(names, f[1])
		case block && len(f) == 1:
			names = append(names, f[0])
		}
	}
	var sums []string
	for _, n := range names {
		if n = strings.TrimPrefix(strings.Trim(n, "\"`"), "./"); n != "." && n != "" {
			sums = append(sums, n+"/go.sum")
		}
	}
	return sums
}

func readBounded(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxGoSum+1))
	if err == nil && len(data) > maxGoSum {
		err = fmt.Errorf("read %s: larger than %d bytes", path, maxGoSum)
	}
	return string(data), err
}

// goSum joins all go.sum files. The rule modules must be in the store.
func (s *Setup) goSum() (*client.GoSum, error) {
	sum := client.NewGoSum()
	dirs := []string{s.Workspace}
	for _, n := range s.ruleModules() {
		dirs = append(dirs, s.Store.Path(Input(n)))
	}
	for _, dir := range dirs {
		texts, err := goSumTexts(dir)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			if err := sum.Add(text); err != nil {
				return nil, fmt.Errorf("read the go.sum files of %s: %w", dir, err)
			}
		}
	}
	return sum, nil
}

// proxyFiles says, for each file of the proxy's tree, how it is checked. A zip
// or a go.mod has a hash in a go.sum; the others follow from the versions, so
// that equal go.sum files give equal trees.
func proxyFiles(sum *client.GoSum) map[string]proxyFile {
	files := map[string]proxyFile{}
	lists := map[string][]string{}
	for m, h1 := range sum.Mods {
		base := escape(m.Path) + "/@v/" + escape(m.Version)
		files[base+".mod"] = proxyFile{module: m, h1: h1}
		files[base+".info"] = proxyFile{module: m, text: fmt.Sprintf("{\"Version\":%q}\n", m.Version)}
		lists[m.Path] = append(lists[m.Path], m.Version)
	}
	for _, m := range sum.SortedZips() {
		files[escape(m.Path)+"/@v/"+escape(m.Version)+".zip"] = proxyFile{module: m, h1: sum.Zips[m], zip: true}
	}
	for path, versions := range lists {
		sort.Strings(versions)
		files[escape(path)+"/@v/list"] = proxyFile{text: strings.Join(versions, "\n") + "\n"}
	}
	return files
}

// proxyFile is one file of the proxy's tree.
type proxyFile struct {
	module client.GoModuleVersion
	h1     string // of a zip or a go.mod
	zip    bool
	text   string // of a file that is made
}

// escape writes capital letters as the proxy protocol does.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// VerifyGoModules holds a proxy's tree against the go.sum files: every file that
// they name must be there, with that hash, and nothing else.
func (s *Setup) VerifyGoModules(dir string) error {
	sum, err := s.goSum()
	if err != nil {
		return err
	}
	want := proxyFiles(sum)
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		f, ok := want[filepath.ToSlash(rel)]
		if !ok || !d.Type().IsRegular() {
			return &client.WrongDigest{What: "Go modules", Want: "no such file", Got: rel}
		}
		delete(want, filepath.ToSlash(rel))
		return f.check(p)
	})
	if err != nil {
		return err
	}
	for name := range want {
		return &client.WrongDigest{What: "Go modules", Want: name, Got: "no such file"}
	}
	return nil
}

func (f proxyFile) check(path string) error {
	if f.h1 == "" {
		text, err := readBounded(path)
		if err != nil {
			return err
		}
		return goSumCheck(filepath.Base(path), f.text, text)
	}
	src := &tree.Source{Files: []tree.File{{Name: "go.mod", Open: func() (io.ReadCloser, error) { return os.Open(path) }}},
		Close: func() error { return nil }}
	what := "go.mod of " + f.module.String()
	if f.zip {
		var err error
		if src, err = tree.OpenZip(path, ""); err != nil {
			return err
		}
		what = "module " + f.module.String()
	}
	defer src.Close()
	h1, err := tree.H1(src)
	if err != nil {
		return err
	}
	return goSumCheck(what, f.h1, h1)
}

func goSumCheck(what, want, got string) error {
	if want == got {
		return nil
	}
	return &client.WrongDigest{What: what, Want: want + " (go.sum)", Got: got,
		Hint: "nothing was kept; `go clean -modcache` removes a damaged cache; if the change is meant, review go.sum"}
}

// goModules brings the Go modules, unless they are there.
func (s *Setup) goModules(ctx context.Context) error {
	part := s.GoModules()
	if s.Store.Has(part) {
		if !s.Recheck {
			return nil
		}
		err := s.VerifyGoModules(s.Store.Path(part))
		if err == nil {
			return nil
		}
		s.Log.Say("notice: the Go modules in the cache are damaged and are brought again: %v", err)
		if err := os.RemoveAll(s.Store.Path(part)); err != nil {
			return fmt.Errorf("remove damaged Go modules: %w", err)
		}
	}
	return s.Log.Step("Go modules", func() error {
		return s.Store.Install(part, func(tmp string) error {
			if err := s.fillGoModules(ctx, tmp); err != nil {
				return err
			}
			return s.VerifyGoModules(tmp)
		})
	})
}

func (s *Setup) fillGoModules(ctx context.Context, tmp string) error {
	sum, err := s.goSum()
	if err != nil {
		return err
	}
	zips, err := client.FetchGoZips(ctx, s.Runner, s.Store.Root, sum.SortedZips())
	if err != nil {
		return err
	}
	mods, err := client.FetchGoMods(ctx, s.Runner, s.Store.Root, sum.SortedMods())
	if err != nil {
		return err
	}
	w := tree.NewWriter(tmp, tree.Rules{Files: []string{"."}})
	for name, f := range proxyFiles(sum) {
		if err := w.Add(name, func() (io.ReadCloser, error) {
			switch {
			case f.zip:
				return os.Open(zips[f.module])
			case f.h1 != "":
				return os.Open(mods[f.module])
			}
			return io.NopCloser(strings.NewReader(f.text)), nil
		}); err != nil {
			return fmt.Errorf("copy Go module file %s: %w", name, err)
		}
	}
	return nil
}

// proxyURL is the value of GOPROXY, a list whose separators a path must not hold.
func proxyURL(dir string) string {
	return "file://" + strings.NewReplacer(",", "%2C", "|", "%7C").Replace(urlPath(dir))
}
