// SPDX-License-Identifier: MIT

package collect

import (
	"bytes"
	"errors"
	"fmt"
	"path"
)

// versionText is the text that a version is looked for in: of a list of zig's, its versions; else the file itself.
func versionText(name string) ([]byte, error) {
	text, err := readFile(name)
	if err != nil || path.Base(name) != "abilists" {
		return text, err
	}
	text, err = abiVersions(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(name), err)
	}
	return text, nil
}

// abiVersions reads the versions of a C library that zig knows the symbols of, and writes them a line each, the oldest
// first. The file begins with a count and as many names of libraries, each ended by a zero byte, then a count and as many
// versions of three bytes each (lib/libc/*/abilists; zig's src/libs/glibc.zig reads it).
func abiVersions(list []byte) ([]byte, error) {
	short := errors.New("read list of symbols: it ends before its versions do")
	if len(list) == 0 {
		return nil, short
	}
	rest := list[1:]
	for range list[0] {
		var ok bool
		if _, rest, ok = bytes.Cut(rest, []byte{0}); !ok {
			return nil, short
		}
	}
	if len(rest) == 0 || len(rest) < 1+3*int(rest[0]) {
		return nil, short
	}
	var out bytes.Buffer
	for i := range int(rest[0]) {
		v := rest[1+3*i:]
		fmt.Fprintf(&out, "%d.%d.%d\n", v[0], v[1], v[2])
	}
	return out.Bytes(), nil
}
