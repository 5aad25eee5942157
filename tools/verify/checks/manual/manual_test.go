// SPDX-License-Identifier: MIT

package manual

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	blocks, err := Parse("text\n\n```sh\nnot run\n```\n<!-- run -->\n```sh\na\nb\n```\n<!-- run, refuses, needs x, needs y -->\n```sh\nc\n```\n")
	if err != nil || len(blocks) != 2 || blocks[0].Commands != "a\nb\n" || blocks[0].Refuses || !blocks[1].Refuses || len(blocks[1].Needs) != 2 || blocks[0].Line != 8 {
		t.Errorf("Parse = %+v, %v", blocks, err)
	}
	for name, page := range map[string]string{
		"nothing to run": "```sh\na\n```\n",
		"no block":       "<!-- run -->\n\n```sh\na\n```\n",
		"no end":         "<!-- run -->\n```sh\na\n",
		"unknown word":   "<!-- run, sometimes -->\n```sh\na\n```\n",
		"open comment":   "<!-- run\n```sh\na\n```\n",
	} {
		if _, err := Parse(page); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if r := (Result{State: stateNotRun}); r.OK() || !strings.Contains(stateNotRun, "not") {
		t.Error("what was not run is not as it should be")
	}
}
