// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Plant is a defect that turns exactly one check red.
type Plant struct {
	Name  string
	Check string // "" for the healthy tree, in which nothing is red
	Files map[string]string
	Links map[string]string
}

const spdx = "// " + licence + "\n\n"

// plantedHost stands for the host of a mirror; .invalid is nobody's:
// https://www.rfc-editor.org/rfc/rfc2606#section-2
var plantedHost = Secret{"mirror.invalid", "the host of a package registry or proxy, by a plant"}

// exceptions are what check references lets pass without a page.
const exceptions = spdx + `package sqlite

// Code is a number.
type Code int

// Error is its text.
func (c Code) Error() string { return c.String() }

// Is compares numbers.
func (c Code) Is(err error) bool { return err == c }

// MarshalJSON is no text.
func (c Code) MarshalJSON() ([]byte, error) { return []byte("0"), nil }

// String is its text.
func (c Code) String() string { return "planted" }

// Unwrap has nothing.
func (c Code) Unwrap() error { return nil }

// OnLeak does nothing.
func OnLeak() {}

// Some is what it gets.
func Some(n int) int { return n }
`

// healthy is a small tree with the layout of this one, clean by every check.
var healthy = map[string]string{
	"MODULE.bazel":          "# " + licence + "\nmodule(name = \"planted\")\n",
	"platforms/BUILD.bazel": "# " + licence + "\nexports_files([\"matrix.bzl\"])\n",
	"platforms/matrix.bzl":  "# " + licence + "\n\"\"\"The rows.\"\"\"\n\nROWS = [\"linux_amd64\"]\n",

	"go.mod": "module github.com/gosqlite/gosqlite\n\ngo 1.26.0\n",
	"internal/capi/capi.go": spdx + "// Package capi imports \"C\".\npackage capi\n\n// #include <stddef.h>\nimport \"C\"\n\n" +
		"// Size is the size of a size_t in bytes.\nfunc Size() int { return C.sizeof_size_t }\n",
	"sqlite/sqlite.go": spdx + "// Package sqlite stands on capi.\npackage sqlite\n\nimport \"github.com/gosqlite/gosqlite/internal/capi\"\n\n" +
		"// Size is capi's.\n//\n// https://sqlite.org/c3ref/intro.html\nfunc Size() int { return capi.Size() }\n",
	"sqlite/exceptions.go": exceptions,
	"driver/driver.go": spdx + "// Package driver stands on sqlite.\npackage driver\n\nimport \"github.com/gosqlite/gosqlite/sqlite\"\n\n" +
		"// Size is sqlite's.\nfunc Size() int { return sqlite.Size() }\n",
	"driver/driver_test.go": spdx + "package driver\n\nimport \"testing\"\n\n" +
		"// TestSize runs the block of README.md.\nfunc TestSize(t *testing.T) {\n\tif Size() < 4 {\n\t\tt.Errorf(\"Size() = %d\", Size())\n\t}\n}\n",

	"README.md":  "# Planted\n\n[driver](driver/driver.go)\n\n```go\nSize()\n```\n",
	snippetsFile: `[{"page": "README.md", "language": "go", "begins": "Size", "test": "driver: TestSize"}]` + "\n",

	"tools/go.mod":         "module github.com/gosqlite/gosqlite/tools\n\ngo 1.26.0\n",
	"tools/tool.go":        spdx + "// Package tool is a tool.\npackage tool\n",
	"toolchains/go.mod":    "module github.com/gosqlite/gosqlite/toolchains\n\ngo 1.26.0\n",
	"toolchains/chains.go": spdx + "// Package chains is a toolchain.\npackage chains\n",
}

