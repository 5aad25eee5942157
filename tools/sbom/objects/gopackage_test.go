// SPDX-License-Identifier: MIT

package objects

import "testing"

func TestPackage(t *testing.T) {
	for symbol, want := range map[string]string{
		"main.main":                               "main",
		"runtime.gcWriteBarrier":                  "runtime",
		"golang.org/x/term.(*Terminal).ReadLine":  "golang.org/x/term",
		"gopkg.in/yaml%2ev3.Unmarshal":            "gopkg.in/yaml.v3",
		"slices.SortFunc[go.shape.[]string]":      "slices",
		"vendor/golang.org/x/net/idna.ToASCII":    "vendor/golang.org/x/net/idna",
		"encoding/json.encoderFunc.func1":         "encoding/json",
		"type:.eq.runtime.gList":                  "",
		"go:itab.*os.File,io.Reader":              "",
		"sqlite3_open_v2":                         "",
		"_.goready.func1":                         "",
		"_cgo_init":                               "",
		".LANCHOR0":                               "",
		"example.org/a/b.(*T[example.org/c.U]).M": "example.org/a/b",
	} {
		if got := Package(symbol); got != want {
			t.Errorf("Package(%q) = %q, want %q", symbol, got, want)
		}
	}
}
