// SPDX-License-Identifier: MIT

package walk

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/manual"
)

const healthy = "# Page\n\n<!-- first hour: folder -->\n```sh\nmkdir a && cd a\n```\n\n<!-- program: p -->\n```go\npackage main // $x `y`\n```\n\n" +
	"```sh\nfalse\n```\n\n<!-- first hour: show -->\n```sh\ncat main.go\n```\n\n<!-- output: p -->\n```text\npackage main // $x `y`\n```\n"

// site makes a page of the site.
func site(t *testing.T, page string) string {
	t.Helper()
	contents, err := manual.ParseContents([]byte(`[{"title": "A", "entries": [{"page": "index", "title": "Page", "file": "docs/index.md"}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := manual.Build(manual.Input{Version: "1.2.3", Contents: contents, Files: map[string][]byte{"docs/index.md": []byte(page)}})
	if err != nil {
		t.Fatal(err)
	}
	return string(pages["index.html"])
}

// TestScript runs a page, and pages in which a command fails or prints something else.
func TestScript(t *testing.T) {
	for _, test := range []struct {
		name, old, new string
		red            bool
	}{
		{"healthy", "", "", false},
		{"a command that fails", "mkdir a && cd a", "cd a", true},
		{"a command in the middle that fails", "mkdir a && cd a", "mkdir a && cd a\nfalse\ntrue", true},
		{"another output", "text\npackage main", "text\npackage other", true},
		{"another program", "go\npackage main", "go\npackage changed", true},
		{"a variable that is not set", "cat main.go", "cat \"$nosuchvariable\" main.go", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			script, err := Script(site(t, strings.Replace(healthy, test.old, test.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			cmd := exec.Command("/bin/sh", "-c", script)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if (err != nil) != test.red {
				t.Errorf("%v\n%s", err, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "a", "main.go")); test.name == "healthy" && err != nil {
				t.Error(err)
			}
		})
	}
}

func TestScriptRefuses(t *testing.T) {
	for name, page := range map[string]string{
		"no commands":                  "# Page\n\n```sh\nls\n```\n",
		"an output without commands":   "# Page\n\n<!-- output: p -->\n```text\nx\n```\n" + strings.TrimPrefix(healthy, "# Page\n"),
		"the end of the here-document": strings.Replace(healthy, "package main", end, 1),
	} {
		if _, err := Script(site(t, page)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestSiteDiffers: what a reader of the site sees is what runs, whatever the page's source has.
func TestSiteDiffers(t *testing.T) {
	page := site(t, healthy)
	shown := strings.Replace(page, "cat main.go", "cat other.go", 1)
	script, err := Script(shown)
	if err != nil || shown == page || !strings.Contains(script, "cat other.go") || strings.Contains(script, "cat main.go") {
		t.Errorf("%v\n%s", err, script)
	}
	if _, err := Script(strings.Replace(page, "</pre>", "", 9)); err == nil {
		t.Error("blocks without an end are read")
	}
	if _, err := Script(strings.ReplaceAll(page, "data-block", "data-other")); err == nil {
		t.Error("a site that marks no block is read")
	}
}

func TestMarkdown(t *testing.T) {
	blocks, err := Read(site(t, "# Page\n\n<!-- run, refuses -->\n```sh\na <b >c & 'd'\n\n# e\n```\n\n```sh\nnot this\n```\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Markdown(blocks); err != nil || got != "<!-- run, refuses -->\n```sh\na <b >c & 'd'\n\n# e\n```\n\n" {
		t.Errorf("%q, %v", got, err)
	}
	for _, wrong := range [][]Block{nil, {{"run", "```\n"}}, {{"run --> x", "y\n"}}} {
		if got, err := Markdown(wrong); err == nil {
			t.Errorf("%v gave %q", wrong, got)
		}
	}
}
