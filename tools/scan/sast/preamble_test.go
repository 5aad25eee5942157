// SPDX-License-Identifier: MIT

package sast

import "testing"

// TestPreamble: every form of the import that cgo takes, and that in back quotes, which it refuses; each line of C at its number.
func TestPreamble(t *testing.T) {
	for source, want := range map[string]string{
		"package c\n\n// #include <a.h>\n// int a;\nimport \"C\"\n":                                           "#line 3 \"x.go\"\n #include <a.h>\n int a;\n",
		"package c\n/*\n#cgo LDFLAGS: -lm\nint a;\n*/\nimport \"C\"\n":                                        "#line 2 \"x.go\"\n\n\nint a;\n\n",
		"package c\nimport \"C\"\n":                                                                           "",
		"package c\n\n// int a;\nimport \"C\" // cgo\n":                                                       "#line 3 \"x.go\"\n int a;\n",
		"package c\n\n// int a;\nimport   `C`\n":                                                              "#line 3 \"x.go\"\n int a;\n",
		"package c\n\n// int a;\nimport (\n\t\"C\"\n)\n":                                                      "#line 3 \"x.go\"\n int a;\n",
		"package c\n\n// no C\nimport (\n\t// int a;\n\t\"C\"\n\t\"fmt\"\n)\n":                                "#line 5 \"x.go\"\n int a;\n",
		"package c\n\n// int a;\nimport \"C\"\n\nimport \"fmt\"\n\n/* int b; */ /* int c; */\nimport \"C\"\n": "#line 3 \"x.go\"\n int a;\n#line 8 \"x.go\"\n int b;  int c; \n",
		"package c\n\n// #define A \\\n//   1\nimport \"C\"\n":                                                "#line 3 \"x.go\"\n #define A \\\n   1\n",
		"package c\n\n// int far;\n\nimport \"C\"\n":                                                          "",
	} {
		if got, ok, err := preamble("x.go", []byte(source)); err != nil || !ok || got != want {
			t.Errorf("%q: %q, %v, want %q", source, got, err, want)
		}
	}
	for _, source := range []string{"package c\n\nimport \"fmt\"\n", "package c\n\nconst x = `\nimport \"C\"\n`\n", "package c\n\n// import \"C\"\n"} {
		if text, ok, err := preamble("x.go", []byte(source)); ok || err != nil {
			t.Errorf("%q has a preamble: %q, %v", source, text, err)
		}
	}
	if _, _, err := preamble("x.go", []byte("import \"C\"\n")); err == nil {
		t.Error("a file that is no Go has no preamble, and nobody says so")
	}
}
