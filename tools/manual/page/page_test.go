// SPDX-License-Identifier: MIT

package page

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const text = "# Page\n\n<!-- run: a -->\n```sh\nls -l  # all\nsay 'a  b' \"\" \\\n  --c=\"d # e\" f#g\n\n# nothing\n```\n\n## Part\n\n1. List\n\n   ```json\n   {\n     \"a\": 1}\n   ```\n\n```sh\nlast\n```\n"

func TestBlocks(t *testing.T) {
	got, err := Blocks(text)
	want := []Block{
		{"# Page", "run: a", "sh", "ls -l  # all\nsay 'a  b' \"\" \\\n  --c=\"d # e\" f#g\n\n# nothing\n", 4},
		{"## Part", "", "json", "{\n  \"a\": 1}\n", 16},
		{"## Part", "", "sh", "last\n", 21},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = Blocks(strings.TrimSuffix(text, "```\n"))
	if err == nil || !strings.Contains(err.Error(), "line 21: nothing closes") || !reflect.DeepEqual(got, want) {
		t.Errorf("a block without an end: %+v, %v", got, err)
	}
}

func TestCommands(t *testing.T) {
	blocks, err := Blocks(text)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Of(blocks, "", "sh")
	want := []Command{
		{5, "ls -l  # all", []string{"ls", "-l"}},
		{6, "say 'a  b' \"\"   --c=\"d # e\" f#g", []string{"say", "a  b", "", "--c=d # e", "f#g"}},
		{22, "last", []string{"last"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if part, err := Of(blocks, "## Part", "sh"); err != nil || len(part) != 1 {
		t.Errorf("of one section %+v, %v", part, err)
	}
	for words, text := range map[string]string{"a quote is not closed": "say 'a\n", "goes on nowhere": "say \\\n"} {
		if _, err := Of([]Block{{Language: "sh", Text: text, Line: 3}}, "", "sh"); err == nil || !strings.Contains(err.Error(), "line 4: ") || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	if _, err := Read(file); err == nil {
		t.Error("a page that is not there was read")
	}
	for words, text := range map[string]string{"": text, "larger than": strings.Repeat("x", maxPage+1)} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if blocks, err := Read(file); (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), words) || err == nil && len(blocks) != 3 {
			t.Errorf("%d blocks, %v, want %q", len(blocks), err, words)
		}
	}
}