// Plants are the healthy tree and every defect.
func Plants() []Plant {
	driver := func(name, check, source string) Plant {
		return Plant{Name: name, Check: check, Files: map[string]string{"driver/planted.go": source}}
	}
	starlark := func(name, check, file, source string) Plant {
		return Plant{Name: name, Check: check, Files: map[string]string{file: "# " + licence + "\n\"\"\"Planted.\"\"\"\n\n" + source}}
	}
	threats := func(name, test string) Plant {
		return Plant{Name: name, Check: "threats", Files: map[string]string{
			threatsFile:             "# Threats\n\n| Threat | Test | Left |\n|---|---|---|\n| small | `driver: TestSize` | |\n| large | " + test + " | |\n",
			"sqlite/sqlite_test.go": spdx + "package sqlite\n\nimport \"testing\"\n\nfunc TestSkips(t *testing.T) { t.Skip(\"planted\") }\n",
		}}
	}
	const unused = "def planted():\n    \"\"\"Has an unused variable.\"\"\"\n    unused = 1\n"
	page := func(name, check, code string) Plant {
		return Plant{Name: name, Check: check, Files: map[string]string{"docs/planted.md": "# Planted\n\nRun `" + code + "`.\n"}}
	}
	return []Plant{
		{Name: "healthy tree"},
		page("a page whose names are there", "", "./bazelw run //platforms:matrix.bzl -- //... -//platforms/... //platforms:all //platforms:NAME //NAME/... tools/NAME/a.sh tools/NAME.txt && (cd tools && go run ./.) && cat tools/tool.go"),
		{Name: "a healthy threat model", Files: map[string]string{
			tamperFile:  "# Past\n\n| mistake | Test | Case |\n|---|---|---|\n| size | `driver: TestSize` | `testing` |\n\n| rule |\n|---|\n| x |\n",
			threatsFile: "# Threats\n\n| Threat | Test | Left |\n|---|---|---|\n| small | `driver: TestSize` | |\n| large | command `driver/driver.go Size` | |\n",
		}},
		driver("two blanks", "gofmt", spdx+"package driver\n\n// Planted has a blank too many.\nconst  Planted = 1\n"),
		driver("no licence line", "spdx", "// Not a licence.\n\npackage driver\n"),
		driver("a long Go file", "size", spdx+"package driver\n\n"+strings.Repeat("// One more line.\n", 400)),
		starlark("a long .bzl file", "size", "platforms/planted.bzl", strings.Repeat("# One more line.\n", 200)),
		driver("a path of a machine", "words", spdx+"package driver\n\n// Made in "+"/"+"work/main.\n"),
		driver("the host of a mirror", "words", spdx+"package driver\n\n// From https://"+plantedHost.Text+"/sqlite.\n"),
		driver(`import "C" in driver`, "arrows", spdx+"package driver\n\n// #include <stddef.h>\nimport \"C\"\n\n// Planted is C's.\nfunc Planted() int { return C.sizeof_size_t }\n"),
		starlark("a load in the matrix", "arrows", "platforms/matrix.bzl", "load(\"@planted//:defs.bzl\", \"NAME\")\n\nROWS = [NAME]\n"),
		{Name: "an absolute link", Check: "links", Links: map[string]string{"driver/bazel-out": "/" + "planted/execroot/bazel-out"}},
		{Name: "a link out of the tree", Check: "links", Links: map[string]string{"driver/planted": "../../elsewhere"}},
		{Name: "a link to a file that is gone", Check: "pages", Files: map[string]string{"docs/planted.md": "# Planted\n\n[gone](../driver/gone.go)\n"}},
		{Name: "a block that nothing closes", Check: "pages", Files: map[string]string{"README.md": strings.TrimSuffix(healthy["README.md"], "```\n")}},
		{Name: "a block that nothing runs", Check: "snippets", Files: map[string]string{"docs/planted.md": "# Planted\n\n```sh\nls\n```\n"}},
		{Name: "a rule without a block", Check: "snippets", Files: map[string]string{snippetsFile: `[{"page": "README.md", "test": "driver: TestSize"}, {"page": "docs/gone.md", "reason": "there is none"}]`}},
		{Name: "a rule with a test that is gone", Check: "snippets", Files: map[string]string{snippetsFile: `[{"page": "README.md", "test": "driver: TestGone"}]`}},
		{Name: "a rule with a command that is gone", Check: "snippets", Files: map[string]string{snippetsFile: `[{"page": "README.md", "command": "tools/gone.sh"}]`}},
		{Name: "a rule with a part that is gone", Check: "snippets", Files: map[string]string{snippetsFile: `[{"page": "README.md", "command": "driver/driver.go gone"}]`}},
		{Name: "a rule with a test that reads no page", Check: "snippets", Files: map[string]string{
			"docs/planted.md": "# Planted\n\n```sh\nls\n```\n",
			snippetsFile:      `[{"page": "README.md", "like": "driver: TestSize"}, {"page": "docs/planted.md", "test": "driver: TestSize"}]`,
		}},
		{Name: "a test said to run Bazel", Check: "snippets", Files: map[string]string{"README.md": "# Planted\n\n```go\nSize()\n./bazelw build //platforms\n```\n"}},
		{Name: "a part that nothing executes", Check: "snippets", Files: map[string]string{snippetsFile: `[{"page": "README.md", "reason": "nothing runs it here", "part": "the first command"}]`}},
		{Name: "a rule with a program that reads no page", Check: "snippets", Files: map[string]string{
			"docs/planted.md": "# Planted\n\n```sh\nls\n```\n",
			snippetsFile:      `[{"page": "README.md", "like": "driver/driver.go Size"}, {"page": "docs/planted.md", "command": "driver/driver.go Size"}]`,
		}},
		page("a target that is gone", "names", "./bazelw run //platforms:gone"),
		page("a package that is gone", "names", "./bazelw test //gone:all"),
		page("a folder of packages that is gone", "names", "./bazelw test -- //platforms/... -//gone/..."),
		page("a target with capitals that is gone", "names", "./bazelw run //platforms:Gone.bzl"),
		page("a file with capitals that is gone", "names", "cat tools/README.md"),
		page("a file in capitals that is elsewhere", "names", "cat tools/MODULE.bazel"),
		page("a target in capitals that is elsewhere", "names", "./bazelw run //platforms:MODULE.bazel"),
		page("a program that is gone", "names", "(cd tools && go run ./gone)"),
		page("a script that is gone", "names", "tools/gone/check.sh all"),
		{Name: "a rule that says nothing", Check: "snippets", Files: map[string]string{snippetsFile: `[{"page": "README.md"}]`}},
		threats("a threat without a test", "no test"),
		threats("a threat with a test that is gone", "`driver: TestGone`"),
		threats("a threat with a command that is gone", "command `driver/gone.sh`"),
		threats("a threat with a test that may skip", "`sqlite: TestSkips`"),
		{Name: "a past mistake without its case", Check: "threats", Files: map[string]string{
			tamperFile: "# Past\n\n| mistake | Test | Case |\n|---|---|---|\n| size | `driver: TestSize` | `gone` |\n",
		}},
		{Name: "a threat model without a table", Check: "threats", Files: map[string]string{threatsFile: "# Threats\n\nNone, see `driver: TestSize`.\n"}},
		{Name: "an exception for what is gone", Check: "references", Files: map[string]string{"sqlite/exceptions.go": strings.Replace(exceptions, "\n// OnLeak does nothing.\nfunc OnLeak() {}\n", "", 1)}},
		{Name: "an exception for what has a page", Check: "references", Files: map[string]string{"sqlite/exceptions.go": strings.Replace(exceptions, "// Unwrap has nothing.", "// Unwrap has nothing, see https://sqlite.org/.", 1)}},
		{Name: "a method without a page", Check: "references", Files: map[string]string{"sqlite/planted.go": spdx + "package sqlite\n\n// Conn is a connection.\ntype Conn struct{}\n\n// Planted does something.\nfunc (c *Conn) Planted() {}\n"}},
		{Name: "an include of SQLite", Check: "arrows", Files: map[string]string{"tools/planted.h": spdx + "#include <sqlite3.h>\n"}},
		starlark("no blanks", "buildifier", "platforms/planted.bzl", "ROWS=1\n"),
		starlark("an unused variable", "buildifier", "platforms/planted.bzl", unused),
		{Name: "a file that quiets buildifier", Check: "buildifier", Files: map[string]string{
			".buildifier.json":      "{\"warnings\": \"-unused-variable\"}\n",
			"platforms/planted.bzl": "# " + licence + "\n\"\"\"Planted.\"\"\"\n\n" + unused,
		}},
		{Name: "a copied lock", Check: "vet", Files: map[string]string{"tools/planted.go": spdx + "package tool\n\nimport \"sync\"\n\n// Planted copies a lock.\nfunc Planted(m sync.Mutex) sync.Locker { return &m }\n"}},
		driver("an unused function", "staticcheck", spdx+"package driver\n\nfunc planted() {}\n"),
		{Name: "a failing test", Check: "oldest-go", Files: map[string]string{"driver/planted_test.go": spdx + "package driver\n\nimport \"testing\"\n\nfunc TestPlanted(t *testing.T) { t.Error(\"planted\") }\n"}},
	}
}

