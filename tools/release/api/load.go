// SPDX-License-Identifier: MIT

package api

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// Limits of a tree.
const (
	maxGoFile   = 16 << 20 // bytes
	maxPackages = 1000     // of a module
)

// Sources has the parsed files of standard library and modules, so that each is parsed once for all platforms, and the
// standard library's types, so that they are the same wherever two trees are compared.
type Sources struct {
	GOROOT string
	fset   *token.FileSet
	parsed map[string]*ast.File
	std    map[Platform]map[string]*types.Package
}

// NewSources reads the standard library below goroot.
func NewSources(goroot string) *Sources {
	return &Sources{GOROOT: goroot, fset: token.NewFileSet(), parsed: map[string]*ast.File{}, std: map[Platform]map[string]*types.Package{}}
}

// A Module is the root of a module's tree.
type Module struct {
	Root string // folder
	Path string
	Go   string // of go.mod
	deps []string
}

// OpenModule reads the go.mod below root.
func OpenModule(root string) (*Module, error) {
	name := filepath.Join(root, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("open module: %w", err)
	}
	f, err := modfile.ParseLax("go.mod", data, nil)
	if err != nil {
		return nil, fmt.Errorf("open module: %w", err)
	}
	if f.Module == nil || f.Go == nil {
		return nil, fmt.Errorf("open module: %s has no module line or no go line", name)
	}
	m := &Module{Root: root, Path: f.Module.Mod.Path, Go: f.Go.Version}
	for _, r := range f.Require {
		m.deps = append(m.deps, r.Mod.Path)
	}
	return m, nil
}

