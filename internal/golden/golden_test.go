// SPDX-License-Identifier: MIT

package golden

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	got, err := Text("Colours.", "./x", []string{"b = 1 = 2", "a"})
	if want := "# SPDX-License-Identifier: MIT\n# Colours. Written by: GOSQLITE_UPDATE_API=1 go test ./x\na\nb = 1 = 2\n"; string(got) != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	for _, lines := range [][]string{nil, {"a", "a = 1"}, {"a\nb"}, {"#a"}, {""}} {
		if _, err := Text("", "", lines); err == nil {
			t.Errorf("%q was written", lines)
		}
	}
}

func TestDifferences(t *testing.T) {
	for _, test := range []struct{ name, file, code, want string }{
		{"the same", "a\nb\n", "a\nb\n", ""},
		{"a line less in the code", "a\nb\n", "a\n", `no more: "b"`},
		{"a line more in the code", "a\n", "a\nb\n", `has it not: "b"`},
		{"another value", "a = 1\n", "a = 2\n", `no more: "a = 1"`},
		{"another order", "b\na\n", "a\nb\n", "order"},
	} {
		got := strings.Join(Differences(test.file, test.code), "; ")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// recorder is a test that may fail.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestCheck(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list.txt")
	t.Setenv(Update, "1")
	Check(t, file, "Colours.", "./x", []string{"a"})
	t.Setenv(Update, "")
	for _, test := range []struct {
		line   string
		failed bool
	}{{"a", false}, {"b", true}} {
		r := &recorder{TB: t}
		Check(r, file, "Colours.", "./x", []string{test.line})
		if r.failed != test.failed {
			t.Errorf("line %s: failed %v, want %v", test.line, r.failed, test.failed)
		}
	}
}
