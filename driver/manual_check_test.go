// SPDX-License-Identifier: MIT

package driver_test

import (
	_ "embed"
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// manualPages have snippets of manual_test.go, from the folder that tests run in.
var manualPages = []string{
	"../docs/cancellation.md",
	"../docs/concurrency.md",
	"../docs/dsn.md",
	"../docs/first-program.md",
	"../docs/moving-from-modernc.md",
}

//go:embed manual_test.go
var manualSource string

var updateManual = flag.Bool("update-manual", false, "write the snippets of the manual's pages")

var (
	// wholeProgram is a block with a program, whose main is the body of a recipe.
	wholeProgram = regexp.MustCompile("(?s)(<!-- program: (\\w+) -->\n```go\npackage main\n\nimport \\(\n.*?\n\\)\n\nfunc main\\(\\) \\{\n)(.*?)(\\}\n```\n)")
	// programOutput is what such a program prints.
	programOutput = regexp.MustCompile("(?s)(<!-- output: (\\w+) -->\n```text\n)(.*?)(```\n)")
	// hidden is a line of a recipe that snippets leave out.
	hidden = "defer folder()()\n"
	// printed is the comment with what an example prints.
	printed = regexp.MustCompile(`(?s)\n?// Output:(.*)$`)
)

// renderManual puts recipes into the pages. A recipe that no page has, and a snippet without a recipe, are errors.
func renderManual(pages map[string]string, source string) (map[string]string, error) {
	bodies, used := map[string]string{}, map[string]bool{}
	for _, m := range recipe.FindAllStringSubmatch(source, -1) {
		body := strings.TrimPrefix(strings.ReplaceAll("\n"+m[2], "\n\t", "\n"), "\n")
		bodies[m[1]] = strings.TrimPrefix(body, hidden)
	}
	var unknown []string
	take := func(name string) string {
		if _, ok := bodies[name]; !ok {
			unknown = append(unknown, name)
		}
		used[name] = true
		return bodies[name]
	}
	out := map[string]string{}
	for name, page := range pages {
		page = snippet.ReplaceAllStringFunc(page, func(block string) string {
			name := snippet.FindStringSubmatch(block)[1]
			return fmt.Sprintf("<!-- recipe: %s -->\n```go\n%s\n```\n", name, take(name))
		})
		page = wholeProgram.ReplaceAllStringFunc(page, func(block string) string {
			m := wholeProgram.FindStringSubmatch(block)
			body := strings.TrimSpace(printed.ReplaceAllString(take(m[2]), ""))
			return m[1] + strings.ReplaceAll("\n"+body, "\n", "\n\t")[1:] + "\n" + m[4]
		})
		page = programOutput.ReplaceAllStringFunc(page, func(block string) string {
			m := programOutput.FindStringSubmatch(block)
			text := printed.FindStringSubmatch(take(m[2]))
			if text == nil {
				return block
			}
			lines := strings.TrimSpace(strings.ReplaceAll(text[1], "// ", ""))
			return m[1] + lines + "\n" + m[4]
		})
		out[name] = strings.ReplaceAll(page, "\n\t\n", "\n\n")
	}
	for name := range bodies {
		if !used[name] {
			unknown = append(unknown, name+" (has no snippet)")
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return nil, fmt.Errorf("snippets and recipes that do not fit: %q", unknown)
	}
	return out, nil
}

func TestManualSnippets(t *testing.T) {
	pages := map[string]string{}
	for _, name := range manualPages {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = string(text)
	}
	want, err := renderManual(pages, manualSource)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range want {
		if err := checkPrograms(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text == pages[name] {
			continue
		}
		if !*updateManual {
			t.Errorf("%s: a snippet is not what runs: go test ./driver -run TestManualSnippets -update-manual", name)
			continue
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// checkPrograms holds the imports of a page's programs against the packages that they name: their bodies run as examples,
// and only what stands around them does not.
func checkPrograms(page string) error {
	programs := wholeProgram.FindAllString(page, -1)
	if len(programs) != strings.Count(page, "<!-- program: ") {
		return fmt.Errorf("a program is something else than a package, imports and main")
	}
	for _, m := range programs {
		source := strings.TrimSuffix(m[strings.Index(m, "package main"):], "```\n")
		file, err := parser.ParseFile(token.NewFileSet(), "main.go", source, 0)
		if err != nil {
			return err
		}
		imported := map[string]bool{}
		driver := false
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			driver = driver || name == "github.com/gosqlite/gosqlite/driver"
			if spec.Name == nil {
				imported[path.Base(name)] = false
			}
		}
		if !driver {
			return fmt.Errorf("a program does not import the driver")
		}
		for _, name := range file.Unresolved {
			if _, ok := imported[name.Name]; ok {
				imported[name.Name] = true
			} else if !slices.Contains([]string{"string", "int", "any", "error", "nil"}, name.Name) {
				return fmt.Errorf("a program does not import %s", name.Name)
			}
		}
		for name, used := range imported {
			if !used {
				return fmt.Errorf("a program imports %s and does not use it", name)
			}
		}
	}
	return nil
}

// TestManualCheckSeesChanges plants what the check has to find.
func TestManualCheckSeesChanges(t *testing.T) {
	const source = "func Example_a() {\n\tdefer folder()()\n\tif true {\n\t\tprint(1)\n\t}\n\n\tdb, err := sql.Open(\"\", \"\")\n\t// Output:\n\t// 1\n\t// 2\n}\n"
	const program = "<!-- program: a -->\n```go\npackage main\n\nimport (\n\t\"database/sql\"\n\n\t_ \"github.com/gosqlite/gosqlite/driver\"\n)\n\nfunc main() {\n" +
		"\tif true {\n\t\tprint(1)\n\t}\n\n\tdb, err := sql.Open(\"\", \"\")\n}\n```\n<!-- output: a -->\n```text\n1\n2\n```\n"
	same := func(page string) bool {
		got, err := renderManual(map[string]string{"p": page}, source)
		if err != nil {
			t.Errorf("render: %v", err)
		}
		return got["p"] == page
	}
	if !same(program) {
		t.Error("a healthy program is red")
	}
	for name, change := range map[string][2]string{
		"a changed program": {"if true", "if false"},
		"a changed output":  {"1\n2\n", "1\n3\n"},
	} {
		if same(strings.Replace(program, change[0], change[1], 1)) {
			t.Errorf("%s is not seen", name)
		}
	}
	if _, err := renderManual(map[string]string{"p": program + "<!-- recipe: b -->\n```go\nx\n```\n"}, source); err == nil {
		t.Error("a snippet without a recipe")
	}
	if _, err := renderManual(map[string]string{"p": ""}, source); err == nil {
		t.Error("a recipe without a snippet")
	}
	healthy := strings.NewReplacer("true", "1 > 0", "print(1)", "sql.Drivers()").Replace(program)
	for name, change := range map[string][2]string{
		"":                     {"", ""},
		"a missing import":     {"\t\"database/sql\"\n", ""},
		"an unused import":     {"\t\"database/sql\"\n", "\t\"database/sql\"\n\t\"log\"\n"},
		"no driver":            {"gosqlite/driver", "gosqlite/sqlite"},
		"what does not parse":  {"func main() {", "func main() {{"},
		"another function too": {"func main()", "func other() {}\n\nfunc main()"},
	} {
		err := checkPrograms(strings.Replace(healthy, change[0], change[1], 1))
		if (name == "") != (err == nil) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
