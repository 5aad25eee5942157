// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An arrow is one import, load or include: from a folder of the tree to another
// or to something outside.
type arrow struct {
	file string
	line int
	from string // folder of file
	to   string // folder of the tree; else "" and path is outside
	path string // as written
	root bool   // file belongs to the root module
}

// arrowRule forbids arrows. All rules are tried on each arrow of their kind.
type arrowRule struct {
	breaks func(a arrow) bool
	reason string
}

var goRules = []arrowRule{
	// Workspaces below e2e are other people's.
	{func(a arrow) bool { return a.path == "C" && !within(a.from, "e2e", "internal/capi") },
		`only internal/capi imports "C"`},
	{func(a arrow) bool { return inside(a.to, "internal/capi") && !within(a.from, "sqlite", "internal/capi") },
		"only sqlite stands on internal/capi"},
	{func(a arrow) bool {
		return inside(a.from, "internal/capi") && local(a) && !inside(a.to, "internal/capi")
	},
		"internal/capi stands on nothing of the tree"},
	{func(a arrow) bool {
		used := a.to == "internal/plumbing" && a.from != a.to && a.from != "sqlite" && a.from != "driver"
		return used || a.from == "internal/plumbing" && !standard(a) && !strings.HasSuffix(a.file, "_test.go")
	}, "internal/plumbing is between driver and sqlite, and stands on neither"},
	{func(a arrow) bool { return inside(a.from, "sqlite") && within(a.to, "driver", "shell", "cmd") },
		"sqlite lies below driver and shell"},
	{func(a arrow) bool { return inside(a.from, "driver") && within(a.to, "shell", "cmd") },
		"driver lies below shell and cmd"},
	{func(a arrow) bool {
		return a.from == "driver" && a.to != "driver" && inside(a.to, "driver") && !strings.HasSuffix(a.file, "_test.go")
	}, "migrate, jsoncolumn and compat stand on driver, never back"},
	{func(a arrow) bool { return a.root && within(a.to, "tools", "toolchains") },
		"the root module, which users import, never imports tools or toolchains"},
	{func(a arrow) bool {
		return within(a.from, "tools", "toolchains") && a.from != "tools/bench/driver/gosqlite" && local(a) && !within(a.to, "tools", "toolchains")
	}, "tools and toolchains never import the root module"},
	{func(a arrow) bool {
		return inside(a.to, "tools/bench") != inside(a.from, "tools/bench") && within(a.to, "tools")
	},
		"tools/bench holds drivers of others: nothing stands on it, and it stands on no other tool"},
	{func(a arrow) bool { return inside(a.from, "toolchains") && !inside(a.to, "toolchains") && !standard(a) },
		"toolchains builds everything else and stands on the standard library alone"},
	{func(a arrow) bool {
		return a.root && !local(a) && !standard(a) && !within(a.path, "golang.org/x/sys", "golang.org/x/term")
	}, "the root module requires golang.org/x/sys and golang.org/x/term and nothing else"},
	{func(a arrow) bool {
		return within(a.path, "honnef.co", "github.com/bazelbuild", "github.com/zricethezav")
	},
		"lint's programs are run and never linked"},
	{func(a arrow) bool {
		return inside(a.from, "tools/release/manifest") && local(a) && !inside(a.to, "tools/release/manifest")
	}, "manifest is shared by all that make releases and hand them on: it stands on nothing"},
	{func(a arrow) bool {
		// Commands share how a command is called and ends. Releases for tests are made, and the reader of the manifest is held
		// against the builder's.
		command := within(a.from, "tools/verify/cmd", "tools/verify/checks", "tools/verify/tamper/cmd") && a.to == "tools/release/action"
		test := (within(a.from, "tools/verify/internal", "tools/verify/tamper") || strings.HasSuffix(a.file, "_test.go")) && a.to == "tools/release/manifest"
		return inside(a.from, "tools/verify") && local(a) && !inside(a.to, "tools/verify") && !command && !test
	}, "the verifier shares no code with the programs that it judges"},
	{func(a arrow) bool {
		return within(a.from, "tools/release/sign", "tools/release/provenance", "tools/release/jcs") && inside(a.to, "tools/verify")
	}, "who signs shares no code with the verifier that judges it"},
	{func(a arrow) bool {
		return inside(a.from, "tools/release/provenance") && inside(a.to, "tools/release/sign")
	}, "provenance is made in the build, where no key is"},
	{func(a arrow) bool {
		return inside(a.from, "tools/verify") && !within(a.from, "tools/verify/internal", "tools/verify/tamper", "tools/verify/checks") &&
			!strings.HasSuffix(a.file, "_test.go") && (a.path == "net" || within(a.path, "net/http", "crypto/tls", "crypto/x509", "os/exec") || within(a.to, "tools/verify/internal"))
	}, "the verifier links no network code, runs no program and no code of its tests"},
	{func(a arrow) bool {
		return inside(a.to, "tools/publish") && !inside(a.from, "tools/publish") &&
			!(inside(a.from, "tools/fetch") && within(a.to, "tools/publish/lock", "tools/publish/oci", "tools/publish/onehost", "tools/publish/tree")) &&
			!(inside(a.from, "tools/fetch") && inside(a.to, "tools/publish/tuf") && strings.HasSuffix(a.file, "_test.go")) &&
			!(a.from == "tools/release" && a.to == "tools/publish/lock")
	}, "publish is the only network writer: nothing stands on it, but that fetch knows the forms that it writes, tests of fetch a repository that it makes, and a train its lock of a folder"},
	{func(a arrow) bool { return inside(a.path, "oras.land/oras-go") && !inside(a.from, "tools/publish/oci") },
		"a client of registries is linked by publish/oci alone"},
	{func(a arrow) bool {
		// It opens the keys of its own lists, the checksum database and the TUF repository, as sign opens those of a release.
		own := within(a.from, "tools/publish/tuf", "tools/publish/cmd/publish", "tools/publish/cmd/tuf") && within(a.to, "tools/release/sign/key", "tools/release/sign/secret")
		return inside(a.from, "tools/publish") && within(a.to, "tools/release/sign", "tools/release/archive", "tools/release/provenance") && !own
	}, "publish takes what was signed and verified: it holds no key but those of its own lists, and makes nothing"},
	{func(a arrow) bool {
		return within(a.to, "tools/verify/tamper/specimen", "tools/publish/oci/ocitest", "tools/publish/tuf/owner", "tools/fetch/tuf/tuftest") && a.from != a.to && !strings.HasSuffix(a.file, "_test.go")
	}, "specimens, test registries and owners of test repositories are for tests"},
	{func(a arrow) bool {
		return within(a.from, "tools/release/rebuild", "tools/reproduce") && inside(a.to, "tools/release/archive")
	}, "who compares releases reads archives by an own reader"},
	{func(a arrow) bool {
		return within(a.from, "tools/sbom/spdx", "tools/sbom/cyclonedx", "tools/sbom/vex") && local(a) &&
			!within(a.to, a.from, "tools/sbom/graph")
	}, "a format stands on graph alone"},
	{func(a arrow) bool {
		return inside(a.from, "tools/sbom/graph") && inside(a.to, "tools/sbom") && !inside(a.to, "tools/sbom/graph")
	},
		"graph knows no format"},
	{func(a arrow) bool {
		return inside(a.from, "tools/scan/finding") && local(a) && a.to != a.from
	}, "findings are data that scanners, gate and reports share: they stand on nothing"},
	{func(a arrow) bool {
		return within(a.from, "tools/scan/triage", "tools/scan/gate", "tools/scan/report", "tools/scan/vex") && within(a.to, "tools/scan/govuln", "tools/scan/sast")
	}, "what judges and writes findings knows no scanner that runs a program"},
	{func(a arrow) bool {
		return inside(a.from, "tools/sbom/conformance") && local(a) && !inside(a.to, "tools/sbom/conformance") && !strings.HasSuffix(a.file, "_test.go")
	}, "who judges documents shares no code with who writes them"},
	{func(a arrow) bool {
		return inside(a.from, "tools/sbom/attribution") && inside(a.to, "tools/sbom/collect")
	}, "who holds a graph against a program shares no code with who collected it"},
}

