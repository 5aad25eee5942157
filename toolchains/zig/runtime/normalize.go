// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"errors"
	"strings"
)

const (
	arMagic  = "!<arch>\n"
	arHeader = 60
)

// normalize removes from an archive what tells of the cache that it was made in: member names keep only their last
// part, and the time, owner and mode of members are constants. Sizes and offsets stay, so the symbol table, which
// names members by offset, stays true. What is no archive is returned as it is.
func normalize(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte(arMagic)) {
		return data, nil
	}
	out := bytes.Clone(data)
	for at := len(arMagic); at < len(out); {
		if at+arHeader > len(out) || out[at+58] != '`' || out[at+59] != '\n' {
			return nil, errors.New("archive has a damaged member header")
		}
		h := out[at : at+arHeader]
		size := 0
		for _, c := range bytes.TrimSpace(h[48:58]) {
			if c < '0' || c > '9' || size > len(out) {
				return nil, errors.New("archive member has no size")
			}
			size = size*10 + int(c-'0')
		}
		body := at + arHeader
		if size > len(out)-body {
			return nil, errors.New("archive member is longer than its archive")
		}
		name := strings.TrimRight(string(h[:16]), " ")
		if name == "//" {
			shortenNames(out[body : body+size])
		} else if name != "/" && name != "/SYM64/" {
			copy(h[16:48], "0           0     0     100644  ")
		}
		at = body + size + size%2
	}
	return out, nil
}

// shortenNames works on the table of long names, in place: members point into it by offset, and a name ends at its
// slash and newline (GNU) or at a zero byte (COFF). What a shorter name leaves over becomes padding behind its end.
func shortenNames(table []byte) {
	for start := 0; start < len(table); {
		end, mark := len(table), 0
		if i := bytes.Index(table[start:], []byte("/\n")); i >= 0 {
			end, mark = start+i, 2
		}
		if i := bytes.IndexByte(table[start:], 0); i >= 0 && start+i < end {
			end, mark = start+i, 1
		}
		name := table[start:end]
		base := bytes.Clone(name[bytes.LastIndexAny(name, "/\\")+1:])
		terminator := bytes.Clone(table[end : end+mark])
		n := copy(name, base)
		for i := range name[n:] {
			name[n+i] = '\n'
		}
		copy(table[start+n:], terminator)
		if mark > 0 && n < len(name) {
			for i := start + n + mark; i < end+mark; i++ {
				table[i] = '\n'
			}
		}
		start = end + mark
	}
}
