// SPDX-License-Identifier: MIT

package shell

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func split(t *testing.T, text string) []string {
	t.Helper()
	var got []string
	p := &splitter{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := p.add([]byte(line), number); err != nil {
			t.Fatal(err)
		}
		for {
			stmt, at, ok := p.next()
			if !ok {
				break
			}
			got = append(got, fmt.Sprintf("%d:%s", at, stmt))
		}
	}
	if stmt, at, ok := p.rest(); ok {
		got = append(got, fmt.Sprintf("%d:%s", at, stmt))
	}
	return got
}

func TestSplitter(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []string
	}{
		{name: "nothing", text: " \n\n", want: nil},
		{name: "two on a line", text: "a; b;\n", want: []string{"1:a;", "1:b;"}},
		{name: "over lines", text: "\n\na\n b;c\n;", want: []string{"3:a\n b;", "4:c\n;"}},
		{name: "rest", text: "a;\nb", want: []string{"1:a;", "2:b"}},
		{name: "quotes", text: "';' \";\" `;` [;] 'it'';s';x", want: []string{"1:';' \";\" `;` [;] 'it'';s';", "1:x"}},
		{name: "quote in brackets", text: "a [it's];b;", want: []string{"1:a [it's];", "1:b;"}},
		{name: "line comment", text: "a -- ;\n;b", want: []string{"1:a -- ;\n;", "2:b"}},
		{name: "block comment", text: "a /* ; * / ** ; */;b", want: []string{"1:a /* ; * / ** ; */;", "1:b"}},
		{name: "comment alone", text: "-- a;\n/* b;\n*/\n", want: nil},
		{name: "open comment", text: "/* a;\n", want: []string{"1:/* a;\n"}},
		{name: "quote in comment", text: "-- it's\na;", want: []string{"2:a;"}},
		{name: "trigger", text: "CREATE TRIGGER x AFTER INSERT ON t BEGIN a; b; END; c;", want: []string{"1:CREATE TRIGGER x AFTER INSERT ON t BEGIN a; b; END;", "1:c;"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := split(t, tt.text); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSplitterIsLinear(t *testing.T) {
	// A line of this length took minutes when each statement moved the rest.
	if got := split(t, strings.Repeat("a;", 1<<18)); len(got) != 1<<18 {
		t.Errorf("got %d statements", len(got))
	}
}

func TestCaret(t *testing.T) {
	long := strings.Repeat("x", 200)
	tests := []struct {
		name   string
		text   string
		offset int
		want   string
	}{
		{name: "start", text: "abc", offset: 0, want: "  abc\n  ^"},
		{name: "end", text: "abc", offset: 3, want: "  abc\n     ^"},
		{name: "second line", text: "a\nbcd\ne", offset: 4, want: "  bcd\n    ^"},
		{name: "wide characters", text: "日本 x", offset: 7, want: "  日本 x\n       ^"},
		{name: "tab", text: "\tx", offset: 1, want: "      x\n      ^"},
		{name: "long line", text: long + "!" + long, offset: 200, want: "  ..." + long[:60] + "!" + long[:59] + "...\n" + strings.Repeat(" ", 65) + "^"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := caret(tt.text, tt.offset); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