// Packages are the module-relative paths of the folders that hold importable packages of the module.
func (m *Module) Packages() ([]string, error) {
	var all []string
	err := filepath.WalkDir(m.Root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		base := d.Name()
		if name != m.Root {
			if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "internal" || base == "vendor" || base == "cmd" {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
				return fs.SkipDir // another module
			}
		}
		files, err := filepath.Glob(filepath.Join(name, "*.go"))
		if err != nil {
			return err
		}
		if slices.ContainsFunc(files, func(f string) bool { return !strings.HasSuffix(f, "_test.go") }) {
			rel, err := filepath.Rel(m.Root, name)
			if err != nil {
				return err
			}
			all = append(all, filepath.ToSlash(rel))
		}
		if len(all) > maxPackages {
			return fmt.Errorf("more than %d packages", maxPackages)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the packages of %s: %w", m.Path, err)
	}
	slices.Sort(all)
	return all, nil
}

// loader type-checks packages for one platform. It is their importer, too.
type loader struct {
	sources  *Sources
	module   *Module
	stub     map[string]*ast.File // packages of the module that come from a description, by relative path
	platform Platform
	ready    map[string]*types.Package
	std      map[string]*types.Package
}

func (s *Sources) loader(m *Module, p Platform) *loader {
	if s.std[p] == nil {
		s.std[p] = map[string]*types.Package{}
	}
	return &loader{sources: s, module: m, platform: p, ready: map[string]*types.Package{}, std: s.std[p]}
}

// files are those of a package for the platform, and doc its comments, joined.
func (l *loader) files(dir string, module bool) (files []*ast.File, doc string, err error) {
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.GOROOT, ctx.GOPATH, ctx.Dir = l.platform.OS, l.platform.Arch, l.sources.GOROOT, "", ""
	ctx.BuildTags, ctx.ToolTags, ctx.Compiler = nil, nil, "gc"
	ctx.CgoEnabled = module // the driver is C; of the standard library the plain Go form has the same interface
	if module {
		ctx.ReleaseTags = releaseTags(l.module.Go)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, "", err
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || e.IsDir() {
			continue
		}
		if ok, err := ctx.MatchFile(dir, name); err != nil || !ok {
			if err != nil {
				return nil, "", err
			}
			continue
		}
		f, err := l.sources.parse(filepath.Join(dir, name))
		if err != nil {
			return nil, "", err
		}
		files = append(files, f)
		doc += f.Doc.Text()
	}
	return files, doc, nil
}

// releaseTags are go1.1 to the version's own.
func releaseTags(version string) []string {
	var tags []string
	parts := strings.SplitN(version, ".", 3)
	minor, err := strconv.Atoi(parts[min(1, len(parts)-1)])
	for i := 1; err == nil && i <= minor; i++ {
		tags = append(tags, "go1."+strconv.Itoa(i))
	}
	return tags
}

func (s *Sources) parse(name string) (*ast.File, error) {
	if f := s.parsed[name]; f != nil {
		return f, nil
	}
	info, err := os.Stat(name)
	if err == nil && info.Size() > maxGoFile {
		err = fmt.Errorf("%s is larger than %d bytes", name, maxGoFile)
	}
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseFile(s.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Body != nil {
			fd.Body.List = nil // bodies are no interface, and are most of the memory
		}
	}
	s.parsed[name] = f
	return f, nil
}

// errExternal is of an import from another module than the standard library: nothing exported may be made of it.
var errExternal = errors.New("package of another module")

// Import is types.Importer.
func (l *loader) Import(imported string) (*types.Package, error) {
	if imported == "unsafe" {
		return types.Unsafe, nil
	}
	if p := l.std[imported]; p != nil {
		return p, nil
	}
	if p := l.ready[imported]; p != nil {
		if !p.Complete() {
			return nil, fmt.Errorf("import cycle through %s", imported)
		}
		return p, nil
	}
	if rel, ok := strings.CutPrefix(imported, l.module.Path+"/"); ok {
		if l.stub != nil {
			f := l.stub[rel]
			if f == nil {
				return nil, fmt.Errorf("package %s is not in the description", rel)
			}
			return l.check(imported, []*ast.File{f}, true)
		}
		files, _, err := l.files(filepath.Join(l.module.Root, filepath.FromSlash(rel)), true)
		if err != nil {
			return nil, err
		}
		return l.check(imported, files, true)
	}
	dir := filepath.Join(l.sources.GOROOT, "src", filepath.FromSlash(imported))
	if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
		if slices.ContainsFunc(l.module.deps, func(d string) bool { return imported == d || strings.HasPrefix(imported, d+"/") }) {
			return nil, errExternal
		}
		dir = filepath.Join(l.sources.GOROOT, "src", "vendor", filepath.FromSlash(imported))
	}
	files, _, err := l.files(dir, false)
	if err != nil {
		return nil, err
	}
	p, err := l.check(imported, files, false)
	if err == nil {
		l.std[imported] = p
	}
	return p, err
}

func (l *loader) check(imported string, files []*ast.File, module bool) (*types.Package, error) {
	if len(files) == 0 {
		return nil, fmt.Errorf("no Go files for %s", l.platform)
	}
	l.ready[imported] = types.NewPackage(imported, path.Base(imported)) // incomplete: found again, it is a cycle
	ofC := slices.ContainsFunc(files, func(f *ast.File) bool {
		return slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"C"` })
	})
	var first error
	conf := types.Config{
		Importer: l, IgnoreFuncBodies: true, FakeImportC: true,
		Sizes: types.SizesFor("gc", l.platform.Arch),
		Error: func(err error) {
			// What C's types and those of other modules are is unknown here; whatever exported is made of them fails
			// in the description.
			unknown := ofC || strings.Contains(err.Error(), "invalid type") || strings.Contains(err.Error(), errExternal.Error())
			if first == nil && !unknown {
				first = err
			}
		},
	}
	if module {
		conf.GoVersion = "go" + l.module.Go
	}
	p, _ := conf.Check(imported, l.sources.fset, files, nil)
	if first != nil {
		delete(l.ready, imported)
		return nil, fmt.Errorf("check %s for %s: %w", imported, l.platform, first)
	}
	l.ready[imported] = p
	return p, nil
}
