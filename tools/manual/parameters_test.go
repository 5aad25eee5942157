// SPDX-License-Identifier: MIT

package manual

import (
	"flag"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of parameters")

const parametersPage = "../../docs/dsn.md"

var parametersSection = regexp.MustCompile(`(?s)(<!-- parameters -->\n)(.*?)(<!-- /parameters -->\n)`)

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// driverDoc is the comment of package driver.
func driverDoc(t *testing.T) string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", read(t, "../../driver/doc.go"), parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	return f.Doc.Text()
}

// TestParametersPage holds the table of docs/dsn.md against the driver.
func TestParametersPage(t *testing.T) {
	table, err := Parameters(read(t, "../../api/dsn.txt"), driverDoc(t))
	if err != nil {
		t.Fatal(err)
	}
	page := read(t, parametersPage)
	m := parametersSection.FindStringSubmatchIndex(page)
	if m == nil {
		t.Fatalf("%s has no place for the table", parametersPage)
	}
	want := page[:m[4]] + table + page[m[5]:]
	if want == page {
		return
	}
	if !*update {
		t.Fatalf("%s is not current: (cd tools && GOWORK=off go test ./manual -run TestParametersPage -update)", parametersPage)
	}
	if err := os.WriteFile(parametersPage, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestParametersSeesChanges plants what code and comment can disagree about.
func TestParametersSeesChanges(t *testing.T) {
	promised, doc := read(t, "../../api/dsn.txt"), driverDoc(t)
	healthy, err := Parameters(promised, doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		"| `_busy_timeout` | a duration such as `5s`, or milliseconds | `5s` |",
		"| `_foreign_keys` | a switch | `1` | enforce foreign keys",
		"| `_page_size` | a power of two from 512 to 65536 |  | [PRAGMA page_size]",
		"| `_read_ahead` | a number from 1 to 64 | `64` |",
		"| `_stmt_cache` | a number from 0 to 10000 | `64` |",
		"| `_cache_size` | a whole number |",
		"| `_secure_delete` | a switch, `fast` |",
		"| `mode` | `memory`, `ro`, `rw`, `rwc` |",
	} {
		if !strings.Contains(healthy, row) {
			t.Errorf("no row begins with %s", row)
		}
	}
	for name, f := range map[string]func() (string, error){
		"a parameter without an explanation": func() (string, error) { return Parameters(promised+"_planted\n_planted takes 0\n", doc) },
		"an explanation without a parameter": func() (string, error) {
			return Parameters(promised, strings.Replace(doc, "\t_optimize=0 ", "\t_planted=0          a plant\n\t_optimize=0 ", 1))
		},
		"no parameters":     func() (string, error) { return Parameters("# nothing\n", doc) },
		"a line of no form": func() (string, error) { return Parameters("a b\n", doc) },
		"no section":        func() (string, error) { return Parameters(promised, "Package driver.") },
	} {
		if _, err := f(); err == nil {
			t.Errorf("%s is not seen", name)
		}
	}
	if changed, err := Parameters(strings.Replace(promised, "_txlock takes immediate\n", "", 1), doc); err != nil || changed == healthy {
		t.Errorf("a value less is not seen: %v", err)
	}
}
