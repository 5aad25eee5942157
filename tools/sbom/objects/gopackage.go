// SPDX-License-Identifier: MIT

package objects

import (
	"fmt"
	"slices"
	"strings"
)

// Packages returns the import paths of the Go packages whose symbols a program holds.
func Packages(symbols []string) []string {
	prefix := ""
	switch {
	case slices.Contains(symbols, "runtime.text"):
	case slices.Contains(symbols, "_runtime.text"):
		prefix = "_" // as C's compilers write names for macOS and 32-bit Windows
	default:
		return nil // no Go
	}
	seen := map[string]bool{}
	for _, s := range symbols {
		if p := Package(strings.TrimPrefix(s, prefix)); p != "" {
			seen[p] = true
		}
	}
	out := make([]string, 0, len(seen))
	for p := range seen {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// Package returns the import path in the name of a Go symbol, as cmd/link writes it: the path up to the first dot
// behind its last slash, with %xx for bytes that a symbol can't hold. The empty text is no package's symbol: C has no
// dot there, and the linker's own tables begin with a word and a colon or two dots.
func Package(symbol string) string {
	name, _, _ := strings.Cut(symbol, "[") // type arguments
	if i := strings.IndexByte(name, '('); i >= 0 {
		name = strings.TrimSuffix(name[:i], ".") // a method's receiver
		name += "."
	}
	slash := strings.LastIndexByte(name, '/')
	dot := strings.IndexByte(name[slash+1:], '.')
	if dot <= 0 {
		return ""
	}
	path := name[:slash+1+dot]
	// The compiler names some closures after the blank identifier.
	if path == "_" || strings.ContainsAny(path, ":$*{} ,") || strings.HasPrefix(path, ".") {
		return ""
	}
	return unescape(path)
}

func unescape(path string) string {
	for {
		i := strings.IndexByte(path, '%')
		if i < 0 || i+3 > len(path) {
			return path
		}
		var b byte
		if _, err := fmt.Sscanf(path[i+1:i+3], "%02x", &b); err != nil {
			return path
		}
		path = path[:i] + string(rune(b)) + path[i+3:]
	}
}
