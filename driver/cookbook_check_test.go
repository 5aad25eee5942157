// SPDX-License-Identifier: MIT

package driver_test

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// cookbook is the page, from the folder that tests run in.
const cookbook = "../docs/cookbook.md"

//go:embed cookbook_test.go
var recipes string

var updateCookbook = flag.Bool("update", false, "write the snippets of "+cookbook)

var (
	// recipe is a whole example function with its body.
	recipe = regexp.MustCompile(`(?ms)^func Example_(\w+)\(\) \{\n(.*?)\n\}\n`)
	// snippet is a code block of the page with the name of its recipe.
	snippet = regexp.MustCompile("(?s)<!-- recipe: (\\w+) -->\n```go\n(.*?)\n```\n")
)

// render puts the recipes into the page's snippets, and says which of them have
// no place there or nothing to stand in it.
func render(page, source string) (string, error) {
	bodies := map[string]string{}
	for _, m := range recipe.FindAllStringSubmatch(source, -1) {
		bodies[m[1]] = strings.TrimPrefix(strings.ReplaceAll("\n"+m[2], "\n\t", "\n"), "\n")
	}
	var unknown []string
	out := snippet.ReplaceAllStringFunc(page, func(block string) string {
		name := snippet.FindStringSubmatch(block)[1]
		body, ok := bodies[name]
		if !ok {
			unknown = append(unknown, name)
			return block
		}
		delete(bodies, name)
		return fmt.Sprintf("<!-- recipe: %s -->\n```go\n%s\n```\n", name, body)
	})
	if len(unknown) > 0 || len(bodies) > 0 {
		return "", fmt.Errorf("snippets without a recipe: %q; recipes without a snippet: %d", unknown, len(bodies))
	}
	return out, nil
}

func TestCookbook(t *testing.T) {
	page, err := os.ReadFile(cookbook)
	if err != nil {
		t.Fatal(err)
	}
	want, err := render(string(page), recipes)
	if err != nil {
		t.Fatal(err)
	}
	if want == string(page) {
		return
	}
	if !*updateCookbook {
		t.Fatal("a snippet is not what runs: go test ./driver -run TestCookbook -update")
	}
	if err := os.WriteFile(cookbook, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCookbookCheckSeesChanges plants a snippet that does not run, one without
// a recipe and a recipe without a snippet.
func TestCookbookCheckSeesChanges(t *testing.T) {
	const source = "func Example_a() {\n\tx := 1\n\tif x > 0 {\n\t\tprint(x)\n\t}\n}\n"
	const page = "<!-- recipe: a -->\n```go\nx := 1\nif x > 0 {\n\tprint(x)\n}\n```\n"
	if got, err := render(page, source); got != page || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := render(strings.ReplaceAll(page, "1", "2"), source); got != page || err != nil {
		t.Errorf("changed snippet: %q, %v", got, err)
	}
	if _, err := render(page+strings.ReplaceAll(page, ": a", ": b"), source); err == nil {
		t.Error("a snippet without a recipe")
	}
	if _, err := render("", source); err == nil {
		t.Error("a recipe without a snippet")
	}
}
