// SPDX-License-Identifier: MIT

package trace

import (
	"fmt"
	"strconv"
	"strings"
)

// Text is a printed text without its quotes and escapes. One that strace cut, or could not read, is an error.
func Text(arg string) (string, error) {
	if len(arg) < 2 || arg[0] != '"' || quoted(arg) != len(arg) {
		return "", fmt.Errorf("read argument %.60q: it is no whole text: call strace with -s 65536", arg)
	}
	return decode(arg[1 : len(arg)-1])
}

// Texts is a printed list of texts, such as a program's arguments.
func Texts(arg string) ([]string, error) {
	if !strings.HasPrefix(arg, "[") || !strings.HasSuffix(arg, "]") {
		return nil, fmt.Errorf("read argument %.60q: it is no list", arg)
	}
	parts, _, err := arguments(arg[1:len(arg)-1] + ")")
	if err != nil {
		return nil, fmt.Errorf("read argument %.60q: %w", arg, err)
	}
	out := make([]string, 0, len(parts))
	for _, p := range parts {
		t, err := Text(p)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// Descriptor is the path behind a printed file descriptor; ok is false where strace printed none.
func Descriptor(arg string) (path string, ok bool) {
	_, rest, found := strings.Cut(arg, "<")
	end := strings.IndexByte(rest, '>')
	if !found || end < 0 {
		return "", false
	}
	p, err := decode(rest[:end])
	return p, err == nil
}

// decode undoes the escapes of C.
func decode(s string) (string, error) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", fmt.Errorf("%.60q ends in an escape", s)
		}
		if at := strings.IndexByte(`abfnrtv"\`, s[i]); at >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v\"\\"[at])
			continue
		}
		digits, base, most := i, 8, 3
		if s[i] == 'x' {
			digits, base, most = i+1, 16, 2
		}
		end := digits
		for end < len(s) && end < digits+most && strings.IndexByte("0123456789abcdef"[:base], s[end]) >= 0 {
			end++
		}
		n, err := strconv.ParseUint(s[digits:end], base, 8)
		if err != nil {
			return "", fmt.Errorf("%.60q has an escape that is not known", s)
		}
		b.WriteByte(byte(n))
		i = end - 1
	}
	return b.String(), nil
}