var loadRules = []arrowRule{
	{func(a arrow) bool { return a.file == "platforms/matrix.bzl" },
		"platforms/matrix.bzl is loaded by all and loads nothing"},
	{func(a arrow) bool { return path.Base(a.to) == "private" && !inside(a.from, path.Dir(a.to)) },
		"private/ is loaded by its own folder alone"},
	{func(a arrow) bool { return path.Base(a.to) == "tests" && !inside(a.from, a.to) },
		"nobody loads tests/"},
	{func(a arrow) bool { return inside(a.from, "tools/sbom") && inside(a.to, "tools/release") },
		"release loads sbom, never back"},
}

var includeRules = []arrowRule{
	{func(a arrow) bool {
		return strings.HasPrefix(path.Base(a.path), "sqlite3") && !within(a.from, "internal/capi", "sqlite3_amalgamation", "e2e", "tools/bench/driver/floor")
	}, "only internal/capi, sqlite3_amalgamation and the benchmark's floor include SQLite's headers"},
}

// local says whether an arrow ends in the tree.
func local(a arrow) bool { return a.to != "" }

// standard says whether a Go import is of the standard library.
func standard(a arrow) bool {
	first, _, _ := strings.Cut(a.path, "/")
	return a.to == "" && !strings.Contains(first, ".")
}