// Write lays the plant out in dir, over the healthy tree.
func (p Plant) Write(dir string) error {
	for _, files := range []map[string]string{healthy, p.Files} {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return fmt.Errorf("write plant %q: %w", p.Name, err)
			}
			if err := os.WriteFile(file, []byte(files[name]), 0o644); err != nil {
				return fmt.Errorf("write plant %q: %w", p.Name, err)
			}
		}
	}
	for name, target := range p.Links {
		if err := os.Symlink(target, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return fmt.Errorf("write plant %q: %w", p.Name, err)
		}
	}
	return nil
}

// PlantConfig is the configuration under which plants are judged.
func PlantConfig(r Runner, toolsDir string) Config {
	return Config{
		Runner: r, ToolsDir: toolsDir, Machine: Paths("", ""),
		Hosts: func(context.Context) ([]Secret, error) { return []Secret{plantedHost}, nil },
	}
}

// Judge says how the outcomes differ from what the plant has to cause; nil when
// exactly its check is red, and red by a finding.
func (p Plant) Judge(outcomes []Outcome) error {
	var wrong []string
	for _, o := range outcomes {
		switch {
		case o.Err != nil:
			wrong = append(wrong, fmt.Sprintf("%s did not run: %v", o.Check, o.Err))
		case o.Red() && o.Check != p.Check:
			wrong = append(wrong, fmt.Sprintf("%s is red: %s", o.Check, o.Findings[0]))
		case !o.Red() && o.Check == p.Check:
			wrong = append(wrong, fmt.Sprintf("%s is not red", o.Check))
		}
	}
	if wrong != nil {
		return fmt.Errorf("plant %q: %s", p.Name, strings.Join(wrong, "; "))
	}
	return nil
}