func within(name string, dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return inside(name, dir) })
}

func checkArrows(ctx context.Context, t *Tree) ([]Finding, error) {
	modules, err := t.Modules(ctx)
	if err != nil {
		return nil, err
	}
	var findings []Finding
	judge := func(a arrow, rules []arrowRule) {
		for _, rule := range rules {
			if rule.breaks(a) {
				findings = append(findings, Finding{a.file, a.line, fmt.Sprintf("%q: %s", a.path, rule.reason)})
			}
		}
	}
	interesting := func(name string) bool { return isGo(name) || isStarlark(name) || isC(name) }
	err = t.each(ctx, interesting, func(name string, data []byte) {
		switch {
		case isGo(name):
			for _, a := range goImports(name, data, modules) {
				judge(a, goRules)
			}
		case isStarlark(name):
			for _, a := range matches(loadLine, name, data) {
				a.to = loadedFolder(a)
				judge(a, loadRules)
			}
		default:
			for _, a := range matches(includeLine, name, data) {
				judge(a, includeRules)
			}
		}
	})
	return order(findings), err
}

// goImports are the imports of a Go file. A file that does not parse has none
// here: gofmt reports it.
func goImports(name string, data []byte, modules []Module) []arrow {
	files := token.NewFileSet()
	f, _ := parser.ParseFile(files, name, data, parser.ImportsOnly)
	if f == nil {
		return nil
	}
	var arrows []arrow
	for _, spec := range f.Imports {
		written, _ := strconv.Unquote(spec.Path.Value)
		arrows = append(arrows, arrow{
			file: name, line: files.Position(spec.Pos()).Line, from: path.Dir(name),
			to: importedFolder(written, modules), path: written, root: moduleOf(name, modules) == ".",
		})
	}
	return arrows
}

// importedFolder is the folder that an import path names; "" outside the tree.
func importedFolder(imported string, modules []Module) string {
	var best Module
	for _, m := range modules {
		if inside(imported, m.Path) && len(m.Path) > len(best.Path) {
			best = m
		}
	}
	if best.Path == "" {
		return ""
	}
	// The root module's own package is "."; no rule may take it for outside.
	return path.Join(best.Dir, strings.TrimPrefix(imported, best.Path))
}

// moduleOf is the folder of the innermost module that holds a file.
func moduleOf(name string, modules []Module) string {
	best := ""
	for _, m := range modules {
		if inside(name, m.Dir) && (best == "" || best == "." || len(m.Dir) > len(best)) {
			best = m.Dir
		}
	}
	return best
}

var (
	loadLine    = regexp.MustCompile(`(?m)^\s*load\(\s*"([^"]+)"`)
	includeLine = regexp.MustCompile(`(?m)^\s*(?://)?\s*#\s*include\s*["<]([^">]+)[">]`)
)

func matches(re *regexp.Regexp, name string, data []byte) []arrow {
	var arrows []arrow
	for _, m := range re.FindAllSubmatchIndex(data, -1) {
		arrows = append(arrows, arrow{file: name, line: lineOf(data, m[2]), from: path.Dir(name), path: string(data[m[2]:m[3]])})
	}
	return arrows
}

// loadedFolder is the folder of a loaded file; "" in another repository.
func loadedFolder(a arrow) string {
	label := a.path
	switch {
	case strings.HasPrefix(label, "@"):
		return ""
	case strings.HasPrefix(label, ":"):
		return a.from
	}
	pkg, _, _ := strings.Cut(strings.TrimPrefix(label, "//"), ":")
	return path.Clean(pkg)
}

func isC(name string) bool { return path.Ext(name) == ".c" || path.Ext(name) == ".h" }
